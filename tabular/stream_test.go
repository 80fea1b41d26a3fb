package tabular_test

import (
	"context"
	"errors"
	"io"
	"slices"
	"sync/atomic"
	"testing"

	"gonum.org/v1/gonum/mat"

	"gaussflow/data"
	"gaussflow/graph"
	"gaussflow/tabular"
)

// TestLogProbs: a stream gives the numbers of the whole table, in its order.
func TestLogProbs(t *testing.T) {
	m, _ := dropping(t)
	x := curve(3*tabular.BatchRows+17, 2, 10)
	whole, err := m.Flow.LogProb(x)
	if err != nil {
		t.Fatal(err)
	}
	var got []float64
	err = m.LogProbs(t.Context(), &data.Table{Names: m.Kept(), X: x}, func(rows *mat.Dense, logProb []float64) error {
		if !mat.Equal(rows, x.Slice(len(got), len(got)+len(logProb), 0, 2)) {
			t.Errorf("the batch at row %d has other rows", len(got))
		}
		got = append(got, logProb...)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(got, whole) {
		t.Error("log p of the stream differs from log p of the table")
	}
	var shape *graph.ShapeError
	err = m.LogProbs(t.Context(), &data.Table{Names: names(3), X: curve(5, 3, 1)}, nil)
	if !errors.As(err, &shape) {
		t.Errorf("%v, want a ShapeError", err)
	}
}

// count makes a read that counts to n and ends with err.
func count(n int, err error) func() (int, error) {
	i := 0
	return func() (int, error) {
		if i++; i > n {
			return 0, err
		}
		return i, nil
	}
}

func TestStreamOrder(t *testing.T) {
	next := 1
	work := func(i int) error {
		spin(i % 7) // those read later may be done sooner
		return nil
	}
	err := tabular.Stream(t.Context(), count(1000, io.EOF), work, func(i int) error {
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

// TestStreamErrors: whichever step fails, the first error in the order of the stream is returned, after all before it
// has been written.
func TestStreamErrors(t *testing.T) {
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
	for name, run := range map[string]func() error{
		"read": func() error { return tabular.Stream(t.Context(), count(40, failure), none, write) },
		"work": func() error { return tabular.Stream(t.Context(), count(1000, io.EOF), failAt(41), write) },
		"write": func() error {
			return tabular.Stream(t.Context(), count(1000, io.EOF), none, func(i int) error { return errors.Join(write(i), failAt(40)(i)) })
		},
	} {
		written = 0
		if err := run(); !errors.Is(err, failure) || written != 40 {
			t.Errorf("%s: %v after %d written, want the failure after 40", name, err, written)
		}
	}
}

func TestStreamCancelled(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	endless := func() (int, error) { return 1, nil }
	written := 0
	err := tabular.Stream(ctx, endless, func(int) error { return nil }, func(int) error {
		if written++; written == 10 {
			cancel()
		}
		return nil
	})
	if !errors.Is(err, context.Canceled) {
		t.Errorf("%v, want context.Canceled", err)
	}
}
