package train

import (
	"encoding/csv"
	"fmt"
	"io"
	"math"
	"strconv"
)

// ModelCheckpoint calls Save at the end of every epoch, or with BestOnly of those whose monitored figure is the
// least so far.
type ModelCheckpoint struct {
	Save     func(s *State) error
	Monitor  Monitor
	BestOnly bool

	NopCallback
	best best
}

// OnTrainBegin forgets an earlier fit. It is an error if Save is nil.
func (c *ModelCheckpoint) OnTrainBegin(*State) error {
	if c.Save == nil {
		return fmt.Errorf("train: ModelCheckpoint: Save is nil, want a function that stores the model")
	}
	c.best = newBest()
	return nil
}

// OnEpochEnd saves.
func (c *ModelCheckpoint) OnEpochEnd(s *State) error {
	if c.BestOnly {
		v, err := c.Monitor.value(s.Logs)
		if err != nil {
			return err
		}
		if !c.best.improved(v, s.Epoch, 0) {
			return nil
		}
	}
	return c.Save(s)
}

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

// CSVLogger writes one line an epoch to Out: epoch, loss, val_loss, learning_rate, seconds.
type CSVLogger struct {
	Out io.Writer

	NopCallback
	csv *csv.Writer
}

// OnTrainBegin writes the header.
func (c *CSVLogger) OnTrainBegin(*State) error {
	if c.Out == nil {
		return fmt.Errorf("train: CSVLogger: Out is nil, want a writer")
	}
	c.csv = csv.NewWriter(c.Out)
	return c.write("epoch", "loss", "val_loss", "learning_rate", "seconds")
}

// OnEpochEnd writes the epoch.
func (c *CSVLogger) OnEpochEnd(s *State) error {
	number := func(v float64) string { return strconv.FormatFloat(v, 'g', -1, 64) }
	val := ""
	if s.Logs.HasVal {
		val = number(s.Logs.ValLoss)
	}
	return c.write(strconv.Itoa(s.Epoch), number(s.Logs.Loss), val, number(s.Logs.LearningRate), number(s.Logs.Seconds))
}

func (c *CSVLogger) write(record ...string) error {
	if err := c.csv.Write(record); err != nil {
		return err
	}
	c.csv.Flush()
	return c.csv.Error()
}

// TerminateOnNaN ends the fit, without an error, at the first loss that is not finite; the parameters stay as
// they were before that batch.
type TerminateOnNaN struct{ NopCallback }

// OnBatchEnd looks at the loss.
func (TerminateOnNaN) OnBatchEnd(s *State) error {
	if l := s.Logs.BatchLoss; math.IsNaN(l) || math.IsInf(l, 0) {
		s.Stop()
	}
	return nil
}
