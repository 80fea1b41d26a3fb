package train

import (
	"fmt"

	"gaussflow/internal/defaults"
)

// EarlyStopping ends the fit when the monitored figure has not fallen by more than MinDelta for Patience epochs.
//
// History.BestEpoch is then the best epoch. It is −1, Start, if no epoch was looked at, if the figure was never a number or,
// with RestoreBest, if no epoch was better than the start of the fit.
type EarlyStopping struct {
	Monitor   Monitor
	MinDelta  float64 // default 0: any fall counts
	Patience  int     // default 1: stop at the first epoch without a gain, as Keras's 0 and 1 both do
	StartFrom int     // the first epoch that is looked at; default 0
	// RestoreBest restores the best epoch's parameters at the end, however the fit ends. The parameters that the fit started
	// from are a candidate too, though they do not count towards Patience. What is compared is the loss of these very
	// parameters: the validation loss or, if the training loss is monitored, the loss of another pass over the training rows,
	// because the loss recorded for an epoch is an average over parameters that changed during it. (For a losses.BatchLoss,
	// which has no value for all rows, and for a figure that callbacks report, it is the epoch's figure, and the start is not
	// compared.)
	RestoreBest bool

	NopCallback
	best best
	kept kept
}

// kept is what RestoreBest restores.
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

// OnTrainBegin forgets an earlier fit and, with RestoreBest, evaluates the parameters that this fit starts from. It returns an
// error if a field is out of range.
func (c *EarlyStopping) OnTrainBegin(s *State) error {
	c.best, c.kept = newBest(), kept{contest: contest{best: newBest()}}
	if err := s.check("EarlyStopping"); err != nil {
		return err
	}
	if err := c.Validate(); err != nil || !c.RestoreBest || len(s.history().Epoch) > 0 { // a resumed fit: the checkpoint holds the state
		return err
	}
	entered, err := c.kept.begin(c.Monitor, s)
	if entered {
		c.kept.weights = s.Weights()
	}
	return err
}

// OnEpochEnd checks the monitored figure.
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

// keep stores the parameters at the end of an epoch, whose figure is v, as those to restore, unless stored ones are better.
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
