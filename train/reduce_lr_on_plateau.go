package train

import "fmt"

// ReduceLROnPlateau multiplies the learning rate by Factor when the monitored figure has not fallen by more than
// MinDelta for Patience epochs, but not below MinRate.
type ReduceLROnPlateau struct {
	Monitor  Monitor
	Factor   float64 // 0.1
	Patience int     // 10
	MinDelta float64 // 1e-4
	Cooldown int     // after a cut the count begins again with the Cooldown-th epoch, as in Keras
	MinRate  float64

	NopCallback
	best     best
	cooldown int
}

// OnTrainBegin forgets an earlier fit. It is an error if Factor is not between 0 and 1.
func (c *ReduceLROnPlateau) OnTrainBegin(*State) error {
	c.best, c.cooldown = newBest(), 0
	if f := orDefault(c.Factor, 0.1); !(f > 0 && f < 1) {
		return fmt.Errorf("train: ReduceLROnPlateau: Factor = %g, want 0 < Factor < 1", f)
	}
	return nil
}

// OnEpochEnd looks at the figure.
func (c *ReduceLROnPlateau) OnEpochEnd(s *State) error {
	v, err := c.Monitor.value(s.Logs)
	if err != nil {
		return err
	}
	if c.cooldown > 0 {
		c.cooldown--
		c.best.wait = 0
	}
	if c.best.improved(v, s.Epoch, orDefault(c.MinDelta, 1e-4)) || c.cooldown > 0 {
		return nil
	}
	patience := c.Patience
	if patience == 0 {
		patience = 10
	}
	if rate := s.Logs.LearningRate; c.best.wait >= patience && rate > c.MinRate {
		s.ScaleLearningRate(max(orDefault(c.Factor, 0.1), c.MinRate/rate))
		c.cooldown, c.best.wait = c.Cooldown, 0
	}
	return nil
}
