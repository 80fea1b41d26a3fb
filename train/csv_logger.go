package train

import (
	"encoding/csv"
	"fmt"
	"io"
	"strconv"
)

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
