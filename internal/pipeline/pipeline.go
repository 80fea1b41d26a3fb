// Package pipeline processes a sequence of batches on all processors, and passes the results on in the original order.
package pipeline

import (
	"context"
	"errors"
	"io"
	"runtime"
	"sync"
)

// Run reads batches until read returns io.EOF, works on several of them at a time, and writes them in the order in
// which they were read. The first error in that order ends it. Neither read nor write is ever called by two goroutines
// at once; work is.
func Run[B any](ctx context.Context, read func() (B, error), work func(B) error, write func(B) error) error {
	if ctx == nil || read == nil || work == nil || write == nil {
		return errors.New("pipeline: Run: the context or a function is nil")
	}
	ctx, stop := context.WithCancel(ctx)
	workers := runtime.GOMAXPROCS(0)
	s := &stages[B]{tasks: make(chan *task[B], workers), order: make(chan *task[B], 2*workers)}
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

// RunAlone is Run on the goroutine that calls it, a batch at a time: for few batches, and where others keep all processors busy.
func RunAlone[B any](ctx context.Context, read func() (B, error), work func(B) error, write func(B) error) error {
	if ctx == nil || read == nil || work == nil || write == nil {
		return errors.New("pipeline: RunAlone: the context or a function is nil")
	}
	for {
		b, err := read()
		if errors.Is(err, io.EOF) {
			return ctx.Err()
		}
		if err == nil {
			err = work(b)
		}
		if err == nil {
			err = ctx.Err()
		}
		if err == nil {
			err = write(b)
		}
		if err != nil {
			return err
		}
	}
}

// stages are the two queues between reading, working and writing.
type stages[B any] struct {
	tasks chan *task[B] // batches to work on
	order chan *task[B] // batches to write, in order; its capacity limits the batches in progress
}

type task[B any] struct {
	batch B
	err   error
	done  chan struct{}
}

func (s *stages[B]) read(ctx context.Context, read func() (B, error)) {
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
		s.tasks <- t // never blocks for long: the workers take all tasks
	}
}

func (s *stages[B]) work(work func(B) error) {
	for t := range s.tasks {
		t.err = work(t.batch)
		close(t.done)
	}
}
