package train

import (
	"gaussflow/graph"
	"gaussflow/graph/kernel"
)

// A gradient is one parameter's, in the model's storage type.
type gradient interface {
	add(other gradient, s segment)
	scale(by float64)
	limit(bound float64)
	square(s segment) float64 // Σ g², NaN or Inf where an element is
	numbers() any             // []float64 or []float32
}

// newGradient has memory of its own.
func newGradient(p *graph.Param) gradient {
	if p.Dtype() == graph.Float32 {
		return vector[float32](kernel.Aligned[float32](p.Size()))
	}
	return vector[float64](kernel.Aligned[float64](p.Size()))
}

type vector[T kernel.Float] []T

func (v vector[T]) add(other gradient, s segment) {
	kernel.Accumulate(v[s.lo:s.hi], other.(vector[T])[s.lo:s.hi])
}

func (v vector[T]) scale(by float64) {
	f := T(by)
	for i := range v {
		v[i] *= f
	}
}

func (v vector[T]) limit(bound float64) {
	b := T(bound)
	for i, x := range v {
		v[i] = min(max(x, -b), b)
	}
}

func (v vector[T]) square(s segment) float64 { return kernel.Squares(v[s.lo:s.hi]) }

func (v vector[T]) numbers() any { return []T(v) }
