package manual

import (
	"fmt"
	"math"

	"gonum.org/v1/gonum/mat"

	"gaussflow/flows"
	"gaussflow/graph/kernel"
	"gaussflow/internal/crew"
)

// A Flow is a coupling, diagonal or masked affine flow with hand-written gradients and Adam with Keras's defaults. It may be used
// by one goroutine at a time. Every table that it is given must have the flow's d columns.
type Flow[T kernel.Float] struct {
	shape   *shape
	params  []T
	m, v    []T // Adam's moments
	steps   int
	rate    T // learning rate of this step, including bias correction
	q       [][]T
	piece   int
	workers []*worker[T]
	crew    *crew.Crew[job] // nil if the caller does all the work
}

// pieceRows is how many rows pass through the whole flow at a time: of 64, 128 and 256 the fastest on the shape wide, where
// it matters.
const pieceRows = 128

// New copies the architecture and the parameters of f, whose dtype must be T. f must be a flow of NewCoupling with ReLU
// conditioners and the default mask, of NewGaussianization without PCA, or of affine Autoregressive layers with ReLU conditioners
// only. Weights that a mask excludes are set to zero, whatever their values in f.
func New[T kernel.Float](f *flows.Flow, workers int) (*Flow[T], error) {
	if workers < 1 {
		return nil, fmt.Errorf("manual: New: workers = %d, want ≥ 1", workers)
	}
	s, err := read(f)
	if err != nil {
		return nil, err
	}
	m := &Flow[T]{shape: s, params: make([]T, s.all), m: make([]T, s.all), v: make([]T, s.all), piece: pieceRows}
	for i, p := range f.Params() {
		data, ok := p.Data().([]T)
		if !ok {
			return nil, fmt.Errorf("manual: New: the flow is %s, want %T", f.Dtype(), T(0))
		}
		copy(cut(m.params, s.spans[i]), data)
	}
	for _, z := range s.zeros {
		clear(cut(m.params, z))
	}
	for range s.turns {
		m.q = append(m.q, make([]T, s.dim*s.dim))
	}
	for i := range workers {
		m.workers = append(m.workers, newWorker(m, i))
	}
	for b := range s.turns {
		m.workers[0].turn(b)
	}
	return m, nil
}

// Start gives every worker but the first a goroutine of its own, until stop is called. Without it the caller does all
// the work.
func (f *Flow[T]) Start() (stop func()) {
	f.crew = crew.Start(len(f.workers), func(i int, j job) { f.workers[i].run(j) })
	return func() {
		f.crew.Stop()
		f.crew = nil
	}
}

// each runs a phase on all workers, the first on the caller's goroutine.
func (f *Flow[T]) each(j job) {
	if f.crew != nil {
		f.crew.Do(len(f.workers), j)
		return
	}
	for _, w := range f.workers {
		w.run(j)
	}
}

// loss is the mean of −log p that the workers found on n rows.
func (f *Flow[T]) loss(n int) float64 {
	total := 0.0
	for _, w := range f.workers {
		total += w.total
	}
	return -total / float64(n)
}

// Step makes one step of Adam on the mean of −log p of the rows of x (N×d), and returns that mean.
func (f *Flow[T]) Step(x *mat.Dense) float64 {
	f.each(job{phase: differentiate, x: x})
	f.steps++
	f.rate = adamRate[T](f.steps)
	f.each(job{phase: update})
	n, _ := x.Dims()
	return f.loss(n)
}

// Gradient is the mean of −log p of the rows of x (N×d) and its gradient in each parameter, in the order of the flow
// given to New. It is valid until the next call.
func (f *Flow[T]) Gradient(x *mat.Dense) (loss float64, grads [][]T) {
	f.each(job{phase: differentiate, x: x})
	f.each(job{phase: add})
	for _, s := range f.shape.spans {
		grads = append(grads, cut(f.workers[0].grads, s))
	}
	n, _ := x.Dims()
	return f.loss(n), grads
}

// LogProb writes log p of each row of x (N×d) into dst (N), nats.
func (f *Flow[T]) LogProb(dst []float64, x *mat.Dense) {
	if n, _ := x.Dims(); n == 1 { // the last worker gets the only row
		f.workers[len(f.workers)-1].run(job{phase: evaluate, x: x, dst: dst})
		return
	}
	f.each(job{phase: evaluate, x: x, dst: dst})
}

// Params are views of the parameters' values, in the order of the flow given to New.
func (f *Flow[T]) Params() (params [][]T) {
	for _, s := range f.shape.spans {
		params = append(params, cut(f.params, s))
	}
	return params
}

// LearningRate is that of a measured step. It is so small that thousands of steps on one batch hardly change a parameter: at Adam's usual
// 0.001 affine layers fit the batch ever more closely, until their scales are not finite.
const LearningRate = 1e-5

// Keras's default settings of Adam.
const (
	beta1   = 0.9
	beta2   = 0.999
	epsilon = 1e-7
)

func adamRate[T kernel.Float](step int) T {
	t := float64(step)
	return T(LearningRate * math.Sqrt(1-math.Pow(beta2, t)) / (1 - math.Pow(beta1, t)))
}

// adam updates a part of the parameters.
func (f *Flow[T]) adam(s span) {
	kernel.Adam(T(1-beta1), T(1-beta2), f.rate, T(epsilon), cut(f.params, s), cut(f.workers[0].grads, s), cut(f.m, s), cut(f.v, s))
}
