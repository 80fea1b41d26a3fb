package transforms

import (
	"fmt"
	"math"

	G "gorgonia.org/gorgonia"

	"gaussflow/graph"
	"gaussflow/graph/kernel"
	"gaussflow/initializers"
	"gaussflow/internal/defaults"
)

// GaussianMixtureCDF maps a number by the CDF of a mixture of K normals, and the result by the standard normal quantile
// function,
//
//	z = Φ⁻¹(F(x)),  F(x) = Σ_k π_k Φ((x − μ_k)/σ_k),
//	log dz/dx = log f(x) − log φ(z).
//
// Parts logits (π = softmax), means and log_scales, K each; log σ is the raw log_scale, bounded by Clamp. It is a smooth bijection
// of all of ℝ: far out the slope is 1/σ of the dominating component, and nothing is clipped. The inverse is exact to the last
// digits that z determines, and differentiable.
//
// Source: Meng et al. 2020, arXiv:2003.01941; Laparra et al. 2011, arXiv:1602.00229.
type GaussianMixtureCDF struct {
	Components int          `json:"components,omitempty"` // K, default 8
	Clamp      kernel.Clamp `json:"clamp,omitzero"`       // for the log scales; default none
}

func (m GaussianMixtureCDF) k() int { return defaults.Or(m.Components, initializers.DefaultComponents) }

// Validate reports a number of components below one or an invalid clamp.
func (m GaussianMixtureCDF) Validate() error { return m.validate("GaussianMixtureCDF") }

func (m GaussianMixtureCDF) validate(name string) error {
	if m.k() < 1 {
		return fmt.Errorf("transforms: %s: Components = %d, want ≥ 1", name, m.Components)
	}
	if m.Clamp != (kernel.Clamp{}) {
		return m.Clamp.Validate()
	}
	return nil
}

// Parts are logits, means and log_scales.
func (m GaussianMixtureCDF) Parts() []Part {
	return []Part{{"logits", m.k()}, {"means", m.k()}, {"log_scales", m.k()}}
}

// Forward is Φ⁻¹∘F.
func (m GaussianMixtureCDF) Forward(b *graph.Builder, x *G.Node, theta Theta) (z, logSlope *G.Node) {
	return b.Mixture(x, theta.Packed(b), m.k(), m.Clamp)
}

// Inverse is F⁻¹∘Φ.
func (m GaussianMixtureCDF) Inverse(b *graph.Builder, z *G.Node, theta Theta) (x, logSlope *G.Node) {
	return b.MixtureInverse(z, theta.Packed(b), m.k(), m.Clamp)
}

// Fit fits a mixture by EM, with scales in the range of the clamp, or of the site's clamp if there is none.
func (m GaussianMixtureCDF) Fit(values []float64, column int, at initializers.Site, dtype graph.Dtype) ([][]float64, error) {
	fit, raw, err := at.FitColumn(values, column, m.k(), m.fitClamp(at), dtype)
	if err != nil {
		return nil, err
	}
	if m.Clamp == (kernel.Clamp{}) {
		raw = fit.LogScales
	}
	return [][]float64{fit.Logits, fit.Means, raw}, nil
}

// mostStarting is the most components that Start is for, a number that no mixture needs.
const mostStarting = 1 << 20

// Start is K components of equal weight whose means are apart; their sum has about a standard normal's density. It is nil if K is below
// one or above 2²⁰.
func (m GaussianMixtureCDF) Start() [][]float64 { return m.start(1) }

// start is Start for components that have the given standard deviation where σ is 1. The means are normal quantiles, drawn in a little,
// and the scales make up for the variance that these do not have.
func (m GaussianMixtureCDF) start(deviation float64) [][]float64 {
	const drawnIn = 0.9 // means that are closer together train more slowly
	k := m.k()
	if k < 1 || k > mostStarting {
		return nil
	}
	means, raw, spread := make([]float64, k), make([]float64, k), 0.0
	for i := range means {
		mean := drawnIn * kernel.Quantile(math.Log((float64(i)+0.5)/float64(k)))
		means[i] = deviation * mean
		spread += mean * mean / float64(k)
	}
	logScale := 0.5 * math.Log(max(1-spread, 0.1))
	for i := range raw {
		raw[i] = m.Clamp.Invert(m.within(logScale))
	}
	return [][]float64{make([]float64, k), means, raw}
}

// within is the nearest log scale that the clamp lets a fit use.
func (m GaussianMixtureCDF) within(logScale float64) float64 {
	if m.Clamp.Kind == kernel.ClampNone {
		return logScale
	}
	least, greatest := m.Clamp.ScaleRange()
	return min(max(logScale, math.Log(least)), math.Log(greatest))
}

// fitClamp is the clamp that limits the fitted scales.
func (m GaussianMixtureCDF) fitClamp(at initializers.Site) kernel.Clamp {
	for _, clamp := range []kernel.Clamp{m.Clamp, at.ScaleClamp} {
		if clamp != (kernel.Clamp{}) {
			return clamp
		}
	}
	return initializers.DefaultScaleClamp
}
