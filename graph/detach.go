package graph

import (
	"errors"

	G "gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"gaussflow/graph/kernel"
)

// detach passes x on; its gradient in x is zero.
type detach struct{}

// Detach is x as a constant: gradients do not pass through it.
func (b *Builder) Detach(x *G.Node) *G.Node { return b.apply(detach{}, x) }

// Detached runs build with every parameter as a constant: what build makes has gradients in the other nodes that it uses, but
// none in parameters.
func (b *Builder) Detached(build func()) {
	switch {
	case b.fails():
		return
	case build == nil:
		b.Fail(errors.New("graph: Detached: the function that builds is nil"))
		return
	}
	before := b.detached
	b.detached = true
	defer func() { b.detached = before }()
	build()
}

func (detach) offset() int { return 0 }

func (detach) shape(in []tensor.Shape) (tensor.Shape, error) { return in[0].Clone(), nil }

func (detach) kernels() kernels { return kernels{bindDetach[float64], bindDetach[float32]} }

func bindDetach[T kernel.Float](out array[T], in []array[T]) func() {
	return func() { copy(out.data, in[0].data) }
}
