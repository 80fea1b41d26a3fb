package train

import (
	"fmt"
	"math"
)

// Clip bounds gradients before the optimizer sees them; the zero value leaves them alone. At most one field is
// set, as in Keras.
type Clip struct {
	Value      float64 `json:"value,omitempty"`       // each element to [−Value, Value]
	Norm       float64 `json:"norm,omitempty"`        // each parameter's gradient to this Euclidean norm
	GlobalNorm float64 `json:"global_norm,omitempty"` // all gradients together to this Euclidean norm
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

// apply clips grads, one a parameter; squares are the squared norms of their segments.
func (c Clip) apply(grads []gradient, segments []segment, squares []float64) {
	if c == (Clip{}) {
		return
	}
	for i, g := range grads {
		norm := 0.0
		for j, s := range segments {
			if c.GlobalNorm > 0 || s.param == i {
				norm += squares[j]
			}
		}
		norm = math.Sqrt(norm)
		switch {
		case c.Value > 0:
			g.limit(c.Value)
		case c.Norm > 0 && norm > c.Norm:
			g.scale(c.Norm / norm)
		case c.GlobalNorm > 0 && norm > c.GlobalNorm:
			g.scale(c.GlobalNorm / norm)
		}
	}
}
