package train

import (
	"fmt"

	"gaussflow/internal/defaults"
)

// EarlyStopping ends the fit when the monitored figure has not fallen by more than MinDelta for Patience epochs.
type EarlyStopping struct {
	Monitor     Monitor
	MinDelta    float64 // default 0: any fall counts
	Patience    int     // default 1: stop at the first epoch without a gain, as Keras's 0 and 1 both do
	StartFrom   int     // epochs before it looks; default 0
	RestoreBest bool    // put the best epoch's parameters back at the end, however the fit ends

	NopCallback
	best    best
	weights [][]float64
}

// Validate reports fields out of range.
func (c *EarlyStopping) Validate() error {
	if !(c.MinDelta >= 0) || c.Patience < 0 || c.StartFrom < 0 {
		return fmt.Errorf("train: EarlyStopping: MinDelta = %g, Patience = %d, StartFrom = %d, want none negative", c.MinDelta, c.Patience, c.StartFrom)
	}
	return nil
}

// OnTrainBegin forgets an earlier fit. It is an error if a field is out of range.
func (c *EarlyStopping) OnTrainBegin(*State) error {
	c.best, c.weights = newBest(), nil
	return c.Validate()
}

// OnEpochEnd looks at the figure.
func (c *EarlyStopping) OnEpochEnd(s *State) error {
	v, err := c.Monitor.value(s.Logs)
	if err != nil || s.Epoch < c.StartFrom {
		return err
	}
	if c.best.improved(v, s.Epoch, c.MinDelta) {
		if c.RestoreBest {
			c.weights = s.Weights()
		}
	} else if c.best.wait >= defaults.Or(c.Patience, 1) {
		s.Stop()
	}
	return nil
}

// OnTrainEnd restores the best parameters.
func (c *EarlyStopping) OnTrainEnd(s *State) error {
	s.history().BestEpoch = max(c.best.epoch, 0)
	if c.weights == nil {
		return nil
	}
	return s.SetWeights(c.weights)
}
