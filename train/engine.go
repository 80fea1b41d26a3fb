package train

import (
	"fmt"

	"gaussflow/graph"
	"gaussflow/graph/kernel"
	"gaussflow/internal/crew"
)

// An engine takes the steps of a fit. There is one of each type of numbers, and New chooses.
type engine interface {
	// begin starts so many workers, end lets them go; in between batches are trained on.
	begin(workers int)
	end()
	// gradients computes a batch's cost and, for update, its gradients; squares is Σ g² of all of them.
	gradients(b batch) (cost, squares float64, err error)
	update(u update) error
	// state is a copy of the optimizer's vectors: parameter, slot, element. setState takes one that has been checked.
	state() [][][]float64
	setState(slots [][][]float64)
	// restore copies numbers, a slice of some type, into p, unless their type or length is another.
	restore(p *graph.Param, numbers any) bool
}

// An update is what a step does with the gradients.
type update struct {
	rate    float64
	step    int     // from 1
	average *ema    // nil: none
	keep    float64 // of the average
}

func newEngine(o *objective, c Config) (engine, error) {
	if slots := c.Optimizer.Slots(); slots < 0 {
		return nil, fmt.Errorf("train: New: the optimizer %T has %d slots, want ≥ 0", c.Optimizer, slots)
	}
	rules := c.Optimizer.Rules()
	if rules.Float64 == nil || rules.Float32 == nil {
		return nil, fmt.Errorf("train: New: the optimizer %T has no rule for one of the types of numbers, want both", c.Optimizer)
	}
	if o.dtype() == graph.Float32 {
		return newEngineOf(o, c, rules.Float32), nil
	}
	return newEngineOf(o, c, rules.Float64), nil
}

// engineOf is the engine of numbers of type T.
type engineOf[T kernel.Float] struct {
	*objective
	clip     Clip
	rule     Rule[T]
	slots    [][][]T // the optimizer's: parameter, slot, element
	segments []segment[T]
	size     int // numbers to train
	workers  []*worker[T]
	crew     *crew.Crew[job] // of the workers, while a fit runs
}

func newEngineOf[T kernel.Float](o *objective, c Config, rule Rule[T]) *engineOf[T] {
	e := &engineOf[T]{objective: o, clip: c.Clip, rule: rule}
	e.hire(1)
	for i, p := range o.params {
		slots := make([][]T, c.Optimizer.Slots())
		for j := range slots {
			slots[j] = kernel.Aligned[T](p.Size())
		}
		e.slots = append(e.slots, slots)
		e.size += p.Size()
		whole := Part[T]{p.Name, p.Data().([]T), e.workers[0].grads[i], slots}
		e.segments = append(e.segments, segmentsOf(i, whole)...)
	}
	return e
}

// hire makes sure of n workers; those there are keep their programs.
func (e *engineOf[T]) hire(n int) {
	for len(e.workers) < n {
		e.workers = append(e.workers, newWorker[T](e.objective))
	}
	e.workers = e.workers[:n]
}

func (e *engineOf[T]) begin(workers int) {
	e.hire(workers)
	e.crew = crew.Start(workers, e.work)
}

func (e *engineOf[T]) end() {
	e.crew.Stop()
	e.crew = nil
}

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
		w.err = w.differentiate(j.batch.shard(i, j.of), j.batch.size())
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

func (e *engineOf[T]) state() [][][]float64 {
	out := make([][][]float64, len(e.slots))
	for i, slots := range e.slots {
		out[i] = make([][]float64, len(slots))
		for j, slot := range slots {
			for _, x := range slot {
				out[i][j] = append(out[i][j], float64(x))
			}
		}
	}
	return out
}

func (e *engineOf[T]) setState(slots [][][]float64) {
	for i := range slots {
		for j, slot := range slots[i] {
			for k, x := range slot {
				e.slots[i][j][k] = T(x)
			}
		}
	}
}

func (e *engineOf[T]) restore(p *graph.Param, numbers any) bool {
	src, ok := numbers.([]T)
	dst := p.Data().([]T)
	if !ok || len(src) != len(dst) {
		return false
	}
	copy(dst, src)
	p.Changed()
	return true
}
