package train

import (
	"fmt"

	"gaussflow/graph"
	"gaussflow/graph/kernel"
	"gaussflow/internal/crew"
)

// An engine takes the steps of a fit. There is one implementation, generic in the type of numbers; New chooses the
// type.
type engine interface {
	// begin starts the given number of workers and end lets them go; in between batches are trained on. It is false if they
	// are working already.
	begin(workers int) bool
	end()
	// gradients computes a batch's cost and, for update, its gradients; squares is Σ g² over all of them.
	gradients(b batch) (cost, squares float64, err error)
	update(u update) error
	// state is a copy of the optimizer's vectors: parameter, slot, element. setState sets them to a copy whose shape
	// has been checked.
	state() [][][]float64
	setState(slots [][][]float64)
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

// engineOf is the engine for numbers of type T.
type engineOf[T kernel.Float] struct {
	*objective
	clip     Clip
	rule     Rule[T]
	slots    [][][]T // the optimizer's vectors: parameter, slot, element
	segments []segment[T]
	size     int // count of trained numbers
	workers  []*worker[T]
	crew     *crew.Crew[job] // runs the workers while a fit runs
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
		whole := Part[T]{p.Name, p.Data().([]T), e.workers[0].Grads()[i], slots}
		e.segments = append(e.segments, segmentsOf(i, whole)...)
	}
	return e
}

// hire makes sure that there are n workers; existing ones keep their programs.
func (e *engineOf[T]) hire(n int) {
	for len(e.workers) < n {
		e.workers = append(e.workers, newWorker[T](e.objective))
	}
	e.workers = e.workers[:n]
}

func (e *engineOf[T]) begin(workers int) bool {
	if e.crew != nil {
		return false
	}
	e.hire(workers)
	e.crew = crew.Start(workers, e.work)
	return true
}

func (e *engineOf[T]) end() {
	e.crew.Stop()
	e.crew = nil
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
