package graph

import (
	G "gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"gaussflow/graph/kernel"
)

// logNormal is Σ log φ(z) over the last axis.
type logNormal struct{}

// LogNormal is the standard normal's log-density of each row: N×d → N, nats.
func (b *Builder) LogNormal(z *G.Node) *G.Node { return b.apply(logNormal{}, z) }

func (s logNormal) shape(in []tensor.Shape) (tensor.Shape, error) { return sumLast{}.shape(in) }

func (s logNormal) grads(in G.Nodes, _, g *G.Node) (G.Nodes, error) {
	var c chain
	return c.nodes(c.apply(logNormalSlope{}, in[0], g))
}

func (logNormal) kernels() kernels { return kernels{bindLogNormal[float64], bindLogNormal[float32]} }

func bindLogNormal[T kernel.Float](out array[T], in []array[T]) func() {
	z, d := in[0].data, lastAxis(in[0].shape)
	constant := float64(d) * kernel.LogPDF(0)
	return func() {
		for i := range out.data {
			out.data[i] = T(constant - kernel.Squares(z[i*d:(i+1)*d])/2)
		}
	}
}

// logNormalSlope is −z·g, g one number a row.
type logNormalSlope struct{}

func (s logNormalSlope) shape(in []tensor.Shape) (tensor.Shape, error) { return in[0].Clone(), nil }

func (logNormalSlope) kernels() kernels {
	return kernels{bindLogNormalSlope[float64], bindLogNormalSlope[float32]}
}

func bindLogNormalSlope[T kernel.Float](out array[T], in []array[T]) func() {
	z, d := in[0].data, lastAxis(in[0].shape)
	return func() {
		for i, g := range in[1].data {
			for j := i * d; j < (i+1)*d; j++ {
				out.data[j] = -z[j] * g
			}
		}
	}
}
