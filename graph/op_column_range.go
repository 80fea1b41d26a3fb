package graph

import (
	"fmt"

	G "gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"gaussflow/graph/kernel"
)

// columnRange is n columns of a matrix, from index from on.
type columnRange struct{ from, n int }

// Columns are n columns of x (N×D), from index from on: N×n.
func (b *Builder) Columns(x *G.Node, from, n int) *G.Node { return b.apply(columnRange{from, n}, x) }

func (s columnRange) shape(in []tensor.Shape) (tensor.Shape, error) {
	if in[0].Dims() != 2 || s.from < 0 || s.n < 1 || s.from+s.n > in[0][1] {
		return nil, shapeError(fmt.Sprintf("a matrix with columns %d to %d", s.from, s.from+s.n-1), in)
	}
	return tensor.Shape{in[0][0], s.n}, nil
}

func (s columnRange) grads(in G.Nodes, _, g *G.Node) (G.Nodes, error) {
	var c chain
	return c.nodes(c.apply(padColumns{s, in[0].Shape()[1]}, g))
}

func (s columnRange) kernels() kernels { return both(s, bindColumnRange, bindColumnRange) }

func bindColumnRange[T kernel.Float](s columnRange, out array[T], in []array[T]) func() {
	x, width := in[0].data, in[0].shape[1]
	return func() { moveColumns(out.data, s.n, x[s.from:], width, s.n) }
}

// padColumns is the transpose of columnRange: zeros in the other columns.
type padColumns struct {
	columnRange
	width int
}

func (s padColumns) shape(in []tensor.Shape) (tensor.Shape, error) {
	return tensor.Shape{in[0][0], s.width}, nil
}

func (s padColumns) kernels() kernels { return both(s, bindPadColumns, bindPadColumns) }

func bindPadColumns[T kernel.Float](s padColumns, out array[T], in []array[T]) func() {
	return func() {
		clear(out.data)
		moveColumns(out.data[s.from:], s.width, in[0].data, s.n, s.n)
	}
}
