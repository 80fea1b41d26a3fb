package transforms

import (
	G "gorgonia.org/gorgonia"

	"gaussflow/graph"
	"gaussflow/graph/kernel"
)

// IntervalSpline maps the interval [Lo, Hi] onto itself in K = Bins pieces: a RationalQuadraticSpline whose slopes at the ends are
// parameters too. It is for numbers confined to an interval, such as a share or the brightness of a pixel. A flow of such layers
// needs a base on that interval, such as the uniform density.
//
// A number outside [Lo, Hi] has no image: it is left unchanged, with log dz/dx = −Inf, so that log p of its row is −Inf. That is no
// error, and contributes to no gradient. For float32 numbers the ends are Lo and Hi rounded to float32.
//
// Parts widths and heights, K each, and slopes, K+1, with the formulas of RationalQuadraticSpline; with all zero it is the
// identity. The inverse is a formula.
//
// Source: Durkan et al. 2019, arXiv:1906.04032; Gregory & Delbourgo 1982.
type IntervalSpline struct {
	Bins      int     `json:"bins,omitempty"`       // K, 2 or more; default 8
	Lo        float64 `json:"lo"`                   // of any sign, less than Hi; default 0
	Hi        float64 `json:"hi"`                   // required, more than Lo
	MinWidth  float64 `json:"min_width,omitempty"`  // of a piece, as a share of Hi − Lo, less than 1/K; default 1e-3
	MinHeight float64 `json:"min_height,omitempty"` // of a piece, as a share of Hi − Lo, less than 1/K; default 1e-3
	MinSlope  float64 `json:"min_slope,omitempty"`  // at a knot, less than 1; default 1e-3
}

func (s IntervalSpline) family() kernel.Spline {
	return splineFamily(s.Bins, s.Lo, s.Hi, kernel.FreeEnds, s.MinWidth, s.MinHeight, s.MinSlope)
}

// Interval returns Lo and Hi.
func (s IntervalSpline) Interval() (lo, hi float64) { return s.Lo, s.Hi }

// Validate reports fewer than two bins, Lo and Hi that are no interval, or minima that do not fit.
func (s IntervalSpline) Validate() error { return validateSpline("IntervalSpline", s.family()) }

// Parts are widths, heights and slopes.
func (s IntervalSpline) Parts() []Part { return splineParts(s.family()) }

// Forward is the spline.
func (s IntervalSpline) Forward(b *graph.Builder, x *G.Node, theta Theta) (z, logSlope *G.Node) {
	return b.Spline(x, s.family(), theta.Nodes()...)
}

// Inverse is the inverse of the spline.
func (s IntervalSpline) Inverse(b *graph.Builder, z *G.Node, theta Theta) (x, logSlope *G.Node) {
	return b.SplineInverse(z, s.family(), theta.Nodes()...)
}
