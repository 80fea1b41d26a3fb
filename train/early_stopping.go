package train

import (
	"fmt"

	"gaussflow/internal/defaults"
)

// EarlyStopping ends the fit when the monitored figure has not fallen by more than MinDelta for Patience epochs.
//
// History.BestEpoch is then the best epoch; −1, Start, where none has been looked at or none had a number, or with RestoreBest
// none was better than what the fit started from.
type EarlyStopping struct {
	Monitor   Monitor
	MinDelta  float64 // default 0: any fall counts
	Patience  int     // default 1: stop at the first epoch without a gain, as Keras's 0 and 1 both do
	StartFrom int     // epochs before it looks; default 0
	// RestoreBest puts the best epoch's parameters back at the end, however the fit ends. Those that the fit started from are
	// a candidate, though they have no say in when to stop. Parameters are compared by their own losses: by the validation
	// loss or, where the training loss is watched, by another pass over those rows, since the loss of an epoch is that of the
	// parameters on its way. (For a losses.BatchLoss, which has no value on all rows, it is the epoch's, and
	// without the start, as it is for a figure that callbacks report.)
	RestoreBest bool

	NopCallback
	best best
	kept kept
}

// kept is what RestoreBest goes back to.
type kept struct {
	contest
	weights [][]float64
}

// Validate reports fields out of range.
func (c *EarlyStopping) Validate() error {
	if !(c.MinDelta >= 0) || c.Patience < 0 || c.StartFrom < 0 {
		return fmt.Errorf("train: EarlyStopping: MinDelta = %g, Patience = %d, StartFrom = %d, want none negative", c.MinDelta, c.Patience, c.StartFrom)
	}
	return nil
}

// OnTrainBegin forgets an earlier fit and, with RestoreBest, looks at what this one starts from. It is an error if a field is out
// of range.
func (c *EarlyStopping) OnTrainBegin(s *State) error {
	c.best, c.kept = newBest(), kept{contest: contest{best: newBest()}}
	if err := s.check("EarlyStopping"); err != nil {
		return err
	}
	if err := c.Validate(); err != nil || !c.RestoreBest || len(s.history().Epoch) > 0 { // resumed: the checkpoint knows
		return err
	}
	entered, err := c.kept.begin(c.Monitor, s)
	if entered {
		c.kept.weights = s.Weights()
	}
	return err
}

// OnEpochEnd looks at the figure.
func (c *EarlyStopping) OnEpochEnd(s *State) error {
	if err := s.check("EarlyStopping"); err != nil {
		return err
	}
	v, is, err := c.Monitor.value(s)
	if err != nil || !is || s.Epoch < c.StartFrom {
		return err
	}
	if c.best.improved(v, s.Epoch, c.MinDelta) {
		return c.keep(v, s)
	}
	if c.best.wait >= defaults.Or(c.Patience, 1) {
		s.Stop()
	}
	return nil
}

// keep takes the parameters at the end of an epoch, whose figure is v, for those to restore, unless they are worse than others.
func (c *EarlyStopping) keep(v float64, s *State) error {
	if !c.RestoreBest {
		return nil
	}
	won, err := c.kept.enter(c.Monitor, v, s)
	if won {
		c.kept.weights = s.Weights()
	}
	return err
}

// OnTrainEnd restores the best parameters.
func (c *EarlyStopping) OnTrainEnd(s *State) error {
	if err := s.check("EarlyStopping"); err != nil {
		return err
	}
	if !c.RestoreBest {
		s.history().BestEpoch = c.best.epoch
		return nil
	}
	s.history().BestEpoch = c.kept.best.epoch
	if c.kept.weights == nil {
		return nil
	}
	return s.SetWeights(c.kept.weights)
}
