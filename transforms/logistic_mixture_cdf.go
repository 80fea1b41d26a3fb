package transforms

import (
	"math"

	G "gorgonia.org/gorgonia"

	"gaussflow/graph"
	"gaussflow/graph/kernel"
	"gaussflow/initializers"
	"gaussflow/rows"
)

// LogisticMixtureCDF maps a number by the CDF of a mixture of K logistic distributions, and the result by the logit,
//
//	z = log F(x) − log(1 − F(x)),  F(x) = Σ_k π_k Λ((x − μ_k)/σ_k),  Λ(t) = 1/(1 + e^−t),
//	log dz/dx = log f(x) − log F(x) − log(1 − F(x)).
//
// Parts, Clamp and the inverse are as those of GaussianMixtureCDF. It is also a smooth bijection of all of ℝ, whose slope far out
// is 1/σ of the dominating component; nothing is clipped. Its transitions between components are more gradual.
//
// It ends in the logit, as published, and not in Φ⁻¹. So it is the identity if all parameters are zero, and only shifts and scales
// a tail. Φ⁻¹∘F would map the exponential tail of a logistic distribution to z ≈ √(2x/σ), whose slope goes to 0. If x follows the
// mixture, z has a logistic distribution; Fit instead looks for the mixture for which z is closest to normal.
//
// Source: Ho et al. 2019, arXiv:1902.00275 (Flow++).
type LogisticMixtureCDF struct {
	Components int          `json:"components,omitempty"` // K, default 8
	Clamp      kernel.Clamp `json:"clamp,omitzero"`       // for the log scales; default none
}

func (m LogisticMixtureCDF) k() int { return GaussianMixtureCDF(m).k() }

// Validate reports a number of components below one or an invalid clamp.
func (m LogisticMixtureCDF) Validate() error {
	return GaussianMixtureCDF(m).validate("LogisticMixtureCDF")
}

// Parts are logits, means and log_scales.
func (m LogisticMixtureCDF) Parts() []Part { return GaussianMixtureCDF(m).Parts() }

// Forward is logit∘F.
func (m LogisticMixtureCDF) Forward(b *graph.Builder, x *G.Node, theta Theta) (z, logSlope *G.Node) {
	return b.LogisticMixture(x, theta.Packed(b), m.k(), m.Clamp)
}

// Inverse is F⁻¹∘Λ.
func (m LogisticMixtureCDF) Inverse(b *graph.Builder, z *G.Node, theta Theta) (x, logSlope *G.Node) {
	return b.LogisticMixtureInverse(z, theta.Packed(b), m.k(), m.Clamp)
}

// Start is that of GaussianMixtureCDF for the standard logistic distribution.
func (m LogisticMixtureCDF) Start() [][]float64 {
	return GaussianMixtureCDF(m).start(math.Pi / math.Sqrt(3))
}

// Fit finds the mixture for which the mapped values are most likely as standard normal numbers. It starts from the fit of a
// GaussianMixtureCDF, and scales are in the same range.
func (m LogisticMixtureCDF) Fit(values []float64, column int, at initializers.Site, dtype graph.Dtype) ([][]float64, error) {
	bounded := m
	bounded.Clamp = GaussianMixtureCDF(m).fitClamp(at)
	fit, raw, err := at.FitColumn(values, column, m.k(), bounded.Clamp, dtype)
	if err != nil {
		return nil, err
	}
	_, scale := rows.MeanStd(values)
	parts, err := likeliest(bounded, values, [][]float64{fit.Logits, fit.Means, raw}, []float64{1, max(scale, 1e-300), 1})
	if err == nil && m.Clamp == (kernel.Clamp{}) {
		for k, r := range parts[2] {
			parts[2][k] = bounded.Clamp.Apply(r)
		}
	}
	return parts, err
}
