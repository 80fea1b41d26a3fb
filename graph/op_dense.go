package graph

import (
	"math"
	"slices"

	G "gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"gaussflow/graph/kernel"
)

// affine is the fused dense layer act(x·W + bias), for activations whose slope is a function of their value. With degrees, W is
// masked.
type affine struct {
	act Activation
	degrees
}

// Dense is act(x·W + bias): x N×i, w i×o, bias o → N×o.
func (b *Builder) Dense(x, w, bias *G.Node, act Activation) *G.Node {
	return b.dense(x, w, bias, degrees{}, act)
}

// dense is Dense, with masked weights if there are degrees.
func (b *Builder) dense(x, w, bias *G.Node, m degrees, act Activation) *G.Node {
	if !b.fails() && b.Composed {
		return b.Activate(b.Add(b.MatMul(x, w), bias), act)
	}
	if act.slopeFromValue() {
		return b.apply(affine{act, m}, x, w, bias)
	}
	return b.Activate(b.apply(affine{Linear, m}, x, w, bias), act)
}

func (s affine) shape(in []tensor.Shape) (tensor.Shape, error) {
	if in[0].Dims() != 2 || in[1].Dims() != 2 || in[2].Dims() != 1 || in[0][1] != in[1][0] || in[1][1] != in[2][0] {
		return nil, shapeError("x N×i, w i×o, bias o", in)
	}
	return tensor.Shape{in[0][0], in[1][1]}, nil
}

func (s affine) grads(in G.Nodes, out, g *G.Node) (G.Nodes, error) {
	var c chain
	x, w := in[0], in[1]
	switch factors, of, ok := factorsOf(g); {
	case s.act == Relu && ok: // products where the relu is zero need not be computed
		g = c.apply(matMulWhere{of}, out, factors[0], factors[1])
	case s.act != Linear:
		g = c.apply(activationSlope{function(s.act)}, out, out, g)
	}
	return c.nodes(
		c.apply(matMul{transB: true, degrees: s.degrees}, g, w),
		c.apply(matMul{transA: true, degrees: s.degrees}, x, g),
		c.apply(sumLeading{suffix: 1}, g),
	)
}

func (s affine) kernels() kernels { return both(s, bindAffine, bindAffine) }

func (s affine) inStages() bool { return s.masked() }

func bindAffine[T kernel.Float](s affine, out array[T], in []array[T]) func() {
	m, k, n := in[0].shape[0], in[0].shape[1], in[1].shape[1]
	x, w, bias, y := in[0].data, in[1].data, in[2].data, out.data
	product := gemm(out.work, s.degrees, false, false, m, n, k, in[1])
	if stage := out.work.stage; stage != nil && s.masked() {
		return func() {
			product.DenseOf(stage.degree, x, w, bias, y, s.act == Relu)
			if s.act == Tanh {
				for _, columns := range product.ColumnsOf(stage.degree) {
					for row := range slices.Chunk(y, n) {
						tanh(row[columns.From:columns.To])
					}
				}
			}
		}
	}
	return func() {
		product.Dense(x, w, bias, y, s.act == Relu)
		if s.act == Tanh {
			tanh(y)
		}
	}
}

func tanh[T kernel.Float](y []T) {
	for i, v := range y {
		y[i] = T(math.Tanh(float64(v)))
	}
}
