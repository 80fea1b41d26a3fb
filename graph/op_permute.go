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

// permute puts the columns of a matrix into another order, given as a string: numbers separated by commas.
type permute struct{ order string }

// Permute puts the columns of x (N×d) into another order: column j of the result is column order[j] of x. order is a permutation of
// 0 … d−1.
func (b *Builder) Permute(x *G.Node, order []int) *G.Node {
	return b.apply(permuteBy(order), x)
}

func permuteBy(order []int) permute {
	columns := make([]string, len(order))
	for j, from := range order {
		columns[j] = strconv.Itoa(from)
	}
	return permute{strings.Join(columns, ",")}
}

func (s permute) columns() []int {
	order := make([]int, 0, strings.Count(s.order, ",")+1)
	for from := range strings.SplitSeq(s.order, ",") {
		n, _ := strconv.Atoi(from) // cannot fail: permuteBy has written it
		order = append(order, n)
	}
	return order
}

// InverseOrder is the inverse permutation; ok is false if order is no permutation of 0 … len(order)−1.
func InverseOrder(order []int) (back []int, ok bool) {
	back = slices.Repeat([]int{-1}, len(order))
	for j, from := range order {
		if from < 0 || from >= len(order) || back[from] >= 0 {
			return nil, false
		}
		back[from] = j
	}
	return back, true
}

func (s permute) shape(in []tensor.Shape) (tensor.Shape, error) {
	order := s.columns()
	if _, ok := InverseOrder(order); !ok || in[0].Dims() != 2 || in[0][1] != len(order) {
		return nil, shapeError(fmt.Sprintf("N×%d, and [%s] to have each of its columns once", len(order), s.order), in)
	}
	return in[0].Clone(), nil
}

func (s permute) grads(_ G.Nodes, _, g *G.Node) (G.Nodes, error) {
	var c chain
	back, _ := InverseOrder(s.columns())
	return c.nodes(c.apply(permuteBy(back), g))
}

func (s permute) kernels() kernels { return both(s, bindPermute, bindPermute) }

func bindPermute[T kernel.Float](s permute, out array[T], in []array[T]) func() {
	order, d := s.columns(), in[0].shape[1]
	return func() {
		for i := 0; i < len(out.data); i += d {
			for j, from := range order {
				out.data[i+j] = in[0].data[i+from]
			}
		}
	}
}
