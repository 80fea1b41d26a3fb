package graph

import (
	G "gorgonia.org/gorgonia"

	"gaussflow/graph/kernel"
)

// composedMixture is Mixture made of small ops, in log space throughout:
//
//	ℓF = LSE(log π + log Φ(t)),  ℓS = LSE(log π + log Φ(−t)),  ℓf = LSE(log π + log φ(t) − log σ)
func (b *Builder) composedMixture(x, theta *G.Node, k int, clamp kernel.Clamp) (z, logSlope *G.Node) {
	if b.fails() {
		return nil, nil
	}
	d := Cols(x)
	logPi := b.LogSoftmax(b.third(theta, 0, d, k))
	means := b.third(theta, 1, d, k)
	logScale := b.Clamp(b.third(theta, 2, d, k), clamp)

	t := b.Mul(b.Sub(b.ExpandLast(x, k), means), b.Exp(b.Scale(logScale, -1))) // N×d×K
	logF := b.LogSumExp(b.Add(b.LogCDF(t), logPi))
	logS := b.LogSumExp(b.Add(b.LogCDF(b.Scale(t, -1)), logPi))
	logf := b.LogSumExp(b.Sub(b.Add(b.LogPDF(t), logPi), logScale))
	z = b.NormalScore(logF, logS)
	return z, b.Sub(logf, b.LogPDF(z))
}

// third is logits (0), means (1) or raw log scales (2) of theta: d×K, or N×d×K if theta has a set for each row.
func (b *Builder) third(theta *G.Node, i, d, k int) *G.Node {
	if b.fails() {
		return nil
	}
	if theta.Shape().Dims() == 3 {
		return b.Slab(theta, i*d*k, d, k)
	}
	return b.Reshape(b.Columns(theta, i*d*k, d*k), Rows(theta), d, k)
}
