package train

import (
	"math"

	"gaussflow/graph/kernel"
)

// RMSProp divides the gradient by a running root mean square (Tieleman & Hinton 2012).
type RMSProp struct {
	LearningRate float64 `json:"learning_rate,omitempty"` // 0.001
	Rho          float64 `json:"rho,omitempty"`           // 0.9
	Momentum     float64 `json:"momentum,omitempty"`      // 0
	Epsilon      float64 `json:"epsilon,omitempty"`       // 1e-7
}

// Rate is the learning rate.
func (o RMSProp) Rate() float64 { return orDefault(o.LearningRate, 0.001) }

// Slots is the mean square and, with momentum, the velocity.
func (o RMSProp) Slots() int { return 1 + SGD{Momentum: o.Momentum}.Slots() }

// Validate reports fields out of range.
func (o RMSProp) Validate() error {
	if err := checkRate("RMSProp", o.Rate()); err != nil {
		return err
	}
	if err := checkShare("RMSProp", "Rho", orDefault(o.Rho, 0.9)); err != nil {
		return err
	}
	return checkShare("RMSProp", "Momentum", o.Momentum)
}

// Update64 is one step.
func (o RMSProp) Update64(_ string, p, g []float64, s [][]float64, rate float64, _ int) {
	rmsProp(o, p, g, s, rate)
}

// Update32 is one step.
func (o RMSProp) Update32(_ string, p, g []float32, s [][]float32, rate float64, _ int) {
	rmsProp(o, p, g, s, rate)
}

func rmsProp[T kernel.Float](o RMSProp, p, g []T, s [][]T, rate float64) {
	rho := orDefault(o.Rho, 0.9)
	take, eps, m, lr := T(1-rho), T(orDefault(o.Epsilon, 1e-7)), T(o.Momentum), T(rate)
	square := s[0]
	for i, d := range g {
		square[i] += take * (d*d - square[i])
		step := lr * d / T(math.Sqrt(float64(square[i]+eps)))
		if m != 0 {
			s[1][i] = m*s[1][i] + step
			step = s[1][i]
		}
		p[i] -= step
	}
}
