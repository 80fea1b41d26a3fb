package manual

import "gaussflow/graph/kernel"

// dense is a layer of a perceptron, bound to memory: h = x·w + b, rectified if it is a hidden layer.
type dense[T kernel.Float] struct {
	hidden                 bool
	w, b, gw, gb           []T
	product, gradW, gradIn *kernel.Gemm[T]
	h                      []T
	gh, sum                []T // shared buffers
}

// newDense makes a layer; it finds the memory of its gradient among the shared buffers by name.
func newDense[T kernel.Float](m denseShape, hidden bool, gh string, rows int, params, grads []T, s *scratch[T]) *dense[T] {
	return &dense[T]{
		hidden: hidden,
		w:      cut(params, m.kernel), b: cut(params, m.bias), gw: cut(grads, m.kernel), gb: cut(grads, m.bias),
		product: s.weighted(m, false, false, rows, m.out, m.in),
		gradW:   s.weighted(m, true, false, m.in, m.out, rows),
		gradIn:  s.weighted(m, false, true, rows, m.in, m.out),
		h:       make([]T, rows*m.out),
		gh:      s.buffer(gh, rows*m.out),
		sum:     s.buffer("sum", m.out),
	}
}

func (d *dense[T]) forward(x []T) []T {
	d.product.Dense(x, d.w, d.b, d.h, d.hidden)
	return d.h
}

// backward computes from ∂/∂h, in gh, the parameters' gradients (added if add is true) and gx (added if addX is true).
func (d *dense[T]) backward(x, gh, gx []T, add, addX bool) {
	d.gradW.Run(x, gh, d.gw, add)
	if add {
		kernel.ColumnSums(d.sum, gh)
		kernel.Accumulate(d.gb, d.sum)
	} else {
		kernel.ColumnSums(d.gb, gh)
	}
	d.gradIn.Run(gh, d.w, gx, addX)
}

// mlp is a conditioner.
type mlp[T kernel.Float] []*dense[T]

func newMLP[T kernel.Float](shapes []denseShape, rows int, params, grads []T, s *scratch[T]) (m mlp[T]) {
	for i, d := range shapes {
		gh := []string{"gh even", "gh odd"}[i%2] // a layer reads one and writes the other
		m = append(m, newDense(d, i+1 < len(shapes), gh, rows, params, grads, s))
	}
	return m
}

func (m mlp[T]) forward(x []T) []T {
	for _, d := range m {
		x = d.forward(x)
	}
	return x
}

// backward adds ∂/∂x to gx, given ∂/∂theta.
func (m mlp[T]) backward(x, gtheta, gx []T, add bool) {
	g := gtheta
	for i := len(m) - 1; i > 0; i-- {
		below := m[i-1]
		m[i].backward(below.h, g, below.gh, add, false)
		kernel.ReluSlope(below.gh, below.h, below.gh)
		g = below.gh
	}
	m[0].backward(x, g, gx, add, true)
}
