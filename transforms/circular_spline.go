package transforms

import (
	"fmt"
	"math"

	G "gorgonia.org/gorgonia"

	"gaussflow/graph"
	"gaussflow/graph/kernel"
	"gaussflow/internal/defaults"
)

// CircularSpline maps a circle onto itself. Its points are angles x with a Period P: x and x + P are the same point. The result is
// in [−P/2, P/2),
//
//	z = S(x) mod P,
//
// with S a RationalQuadraticSpline that maps [−P/2, P/2] onto itself and has equal slopes at both ends, so that the density is
// periodic without a jump there. A flow of such layers needs a base on the circle, such as the uniform density on [−P/2, P/2).
//
// S leaves the point ±P/2 fixed. With Rotates there is another part, phase (φ), one number: z = S(x + φ) mod P moves that point
// too, which is useful when several such layers follow each other.
//
// Parts widths, heights and slopes, K = Bins each, and phase; with all zero it is the identity of the circle. The inverse is a
// formula.
//
// Source: Rezende et al. 2020, arXiv:2002.02428, section 2.2.
type CircularSpline struct {
	Bins      int     `json:"bins,omitempty"`       // K, 2 or more; default 8
	Period    float64 `json:"period,omitempty"`     // P; default 2π
	Rotates   bool    `json:"rotates,omitempty"`    // whether there is a phase
	MinWidth  float64 `json:"min_width,omitempty"`  // of a piece, as a share of P, less than 1/K; default 1e-3
	MinHeight float64 `json:"min_height,omitempty"` // of a piece, as a share of P, less than 1/K; default 1e-3
	MinSlope  float64 `json:"min_slope,omitempty"`  // at a knot, less than 1; default 1e-3
}

func (s CircularSpline) family() kernel.Spline {
	half := defaults.Or(s.Period, 2*math.Pi) / 2
	return splineFamily(s.Bins, -half, half, kernel.CircularEnds, s.MinWidth, s.MinHeight, s.MinSlope)
}

// Validate reports fewer bins than two, a period that is not positive, or minima that do not fit.
func (s CircularSpline) Validate() error {
	if period := 2 * s.family().Hi; !(period >= 1e-30 && period <= 1e30) {
		return fmt.Errorf("transforms: CircularSpline: Period = %v, want 1e-30 to 1e+30", period)
	}
	return validateSpline("CircularSpline", s.family())
}

// Parts are widths, heights, slopes and, with Rotates, phase.
func (s CircularSpline) Parts() []Part {
	parts := splineParts(s.family())
	if s.Rotates {
		parts = append(parts, Part{"phase", 1})
	}
	return parts
}

// Forward is S(x + φ) mod P.
func (s CircularSpline) Forward(b *graph.Builder, x *G.Node, theta Theta) (z, logSlope *G.Node) {
	f := s.family()
	if s.Rotates {
		x = b.Add(x, theta.Part(b, 3))
	}
	z, logSlope = b.Spline(b.Wrap(x, f.Lo, f.Hi), f, s.spline(b, theta)...)
	return b.Wrap(z, f.Lo, f.Hi), logSlope
}

// Inverse is S⁻¹(z mod P) − φ mod P.
func (s CircularSpline) Inverse(b *graph.Builder, z *G.Node, theta Theta) (x, logSlope *G.Node) {
	f := s.family()
	x, logSlope = b.SplineInverse(b.Wrap(z, f.Lo, f.Hi), f, s.spline(b, theta)...)
	if s.Rotates {
		x = b.Sub(x, theta.Part(b, 3))
	}
	return b.Wrap(x, f.Lo, f.Hi), logSlope
}

// spline returns the parameters of S.
func (s CircularSpline) spline(b *graph.Builder, theta Theta) []*G.Node {
	return theta.First(b, 3).Nodes()
}
