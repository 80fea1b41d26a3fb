package graph

import (
	G "gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"gaussflow/graph/kernel"
)

// clampOp bounds every element.
type clampOp struct{ clamp kernel.Clamp }

// Clamp bounds every element by c.
func (b *Builder) Clamp(x *G.Node, c kernel.Clamp) *G.Node {
	if c.Kind == kernel.ClampNone {
		return x
	}
	return b.apply(clampOp{c}, x)
}

func (s clampOp) shape(in []tensor.Shape) (tensor.Shape, error) { return in[0].Clone(), nil }

func (s clampOp) grads(_ G.Nodes, out, g *G.Node) (G.Nodes, error) {
	var c chain
	return c.nodes(c.apply(clampSlope(s), out, g))
}

func (s clampOp) kernels() kernels { return both(s, bindClamp, bindClamp) }

func bindClamp[T kernel.Float](s clampOp, out array[T], in []array[T]) func() {
	return func() {
		for i, x := range in[0].data {
			out.data[i] = T(s.clamp.Apply(float64(x)))
		}
	}
}

// clampSlope is g times the clamp's slope, computed from the clamped value.
type clampSlope clampOp

func (s clampSlope) shape(in []tensor.Shape) (tensor.Shape, error) { return in[0].Clone(), nil }

func (s clampSlope) kernels() kernels { return both(s, bindClampSlope, bindClampSlope) }

func bindClampSlope[T kernel.Float](s clampSlope, out array[T], in []array[T]) func() {
	return func() {
		for i, g := range in[1].data {
			out.data[i] = g * T(s.clamp.Slope(float64(in[0].data[i])))
		}
	}
}
