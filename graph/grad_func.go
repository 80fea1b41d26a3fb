package graph

import (
	"errors"
	"fmt"

	G "gorgonia.org/gorgonia"

	"gaussflow/graph/kernel"
	"gaussflow/internal/defaults"
)

// A GradFunc is a cost summed over the rows of a batch, with its gradients in parameters: what a training step computes. T is
// the parameters' storage type. A batch is processed in pieces, small enough that the results of the forward pass are still in
// the cache when the backward pass needs them. A GradFunc may be used by one goroutine at a time; several GradFuncs in
// different goroutines share the parameters.
type GradFunc[T kernel.Float] struct {
	// Whole processes all rows of a batch in one piece, for a cost that is no sum over pieces. It must be set before the first
	// Run.
	Whole bool

	dim    int
	params []*Param
	build  func(b *Builder, batch BatchNodes) (cost *G.Node)
	pieces map[int]*piece // by number of rows
	grads  [][]T
}

// WeightedRows are a table with a weight for each row.
type WeightedRows interface {
	// Row returns row i and its weight: either the table's own memory, unchanged until the next call, or scratch, which has one
	// number for each column, filled with the row.
	Row(scratch []float64, i int) (row []float64, weight float64)
}

// BatchNodes are the inputs of a GradFunc's graph, for one piece of a batch.
type BatchNodes struct {
	X       *G.Node // rows×dim
	Weights *G.Node // each row's weight divided by the number of rows of the batch
	Share   *G.Node // the piece's share of the batch's rows, a scalar: the factor for terms that the cost has once for a batch
}

// NewGradFunc makes a GradFunc of the gradient in params, which must be distinct and have storage type T. The cost of a batch
// is the sum of the costs that build makes for its pieces. A run fails, with an error that names the parameter, if the cost
// does not depend on one of params, or if the graph uses a trainable parameter that is not among them: neither would ever be
// trained.
func NewGradFunc[T kernel.Float](dim int, params []*Param, build func(b *Builder, batch BatchNodes) (cost *G.Node)) *GradFunc[T] {
	f := &GradFunc[T]{dim: dim, params: params, build: build, pieces: map[int]*piece{}}
	for _, p := range params {
		f.grads = append(f.grads, kernel.Aligned[T](p.Size()))
	}
	return f
}

// ready reports a GradFunc that cannot run, and invalid numbers of rows.
func (f *GradFunc[T]) ready(rows WeightedRows, n, batch int) error {
	switch {
	case f == nil || f.pieces == nil:
		return errors.New("graph: GradFunc: nil or zero: NewGradFunc makes one")
	case f.build == nil:
		return errors.New("graph: GradFunc: the function that builds the cost is nil")
	case f.dim < 1 || f.dim > maxTensor/pieceRows:
		return fmt.Errorf("graph: GradFunc: dim = %d, want 1 ≤ dim ≤ %d", f.dim, maxTensor/pieceRows)
	case n < 1 || defaults.IsNil(rows):
		return errors.New("graph: GradFunc: no rows, want at least one")
	case batch < n:
		return fmt.Errorf("graph: GradFunc: %d rows of a batch of %d, want at most all of it", n, batch)
	}
	return nil
}

// Grads are the gradients of the last Run, one for each parameter. Their memory is the same each time; the caller may
// change it.
func (f *GradFunc[T]) Grads() [][]T {
	if f == nil {
		return nil
	}
	return f.grads
}

// Run computes the cost, and the gradients, for the rows at index: all or some of a batch of so many rows. After the first
// runs with a size it allocates nothing.
func (f *GradFunc[T]) Run(rows WeightedRows, index []int, batch int) (cost float64, err error) {
	n := len(index)
	if err := f.ready(rows, n, batch); err != nil {
		return 0, err
	}
	pieces := f.piecesOf(n)
	each, longer := n/pieces, n%pieces
	var before *piece
	finished := false
	for i, at := 0, 0; i < pieces; i++ {
		length := each
		if i < longer {
			length++
		}
		p, err := f.pieceOf(length)
		if err != nil {
			return 0, err
		}
		if before != nil && before != p {
			if err := before.FinishSum(finished); err != nil {
				return 0, err
			}
			finished = true
		}
		if err := p.load(rows, index[at:at+length], batch); err != nil {
			return 0, err
		}
		at += length
		if err := p.RunSum(i > 0); err != nil {
			return 0, err
		}
		cost += p.Scalar(p.cost)
		before = p
	}
	return cost, before.FinishSum(finished)
}

