package graph

import (
	"fmt"

	G "gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"gaussflow/graph/kernel"
)

// repeatBlocks repeats each of n equal blocks of columns times times, side by side.
type repeatBlocks struct{ n, times int }

// RepeatBlocks divides the columns of x into n equal blocks and repeats each times times: [A B] → [A A B B] for n = 2,
// times = 2.
func (b *Builder) RepeatBlocks(x *G.Node, n, times int) *G.Node {
	if times == 1 && n > 0 {
		return x
	}
	return b.apply(repeatBlocks{n, times}, x)
}

func (s repeatBlocks) shape(in []tensor.Shape) (tensor.Shape, error) {
	if s.n < 1 || s.times < 1 {
		return nil, fmt.Errorf("%d blocks, each %d times, want ≥ 1 of both", s.n, s.times)
	}
	if in[0].Dims() != 2 || in[0][1]%s.n != 0 {
		return nil, shapeError(fmt.Sprintf("a matrix of %d equal blocks of columns", s.n), in)
	}
	return tensor.Shape{in[0][0], in[0][1] * s.times}, nil
}

func (s repeatBlocks) grads(_ G.Nodes, _, g *G.Node) (G.Nodes, error) {
	var c chain
	return c.nodes(c.apply(sumBlocks(s), g))
}

func (s repeatBlocks) kernels() kernels { return both(s, bindRepeatBlocks, bindRepeatBlocks) }

func bindRepeatBlocks[T kernel.Float](s repeatBlocks, out array[T], in []array[T]) func() {
	w := in[0].shape[1] / s.n
	return func() {
		dst := out.data
		for x := in[0].data; len(x) > 0; x = x[w:] {
			for range s.times {
				dst = dst[copy(dst, x[:w]):]
			}
		}
	}
}

// sumBlocks is the transpose of repeatBlocks: it sums the repeats.
type sumBlocks repeatBlocks

func (s sumBlocks) shape(in []tensor.Shape) (tensor.Shape, error) {
	return tensor.Shape{in[0][0], in[0][1] / s.times}, nil
}

func (s sumBlocks) kernels() kernels { return both(s, bindSumBlocks, bindSumBlocks) }

func bindSumBlocks[T kernel.Float](s sumBlocks, out array[T], in []array[T]) func() {
	w := out.shape[1] / s.n
	return func() {
		g := in[0].data
		for y := out.data; len(y) > 0; y = y[w:] {
			for j := range y[:w] {
				t := 0.0
				for r := range s.times {
					t += float64(g[r*w+j])
				}
				y[j] = T(t)
			}
			g = g[s.times*w:]
		}
	}
}
