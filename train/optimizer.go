package train

import (
	"fmt"
	"math"
	"strings"

	"gaussflow/graph/kernel"
)

// An Optimizer turns gradients into updates, element by element. Its state is Slots vectors as long as the
// parameters, kept by the trainer, so that it can be saved.
type Optimizer interface {
	// Rate is the learning rate where no schedule is set.
	Rate() float64
	// Slots is the number of state vectors.
	Slots() int
	// Validate reports fields out of range.
	Validate() error
	// Update64 updates the values p of the parameter called name, in place, from the gradient g and the state;
	// step counts from 1.
	Update64(name string, p, g []float64, state [][]float64, rate float64, step int)
	// Update32 is Update64 of a float32 model.
	Update32(name string, p, g []float32, state [][]float32, rate float64, step int)
}

func orDefault(v, d float64) float64 {
	if v == 0 {
		return d
	}
	return v
}

func checkRate(name string, rate float64) error {
	if !(rate > 0) || math.IsInf(rate, 0) {
		return fmt.Errorf("train: %s: LearningRate = %g, want a positive number", name, rate)
	}
	return nil
}

func checkShare(name, field string, v float64) error {
	if !(v >= 0 && v < 1) {
		return fmt.Errorf("train: %s: %s = %g, want 0 ≤ %s < 1", name, field, v, field)
	}
	return nil
}

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

// Adam is the optimizer of Kingma & Ba 2015, arXiv:1412.6980, with Keras's defaults; AMSGrad is the variant of
// Reddi et al. 2018, arXiv:1904.09237.
type Adam struct {
	LearningRate float64 `json:"learning_rate,omitempty"` // 0.001
	Beta1        float64 `json:"beta1,omitempty"`         // 0.9
	Beta2        float64 `json:"beta2,omitempty"`         // 0.999
	Epsilon      float64 `json:"epsilon,omitempty"`       // 1e-7
	AMSGrad      bool    `json:"amsgrad,omitempty"`
}

// Rate is the learning rate.
func (o Adam) Rate() float64 { return orDefault(o.LearningRate, 0.001) }

// Slots are the two moments and, for AMSGrad, the largest second one.
func (o Adam) Slots() int {
	if o.AMSGrad {
		return 3
	}
	return 2
}

// Validate reports fields out of range.
func (o Adam) Validate() error {
	if err := checkRate("Adam", o.Rate()); err != nil {
		return err
	}
	if err := checkShare("Adam", "Beta1", orDefault(o.Beta1, 0.9)); err != nil {
		return err
	}
	return checkShare("Adam", "Beta2", orDefault(o.Beta2, 0.999))
}

// Update64 is one step.
func (o Adam) Update64(_ string, p, g []float64, s [][]float64, rate float64, step int) {
	adam(o, p, g, s, rate, step)
}

// Update32 is one step.
func (o Adam) Update32(_ string, p, g []float32, s [][]float32, rate float64, step int) {
	adam(o, p, g, s, rate, step)
}

func adam[T kernel.Float](o Adam, p, g []T, s [][]T, rate float64, step int) {
	beta1, beta2 := orDefault(o.Beta1, 0.9), orDefault(o.Beta2, 0.999)
	lr := T(rate * math.Sqrt(1-math.Pow(beta2, float64(step))) / (1 - math.Pow(beta1, float64(step))))
	// 1−β is rounded after the subtraction: in float32 1−0.999 would be off by 5e-5
	take1, take2, eps := T(1-beta1), T(1-beta2), T(orDefault(o.Epsilon, 1e-7))
	if !o.AMSGrad {
		kernel.Adam(take1, take2, lr, eps, p, g, s[0], s[1])
		return
	}
	m, v, largest := s[0], s[1], s[2]
	for i, d := range g {
		m[i] += take1 * (d - m[i])
		v[i] += take2 * (d*d - v[i])
		largest[i] = max(largest[i], v[i])
		p[i] -= lr * m[i] / (T(math.Sqrt(float64(largest[i]))) + eps)
	}
}

// AdamW is Adam with decoupled weight decay, p ← p − rate·WeightDecay·p before each step (Loshchilov & Hutter
// 2019, arXiv:1711.05101).
type AdamW struct {
	Adam
	WeightDecay float64 `json:"weight_decay,omitempty"` // 0.004
	// Suffix limits the decay to parameters whose names end in it, as ".kernel"; empty: all.
	Suffix string `json:"suffix,omitempty"`
}

// Validate reports fields out of range.
func (o AdamW) Validate() error {
	if !(o.WeightDecay >= 0) {
		return fmt.Errorf("train: AdamW: WeightDecay = %g, want ≥ 0", o.WeightDecay)
	}
	return o.Adam.Validate()
}

// Update64 is one step.
func (o AdamW) Update64(name string, p, g []float64, s [][]float64, rate float64, step int) {
	decay(o, name, p, rate)
	adam(o.Adam, p, g, s, rate, step)
}

// Update32 is one step.
func (o AdamW) Update32(name string, p, g []float32, s [][]float32, rate float64, step int) {
	decay(o, name, p, rate)
	adam(o.Adam, p, g, s, rate, step)
}

func decay[T kernel.Float](o AdamW, name string, p []T, rate float64) {
	if !strings.HasSuffix(name, o.Suffix) {
		return
	}
	keep := T(1 - rate*orDefault(o.WeightDecay, 0.004))
	for i := range p {
		p[i] *= keep
	}
}
