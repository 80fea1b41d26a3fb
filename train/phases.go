package train

import "fmt"

// A job is one phase of a step, with the arguments of that phase.
type job struct {
	phase  phase
	of     int    // number of workers that share the phase
	batch  batch  // for differentiate
	shards int    // for addUp: number of workers that have differentiated the batch
	update update // for apply
}

type phase int

const (
	differentiate phase = iota // each worker differentiates its shard of the batch
	addUp                      // sums the workers' gradients, segment by segment
	apply                      // updates the parameters, segment by segment
)

// An update holds the arguments of the optimizer's step.
type update struct {
	rate    float64
	step    int     // from 1
	average *ema    // nil if there is no average
	keep    float64 // weight of the old average
}

// work is worker i's part of a job. A panic in a user's code becomes the worker's error.
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

// do runs a job and returns the first worker's error.
func (e *engineOf[T]) do(j job) error {
	e.crew.Do(j.of, j)
	for _, w := range e.workers[:j.of] {
		if w.err != nil {
			return w.err
		}
	}
	return nil
}

// gradients runs a batch over the workers. The gradients, added in worker order, end up with worker 0. For a
// losses.BatchLoss one worker gets the whole batch.
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
