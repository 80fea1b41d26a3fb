package graph

import (
	"fmt"

	G "gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"gaussflow/graph/kernel"
)

// slab is the part of x's memory from an offset on, read as a tensor of up to four axes. A Program copies nothing for
// it: an op with several results stores them in one tensor and returns slabs of it.
type slab struct {
	at   int
	axes [4]int
	dims int
}

// slabOf makes a slab for a shape of at most four axes.
func slabOf(at int, shape tensor.Shape) slab {
	s := slab{at: at, dims: len(shape)}
	copy(s.axes[:], shape)
	return s
}

// Slab reads the elements of x from offset on, in memory order, as a tensor of the given shape.
func (b *Builder) Slab(x *G.Node, offset int, shape ...int) *G.Node {
	s := slabOf(offset, shape)
	if len(shape) > len(s.axes) {
		return b.Fail(fmt.Errorf("graph: Slab: got %d axes, want at most %d", len(shape), len(s.axes)))
	}
	return b.apply(s, x)
}

// Reshape reads all elements of x, in memory order, in another shape.
func (b *Builder) Reshape(x *G.Node, shape ...int) *G.Node { return b.Slab(x, 0, shape...) }

func (s slab) offset() int { return s.at }

func (s slab) shape(in []tensor.Shape) (tensor.Shape, error) {
	out := tensor.Shape(s.axes[:s.dims]).Clone()
	if s.at < 0 || s.at+size(out) > size(in[0]) {
		return nil, shapeError(fmt.Sprintf("at least %d elements", s.at+size(out)), in)
	}
	return out, nil
}

func (s slab) grads(in G.Nodes, _, g *G.Node) (G.Nodes, error) {
	var c chain
	x := in[0].Shape()
	p := slabOf(s.at, x)
	if x.Dims() > len(p.axes) {
		return nil, shapeError("at most four axes", []tensor.Shape{x})
	}
	if s.at == 0 && size(g.Shape()) == size(x) {
		return c.nodes(c.apply(p, g))
	}
	return c.nodes(c.apply(pad(p), g))
}

func (s slab) kernels() kernels { return both(s, bindSlab, bindSlab) }

func bindSlab[T kernel.Float](s slab, out array[T], in []array[T]) func() {
	return func() { copy(out.data, in[0].data[s.at:]) }
}

// pad is the transpose of a slab: g placed at an offset in a tensor of zeros.
type pad slab

func (s pad) shape([]tensor.Shape) (tensor.Shape, error) {
	return tensor.Shape(s.axes[:s.dims]).Clone(), nil
}

func (s pad) kernels() kernels { return both(s, bindPad, bindPad) }

func bindPad[T kernel.Float](s pad, out array[T], in []array[T]) func() {
	return func() {
		clear(out.data)
		copy(out.data[s.at:], in[0].data)
	}
}

// size is the number of elements; 1 for a scalar.
func size(s tensor.Shape) int {
	n := 1
	for _, d := range s {
		n *= d
	}
	return n
}
