package manual

import (
	"fmt"

	"gaussflow/graph/kernel"
)

// scratch makes kernels that need scratch memory, one for each shape; used one after the other, they find it in the
// cache.
type scratch[T kernel.Float] struct {
	products map[productShape]*kernel.Gemm[T]
	mixtures map[mixtureShape]*kernel.MixtureBatch[T]
	buffers  map[bufferName][]T
}

type productShape struct {
	transA, transB bool
	m, n, k        int
	degrees        string // of the weights, if they are masked
}

type mixtureShape struct {
	d, k   int
	perRow bool
	clamp  kernel.Clamp
}

type bufferName struct {
	name string
	n    int
}

func newScratch[T kernel.Float]() *scratch[T] {
	return &scratch[T]{map[productShape]*kernel.Gemm[T]{}, map[mixtureShape]*kernel.MixtureBatch[T]{}, map[bufferName][]T{}}
}

func (s *scratch[T]) product(transA, transB bool, m, n, k int) *kernel.Gemm[T] {
	at := productShape{transA: transA, transB: transB, m: m, n: n, k: k}
	if s.products[at] == nil {
		s.products[at] = kernel.NewGemm[T](transA, transB, m, n, k)
	}
	return s.products[at]
}

// weighted is product for a layer's weights or, with transA, for their gradient; it skips weights that a mask excludes.
func (s *scratch[T]) weighted(layer denseShape, transA, transB bool, m, n, k int) *kernel.Gemm[T] {
	if layer.rows == nil {
		return s.product(transA, transB, m, n, k)
	}
	at := productShape{transA, transB, m, n, k, fmt.Sprint(layer.rows, layer.columns)}
	if s.products[at] == nil {
		s.products[at] = kernel.NewGemm[T](transA, transB, m, n, k).Masked(layer.rows, layer.columns)
	}
	return s.products[at]
}

func (s *scratch[T]) mixture(d, k int, perRow bool, clamp kernel.Clamp) *kernel.MixtureBatch[T] {
	at := mixtureShape{d, k, perRow, clamp}
	if s.mixtures[at] == nil {
		s.mixtures[at] = kernel.NewMixtureBatch[T](d, k, perRow, clamp)
	}
	return s.mixtures[at]
}

// buffer is memory for n numbers, shared by all who use the name.
func (s *scratch[T]) buffer(name string, n int) []T {
	at := bufferName{name, n}
	if s.buffers[at] == nil {
		s.buffers[at] = make([]T, n)
	}
	return s.buffers[at]
}
