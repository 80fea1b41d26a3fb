package transforms

import (
	"fmt"

	G "gorgonia.org/gorgonia"

	"gaussflow/graph"
	"gaussflow/graph/kernel"
	"gaussflow/internal/defaults"
)

// RationalQuadraticSpline bends the interval [−B, B], B = Bound, onto itself in K = Bins pieces, and leaves what is outside as it is.
// Each piece is the quotient of two quadratic polynomials that takes its knots (x_k, y_k) to each other with the slopes δ_k there.
// With w and h its width and height, s = h/w, ξ = (x − x_k)/w and D = s + (δ_k + δ_{k+1} − 2s)·ξ(1 − ξ),
//
//	z = y_k + h·(sξ² + δ_k ξ(1 − ξ))/D,
//	dz/dx = s²·(δ_{k+1}ξ² + 2sξ(1 − ξ) + δ_k(1 − ξ)²)/D².
//
// Parts widths and heights, K each, and slopes, K−1: the widths of the pieces are 2B·(MinWidth + (1 − K·MinWidth)·softmax(widths)), their
// heights likewise, and the slope at the inner knot k is MinSlope + log(1 + exp(slopes_k + o)) with the o that makes it 1 where
// slopes_k is 0. It is 1 at ±B, so the slope has no jump; its derivative has one at each knot. The inverse is a formula, the stable
// root of a quadratic equation. It computes in float64. Columns are best of scale 1: what is beyond B is not bent.
//
// Source: Durkan et al. 2019, arXiv:1906.04032 (neural spline flows), with its published minima; Gregory & Delbourgo 1982.
type RationalQuadraticSpline struct {
	Bins      int     `json:"bins,omitempty"`       // K, 2 or more; default 8
	Bound     float64 `json:"bound,omitempty"`      // B; default 3
	MinWidth  float64 `json:"min_width,omitempty"`  // of a piece, in shares of 2B, less than 1/K; default 1e-3
	MinHeight float64 `json:"min_height,omitempty"` // of a piece, in shares of 2B, less than 1/K; default 1e-3
	MinSlope  float64 `json:"min_slope,omitempty"`  // at a knot, less than 1; default 1e-3
}

// family is s with the defaults.
func (s RationalQuadraticSpline) family() kernel.Spline {
	bound := defaults.Or(s.Bound, 3)
	return splineFamily(s.Bins, -bound, bound, kernel.LinearEnds, s.MinWidth, s.MinHeight, s.MinSlope)
}

// splineFamily are splines with the defaults of what they have in common.
func splineFamily(bins int, lo, hi float64, ends kernel.SplineEnds, minWidth, minHeight, minSlope float64) kernel.Spline {
	return kernel.Spline{
		Bins: defaults.Or(bins, 8), Lo: lo, Hi: hi, Ends: ends,
		MinWidth: defaults.Or(minWidth, 1e-3), MinHeight: defaults.Or(minHeight, 1e-3), MinSlope: defaults.Or(minSlope, 1e-3),
	}
}

// Validate reports fewer bins than two, a bound that is not positive, or minima that do not fit.
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

// Inverse is its inverse.
func (s RationalQuadraticSpline) Inverse(b *graph.Builder, z *G.Node, theta Theta) (x, logSlope *G.Node) {
	return b.SplineInverse(z, s.family(), theta.Nodes()...)
}
