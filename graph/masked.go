package graph

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	G "gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"gaussflow/graph/kernel"
)

// masked is a matrix of which only those entries are kept that lead from a degree to an equal or a higher one; zero elsewhere. The
// degrees are lists of numbers as fmt prints them, since an op is comparable.
type masked struct{ rows, columns string }

// Masked is w (i×o) where rows_i ≤ columns_o, and zero elsewhere: the kernel of a masked dense layer, in which what is of degree m
// depends on inputs of degree at most m (Germain et al. 2015, arXiv:1502.03509). Of a parameter it is computed once a step, and
// the parameter's gradient is masked once a step too, so the product costs what a dense one does.
func (b *Builder) Masked(w *G.Node, rows, columns []int) *G.Node {
	return b.apply(masked{fmt.Sprint(rows), fmt.Sprint(columns)}, w)
}

// degreesOf reads what fmt printed.
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
	kept := map[int][]span{} // of each degree of a row
	for _, m := range rows {
		if _, known := kept[m]; !known {
			kept[m] = spansOf(columns, m)
		}
	}
	width := len(columns)
	return func() {
		clear(out.data)
		for i, m := range rows {
			from, to := in[0].data[i*width:], out.data[i*width:]
			for _, k := range kept[m] {
				copy(to[k.from:k.to], from[k.from:k.to])
			}
		}
	}
}

// span is the columns from ≤ j < to.
type span struct{ from, to int }

// spansOf are the columns of degree m and higher.
func spansOf(columns []int, m int) (spans []span) {
	for j := 0; j < len(columns); {
		n := slices.IndexFunc(columns[j:], func(c int) bool { return c >= m })
		if n < 0 {
			break
		}
		s := span{from: j + n, to: len(columns)}
		if n = slices.IndexFunc(columns[s.from:], func(c int) bool { return c < m }); n >= 0 {
			s.to = s.from + n
		}
		spans, j = append(spans, s), s.to
	}
	return spans
}
