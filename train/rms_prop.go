package train

import (
	"errors"
	"math"

	"gaussflow/graph/kernel"
	"gaussflow/internal/defaults"
)

// RMSProp divides the gradient by a running root mean square (Tieleman & Hinton 2012).
type RMSProp struct {
	LearningRate float64 `json:"learning_rate,omitempty"` // default 0.001
	Rho          float64 `json:"rho,omitempty"`           // default 0.9; None: the gradient's own size
	Momentum     float64 `json:"momentum,omitempty"`      // default 0
	Epsilon      float64 `json:"epsilon,omitempty"`       // default 1e-7
}

// Rate is the learning rate.
func (o RMSProp) Rate() float64 { return defaults.Or(o.LearningRate, 0.001) }

// Slots counts the mean square and, with momentum, the velocity.
func (o RMSProp) Slots() int { return 1 + SGD{Momentum: o.Momentum}.Slots() }

// Validate reports fields out of range.
func (o RMSProp) Validate() error {
	return errors.Join(checkRate("RMSProp", o.Rate()), checkShareOrNone("RMSProp", "Rho", o.Rho),
		checkShare("RMSProp", "Momentum", o.Momentum), checkPositive("RMSProp", "Epsilon", o.Epsilon))
}

// Rules are the update for each type of numbers.
func (o RMSProp) Rules() Rules { return Rules{rmsProp[float64](o), rmsProp[float32](o)} }

func rmsProp[T kernel.Float](o RMSProp) Rule[T] {
	take, eps, m := T(1-defaults.OrNone(o.Rho, 0.9)), T(defaults.Or(o.Epsilon, 1e-7)), T(o.Momentum)
	return func(p Part[T], rate float64, _ int) {
		lr, square := T(rate), p.State[0]
		for i, d := range p.Grad {
			square[i] += take * (d*d - square[i])
			step := lr * d / T(math.Sqrt(float64(square[i]+eps)))
			if m != 0 {
				p.State[1][i] = m*p.State[1][i] + step
				step = p.State[1][i]
			}
			p.Values[i] -= step
		}
	}
}
