package main

import (
	"fmt"

	"gaussflow/train"
)

// lion is an optimizer: every number p moves by the learning rate η, against the sign of its smoothed gradient,
//
//	p ← p − η·(sign(β₁m + (1−β₁)g) + λp),  m ← β₂m + (1−β₂)g,  β₁ = 0.9, β₂ = 0.99.
//
// Source: Chen et al. 2023, arXiv:2302.06675, algorithm 2.
type lion struct {
	LearningRate float64 `json:"learning_rate"`
	WeightDecay  float64 `json:"weight_decay"` // λ
}

func (o lion) Rate() float64 { return o.LearningRate }
func (o lion) Slots() int    { return 1 } // m

func (o lion) Validate() error {
	if !(o.LearningRate > 0 && o.WeightDecay >= 0) {
		return fmt.Errorf("lion: %+v, want a positive LearningRate and WeightDecay ≥ 0", o)
	}
	return nil
}

func init() { must(train.RegisterOptimizer[lion]("own.lion")) }

func (o lion) Rules() train.Rules {
	return train.Rules{Float64: lionRule[float64](o), Float32: lionRule[float32](o)}
}

func lionRule[T float32 | float64](o lion) train.Rule[T] {
	return func(p train.Part[T], rate float64, _ int) {
		m := p.State[0]
		for i, g := range p.Grad {
			sign := T(0)
			switch c := 0.9*m[i] + 0.1*g; {
			case c > 0:
				sign = 1
			case c < 0:
				sign = -1
			}
			p.Values[i] -= T(rate) * (sign + T(o.WeightDecay)*p.Values[i])
			m[i] += 0.01 * (g - m[i])
		}
	}
}
