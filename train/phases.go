package train

import "fmt"

// A job is a phase of a step, with what the phase is told.
type job struct {
	phase  phase
	of     int    // workers that share the phase
	batch  batch  // to differentiate
	shards int    // workers that have differentiated it, to add up
	update update // to apply
}

type phase int

const (
	differentiate phase = iota // each worker's shard of the batch
	addUp                      // the workers' gradients of each segment
	apply                      // the gradients of each segment to its parameters
)

// An update is what a step does with the gradients.
type update struct {
	rate    float64
	step    int     // from 1
	average *ema    // nil: none
	keep    float64 // of the average
}

// work is worker i's part of a job. A panic, of code that a user has written, is the worker's error.
func (e *engineOf[T]) work(i int, j job) {
	w := e.workers[i]
	defer func() {
		if r := recover(); r != nil {
			w.err = fmt.Errorf("train: panic in a step: %v", r)
		}
	}()
	w.err = nil
	switch j.phase {
	case differentiate:
		shard := j.batch.shard(i, j.of)
		w.cost, w.err = w.Run(shard.data, shard.index, j.batch.size())
	case addUp:
		e.addUp(i, j.of, j.shards)
	case apply:
		e.apply(i, j.of, j.update)
	}
}

// do has a job done and returns the first worker's error.
func (e *engineOf[T]) do(j job) error {
	e.crew.Do(j.of, j)
	for _, w := range e.workers[:j.of] {
		if w.err != nil {
			return w.err
		}
	}
	return nil
}

// gradients runs a batch over the workers. The gradients, added in worker order, are worker 0's. A loss that needs its batch
// gets it, whole and from one worker.
func (e *engineOf[T]) gradients(b batch) (cost, squares float64, err error) {
	shards := min(len(e.workers), b.size())
	if e.batchwise() {
		shards = 1
	}
	if err := e.do(job{phase: differentiate, of: shards, batch: b}); err != nil {
		return 0, 0, err
	}
	for _, w := range e.workers[:shards] {
		cost += w.cost
	}
	if err := e.do(job{phase: addUp, of: e.spread(), shards: shards}); err != nil {
		return 0, 0, err
	}
	for i := range e.segments {
		squares += e.segments[i].square
	}
	return cost, squares, nil
}

func (e *engineOf[T]) update(u update) error {
	e.clipGradients()
	return e.do(job{phase: apply, of: e.spread(), update: u})
}
