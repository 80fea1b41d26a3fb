package data

import "math"

// NewTwoSpirals is two spirals ±(t cos t, t sin t)/3, t in [0, 3π] with a density ∝ t, plus noise N(0, noise²),
// noise ≥ 1e-3: after the set of Grathwohl et al., FFJORD, 2019 (arXiv:1810.01367), without its uniform jitter.
func NewTwoSpirals(noise float64) (*Curves, error) {
	arm := func(sign float64) curve {
		return curve{
			at: func(t float64) (x, y float64) { return sign * t * math.Cos(t) / 3, sign * t * math.Sin(t) / 3 },
			hi: 3 * math.Pi, linear: true,
		}
	}
	return newCurves("NewTwoSpirals", noise, arm(1), arm(-1))
}
