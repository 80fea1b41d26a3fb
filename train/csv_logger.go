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

// CSVLogger writes a table to Out, one line an epoch: epoch, loss, val_loss, learning_rate, seconds, and the Metrics, under
// one header.
//
// A fit that continues, by InitialEpoch or from a checkpoint, continues the same table. The header is not repeated if this
// logger has written it or Out already holds something (a file or a bytes.Buffer), and no epoch is written twice. If Out is
// empty, a resumed fit first writes the earlier epochs.
type CSVLogger struct {
	Out io.Writer
	// Metrics names figures that callbacks before this one report, one column each. A cell is empty if there is no figure or it is
	// NaN.
	Metrics []string

	NopCallback
	csv   *csv.Writer
	begun io.Writer // the writer to which the header has been written
	next  int       // the epoch after the last one written
}

// OnTrainBegin writes the header, and the earlier epochs of a resumed fit, unless Out has them.
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
	case same && len(h.Epoch) == 0: // another fit, or further epochs of this one: all lines will be new
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

// hasBegun reports whether this logger has written or continued the table in Out.
func (c *CSVLogger) hasBegun() bool { return c.begun != nil && sameWriter(c.begun, c.Out) }

// WriteHeader writes the header if Out is still empty. OnTrainBegin does so too; call WriteHeader for a table that is to have a
// header even if training never begins.
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

// sameWriter reports whether a and b are the same writer; writers of types that cannot be compared are not.
func sameWriter(a, b io.Writer) bool { return reflect.TypeOf(a).Comparable() && a == b }

// filled reports whether w is known to hold something.
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
