package train

import (
	"errors"
	"math"

	"gaussflow/graph/kernel"
	"gaussflow/internal/defaults"
)

// Adam is the optimizer of Kingma & Ba 2015, arXiv:1412.6980, with Keras's defaults; AMSGrad is the variant of
// Reddi et al. 2018, arXiv:1904.09237. Without it gradients of size below 1e-150, in float32 1e-18,
// count as 0; see kernel.Adam.
type Adam struct {
	LearningRate float64 `json:"learning_rate,omitempty"` // default 0.001
	Beta1        float64 `json:"beta1,omitempty"`         // default 0.9; None: the gradient itself
	Beta2        float64 `json:"beta2,omitempty"`         // default 0.999; None: the gradient's own square
	Epsilon      float64 `json:"epsilon,omitempty"`       // default 1e-7
	AMSGrad      bool    `json:"amsgrad,omitempty"`
}

func (o Adam) withDefaults() Adam {
	o.LearningRate = defaults.Or(o.LearningRate, 0.001)
	o.Beta1, o.Beta2 = defaults.OrNone(o.Beta1, 0.9), defaults.OrNone(o.Beta2, 0.999)
	o.Epsilon = defaults.Or(o.Epsilon, 1e-7)
	return o
}

// Rate is the learning rate.
func (o Adam) Rate() float64 { return o.withDefaults().LearningRate }

// Slots are the two moments and, for AMSGrad, the largest second one.
func (o Adam) Slots() int {
	if o.AMSGrad {
		return 3
	}
	return 2
}

// Validate reports fields out of range.
func (o Adam) Validate() error {
	return errors.Join(checkRate("Adam", o.Rate()), checkShareOrNone("Adam", "Beta1", o.Beta1),
		checkShareOrNone("Adam", "Beta2", o.Beta2), checkPositive("Adam", "Epsilon", o.Epsilon))
}

// Rules are the update for each type of numbers.
func (o Adam) Rules() Rules { return Rules{adam[float64](o), adam[float32](o)} }

func adam[T kernel.Float](o Adam) Rule[T] {
	o = o.withDefaults()
	// 1−β is rounded after the subtraction: in float32 1−0.999 would be off by 5e-5
	take1, take2, eps := T(1-o.Beta1), T(1-o.Beta2), T(o.Epsilon)
	return func(p Part[T], rate float64, step int) {
		lr := T(rate * math.Sqrt(1-math.Pow(o.Beta2, float64(step))) / (1 - math.Pow(o.Beta1, float64(step))))
		if !o.AMSGrad {
			kernel.Adam(take1, take2, lr, eps, p.Values, p.Grad, p.State[0], p.State[1])
			return
		}
		m, v, largest := p.State[0], p.State[1], p.State[2]
		for i, d := range p.Grad {
			m[i] += take1 * (d - m[i])
			v[i] += take2 * (d*d - v[i])
			largest[i] = max(largest[i], v[i])
			p.Values[i] -= lr * m[i] / (T(math.Sqrt(float64(largest[i]))) + eps)
		}
	}
}
