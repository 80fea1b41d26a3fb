package graph

import (
	G "gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"gaussflow/graph/kernel"
)

// A spec is what the author of an op writes: a comparable value that knows its output's shape and its kernels, from
// which an engine takes the one for its type.
type spec interface {
	shape(in []tensor.Shape) (tensor.Shape, error)
	kernels() kernels
}

// kernels are an op's binders for both types, made from one generic function.
type kernels struct {
	float64 binder[float64]
	float32 binder[float32]
}

// A binder returns the kernel bound to its memory, which is run once a step. It may allocate scratch memory, but the kernel
// must not allocate when it runs.
type binder[T kernel.Float] func(out array[T], in []array[T]) func()

// both makes the kernels of spec s from a generic function, which is passed twice so that Go instantiates it for each
// type.
func both[S any](
	s S, f64 func(s S, out array[float64], in []array[float64]) func(), f32 func(s S, out array[float32], in []array[float32]) func(),
) kernels {
	return kernels{
		func(out array[float64], in []array[float64]) func() { return f64(s, out, in) },
		func(out array[float32], in []array[float32]) func() { return f32(s, out, in) },
	}
}

// A differentiable spec builds the gradient nodes of its inputs, one for each, from the output's gradient.
type differentiable interface {
	spec
	grads(in G.Nodes, out, grad *G.Node) (G.Nodes, error)
}

// A view is a spec whose output is a part of its first input's memory, starting at offset.
type view interface {
	spec
	offset() int
}

// A fallible spec may fail when it runs; failure is the error of its last run.
type fallible interface {
	spec
	failure() error
}

// A staged spec is one that a run of a program in stages computes in part, if inStages: see stage. Its memory is its own, because what
// one run puts out is still there in the next.
type staged interface {
	spec
	inStages() bool
}

// An extension is a spec whose output starts with the output of another spec on the same inputs. If a graph has both, the
// other one's output becomes a part of the extension's.
type extension interface {
	spec
	extends() spec
}

// array is memory with its shape; an op's output also has the program's workspace.
type array[T kernel.Float] struct {
	data  []T
	shape tensor.Shape
	work  *workspace[T]
	add   *bool // for the output of a summing op: whether to add to its contents; nil: no
	// ahead, of an input that depends on parameters and constants alone, has what an op makes of it made only when they have changed;
	// nil: it may change from run to run.
	ahead func(make func())
}

// adds reports whether an op must add to its output.
func (a array[T]) adds() bool { return a.add != nil && *a.add }
