package graph

import (
	"strings"

	G "gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"gaussflow/graph/kernel"
)

// maskString writes a mask, whose true marks a column of the first half (the identity half of a
// coupling), as a string of 'T' and 'F': so it can be part of an op.
func maskString(mask []bool) string {
	var s strings.Builder
	for _, m := range mask {
		if m {
			s.WriteByte('T')
		} else {
			s.WriteByte('F')
		}
	}
	return s.String()
}

// indices lists the columns whose letter is c.
func indices(mask string, c byte) (columns []int) {
	for j := range len(mask) {
		if mask[j] == c {
			columns = append(columns, j)
		}
	}
	return columns
}

// Columns picks the columns of x (N×D) for which mask is want.
func (b *Builder) Columns(x *G.Node, mask []bool, want bool) *G.Node {
	return b.apply(gather{maskString(mask), letter(want)}, x)
}

// Merge is x (N×D) with the columns for which mask is false replaced by those of y, in order.
func (b *Builder) Merge(x, y *G.Node, mask []bool) *G.Node {
	return b.apply(merge{maskString(mask)}, x, y)
}

func letter(b bool) byte { return maskString([]bool{b})[0] }

// gather picks columns.
type gather struct {
	mask string
	want byte
}

func (s gather) shape(in []tensor.Shape) (tensor.Shape, error) {
	if in[0].Dims() != 2 || in[0][1] != len(s.mask) {
		return nil, shapeError("a matrix as wide as the mask "+s.mask, in)
	}
	return tensor.Shape{in[0][0], strings.Count(s.mask, string(s.want))}, nil
}

func (s gather) grads(_ G.Nodes, _, g *G.Node) (G.Nodes, error) {
	var c chain
	return c.nodes(c.apply(scatter(s), g))
}

func (s gather) bind64(out array[float64], in []array[float64]) func() { return bindGather(s, out, in) }
func (s gather) bind32(out array[float32], in []array[float32]) func() { return bindGather(s, out, in) }

func bindGather[T kernel.Float](s gather, out array[T], in []array[T]) func() {
	columns, d := indices(s.mask, s.want), len(s.mask)
	return func() {
		i := 0
		for row := in[0].data; len(row) > 0; row = row[d:] {
			for _, j := range columns {
				out.data[i] = row[j]
				i++
			}
		}
	}
}

// scatter is the transpose of gather: zeros elsewhere.
type scatter gather

func (s scatter) shape(in []tensor.Shape) (tensor.Shape, error) {
	return tensor.Shape{in[0][0], len(s.mask)}, nil
}

func (s scatter) bind64(out array[float64], in []array[float64]) func() {
	return bindScatter(s, out, in)
}
func (s scatter) bind32(out array[float32], in []array[float32]) func() {
	return bindScatter(s, out, in)
}

func bindScatter[T kernel.Float](s scatter, out array[T], in []array[T]) func() {
	columns, d := indices(s.mask, s.want), len(s.mask)
	return func() {
		clear(out.data)
		i := 0
		for row := out.data; len(row) > 0; row = row[d:] {
			for _, j := range columns {
				row[j] = in[0].data[i]
				i++
			}
		}
	}
}

// merge replaces the columns marked 'F'.
type merge struct{ mask string }

func (s merge) shape(in []tensor.Shape) (tensor.Shape, error) {
	if in[0].Dims() != 2 || in[1].Dims() != 2 || in[0][0] != in[1][0] ||
		in[0][1] != len(s.mask) || in[1][1] != strings.Count(s.mask, "F") {
		return nil, shapeError("x as wide as the mask "+s.mask+" and y as its F", in)
	}
	return in[0].Clone(), nil
}

func (s merge) grads(_ G.Nodes, _, g *G.Node) (G.Nodes, error) {
	var c chain
	kept := c.apply(gather{s.mask, 'T'}, g)
	return c.nodes(c.apply(scatter{s.mask, 'T'}, kept), c.apply(gather{s.mask, 'F'}, g))
}

func (s merge) bind64(out array[float64], in []array[float64]) func() { return bindMerge(s, out, in) }
func (s merge) bind32(out array[float32], in []array[float32]) func() { return bindMerge(s, out, in) }

func bindMerge[T kernel.Float](s merge, out array[T], in []array[T]) func() {
	columns, d := indices(s.mask, 'F'), len(s.mask)
	return func() {
		copy(out.data, in[0].data)
		i := 0
		for row := out.data; len(row) > 0; row = row[d:] {
			for _, j := range columns {
				row[j] = in[1].data[i]
				i++
			}
		}
	}
}
