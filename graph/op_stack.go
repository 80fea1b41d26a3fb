package graph

import (
	G "gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"gaussflow/graph/kernel"
)

// stack joins tensors of one shape along a new first axis.
type stack struct{}

// Stack joins n tensors of one shape along a new first axis.
func (b *Builder) Stack(xs ...*G.Node) *G.Node { return b.apply(stack{}, xs...) }

func (s stack) shape(in []tensor.Shape) (tensor.Shape, error) {
	out, err := sum{}.shape(in)
	return append(tensor.Shape{len(in)}, out...), err
}

func (s stack) grads(in G.Nodes, _, g *G.Node) (G.Nodes, error) {
	var c chain
	return c.nodes(c.parts(g, in)...)
}

func (stack) kernels() kernels { return kernels{bindStack[float64], bindStack[float32]} }

func bindStack[T kernel.Float](out array[T], in []array[T]) func() {
	return func() {
		rest := out.data
		for _, x := range in {
			rest = rest[copy(rest, x.data):]
		}
	}
}
