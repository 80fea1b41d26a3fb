package data

import "math"

// NewCircles is two circles of radius 1 and ½ about 0, uniform in angle, plus noise N(0, noise²), noise ≥ 1e-3: the
// distribution of scikit-learn's make_circles with factor ½.
func NewCircles(noise float64) (*Curves, error) {
	circle := func(r float64) curve {
		return curve{at: func(t float64) (x, y float64) { return r * math.Cos(t), r * math.Sin(t) }, hi: 2 * math.Pi}
	}
	return newCurves("NewCircles", noise, circle(1), circle(0.5))
}
