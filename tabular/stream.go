package tabular

import (
	"context"
	"errors"
	"fmt"
	"io"
	"runtime"
	"sync"

	"gonum.org/v1/gonum/mat"

	"gaussflow/graph"
	"gaussflow/internal/defaults"
	"gaussflow/rows"
)

// BatchRows is a good number of rows for a batch of a stream: what the flow runs at once.
const BatchRows = 512

// LogProbs reads src, whose columns are Kept, to its end and calls write with batches of its rows and their log p, in
// order. Memory is constant; processors work on several batches at a time.
func (m *Model) LogProbs(ctx context.Context, src rows.Source, write func(x *mat.Dense, logProb []float64) error) error {
	if err := m.check("LogProbs"); err != nil {
		return err
	}
	d := m.Flow.Dim()
	switch {
	case defaults.IsNil(src):
		return errors.New("tabular: LogProbs: the source is nil")
	case src.Dim() != d:
		return &graph.ShapeError{Op: "tabular: LogProbs", Got: fmt.Sprintf("%d columns", src.Dim()), Want: fmt.Sprint(d)}
	case ctx == nil || write == nil:
		return errors.New("tabular: LogProbs: the context or the function that takes the rows is nil")
	}
	rows, err := src.Open()
	if err != nil {
		return err
	}
	defer rows.Close()
	type batch struct {
		x       *mat.Dense
		logProb []float64
	}
	read := func() (*batch, error) {
		x := make([]float64, BatchRows*d)
		n, err := rows.Read(x)
		if n == 0 && err == nil {
			err = io.ErrNoProgress
		}
		if n == 0 {
			return nil, err
		}
		return &batch{x: mat.NewDense(n, d, x[:n*d])}, nil
	}
	work := func(b *batch) (err error) {
		b.logProb, err = m.Flow.LogProb(b.x)
		return err
	}
	return Stream(ctx, read, work, func(b *batch) error { return write(b.x, b.logProb) })
}

// Stream reads batches until read returns io.EOF, works on several of them at a time, and writes them in the order in
// which they were read. The first error in that order ends it. Only read, and only write, is never called by two
// goroutines at once.
func Stream[B any](ctx context.Context, read func() (B, error), work func(B) error, write func(B) error) error {
	if ctx == nil || read == nil || work == nil || write == nil {
		return errors.New("tabular: Stream: the context or a function is nil")
	}
	ctx, stop := context.WithCancel(ctx)
	workers := runtime.GOMAXPROCS(0)
	s := &stream[B]{tasks: make(chan *task[B], workers), order: make(chan *task[B], 2*workers)}
	var running sync.WaitGroup
	defer running.Wait()
	defer stop()
	running.Go(func() { s.read(ctx, read) })
	for range workers {
		running.Go(func() { s.work(work) })
	}
	for t := range s.order {
		<-t.done
		if t.err == nil {
			t.err = ctx.Err()
		}
		if t.err == nil {
			t.err = write(t.batch)
		}
		if t.err != nil {
			return t.err
		}
	}
	return ctx.Err()
}

type stream[B any] struct {
	tasks chan *task[B] // to work on
	order chan *task[B] // to write: as many as may be under way
}

type task[B any] struct {
	batch B
	err   error
	done  chan struct{}
}

func (s *stream[B]) read(ctx context.Context, read func() (B, error)) {
	defer close(s.order)
	defer close(s.tasks)
	for {
		t := &task[B]{done: make(chan struct{})}
		if t.batch, t.err = read(); errors.Is(t.err, io.EOF) {
			return
		}
		select {
		case s.order <- t:
		case <-ctx.Done():
			return
		}
		if t.err != nil {
			close(t.done)
			return
		}
		s.tasks <- t // workers take all of them
	}
}

func (s *stream[B]) work(work func(B) error) {
	for t := range s.tasks {
		t.err = work(t.batch)
		close(t.done)
	}
}
