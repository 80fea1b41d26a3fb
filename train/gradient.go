package train

import "gaussflow/graph/kernel"

// A gradient is one parameter's, in the model's storage type.
type gradient interface {
	add(other gradient)
	scale(by float64)
	limit(bound float64)
	square() float64 // Σ g², NaN or Inf where an element is
}

func newGradient(data any) gradient {
	if d, ok := data.([]float32); ok {
		return vector[float32](d)
	}
	return vector[float64](data.([]float64))
}

type vector[T kernel.Float] []T

func (v vector[T]) add(other gradient) {
	for i, x := range other.(vector[T]) {
		v[i] += x
	}
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

func (v vector[T]) square() float64 {
	s := 0.0
	for _, x := range v {
		s += float64(x) * float64(x)
	}
	return s
}
