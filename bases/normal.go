package bases

import (
	"math"
	"math/rand/v2"

	G "gorgonia.org/gorgonia"

	"gaussflow/graph"
	"gaussflow/transforms"
)

// Normal is the family of normal densities, mean μ and scale σ:
//
//	log f(z) = log φ((z − μ)/σ) − log σ.
//
// Parts mean and log_scale. With both zero it is the standard normal. Draw is μ + σ·u for a standard normal u. It is
// NaN if parts do not have the sizes of Parts or rng is nil.
type Normal struct{}

// Parts are mean and log_scale.
func (Normal) Parts() []transforms.Part {
	return []transforms.Part{{Name: "mean", Size: 1}, {Name: "log_scale", Size: 1}}
}

// LogDensity is log φ(t) − log σ.
func (Normal) LogDensity(b *graph.Builder, z *G.Node, theta transforms.Theta) *G.Node {
	t, logScale := standardized(b, z, theta)
	return b.Sub(b.LogPDF(t), logScale)
}

// standardized is t = (z − μ)/σ, with log σ.
func standardized(b *graph.Builder, z *G.Node, theta transforms.Theta) (t, logScale *G.Node) {
	logScale = theta.Part(b, 1)
	return b.Mul(b.Sub(z, theta.Part(b, 0)), b.Exp(b.Scale(logScale, -1))), logScale
}

// Draw is μ + σ·u for a standard normal u. It is NaN where parts are not those of Parts, or rng is nil.
func (Normal) Draw(parts [][]float64, rng *rand.Rand) float64 {
	if !drawable(parts, 2, rng) {
		return math.NaN()
	}
	return parts[0][0] + math.Exp(parts[1][0])*rng.NormFloat64()
}
