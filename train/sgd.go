package train

import (
	"errors"

	"gaussflow/graph/kernel"
	"gaussflow/internal/defaults"
)

// SGD is p ← p − rate·g, with momentum v ← m·v − rate·g, p ← p + v, or Nesterov's p ← p + m·v − rate·g.
type SGD struct {
	LearningRate float64 `json:"learning_rate,omitempty"` // default 0.01
	Momentum     float64 `json:"momentum,omitempty"`      // default 0
	Nesterov     bool    `json:"nesterov,omitempty"`
}

// Rate is the learning rate.
func (o SGD) Rate() float64 { return defaults.Or(o.LearningRate, 0.01) }

// Slots is one with momentum, for the velocity; else zero.
func (o SGD) Slots() int {
	if o.Momentum == 0 {
		return 0
	}
	return 1
}

// Validate reports fields out of range.
func (o SGD) Validate() error {
	return errors.Join(checkRate("SGD", o.Rate()), checkShare("SGD", "Momentum", o.Momentum))
}

// Rules are the update for each type of numbers.
func (o SGD) Rules() Rules { return Rules{sgd[float64](o), sgd[float32](o)} }

func sgd[T kernel.Float](o SGD) Rule[T] {
	m := T(o.Momentum)
	return func(p Part[T], rate float64, _ int) {
		lr := T(rate)
		if m == 0 {
			for i, d := range p.Grad {
				p.Values[i] -= lr * d
			}
			return
		}
		velocity := p.State[0]
		for i, d := range p.Grad {
			v := m*velocity[i] - lr*d
			velocity[i] = v
			if o.Nesterov {
				v = m*v - lr*d
			}
			p.Values[i] += v
		}
	}
}
