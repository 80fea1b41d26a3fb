package graph

import (
	G "gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"gaussflow/graph/kernel"
)

// A spec is what the author of an op writes: a comparable value that knows its output shape and its kernels, of which an
// engine takes its own.
type spec interface {
	shape(in []tensor.Shape) (tensor.Shape, error)
	kernels() kernels
}

// kernels are an op's binder of either type, made from one generic function.
type kernels struct {
	float64 binder[float64]
	float32 binder[float32]
}

// A binder returns the kernel bound to its buffers, run once a step: it may set scratch memory aside when it is bound and must
// not allocate when it runs.
type binder[T kernel.Float] func(out array[T], in []array[T]) func()

// both are the kernels of spec s by a generic function of it, given twice: Go takes each for its type.
func both[S any](
	s S, f64 func(s S, out array[float64], in []array[float64]) func(), f32 func(s S, out array[float32], in []array[float32]) func(),
) kernels {
	return kernels{
		func(out array[float64], in []array[float64]) func() { return f64(s, out, in) },
		func(out array[float32], in []array[float32]) func() { return f32(s, out, in) },
	}
}

// A differentiable spec builds the gradient nodes of its inputs, one each, from the output's gradient.
type differentiable interface {
	spec
	grads(in G.Nodes, out, grad *G.Node) (G.Nodes, error)
}

// A view is a spec whose output is a part of its first input's memory, starting at offset.
type view interface {
	spec
	offset() int
}

// A fallible spec runs what may fail; failure is the error of its last run.
type fallible interface {
	spec
	failure() error
}

// An extension is a spec whose output starts with that of another one on the same inputs: where a graph has both, the other's
// is a part of it.
type extension interface {
	spec
	extends() spec
}

// array is a buffer with its shape; an op's output comes with the program's workspace.
type array[T kernel.Float] struct {
	data  []T
	shape tensor.Shape
	work  *workspace[T]
	add   *bool // of a summing op's output: whether to add to what is there; nil: no
}

// adds reports whether an op is to add to its output.
func (a array[T]) adds() bool { return a.add != nil && *a.add }
