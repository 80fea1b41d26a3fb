package graph

import (
	G "gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"gaussflow/graph/kernel"
)

// matMul is op(a)·op(b) for two matrices, where op is the transpose if requested. With degrees it is a product with masked weights,
// which are b, or with transA the gradient of such weights.
type matMul struct {
	transA, transB bool
	degrees
}

// MatMul is a·b, m×k by k×n.
func (b *Builder) MatMul(x, y *G.Node) *G.Node { return b.apply(matMul{}, x, y) }

// MatMulT is a·bᵀ, m×k by n×k.
func (b *Builder) MatMulT(x, y *G.Node) *G.Node { return b.apply(matMul{transB: true}, x, y) }

func (s matMul) dims(a, b tensor.Shape) (m, k, k2, n int) {
	m, k, k2, n = a[0], a[1], b[0], b[1]
	if s.transA {
		m, k = k, m
	}
	if s.transB {
		k2, n = n, k2
	}
	return m, k, k2, n
}

func (s matMul) shape(in []tensor.Shape) (tensor.Shape, error) {
	if in[0].Dims() != 2 || in[1].Dims() != 2 {
		return nil, shapeError("two matrices", in)
	}
	m, k, k2, n := s.dims(in[0], in[1])
	if k != k2 {
		return nil, shapeError("equal inner axes", in)
	}
	return tensor.Shape{m, n}, nil
}

func (s matMul) grads(in G.Nodes, _, g *G.Node) (G.Nodes, error) {
	var c chain
	a, b := in[0], in[1]
	switch s {
	case matMul{}:
		return c.nodes(c.apply(matMul{transB: true}, g, b), c.apply(matMul{transA: true}, a, g))
	case matMul{transB: true}:
		return c.nodes(c.apply(matMul{}, g, b), c.apply(matMul{transA: true}, g, a))
	}
	return nil, errNoGradient
}

func (s matMul) kernels() kernels { return both(s, bindMatMul, bindMatMul) }

func bindMatMul[T kernel.Float](s matMul, out array[T], in []array[T]) func() {
	m, k, _, n := s.dims(in[0].shape, in[1].shape)
	product := gemm(out.work, s.degrees, s.transA, s.transB, m, n, k, in[1])
	return func() { product.Run(in[0].data, in[1].data, out.data, out.adds()) }
}

func (matMul) sums() {}

// matMulWhere is a·bᵀ where y is positive, and zero elsewhere, from y, a and b.
type matMulWhere struct{ degrees }

func (matMulWhere) shape(in []tensor.Shape) (tensor.Shape, error) {
	out, err := matMul{transB: true}.shape(in[1:])
	if err == nil && !out.Eq(in[0]) {
		return nil, shapeError("y of the product's shape", in)
	}
	return out, err
}

func (s matMulWhere) kernels() kernels { return both(s, bindMatMulWhere, bindMatMulWhere) }

func bindMatMulWhere[T kernel.Float](s matMulWhere, out array[T], in []array[T]) func() {
	y, a, b := in[0], in[1], in[2]
	product := gemm(out.work, s.degrees, false, true, a.shape[0], b.shape[0], a.shape[1], b)
	return func() { product.Where(y.data, a.data, b.data, out.data) }
}

// factorsOf are a and b of a node a·bᵀ, and the degrees of b.
func factorsOf(n *G.Node) (factors []*G.Node, of degrees, ok bool) {
	o, _ := n.Op().(op)
	s, ok := o.spec.(matMul)
	if ok = ok && s.transB && !s.transA; !ok {
		return nil, of, false
	}
	return childrenOf(n), s.degrees, true
}
