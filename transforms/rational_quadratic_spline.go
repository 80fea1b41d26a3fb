package transforms

import (
	"fmt"

	G "gorgonia.org/gorgonia"

	"gaussflow/graph"
	"gaussflow/graph/kernel"
	"gaussflow/internal/defaults"
)

// RationalQuadraticSpline maps the interval [−B, B], B = Bound, onto itself in K = Bins pieces, and leaves numbers outside
// unchanged. Each piece is the quotient of two quadratic polynomials that maps the knots x_k at its ends to the knots y_k with the
// slopes δ_k there. With w and h its width and height, s = h/w, ξ = (x − x_k)/w and D = s + (δ_k + δ_{k+1} − 2s)·ξ(1 − ξ),
//
//	z = y_k + h·(sξ² + δ_k ξ(1 − ξ))/D,
//	dz/dx = s²·(δ_{k+1}ξ² + 2sξ(1 − ξ) + δ_k(1 − ξ)²)/D².
//
// Parts widths and heights, K each, and slopes, K−1. The widths of the pieces are 2B·(MinWidth + (1 − K·MinWidth)·softmax(widths)),
// their heights likewise. The slope at the inner knot k is MinSlope + log(1 + exp(slopes_k + o)), with o such that it is 1 for
// slopes_k = 0. It is 1 at ±B, so the slope is continuous there; its derivative jumps at each knot. The inverse is a formula, the
// stable root of a quadratic equation. Everything is computed in float64. Columns should have about unit scale, since nothing
// beyond B is changed.
//
// Source: Durkan et al. 2019, arXiv:1906.04032 (neural spline flows), with the minima given there; Gregory & Delbourgo
// 1982.
type RationalQuadraticSpline struct {
	Bins      int     `json:"bins,omitempty"`       // K, 2 or more; default 8
	Bound     float64 `json:"bound,omitempty"`      // B; default 3
	MinWidth  float64 `json:"min_width,omitempty"`  // of a piece, as a share of 2B, less than 1/K; default 1e-3
	MinHeight float64 `json:"min_height,omitempty"` // of a piece, as a share of 2B, less than 1/K; default 1e-3
	MinSlope  float64 `json:"min_slope,omitempty"`  // at a knot, less than 1; default 1e-3
}

// family is s with its defaults filled in.
func (s RationalQuadraticSpline) family() kernel.Spline {
	bound := defaults.Or(s.Bound, 3)
	return splineFamily(s.Bins, -bound, bound, kernel.LinearEnds, s.MinWidth, s.MinHeight, s.MinSlope)
}

// splineFamily makes a spline's description from the settings that all splines share, with their defaults filled in.
func splineFamily(bins int, lo, hi float64, ends kernel.SplineEnds, minWidth, minHeight, minSlope float64) kernel.Spline {
	return kernel.Spline{
		Bins: defaults.Or(bins, 8), Lo: lo, Hi: hi, Ends: ends,
		MinWidth: defaults.Or(minWidth, 1e-3), MinHeight: defaults.Or(minHeight, 1e-3), MinSlope: defaults.Or(minSlope, 1e-3),
	}
}

// Validate reports fewer than two bins, a bound out of range, or minima that do not fit.
func (s RationalQuadraticSpline) Validate() error {
	if bound := s.family().Hi; !(bound >= 1e-30 && bound <= 1e30) {
		return fmt.Errorf("transforms: RationalQuadraticSpline: Bound = %v, want 1e-30 to 1e+30", bound)
	}
	return validateSpline("RationalQuadraticSpline", s.family())
}

func validateSpline(name string, family kernel.Spline) error {
	if err := family.Validate(); err != nil {
		return fmt.Errorf("transforms: %s: %w", name, err)
	}
	return nil
}

// Parts are widths, heights and slopes.
func (s RationalQuadraticSpline) Parts() []Part { return splineParts(s.family()) }

func splineParts(family kernel.Spline) []Part {
	widths, heights, slopes := family.Sizes()
	return []Part{{"widths", widths}, {"heights", heights}, {"slopes", slopes}}
}

// Forward is the spline.
func (s RationalQuadraticSpline) Forward(b *graph.Builder, x *G.Node, theta Theta) (z, logSlope *G.Node) {
	return b.Spline(x, s.family(), theta.Nodes()...)
}

// Inverse is the inverse of the spline.
func (s RationalQuadraticSpline) Inverse(b *graph.Builder, z *G.Node, theta Theta) (x, logSlope *G.Node) {
	return b.SplineInverse(z, s.family(), theta.Nodes()...)
}
