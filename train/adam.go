package train

import (
	"fmt"
	"math"
	"strings"

	"gaussflow/graph/kernel"
)

// Adam is the optimizer of Kingma & Ba 2015, arXiv:1412.6980, with Keras's defaults; AMSGrad is the variant of
// Reddi et al. 2018, arXiv:1904.09237. Without it gradients of size below 1e-150, in float32 1e-18,
// count as 0; see kernel.Adam.
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
