package train

import (
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"strconv"
)

// CSVLogger writes one line an epoch to Out: epoch, loss, val_loss, learning_rate, seconds. In a resumed fit it first
// writes the epochs before.
type CSVLogger struct {
	Out io.Writer

	NopCallback
	csv *csv.Writer
}

// OnTrainBegin writes the header, and what a resumed fit has behind it.
func (c *CSVLogger) OnTrainBegin(s *State) error {
	if c.Out == nil {
		return fmt.Errorf("train: CSVLogger: Out is nil, want a writer")
	}
	c.csv = csv.NewWriter(c.Out)
	if err := c.write("epoch", "loss", "val_loss", "learning_rate", "seconds"); err != nil {
		return err
	}
	h := s.history()
	for i, epoch := range h.Epoch {
		if err := c.line(epoch, h.logs(i)); err != nil {
			return err
		}
	}
	return nil
}

// OnEpochEnd writes the epoch.
func (c *CSVLogger) OnEpochEnd(s *State) error { return c.line(s.Epoch, s.Logs) }

func (c *CSVLogger) line(epoch int, l Logs) error {
	text := func(v float64) string { return strconv.FormatFloat(v, 'g', -1, 64) }
	val := ""
	if l.HasVal {
		val = text(l.ValLoss)
	}
	return c.write(strconv.Itoa(epoch), text(l.Loss), val, text(l.LearningRate), text(l.Seconds))
}

func (c *CSVLogger) write(record ...string) error {
	if c.csv == nil {
		return errors.New("train: CSVLogger: OnEpochEnd before OnTrainBegin")
	}
	if err := c.csv.Write(record); err != nil {
		return err
	}
	c.csv.Flush()
	return c.csv.Error()
}
