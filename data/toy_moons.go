package data

import "math"

// NewMoons is two interleaved half circles of radius 1, uniform in angle, plus noise N(0, noise²), noise ≥ 1e-3: the
// distribution of scikit-learn's make_moons.
func NewMoons(noise float64) (*Curves, error) {
	outer := func(t float64) (x, y float64) { return math.Cos(t), math.Sin(t) }
	inner := func(t float64) (x, y float64) { return 1 - math.Cos(t), 0.5 - math.Sin(t) }
	return newCurves("NewMoons", noise, curve{at: outer, hi: math.Pi}, curve{at: inner, hi: math.Pi})
}