const (
	// pieceRows is the most rows of a piece: of 128, 256 and 512 the fastest where it makes a difference.
	pieceRows = 128
	// wholeSizes is for how many batch sizes programs are kept if Whole is set. A fit has two, that of its batches and that of
	// the last one.
	wholeSizes = 4
)

// piecesOf is the number of pieces for so many rows.
func (f *GradFunc[T]) piecesOf(rows int) int {
	if f.Whole {
		return 1
	}
	return (rows + pieceRows - 1) / pieceRows
}

// A piece is the graph for one number of rows; its gradients are added to the GradFunc's.
type piece struct {
	*Program
	rows    int
	inputs  BatchNodes
	cost    *G.Node
	weights []float64 // the inputs' values
	share   [1]float64
}

func (f *GradFunc[T]) pieceOf(rows int) (*piece, error) {
	if p := f.pieces[rows]; p != nil {
		return p, nil
	}
	p := &piece{rows: rows, weights: make([]float64, rows)}
	var err error
	p.Program, err = Build(engineFor[T]().name, func(b *Builder) []*G.Node {
		p.inputs = BatchNodes{b.Input("x", rows, f.dim), b.Input("weights", rows), b.Input("share")}
		p.cost = f.build(b, p.inputs)
		f.sumGrads(b, p.cost)
		return []*G.Node{p.cost}
	})
	if err != nil {
		return nil, err
	}
	if f.Whole && len(f.pieces) >= wholeSizes {
		clear(f.pieces)
	}
	f.pieces[rows] = p
	return p, nil
}

// sumGrads makes the runs of b's program sum up the gradients of cost.
func (f *GradFunc[T]) sumGrads(b *Builder, cost *G.Node) {
	if b.fails() {
		return
	}
	if err := f.check(b, cost); err != nil {
		b.Fail(err)
		return
	}
	wrt := make([]*G.Node, len(f.params))
	for i, p := range f.params {
		wrt[i] = b.Param(p)
	}
	for i, g := range b.Grad(cost, wrt...) {
		b.SumInto(g, f.grads[i])
	}
}

// check reports a parameter that would never be trained, or would be trained twice in a step.
func (f *GradFunc[T]) check(b *Builder, cost *G.Node) error {
	if cost == nil {
		return errors.New("graph: GradFunc: the cost is nil, want a scalar node")
	}
	reached, known := ancestors(cost), map[*Param]bool{}
	for i, p := range f.params {
		switch {
		case known[p]:
			return fmt.Errorf("graph: GradFunc: %s is there twice, want each parameter once", nameOf(i, p))
		case !reached[b.params[p]]:
			return fmt.Errorf("graph: GradFunc: the cost does not depend on %s, so it would never be trained: use it, or set its Trainable to false", nameOf(i, p))
		}
		known[p] = true
	}
	for _, p := range b.Params() {
		if p.Trainable && !known[p] {
			return fmt.Errorf("graph: GradFunc: the graph uses the trainable parameter %q of shape %v, which is not among the parameters, so it would never be trained: list it in Params, or set its Trainable to false", p.Name, p.Shape())
		}
	}
	return nil
}

func nameOf(i int, p *Param) string {
	return fmt.Sprintf("parameter %d (from 0), %q of shape %v,", i, p.Name, p.Shape())
}

// load sets the inputs to the rows at index, in a batch of so many rows.
func (p *piece) load(rows WeightedRows, index []int, batch int) error {
	x, scratch := p.buffers[p.inputs.X], p.rowsOf(p.inputs.X).scratch
	for i, at := range index {
		row, weight := rows.Row(scratch, at)
		if len(row) != len(scratch) {
			return &ShapeError{Op: fmt.Sprintf("graph: GradFunc: row %d", at), Got: fmt.Sprintf("%d numbers", len(row)), Want: fmt.Sprint(len(scratch))}
		}
		p.weights[i] = weight / float64(batch)
		if x != nil { // nil if the cost does not depend on the rows
			x.set(i*len(scratch), row)
		}
	}
	p.share[0] = float64(p.rows) / float64(batch)
	p.Set(p.inputs.Weights, p.weights)
	p.Set(p.inputs.Share, p.share[:])
	return nil
}
