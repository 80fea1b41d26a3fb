package graph

import (
	G "gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

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

// third is logits (0), means (1) or raw log scales (2) of theta: d×K, or N×d×K where theta has a row for each x.
func (b *Builder) third(theta *G.Node, i, d, k int) *G.Node {
	if b.fails() {
		return nil
	}
	if theta.Shape().Dims() == 3 {
		return b.Slab(theta, i*d*k, d, k)
	}
	return b.Reshape(b.apply(block{i, 3}, theta), Rows(theta), d, k)
}

// block is the i-th of n equal blocks of columns.
type block struct{ i, n int }

func (s block) shape(in []tensor.Shape) (tensor.Shape, error) {
	if in[0].Dims() != 2 || in[0][1]%s.n != 0 {
		return nil, shapeError("a matrix of equal blocks of columns", in)
	}
	return tensor.Shape{in[0][0], in[0][1] / s.n}, nil
}

func (s block) grads(_ G.Nodes, _, g *G.Node) (G.Nodes, error) {
	var c chain
	return c.nodes(c.apply(padBlock(s), g))
}

func (s block) kernels() kernels { return both(s, bindBlock, bindBlock) }

func bindBlock[T kernel.Float](s block, out array[T], in []array[T]) func() {
	w := out.shape[1]
	return func() {
		for r := range out.shape[0] {
			copy(out.data[r*w:(r+1)*w], in[0].data[(r*s.n+s.i)*w:])
		}
	}
}

// padBlock is the transpose of block: zeros in the other blocks.
type padBlock block

func (s padBlock) shape(in []tensor.Shape) (tensor.Shape, error) {
	return tensor.Shape{in[0][0], in[0][1] * s.n}, nil
}

func (s padBlock) kernels() kernels { return both(s, bindPadBlock, bindPadBlock) }

func bindPadBlock[T kernel.Float](s padBlock, out array[T], in []array[T]) func() {
	w := in[0].shape[1]
	return func() {
		clear(out.data)
		for r := range out.shape[0] {
			copy(out.data[(r*s.n+s.i)*w:], in[0].data[r*w:(r+1)*w])
		}
	}
}
