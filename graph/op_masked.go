package graph

import (
	"fmt"
	"strconv"
	"strings"

	G "gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"gaussflow/graph/kernel"
)

// degrees say which weights of an i×o layer are kept: those that lead from a row to a column of the same or a higher degree; all
// if there are no degrees. They are lists of numbers as printed by fmt, since an op must be comparable.
type degrees struct{ rows, columns string }

// masked reports whether there are degrees.
func (s degrees) masked() bool { return s != degrees{} }

// masked sets the entries of a matrix that its degrees exclude to zero.
type masked struct{ degrees }

// MaskedDense is Dense without the weights w_ij for which rows_i > columns_j, which count as zero: a unit of degree m then depends
// only on inputs of degree at most m (Germain et al. 2015, arXiv:1502.03509). The weights and their gradients are masked once a
// step, and products skip the zeros if degrees are in ascending order.
func (b *Builder) MaskedDense(x, w, bias *G.Node, rows, columns []int, act Activation) *G.Node {
	m := degrees{fmt.Sprint(rows), fmt.Sprint(columns)}
	return b.dense(x, b.apply(masked{m}, w), bias, m, act)
}

// degreesOf parses degrees printed by fmt.
func degreesOf(printed string) (degrees []int) {
	for _, s := range strings.Fields(strings.Trim(printed, "[]")) {
		m, _ := strconv.Atoi(s) // printed from an int
		degrees = append(degrees, m)
	}
	return degrees
}

func (s masked) shape(in []tensor.Shape) (tensor.Shape, error) {
	i, o := strings.Count(s.rows, " ")+1, strings.Count(s.columns, " ")+1
	if in[0].Dims() != 2 || in[0][0] != i || in[0][1] != o || s.rows == "[]" || s.columns == "[]" {
		return nil, shapeError("a matrix with a degree for each row and each column", in)
	}
	return in[0].Clone(), nil
}

func (s masked) grads(_ G.Nodes, _, g *G.Node) (G.Nodes, error) {
	var c chain
	return c.nodes(c.apply(s, g))
}

func (masked) linear() {}

func (s masked) kernels() kernels { return both(s, bindMasked, bindMasked) }

func bindMasked[T kernel.Float](s masked, out array[T], in []array[T]) func() {
	rows, columns := degreesOf(s.rows), degreesOf(s.columns)
	kept := map[int][]kernel.Span{}
	for _, m := range rows {
		if kept[m] == nil {
			kept[m] = kernel.Spans(len(columns), 1, func(j int) bool { return columns[j] >= m })
		}
	}
	return func() {
		clear(out.data)
		for i, m := range rows {
			from, to := in[0].data[i*len(columns):], out.data[i*len(columns):]
			for _, s := range kept[m] {
				copy(to[s.From:s.To], from[s.From:s.To])
			}
		}
	}
}

// gemm prepares a product whose second factor is b, with weights that have these degrees.
func gemm[T kernel.Float](w *workspace[T], s degrees, transA, transB bool, m, n, k int, b array[T]) *kernel.Gemm[T] {
	product := w.products.Gemm(transA, transB, m, n, k)
	if b.ahead != nil {
		b.ahead(product.SecondChanged)
	}
	if s.masked() {
		product.Masked(degreesOf(s.rows), degreesOf(s.columns))
	}
	return product
}
