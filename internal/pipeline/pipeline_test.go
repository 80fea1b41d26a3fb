package pipeline_test

import (
	"context"
	"errors"
	"io"
	"sync/atomic"
	"testing"

	"gaussflow/internal/pipeline"
)

// count makes a read function that returns 1, 2, … n and then err.
func count(n int, err error) func() (int, error) {
	i := 0
	return func() (int, error) {
		if i++; i > n {
			return 0, err
		}
		return i, nil
	}
}

// runs are the two functions of the package, which must give the same results in the same order.
var runs = map[string]func(context.Context, func() (int, error), func(int) error, func(int) error) error{
	"Run": pipeline.Run[int], "RunAlone": pipeline.RunAlone[int],
}

func TestOrder(t *testing.T) {
	for name, run := range runs {
		t.Run(name, func(t *testing.T) { inOrder(t, run) })
	}
}

func inOrder(t *testing.T, run func(context.Context, func() (int, error), func(int) error, func(int) error) error) {
	next := 1
	work := func(i int) error {
		spin(i % 7) // those read later may be done sooner
		return nil
	}
	err := run(t.Context(), count(1000, io.EOF), work, func(i int) error {
		if i != next {
			t.Errorf("got %d, want %d", i, next)
		}
		next++
		return nil
	})
	if err != nil || next != 1001 {
		t.Errorf("wrote %d of 1000: %v", next-1, err)
	}
}

var sink atomic.Int64

func spin(n int) {
	for range n * 10_000 {
		sink.Add(1)
	}
}

// TestErrors: whichever step fails, the first error in the order of the stream is returned, after all before it
// has been written.
func TestErrors(t *testing.T) {
	failure := errors.New("a failure")
	failAt := func(at int) func(int) error {
		return func(i int) error {
			if i >= at {
				return failure
			}
			return nil
		}
	}
	written := 0
	write := func(int) error { written++; return nil }
	none := func(int) error { return nil }
	for name, run := range runs {
		for step, failing := range map[string]func() error{
			"read": func() error { return run(t.Context(), count(40, failure), none, write) },
			"work": func() error { return run(t.Context(), count(1000, io.EOF), failAt(41), write) },
			"write": func() error {
				return run(t.Context(), count(1000, io.EOF), none, func(i int) error { return errors.Join(write(i), failAt(40)(i)) })
			},
		} {
			written = 0
			if err := failing(); !errors.Is(err, failure) || written != 40 {
				t.Errorf("%s, %s: %v after %d written, want the failure after 40", name, step, err, written)
			}
		}
	}
}

func TestCancelled(t *testing.T) {
	for name, run := range runs {
		ctx, cancel := context.WithCancel(t.Context())
		endless := func() (int, error) { return 1, nil }
		written := 0
		err := run(ctx, endless, func(int) error { return nil }, func(int) error {
			if written++; written == 10 {
				cancel()
			}
			return nil
		})
		if !errors.Is(err, context.Canceled) {
			t.Errorf("%s: %v, want context.Canceled", name, err)
		}
	}
}
