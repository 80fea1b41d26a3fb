package train

import (
	"encoding/csv"
	"errors"
	"io"
	"io/fs"
	"math"
	"reflect"
	"strconv"
)

// CSVLogger writes one line an epoch to Out: epoch, loss, val_loss, learning_rate, seconds, and the Metrics, under one header.
//
// A fit that goes on, with InitialEpoch or from a checkpoint, goes on in the same table: a logger that has begun, or an Out that
// holds something already (a file or a bytes.Buffer), gets no second header, and a logger no line that it has written. Where
// Out is new, a resumed fit first writes the epochs before.
type CSVLogger struct {
	Out io.Writer
	// Metrics are the names of figures that callbacks before this one report, a column each; a cell is empty where there is none, or NaN.
	Metrics []string

	NopCallback
	csv   *csv.Writer
	begun io.Writer // that has the header
	next  int       // the epoch after the last one written
}

// OnTrainBegin writes the header, and what a resumed fit has behind it, where Out has not got them.
func (c *CSVLogger) OnTrainBegin(s *State) error {
	if err := s.check("CSVLogger"); err != nil {
		return err
	}
	if c.Out == nil {
		return errNoOut
	}
	h := s.history()
	switch same := c.hasBegun(); {
	case !same && filled(c.Out):
		c.csv, c.begun, c.next = csv.NewWriter(c.Out), c.Out, 0
		return nil
	case same && len(h.Epoch) == 0: // another fit, or more epochs of it: all of them are new
		c.next = 0
	}
	if err := c.WriteHeader(); err != nil {
		return err
	}
	for i, epoch := range h.Epoch {
		if err := c.line(epoch, h.logs(i)); err != nil {
			return err
		}
	}
	return nil
}

var errNoOut = errors.New("train: CSVLogger: Out is nil, want a writer")

// hasBegun reports that this logger has begun the table in Out, or gone on in it.
func (c *CSVLogger) hasBegun() bool { return c.begun != nil && sameWriter(c.begun, c.Out) }

// WriteHeader writes the header where Out holds nothing yet. The begin of a training does so by itself; a fit that ends before, or
// that needs no training, has a table without lines by it.
func (c *CSVLogger) WriteHeader() error {
	switch {
	case c == nil || c.Out == nil:
		return errNoOut
	case c.hasBegun(), filled(c.Out):
		return nil
	}
	c.csv = csv.NewWriter(c.Out)
	if err := c.write(append([]string{"epoch", "loss", "val_loss", "learning_rate", "seconds"}, c.Metrics...)...); err != nil {
		return err
	}
	c.begun, c.next = c.Out, 0
	return nil
}

// sameWriter compares writers of which some cannot be compared.
func sameWriter(a, b io.Writer) bool { return reflect.TypeOf(a).Comparable() && a == b }

// filled reports a writer that is known to hold something.
func filled(w io.Writer) bool {
	switch w := w.(type) {
	case interface{ Len() int }:
		return w.Len() > 0
	case interface{ Stat() (fs.FileInfo, error) }:
		info, err := w.Stat()
		return err == nil && info.Mode().IsRegular() && info.Size() > 0
	}
	return false
}

// OnEpochEnd writes the epoch.
func (c *CSVLogger) OnEpochEnd(s *State) error {
	if err := s.check("CSVLogger"); err != nil {
		return err
	}
	return c.line(s.Epoch, s.Logs)
}

func (c *CSVLogger) line(epoch int, l Logs) error {
	if epoch < c.next {
		return nil
	}
	c.next = epoch + 1
	text := func(v float64, there bool) string {
		if !there {
			return ""
		}
		return strconv.FormatFloat(v, 'g', -1, 64)
	}
	record := []string{strconv.Itoa(epoch), text(l.Loss, true), text(l.ValLoss, l.HasVal), text(l.LearningRate, true), text(l.Seconds, true)}
	for _, name := range c.Metrics {
		v, there := l.Metrics[name]
		record = append(record, text(v, there && !math.IsNaN(v)))
	}
	return c.write(record...)
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
