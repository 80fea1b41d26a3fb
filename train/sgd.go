package train

import "gaussflow/graph/kernel"

// SGD is p ← p − rate·g, with momentum v ← m·v − rate·g, p ← p + v, or Nesterov's p ← p + m·v − rate·g.
type SGD struct {
	LearningRate float64 `json:"learning_rate,omitempty"` // 0.01
	Momentum     float64 `json:"momentum,omitempty"`      // 0
	Nesterov     bool    `json:"nesterov,omitempty"`
}

// Rate is the learning rate.
func (o SGD) Rate() float64 { return orDefault(o.LearningRate, 0.01) }

// Slots is one, the velocity, where there is momentum.
func (o SGD) Slots() int {
	if o.Momentum == 0 {
		return 0
	}
	return 1
}

// Validate reports fields out of range.
func (o SGD) Validate() error {
	if err := checkRate("SGD", o.Rate()); err != nil {
		return err
	}
	return checkShare("SGD", "Momentum", o.Momentum)
}

// Update64 is one step.
func (o SGD) Update64(_ string, p, g []float64, s [][]float64, rate float64, _ int) {
	sgd(o, p, g, s, rate)
}

// Update32 is one step.
func (o SGD) Update32(_ string, p, g []float32, s [][]float32, rate float64, _ int) {
	sgd(o, p, g, s, rate)
}

func sgd[T kernel.Float](o SGD, p, g []T, s [][]T, rate float64) {
	lr, m := T(rate), T(o.Momentum)
	if m == 0 {
		for i, d := range g {
			p[i] -= lr * d
		}
		return
	}
	for i, d := range g {
		v := m*s[0][i] - lr*d
		s[0][i] = v
		if o.Nesterov {
			v = m*v - lr*d
		}
		p[i] += v
	}
}
