package transforms

import (
	"fmt"
	"math"
	"slices"

	G "gorgonia.org/gorgonia"

	"gaussflow/graph"
	"gaussflow/graph/kernel"
	"gaussflow/initializers"
	"gaussflow/internal/defaults"
	"gaussflow/rows"
)

// Empirical maps a number by an empirical distribution function, in Gaussianized form: S passes through K+1 knots (x_i, z_i) with
// slopes δ_i, i = 0…K. The z_i are equally spaced normal scores from −Bound to Bound, and the x_i are the column's quantiles at
// those scores,
//
//	z = S(x),  S(x_i) = z_i,  S′(x_i) = δ_i,
//	x_0 = −Bound + start,  x_{i+1} = x_i + (z_{i+1} − z_i)·exp(log_gaps_i),  δ_i = exp(log_slopes_i),
//
// with the pieces of a RationalQuadraticSpline between knots. Beyond the outermost knots S continues as a straight line with their
// slopes: the tails are those of normals with 1/σ = δ_0 and δ_K, without a jump in value or slope, however far out. Nothing is
// clipped.
//
// Parts start, log_gaps (K) and log_slopes (K+1); with all zero it is the identity, and it can be trained like any other. The
// inverse is a formula. Fit computes what a layer of RBIG does to a column; with more Bins it follows the column more closely,
// including its noise.
//
// Source: Laparra et al. 2011, arXiv:1602.00229, with the pieces of Gregory & Delbourgo 1982 in place of a histogram's
// bins.
type Empirical struct {
	Bins  int     `json:"bins,omitempty"`  // K, 2 or more; default 32
	Bound float64 `json:"bound,omitempty"` // the normal score of the outermost knot; default 3
}

func (e Empirical) family() kernel.Spline {
	bound := defaults.Or(e.Bound, 3)
	return kernel.Spline{Bins: defaults.Or(e.Bins, 32), Lo: -bound, Hi: bound, Ends: kernel.OpenEnds}
}

// Validate reports fewer than two bins or a Bound out of range.
func (e Empirical) Validate() error {
	if bound := e.family().Hi; !(bound >= 0.1 && bound <= 30) {
		return fmt.Errorf("transforms: Empirical: Bound = %v, want 0.1 to 30", bound)
	}
	return validateSpline("Empirical", e.family())
}

// Parts are start, log_gaps and log_slopes.
func (e Empirical) Parts() []Part {
	k := e.family().Bins
	return []Part{{"start", 1}, {"log_gaps", k}, {"log_slopes", k + 1}}
}

// Forward is S.
func (e Empirical) Forward(b *graph.Builder, x *G.Node, theta Theta) (z, logSlope *G.Node) {
	return b.Spline(x, e.family(), theta.Nodes()...)
}

// Inverse is S⁻¹.
func (e Empirical) Inverse(b *graph.Builder, z *G.Node, theta Theta) (x, logSlope *G.Node) {
	return b.SplineInverse(z, e.family(), theta.Nodes()...)
}

// Fit puts knots at the values' quantiles. If values are equal, or there are fewer of them than knots, a gap is at least a
// thousandth of the gap that a normal distribution of the same scale would have. A constant column is only shifted.
func (e Empirical) Fit(values []float64, _ int, _ initializers.Site, _ graph.Dtype) ([][]float64, error) {
	if err := e.Validate(); err != nil {
		return nil, err
	}
	if len(values) == 0 {
		return nil, fmt.Errorf("transforms: Empirical: Fit: got no values")
	}
	for i, v := range values {
		if !(math.Abs(v) <= 1e150) { // so that squares are finite
			return nil, fmt.Errorf("transforms: Empirical: Fit: value %d is %v, want finite numbers up to 1e150", i, v)
		}
	}
	f := e.family()
	logGaps, logSlopes := make([]float64, f.Bins), make([]float64, f.Bins+1)
	mean, scale := rows.MeanStd(values)
	if !(scale > 0) {
		return [][]float64{{mean}, logGaps, logSlopes}, nil
	}
	c := scoredColumn{slices.Sorted(slices.Values(values)), scale}
	each := (f.Hi - f.Lo) / float64(f.Bins)
	first := c.at(f.Lo)
	last := first
	for i := range logGaps {
		next := max(c.at(f.Lo+each*float64(i+1)), last+1e-3*scale*each)
		logGaps[i] = math.Log((next - last) / each)
		last = next
	}
	for i := 1; i < f.Bins; i++ { // the geometric mean of the slopes of the adjacent gaps
		logSlopes[i] = -(logGaps[i-1] + logGaps[i]) / 2
	}
	var below, above []float64
	for _, v := range values {
		if v < first {
			below = append(below, first-v)
		} else if v > last {
			above = append(above, v-last)
		}
	}
	logSlopes[0] = math.Log(tailSlope(f.Hi, math.Exp(-logGaps[0]), below))
	logSlopes[f.Bins] = math.Log(tailSlope(f.Hi, math.Exp(-logGaps[f.Bins-1]), above))
	return [][]float64{{first - f.Lo}, logGaps, logSlopes}, nil
}

// A scoredColumn is a column's sorted values with their scale. It gives quantiles as a function of normal scores.
type scoredColumn struct {
	sorted []float64
	scale  float64
}

// at is the quantile at a normal score: interpolated between the adjacent values, and beyond all values extrapolated as for a
// normal.
func (c scoredColumn) at(score float64) float64 {
	n := len(c.sorted)
	place := kernel.CDF(score)*float64(n) - 0.5 // value i is the quantile i + ½ of n
	switch {
	case place <= 0:
		return c.sorted[0] + c.scale*(score-c.score(0))
	case place >= float64(n-1):
		return c.sorted[n-1] + c.scale*(score-c.score(n-1))
	}
	i := int(place)
	return c.sorted[i] + (place-float64(i))*(c.sorted[i+1]-c.sorted[i])
}

// score is the normal score of value i.
func (c scoredColumn) score(i int) float64 {
	return kernel.Quantile(math.Log((float64(i) + 0.5) / float64(len(c.sorted))))
}

// tailSlope is the slope δ of a straight tail from the normal score bound outwards for which the excesses e beyond it are most
// likely,
//
//	1/δ = bound·ē + δ·mean e²,
//
// with tailPrior additional excesses, distributed as those of a normal with the slope at which the tail begins.
func tailSlope(bound, slope float64, excesses []float64) float64 {
	hazard := math.Exp(kernel.LogPDF(bound) - kernel.LogCDF(-bound))
	mean := tailPrior * (hazard - bound) / slope
	square := tailPrior * (1 + bound*bound - bound*hazard) / (slope * slope)
	for _, e := range excesses {
		mean += e
		square += e * e
	}
	n := tailPrior + float64(len(excesses))
	mean, square = mean/n, square/n
	return 2 / (bound*mean + math.Sqrt(bound*mean*bound*mean+4*square))
}

// tailPrior is how many excesses the slope next to a tail counts for.
const tailPrior = 5
