package graph

import (
	G "gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"gaussflow/graph/kernel"
)

// normalScore is z = Q(ℓF) where ℓF ≤ ℓS and −Q(ℓS) elsewhere: Φ⁻¹ from the logarithms of both tails.
type normalScore struct{}

// NormalScore is Φ⁻¹(F) from ℓF = log F and ℓS = log(1−F), exact in both tails.
func (b *Builder) NormalScore(logF, logS *G.Node) *G.Node { return b.apply(normalScore{}, logF, logS) }

func (s normalScore) shape(in []tensor.Shape) (tensor.Shape, error) {
	return sum{}.shape(in)
}

// grads gives the tail that was used its gradient, and the other one zero, whatever its value.
func (s normalScore) grads(in G.Nodes, out, g *G.Node) (G.Nodes, error) {
	var c chain
	return c.nodes(
		c.apply(normalScoreSlope{upper: false}, in[0], in[1], out, g),
		c.apply(normalScoreSlope{upper: true}, in[0], in[1], out, g),
	)
}

func (normalScore) kernels() kernels {
	return kernels{bindNormalScore[float64], bindNormalScore[float32]}
}

func bindNormalScore[T kernel.Float](out array[T], in []array[T]) func() {
	smaller := make([]T, len(out.data))
	return func() {
		for i, f := range in[0].data {
			smaller[i] = min(f, in[1].data[i])
		}
		kernel.Quantiles(out.data, smaller)
		for i, f := range in[0].data {
			if f > in[1].data[i] {
				out.data[i] = -out.data[i]
			}
		}
	}
}

// normalScoreSlope is g·∂z/∂ℓF, or with upper g·∂z/∂ℓS.
type normalScoreSlope struct{ upper bool }

func (s normalScoreSlope) shape(in []tensor.Shape) (tensor.Shape, error) { return in[0].Clone(), nil }

func (s normalScoreSlope) kernels() kernels {
	return both(s, bindNormalScoreSlope, bindNormalScoreSlope)
}

func bindNormalScoreSlope[T kernel.Float](s normalScoreSlope, out array[T], in []array[T]) func() {
	sign := 1.0
	if s.upper {
		sign = -1
	}
	return func() {
		for i, g := range in[3].data {
			out.data[i] = 0
			if upper := in[0].data[i] > in[1].data[i]; upper == s.upper {
				z := sign * float64(in[2].data[i]) // ≤ 0
				out.data[i] = g * T(sign*kernel.QuantileSlope(z))
			}
		}
	}
}
