package train

import "gaussflow/graph/kernel"

// A gradient is one parameter's, in the model's storage type.
type gradient interface {
	add(other gradient, s segment)
	scale(by float64)
	limit(bound float64)
	square(s segment) float64 // Σ g², NaN or Inf where an element is
}

func newGradient(data any) gradient {
	if d, ok := data.([]float32); ok {
		return vector[float32](d)
	}
	return vector[float64](data.([]float64))
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
