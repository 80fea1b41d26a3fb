package graph

import (
	G "gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"gaussflow/graph/kernel"
)

// An engine does what depends on the type of numbers. There is one for each type, and Dtype.engine selects it when a Builder or
// a Param is made; later code need not distinguish the types.
type engine interface {
	dtype() Dtype
	tensorType() tensor.Dtype
	// zeros makes n numbers of the engine's type; slice wraps an existing slice.
	zeros(n int) numbers
	of(slice any) (n numbers, ok bool)
	compile(b *Builder, outputs []*G.Node) (*Program, error)
	// do runs an op under one of Gorgonia's machines, into out or, if out is nil or the result is a scalar, into new
	// memory.
	do(s spec, out G.Value, in []G.Value) (G.Value, error)
}

// engineOf is the engine for numbers of type T.
type engineOf[T kernel.Float] struct {
	name   Dtype
	tensor tensor.Dtype
	binder func(k kernels) binder[T]
	scalar func(x T) G.Value
}

var (
	engine64 = &engineOf[float64]{
		Float64, tensor.Float64,
		func(k kernels) binder[float64] { return k.float64 },
		func(x float64) G.Value { return G.NewF64(x) },
	}
	engine32 = &engineOf[float32]{
		Float32, tensor.Float32,
		func(k kernels) binder[float32] { return k.float32 },
		func(x float32) G.Value { return G.NewF32(x) },
	}
)

// engine is the engine for d; that for Float64 if d is unknown.
func (d Dtype) engine() engine {
	if d == Float32 {
		return engine32
	}
	return engine64
}

// engineFor is the engine for T.
func engineFor[T kernel.Float]() *engineOf[T] {
	for _, e := range []engine{engine64, engine32} {
		if of, ok := e.(*engineOf[T]); ok {
			return of
		}
	}
	return nil // T is one of the two
}

func (e *engineOf[T]) dtype() Dtype             { return e.name }
func (e *engineOf[T]) tensorType() tensor.Dtype { return e.tensor }
func (e *engineOf[T]) zeros(n int) numbers      { return vector[T](kernel.Aligned[T](n)) }

func (e *engineOf[T]) of(slice any) (n numbers, ok bool) {
	v, ok := slice.([]T)
	return vector[T](v), ok
}

func (e *engineOf[T]) do(s spec, out G.Value, in []G.Value) (G.Value, error) {
	arrays := make([]array[T], len(in))
	for i, v := range in {
		arrays[i] = array[T]{data: valueOf[T](v), shape: v.Shape()}
	}
	bind, work := e.binder(s.kernels()), newWorkspace[T]()
	if out == nil || out.Shape().IsScalar() {
		var x [1]T
		err := stepOf("", s, bind(array[T]{data: x[:], work: work}, arrays))()
		return e.scalar(x[0]), err
	}
	return out, stepOf("", s, bind(array[T]{data: valueOf[T](out), shape: out.Shape(), work: work}, arrays))()
}

// valueOf is the memory of a Gorgonia value; for a scalar it is a copy.
func valueOf[T kernel.Float](v G.Value) []T {
	if x, ok := v.Data().(T); ok {
		return []T{x}
	}
	return v.Data().([]T)
}

// numbers is a slice of either type of numbers.
type numbers interface {
	len() int
	// set copies src to the elements from at on, get copies the first elements to dst; both copy as many as fit.
	set(at int, src []float64)
	get(dst []float64)
	// copyFrom copies numbers of the same type.
	copyFrom(src numbers)
	first() float64
	slice() any // []float64 or []float32
}

// vector is a slice of numbers of type T.
type vector[T kernel.Float] []T

func (v vector[T]) len() int                  { return len(v) }
func (v vector[T]) set(at int, src []float64) { convert(v[at:], src) }
func (v vector[T]) get(dst []float64)         { convert(dst, v) }
func (v vector[T]) copyFrom(n numbers)        { copy(v, n.(vector[T])) }
func (v vector[T]) slice() any                { return []T(v) }

// first is the first number, 0 if there is none.
func (v vector[T]) first() float64 {
	if len(v) == 0 {
		return 0
	}
	return float64(v[0])
}

// convert copies the start of src to dst, as many numbers as fit.
func convert[D, S kernel.Float](dst []D, src []S) {
	if same, ok := any(src).([]D); ok {
		copy(dst, same)
		return
	}
	dst = dst[:min(len(dst), len(src))]
	for i := range dst {
		dst[i] = D(src[i])
	}
}
