package tabular_test

import (
	"context"
	"errors"
	"path/filepath"
	"sync/atomic"
	"testing"

	"gaussflow/tabular"
	"gaussflow/train"
)

// An asked context counts the calls of Err, and is cancelled from the last-th call on.
type asked struct {
	context.Context
	times atomic.Int64
	last  int64 // 0 means that it is never cancelled
}

func (c *asked) Err() error {
	if n := c.times.Add(1); c.last > 0 && n >= c.last {
		return context.Canceled
	}
	return nil
}

func (c *asked) Done() <-chan struct{} { return nil }

// interruptible runs a fit with a checkpoint, of one epoch of many rows.
func interruptible(t *testing.T, rows int, last int64) (*asked, *tabular.Model, error) {
	ctx := &asked{Context: t.Context(), last: last}
	c := quick
	c.Epochs, c.BatchSize = 1, 4096
	c.Checkpoint = train.Checkpoint{Path: filepath.Join(t.TempDir(), "checkpoint")}
	m, err := tabular.Fit(ctx, names(2), curve(rows, 2, 1), c)
	return ctx, m, err
}

// TestInterruptAtAnyMoment cancels fits at ten moments over their whole length. A fit must call Err only a few times after
// that, and must return a model once it has one.
func TestInterruptAtAnyMoment(t *testing.T) {
	const rows = 40_000
	whole, m, err := interruptible(t, rows, 0)
	if err != nil {
		t.Fatal(err)
	}
	if got := m.Training.ReferenceRows; got != rows/10 {
		t.Errorf("%d reference rows, want all validation rows", got)
	}
	total, models := whole.times.Load(), 0
	for i := range int64(10) {
		last := 1 + i*(total-1)/9
		ctx, m, err := interruptible(t, rows, last)
		if !errors.Is(err, context.Canceled) {
			t.Errorf("ended at question %d of %d: %v", last, total, err)
		}
		if after := ctx.times.Load() - last; after > 12 {
			t.Errorf("ended at question %d of %d, it asked %d times more", last, total, after)
		}
		if m != nil {
			models++
			if h := m.Training.History; len(h.Epoch) == 0 && h.BestEpoch != train.Start {
				t.Errorf("no epoch, and the best is %d", h.BestEpoch)
			}
		}
	}
	if models == 0 || models == 10 {
		t.Errorf("%d of 10 ended with a model", models)
	}
}

// TestInterruptIsAskedOften: between two calls of Err there is a bounded number of rows, so that the time until an interrupt
// takes effect does not grow with the table.
func TestInterruptIsAskedOften(t *testing.T) {
	few, _, err := interruptible(t, 20_000, 0)
	if err != nil {
		t.Fatal(err)
	}
	many, _, err := interruptible(t, 100_000, 0)
	if err != nil {
		t.Fatal(err)
	}
	// each pass over the rows (the digest, two pushes, the steps, two evaluations, log p) calls Err at least once in 2^14 rows
	if more := many.times.Load() - few.times.Load(); more < 80_000/(1<<14)*6 {
		t.Errorf("five times the rows are asked %d times, one time %d times", many.times.Load(), few.times.Load())
	}
}
