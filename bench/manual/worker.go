package manual

import (
	"gonum.org/v1/gonum/mat"

	"gaussflow/graph/kernel"
)

// A worker computes its shard of the rows, and its share of the update.
type worker[T kernel.Float] struct {
	flow       *Flow[T]
	index      int
	grads      []T
	gq         [][]T
	scratch    *scratch[T]
	passes     map[int]*pass[T] // by number of rows
	reflectors *kernel.Reflectors[T]
	total      float64 // Σ log p of the shard
}

// A job is a phase of the work on a table.
type job struct {
	phase phase
	x     *mat.Dense
	dst   []float64 // for logProb
}

type phase int

const (
	differentiate phase = iota // the shard's gradients
	update                     // the sum of gradients and Adam
	add                        // the sum of gradients alone
	evaluate                   // log p into dst
)

func newWorker[T kernel.Float](f *Flow[T], index int) *worker[T] {
	w := &worker[T]{
		flow: f, index: index, grads: make([]T, f.shape.all), scratch: newScratch[T](), passes: map[int]*pass[T]{},
		reflectors: kernel.NewReflectors[T](f.shape.dim, f.shape.dim),
	}
	for range f.shape.turns {
		w.gq = append(w.gq, make([]T, f.shape.dim*f.shape.dim))
	}
	return w
}

func (w *worker[T]) run(j job) {
	switch j.phase {
	case differentiate, evaluate:
		w.rows(j)
	case update:
		w.sum()
		w.step()
	case add:
		w.sum()
	}
}

// rows processes the worker's shard in pieces.
func (w *worker[T]) rows(j job) {
	n, _ := j.x.Dims()
	first, end := share(n, w.index, len(w.flow.workers))
	w.total = 0
	if first == end && j.phase == differentiate { // fewer rows than workers
		w.clear()
	}
	for at := first; at < end; {
		p := w.pass(min(w.flow.piece, end-at))
		p.load(j.x, at)
		w.total += p.forward()
		if j.phase == evaluate {
			copy(j.dst[at:], p.logProb)
		} else {
			p.backward(1/float64(n), at > first)
		}
		at += p.rows
	}
}

func (w *worker[T]) clear() {
	clear(w.grads)
	for _, g := range w.gq {
		clear(g)
	}
}

func (w *worker[T]) pass(rows int) *pass[T] {
	p := w.passes[rows]
	if p == nil {
		f := w.flow
		p = newPass(f.shape, rows, f.params, w.grads, f.q, w.gq, w.scratch)
		w.passes[rows] = p
	}
	return p
}

// share is the range of part i if n things are divided into parts.
func share(n, i, parts int) (first, end int) { return n * i / parts, n * (i + 1) / parts }

// sum adds the worker's share of the gradients of all workers, in their order, into the first worker's.
func (w *worker[T]) sum() {
	f := w.flow
	lo, hi := share(f.shape.flat, w.index, len(f.workers))
	to := f.workers[0].grads
	for _, other := range f.workers[1:] {
		kernel.Accumulate(to[lo:hi], other.grads[lo:hi])
	}
	w.mask(to, lo, hi)
	for b := w.index; b < len(f.q); b += len(f.workers) {
		gq := f.workers[0].gq[b]
		for _, other := range f.workers[1:] {
			kernel.Accumulate(gq, other.gq[b])
		}
		v := f.shape.blocks[b].reflectors
		w.reflectors.Backward(cut(to, v), cut(f.params, v), gq)
	}
}

// mask sets the gradients, from lo to hi, of weights that must stay zero to zero.
func (w *worker[T]) mask(grads []T, lo, hi int) {
	for _, z := range w.flow.shape.zeros {
		if from, to := max(lo, z.at), min(hi, z.at+z.n); from < to {
			clear(grads[from:to])
		}
	}
}

// turn computes the matrix of block b's rotation.
func (w *worker[T]) turn(b int) {
	f := w.flow
	w.reflectors.Product(f.q[b], cut(f.params, f.shape.blocks[b].reflectors))
}

// step applies Adam to the worker's share of the parameters, and updates the rotations that depend on them.
func (w *worker[T]) step() {
	f := w.flow
	lo, hi := share(f.shape.flat, w.index, len(f.workers))
	f.adam(span{lo, hi - lo})
	for b := w.index; b < len(f.q); b += len(f.workers) {
		f.adam(f.shape.blocks[b].reflectors)
		w.turn(b)
	}
}
