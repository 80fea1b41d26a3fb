package graph

import (
	"slices"

	G "gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"gaussflow/graph/kernel"
)

// arith is a∘b, element by element. b may have only the last axes of a, and is then repeated along the first ones,
// without being copied.
type arith struct{ kind arithKind }

type arithKind byte

const (
	addKind arithKind = '+'
	subKind arithKind = '-'
	mulKind arithKind = '*'
)

// Add is a + b; b may have only the last axes of a.
func (b *Builder) Add(x, y *G.Node) *G.Node { return b.apply(arith{addKind}, x, y) }

// Sub is a − b; b may have only the last axes of a.
func (b *Builder) Sub(x, y *G.Node) *G.Node { return b.apply(arith{subKind}, x, y) }

// Mul is a·b element by element; b may have only the last axes of a.
func (b *Builder) Mul(x, y *G.Node) *G.Node { return b.apply(arith{mulKind}, x, y) }

func (s arith) shape(in []tensor.Shape) (tensor.Shape, error) {
	a, b := in[0], in[1]
	if len(b) > len(a) || !slices.Equal(a[len(a)-len(b):], b) {
		return nil, shapeError("equal shapes, or the second the last axes of the first", in)
	}
	return a.Clone(), nil
}

func (s arith) grads(in G.Nodes, _, g *G.Node) (G.Nodes, error) {
	var c chain
	a, b := in[0], in[1]
	ga, gb := g, g
	switch s.kind {
	case subKind:
		gb = c.apply(scale{-1}, g)
	case mulKind:
		ga, gb = c.apply(arith{mulKind}, g, b), c.apply(arith{mulKind}, g, a)
	}
	if b.Shape().Dims() < a.Shape().Dims() {
		gb = c.apply(sumLeading{suffix: b.Shape().Dims()}, gb)
	}
	return c.nodes(ga, gb)
}

func (s arith) kernels() kernels { return both(s, bindArith, bindArith) }

func bindArith[T kernel.Float](s arith, out array[T], in []array[T]) func() {
	a, b, y := in[0].data, in[1].data, out.data
	of := map[arithKind]func(out, x, y []T){addKind: kernel.Sum[T], subKind: kernel.Difference[T], mulKind: kernel.Product[T]}[s.kind]
	return func() {
		for i := 0; i < len(a); i += len(b) {
			of(y[i:i+len(b)], a[i:i+len(b)], b)
		}
	}
}

// scale is a constant times x.
type scale struct{ by float64 }

// Scale is c·x.
func (b *Builder) Scale(x *G.Node, c float64) *G.Node { return b.apply(scale{c}, x) }

func (s scale) shape(in []tensor.Shape) (tensor.Shape, error) { return in[0].Clone(), nil }

func (s scale) grads(_ G.Nodes, _, g *G.Node) (G.Nodes, error) {
	var c chain
	return c.nodes(c.apply(s, g))
}

func (s scale) kernels() kernels { return both(s, bindScale, bindScale) }

func bindScale[T kernel.Float](s scale, out array[T], in []array[T]) func() {
	return func() { kernel.Scaled(out.data, T(s.by), in[0].data) }
}
