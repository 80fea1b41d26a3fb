package bases

import (
	"fmt"
	"math"
	"math/rand/v2"

	G "gorgonia.org/gorgonia"

	"gaussflow/graph"
	"gaussflow/internal/defaults"
	"gaussflow/transforms"
)

// UniformInterval is the family of uniform densities on an interval of middle μ and half-width h·σ, including its ends:
//
//	log f(z) = −log 2h − log σ   where |z − μ| ≤ h·σ,   −Inf elsewhere.
//
// Parts mean and log_scale. With both zero it is the interval from −h to h. In an Independent with a Context it is a box that hangs on
// the context; Uniform is a box that does not.
//
// The likelihood grows as an interval shrinks until a row is outside, where it ends, so no gradient finds the ends: freeze the
// parameters (graph.Param.Trainable), or let the layers map into an interval whose place is known. A Fit in which a row comes to lie
// outside is an error.
type UniformInterval struct {
	HalfWidth float64 `json:"half_width,omitempty"` // h, positive; default √3, with which σ is the standard deviation
}

// halfWidth is h.
func (u UniformInterval) halfWidth() float64 { return defaults.Or(u.HalfWidth, math.Sqrt(3)) }

// Validate reports a HalfWidth that is none.
func (u UniformInterval) Validate() error {
	if h := u.halfWidth(); !(h > 0) || math.IsInf(h, 1) {
		return fmt.Errorf("bases: UniformInterval: HalfWidth = %g, want a positive number, or 0 for √3", u.HalfWidth)
	}
	return nil
}

// Parts are mean and log_scale.
func (UniformInterval) Parts() []transforms.Part { return Normal{}.Parts() }

// Bounded is true: outside the interval the density is zero.
func (UniformInterval) Bounded() bool { return true }

// LogDensity is log f.
func (u UniformInterval) LogDensity(b *graph.Builder, z *G.Node, theta transforms.Theta) *G.Node {
	if err := u.Validate(); err != nil {
		return b.Fail(err)
	}
	h := u.halfWidth()
	t, logScale := standardized(b, z, theta)
	inside := b.Add(b.LogStep(b.Shift(t, h)), b.LogStep(b.Shift(b.Scale(t, -1), h)))
	return b.Sub(b.Shift(inside, -math.Log(2*h)), logScale)
}

// Draw is a number of the interval. It is NaN where parts are not those of Parts, or rng is nil, or HalfWidth is none.
func (u UniformInterval) Draw(parts [][]float64, rng *rand.Rand) float64 {
	if !drawable(parts, 2, rng) {
		return math.NaN()
	}
	return u.Quantile(parts, rng.Float64())
}

// Quantile is μ + (2p − 1)·h·σ.
func (u UniformInterval) Quantile(parts [][]float64, p float64) float64 {
	if !areParts(parts, 2) || !isShare(p) || u.Validate() != nil {
		return math.NaN()
	}
	return parts[0][0] + (2*p-1)*u.halfWidth()*math.Exp(parts[1][0])
}
