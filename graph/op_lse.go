package graph

import (
	"math"

	G "gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"gaussflow/graph/kernel"
)

// logSumExp is log Σ exp over the last axis; terms may be −Inf.
type logSumExp struct{}

// LogSumExp is log Σ exp over the last axis: N×K → N.
func (b *Builder) LogSumExp(x *G.Node) *G.Node { return b.apply(logSumExp{}, x) }

func (s logSumExp) shape(in []tensor.Shape) (tensor.Shape, error) { return sumLast{}.shape(in) }

func (s logSumExp) grads(in G.Nodes, out, g *G.Node) (G.Nodes, error) {
	var c chain
	return c.nodes(c.apply(logSumExpSlope{}, in[0], out, g))
}

func (logSumExp) kernels() kernels { return kernels{bindLSE[float64], bindLSE[float32]} }

func bindLSE[T kernel.Float](out array[T], in []array[T]) func() {
	x, k := in[0].data, lastAxis(in[0].shape)
	return func() {
		for i := range out.data {
			out.data[i] = T(kernel.LogSumExp(x[i*k : (i+1)*k]))
		}
	}
}

// logSumExpSlope is g·exp(x − y), y = log Σ exp x.
type logSumExpSlope struct{}

func (s logSumExpSlope) shape(in []tensor.Shape) (tensor.Shape, error) { return in[0].Clone(), nil }

func (logSumExpSlope) kernels() kernels { return kernels{bindLSESlope[float64], bindLSESlope[float32]} }

func bindLSESlope[T kernel.Float](out array[T], in []array[T]) func() {
	x, y, g, k := in[0].data, in[1].data, in[2].data, lastAxis(in[0].shape)
	return func() {
		for i, gi := range g {
			for j := i * k; j < (i+1)*k; j++ {
				out.data[j] = 0
				if !math.IsInf(float64(x[j]), -1) { // −Inf − (−Inf) would be NaN
					out.data[j] = gi * T(math.Exp(float64(x[j])-float64(y[i])))
				}
			}
		}
	}
}

// logSoftmax is x − log Σ exp x over the last axis.
type logSoftmax struct{}

// LogSoftmax is x − log Σ exp x over the last axis.
func (b *Builder) LogSoftmax(x *G.Node) *G.Node { return b.apply(logSoftmax{}, x) }

func (s logSoftmax) shape(in []tensor.Shape) (tensor.Shape, error) { return in[0].Clone(), nil }

func (s logSoftmax) grads(_ G.Nodes, out, g *G.Node) (G.Nodes, error) {
	var c chain
	return c.nodes(c.apply(logSoftmaxSlope{}, out, g))
}

func (logSoftmax) kernels() kernels { return kernels{bindLogSoftmax[float64], bindLogSoftmax[float32]} }

func bindLogSoftmax[T kernel.Float](out array[T], in []array[T]) func() {
	x, k := in[0].data, lastAxis(in[0].shape)
	return func() {
		for i := 0; i < len(x); i += k {
			total := kernel.LogSumExp(x[i : i+k])
			for j := i; j < i+k; j++ {
				out.data[j] = T(float64(x[j]) - total)
			}
		}
	}
}

// logSoftmaxSlope is g − exp(y)·Σg.
type logSoftmaxSlope struct{}

func (s logSoftmaxSlope) shape(in []tensor.Shape) (tensor.Shape, error) { return in[0].Clone(), nil }

func (logSoftmaxSlope) kernels() kernels {
	return kernels{bindLogSoftmaxSlope[float64], bindLogSoftmaxSlope[float32]}
}

func bindLogSoftmaxSlope[T kernel.Float](out array[T], in []array[T]) func() {
	y, g, k := in[0].data, in[1].data, lastAxis(in[0].shape)
	return func() {
		for i := 0; i < len(y); i += k {
			total := 0.0
			for _, v := range g[i : i+k] {
				total += float64(v)
			}
			for j := i; j < i+k; j++ {
				out.data[j] = T(float64(g[j]) - math.Exp(float64(y[j]))*total)
			}
		}
	}
}
