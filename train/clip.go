package train

import (
	"fmt"
	"math"

	"gaussflow/graph/kernel"
)

// Clip limits gradients before the optimizer sees them; the zero value does not. At most one field is set, as in Keras.
type Clip struct {
	Value      float64 `json:"value,omitempty"`       // each element to [−Value, Value]; default 0: no bound
	Norm       float64 `json:"norm,omitempty"`        // each parameter's gradient to this Euclidean norm; default 0: no bound
	GlobalNorm float64 `json:"global_norm,omitempty"` // all gradients together to this Euclidean norm; default 0: no bound
}

// Validate reports a negative bound or more than one.
func (c Clip) Validate() error {
	set := 0
	for _, v := range []float64{c.Value, c.Norm, c.GlobalNorm} {
		if !(v >= 0) {
			return fmt.Errorf("train: Clip: %+v, want bounds ≥ 0", c)
		}
		if v > 0 {
			set++
		}
	}
	if set > 1 {
		return fmt.Errorf("train: Clip: %+v, want at most one bound", c)
	}
	return nil
}

// clipGradients clips the summed gradients, which worker 0 holds after addUp.
func (e *engineOf[T]) clipGradients() {
	c := e.clip
	switch {
	case c.Value > 0:
		for i := range e.segments {
			limit(e.segments[i].Grad, T(c.Value))
		}
	case c.Norm > 0:
		for i := range e.params {
			e.shorten(i, e.norm(i), c.Norm)
		}
	case c.GlobalNorm > 0:
		norm := e.norm(all)
		for i := range e.params {
			e.shorten(i, norm, c.GlobalNorm)
		}
	}
}

// all, in place of a parameter's index, means all parameters together.
const all = -1

// norm is the Euclidean norm of the gradient of parameter i, or of all.
func (e *engineOf[T]) norm(i int) float64 {
	square := 0.0
	for j := range e.segments {
		if s := &e.segments[j]; i == all || s.param == i {
			square += s.square
		}
	}
	return math.Sqrt(square)
}

// shorten scales the gradient of parameter i, or of all, by bound/norm if norm is larger than bound.
func (e *engineOf[T]) shorten(i int, norm, bound float64) {
	if norm <= bound {
		return
	}
	f, grad := T(bound/norm), e.workers[0].Grads()[i]
	for j := range grad {
		grad[j] *= f
	}
}

func limit[T kernel.Float](grad []T, bound T) {
	for i, g := range grad {
		grad[i] = min(max(g, -bound), bound)
	}
}
