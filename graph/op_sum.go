package graph

import (
	G "gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"gaussflow/graph/kernel"
)

// Sums over a row's columns, and sums of a few tensors, are accumulated in float64, whatever the storage type.

// sum adds any number of tensors of one shape.
type sum struct{}

// Sum adds tensors of one shape; it skips those made by Zeros.
func (b *Builder) Sum(xs ...*G.Node) *G.Node {
	if b.fails() {
		return nil
	}
	var terms []*G.Node
	for _, x := range xs {
		if !b.zeros[x] {
			terms = append(terms, x)
		}
	}
	switch {
	case len(terms) == 1:
		return terms[0]
	case len(terms) == 0 && len(xs) > 0:
		return xs[0]
	}
	return b.apply(sum{}, terms...)
}

func (s sum) shape(in []tensor.Shape) (tensor.Shape, error) {
	for _, other := range in[1:] {
		if !in[0].Eq(other) {
			return nil, shapeError("equal shapes", in)
		}
	}
	return in[0].Clone(), nil
}

func (s sum) grads(in G.Nodes, _, g *G.Node) (G.Nodes, error) {
	gs := make(G.Nodes, len(in))
	for i := range gs {
		gs[i] = g
	}
	return gs, nil
}

func (sum) kernels() kernels { return kernels{bindSum[float64], bindSum[float32]} }

func bindSum[T kernel.Float](out array[T], in []array[T]) func() {
	if len(in) == 2 { // a sum of two has the same digits in either type
		return func() { kernel.Sum(out.data, in[0].data, in[1].data) }
	}
	return func() {
		for i := range out.data {
			t := 0.0
			for _, x := range in {
				t += float64(x.data[i])
			}
			out.data[i] = T(t)
		}
	}
}

// sumLeading sums over all but the last suffix axes.
type sumLeading struct{ suffix int }

func (s sumLeading) shape(in []tensor.Shape) (tensor.Shape, error) {
	if in[0].Dims() <= s.suffix {
		return nil, shapeError("more axes than are kept", in)
	}
	return in[0][in[0].Dims()-s.suffix:].Clone(), nil
}

func (sumLeading) kernels() kernels { return kernels{bindSumLeading[float64], bindSumLeading[float32]} }

func bindSumLeading[T kernel.Float](out array[T], in []array[T]) func() {
	part := make([]T, len(out.data))
	return func() {
		if !out.adds() {
			kernel.ColumnSums(out.data, in[0].data)
			return
		}
		kernel.ColumnSums(part, in[0].data)
		kernel.Accumulate(out.data, part)
	}
}

func (sumLeading) sums() {}

// sumLast sums over the last axis.
type sumLast struct{}

// SumLast sums over the last axis: N×d → N.
func (b *Builder) SumLast(x *G.Node) *G.Node { return b.apply(sumLast{}, x) }

func (s sumLast) shape(in []tensor.Shape) (tensor.Shape, error) {
	if in[0].Dims() < 1 {
		return nil, shapeError("an axis to sum over", in)
	}
	return in[0][:in[0].Dims()-1].Clone(), nil
}

func (s sumLast) grads(in G.Nodes, _, g *G.Node) (G.Nodes, error) {
	var c chain
	x := in[0].Shape()
	return c.nodes(c.apply(expandLast{x[len(x)-1]}, g))
}

func (sumLast) kernels() kernels { return kernels{bindSumLast[float64], bindSumLast[float32]} }

func bindSumLast[T kernel.Float](out array[T], in []array[T]) func() {
	x, k := in[0].data, lastAxis(in[0].shape)
	return func() { kernel.RowSums(out.data, x, k) }
}

// expandLast repeats every element along a new last axis.
type expandLast struct{ n int }

// ExpandLast repeats every element n times along a new last axis: N → N×n.
func (b *Builder) ExpandLast(x *G.Node, n int) *G.Node { return b.apply(expandLast{n}, x) }

func (s expandLast) shape(in []tensor.Shape) (tensor.Shape, error) {
	return append(in[0].Clone(), s.n), nil
}

func (s expandLast) grads(_ G.Nodes, _, g *G.Node) (G.Nodes, error) {
	var c chain
	return c.nodes(c.apply(sumLast{}, g))
}

func (s expandLast) kernels() kernels { return both(s, bindExpandLast, bindExpandLast) }

func bindExpandLast[T kernel.Float](s expandLast, out array[T], in []array[T]) func() {
	return func() {
		for i, v := range in[0].data {
			row := out.data[i*s.n : (i+1)*s.n]
			for j := range row {
				row[j] = v
			}
		}
	}
}

func lastAxis(s tensor.Shape) int { return s[len(s)-1] }

// dotProduct is Σ a·b over all elements, a scalar.
type dotProduct struct{}

// Dot is the scalar Σ a·b over all elements of two tensors of one shape.
func (b *Builder) Dot(x, y *G.Node) *G.Node { return b.apply(dotProduct{}, x, y) }

func (s dotProduct) shape(in []tensor.Shape) (tensor.Shape, error) {
	if !in[0].Eq(in[1]) {
		return nil, shapeError("equal shapes", in)
	}
	return tensor.Shape{}, nil
}

func (s dotProduct) grads(in G.Nodes, _, g *G.Node) (G.Nodes, error) {
	var c chain
	return c.nodes(c.apply(arith{mulKind}, in[1], g), c.apply(arith{mulKind}, in[0], g))
}

func (dotProduct) kernels() kernels { return kernels{bindDot[float64], bindDot[float32]} }

func bindDot[T kernel.Float](out array[T], in []array[T]) func() {
	a, b := in[0].data, in[1].data
	return func() {
		t := 0.0
		for i, x := range a {
			t += float64(x) * float64(b[i])
		}
		out.data[0] = T(t)
	}
}
