package train

import (
	"fmt"
	"math"
)

// A Schedule is the learning rate at each step, counted from 0.
type Schedule interface {
	At(step int) float64
	Validate() error
}

// Constant is one rate throughout.
type Constant struct {
	Rate float64 `json:"rate"` // required
}

// At is the rate.
func (s Constant) At(int) float64 { return s.Rate }

// Validate reports a rate that is not positive.
func (s Constant) Validate() error { return checkRate("Constant", s.Rate) }

// Exponential is Initial·DecayRate^(step/DecaySteps), in stairs with Staircase.
type Exponential struct {
	Initial    float64 `json:"initial"`     // required
	DecaySteps int     `json:"decay_steps"` // required
	DecayRate  float64 `json:"decay_rate"`  // required
	Staircase  bool    `json:"staircase,omitempty"`
}

// At is the rate of a step.
func (s Exponential) At(step int) float64 {
	p := float64(step) / float64(s.DecaySteps)
	if s.Staircase {
		p = math.Floor(p)
	}
	return s.Initial * math.Pow(s.DecayRate, p)
}

// Validate reports fields out of range.
func (s Exponential) Validate() error {
	if s.DecaySteps < 1 || !(s.DecayRate > 0) {
		return fmt.Errorf("train: Exponential: DecaySteps = %d, DecayRate = %g, want both positive", s.DecaySteps, s.DecayRate)
	}
	return checkRate("Exponential", s.Initial)
}

// Cosine rises linearly over WarmupSteps, from Peak/WarmupSteps in the first of them to Peak in the last; then it falls as a
// cosine from Peak to Floor over DecaySteps and stays there (Loshchilov & Hutter 2017, arXiv:1608.03983).
type Cosine struct {
	Peak        float64 `json:"peak"`                   // required
	Floor       float64 `json:"floor,omitempty"`        // default 0
	WarmupSteps int     `json:"warmup_steps,omitempty"` // default 0
	DecaySteps  int     `json:"decay_steps"`            // required
}

// At is the rate of a step.
func (s Cosine) At(step int) float64 {
	if step < s.WarmupSteps {
		return s.Peak * float64(step+1) / float64(s.WarmupSteps) // a first step at 0 would be wasted
	}
	p := min(float64(step-s.WarmupSteps)/float64(s.DecaySteps), 1)
	return s.Floor + (s.Peak-s.Floor)*0.5*(1+math.Cos(math.Pi*p))
}

// Validate reports fields out of range.
func (s Cosine) Validate() error {
	if s.DecaySteps < 1 || s.WarmupSteps < 0 || !(s.Floor >= 0 && s.Floor <= s.Peak) {
		return fmt.Errorf("train: Cosine: %+v, want DecaySteps ≥ 1, WarmupSteps ≥ 0, 0 ≤ Floor ≤ Peak", s)
	}
	return checkRate("Cosine", s.Peak)
}

// Piecewise is Rates[i] until step Boundaries[i], and the last rate after the last boundary.
type Piecewise struct {
	Boundaries []int     `json:"boundaries"` // ascending; default none
	Rates      []float64 `json:"rates"`      // required, one more than boundaries
}

// At is the rate of a step, 0 where there is none.
func (s Piecewise) At(step int) float64 {
	i := 0
	for i < len(s.Boundaries) && step > s.Boundaries[i] {
		i++
	}
	if i >= len(s.Rates) {
		return 0
	}
	return s.Rates[i]
}

// Validate reports rates that do not fit the boundaries.
func (s Piecewise) Validate() error {
	if len(s.Rates) != len(s.Boundaries)+1 {
		return fmt.Errorf("train: Piecewise: got %d rates for %d boundaries, want one more", len(s.Rates), len(s.Boundaries))
	}
	for i, r := range s.Rates {
		if err := checkRate("Piecewise", r); err != nil {
			return err
		}
		if i > 1 && s.Boundaries[i-1] <= s.Boundaries[i-2] {
			return fmt.Errorf("train: Piecewise: boundaries %v, want them ascending", s.Boundaries)
		}
	}
	return nil
}
