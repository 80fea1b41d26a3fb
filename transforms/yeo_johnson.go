package transforms

import (
	G "gorgonia.org/gorgonia"

	"gaussflow/graph"
)

// YeoJohnson raises a number to a power, a different one on each side of zero,
//
//	z = ((1 + x)^λ − 1)/λ for x ≥ 0,  −((1 − x)^(2−λ) − 1)/(2 − λ) for x < 0,  λ = 1 + tanh(power),
//	log dz/dx = (λ − 1)·s,  s = log(1 + x) for x ≥ 0,  −log(1 − x) for x < 0.
//
// Part power, one number. λ > 1 pulls in the left tail and λ < 1 the right one. With 0 < λ < 2 it is a bijection of all of ℝ with a
// continuous slope; far out z grows as |x|^λ or |x|^(2−λ). The inverse is a formula. In layers.YeoJohnson λ is fixed.
//
// With p = λ for x ≥ 0 and 2 − λ for x < 0, so that p|s| = |s| + (λ − 1)s, it is z = s·(e^(p|s|) − 1)/p|s|.
//
// Source: Yeo & Johnson 2000, Biometrika 87, 954–959.
type YeoJohnson struct{}

// Parts is power alone.
func (YeoJohnson) Parts() []Part { return []Part{{"power", 1}} }

// Forward is the power map.
func (YeoJohnson) Forward(b *graph.Builder, x *G.Node, theta Theta) (z, logSlope *G.Node) {
	s := b.SignedLog(x)
	logSlope = b.Mul(s, b.Activate(theta.Part(b, 0), graph.Tanh))
	return b.Mul(s, b.ExpRelative(b.Add(b.Abs(s), logSlope))), logSlope
}

// Inverse finds s = z·log(1 + p|z|)/(p|z|).
func (YeoJohnson) Inverse(b *graph.Builder, z *G.Node, theta Theta) (x, logSlope *G.Node) {
	t := b.Activate(theta.Part(b, 0), graph.Tanh)
	s := b.Mul(z, b.LogRelative(b.Add(b.Abs(z), b.Mul(z, t))))
	return b.SignedExp(s), b.Scale(b.Mul(s, t), -1)
}
