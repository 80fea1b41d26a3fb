package train

import (
	"errors"
	"fmt"

	"gaussflow/internal/defaults"
)

// ReduceLROnPlateau multiplies the learning rate by Factor when the monitored figure has not fallen by more than
// MinDelta for Patience epochs, but not below MinRate.
type ReduceLROnPlateau struct {
	Monitor  Monitor
	Factor   float64 // default 0.1
	Patience int     // default 10; 1: at the first epoch without a gain
	MinDelta float64 // default 1e-4; None: any fall is one
	Cooldown int     // counting starts again with this epoch after a cut, as in Keras; default 0
	MinRate  float64 // default 0

	NopCallback
	best     best
	cooldown int
}

// Validate reports fields out of range.
func (c *ReduceLROnPlateau) Validate() error {
	const name = "train: ReduceLROnPlateau"
	errs := []error{defaults.CheckNone(name, "MinDelta", c.MinDelta)}
	if f := c.factor(); !(f > 0 && f < 1) {
		errs = append(errs, fmt.Errorf("%s: Factor = %g, want 0 < Factor < 1", name, f))
	}
	if c.Patience < 0 || c.Cooldown < 0 || !(c.MinRate >= 0) {
		errs = append(errs, fmt.Errorf("%s: Patience = %d, Cooldown = %d, MinRate = %g, want none negative", name, c.Patience, c.Cooldown, c.MinRate))
	}
	return errors.Join(errs...)
}

func (c *ReduceLROnPlateau) factor() float64 { return defaults.Or(c.Factor, 0.1) }

// OnTrainBegin forgets an earlier fit. It is an error if a field is out of range.
func (c *ReduceLROnPlateau) OnTrainBegin(*State) error {
	c.best, c.cooldown = newBest(), 0
	return c.Validate()
}

// OnEpochEnd checks the monitored figure.
func (c *ReduceLROnPlateau) OnEpochEnd(s *State) error {
	if err := s.check("ReduceLROnPlateau"); err != nil {
		return err
	}
	v, is, err := c.Monitor.value(s)
	if err != nil || !is {
		return err
	}
	if c.cooldown > 0 {
		c.cooldown--
		c.best.wait = 0
	}
	if c.best.improved(v, s.Epoch, defaults.OrNone(c.MinDelta, 1e-4)) || c.cooldown > 0 {
		return nil
	}
	if rate := s.Logs.LearningRate; c.best.wait >= defaults.Or(c.Patience, 10) && rate > c.MinRate {
		s.ScaleLearningRate(max(c.factor(), c.MinRate/rate))
		c.cooldown, c.best.wait = c.Cooldown, 0
	}
	return nil
}
