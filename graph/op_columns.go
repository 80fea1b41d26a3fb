package graph

import (
	"fmt"
	"strings"

	G "gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"gaussflow/graph/kernel"
)

// maskString writes a mask as a string, which can be part of an op: 'T' for a column of the first half (the identity
// half of a coupling), which the mask marks by true.
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

func countTrue(mask string) int { return strings.Count(mask, "T") }

// Split cuts x (N×D) by its columns: those for which mask is true (N×D_a), and the others (N×D_b).
func (b *Builder) Split(x *G.Node, mask []bool) (first, second *G.Node) {
	packed := b.apply(split{maskString(mask)}, x)
	if b.fails() {
		return nil, nil
	}
	n, da := Rows(x), countTrue(maskString(mask))
	return b.Slab(packed, 0, n, da), b.Slab(packed, n*da, n, len(mask)-da)
}

// Join is the inverse of Split.
func (b *Builder) Join(first, second *G.Node, mask []bool) *G.Node {
	return b.apply(join{maskString(mask)}, first, second)
}

// Beside puts the columns of second (N×c) after those of first (N×d): N×(d+c).
func (b *Builder) Beside(first, second *G.Node) *G.Node {
	mask := make([]bool, Cols(first)+Cols(second))
	for i := range Cols(first) {
		mask[i] = true
	}
	return b.Join(first, second, mask)
}

// Apart is the inverse of Beside: the first d columns of x, and the others.
func (b *Builder) Apart(x *G.Node, d int) (first, second *G.Node) {
	mask := make([]bool, Cols(x))
	for i := range min(d, len(mask)) {
		mask[i] = true
	}
	return b.Split(x, mask)
}

// split stores the two halves of a matrix one after the other.
type split struct{ mask string }

func (s split) shape(in []tensor.Shape) (tensor.Shape, error) {
	if in[0].Dims() != 2 || in[0][1] != len(s.mask) {
		return nil, shapeError("a matrix as wide as the mask "+s.mask, in)
	}
	return tensor.Shape{size(in[0])}, nil
}

func (s split) grads(in G.Nodes, _, g *G.Node) (G.Nodes, error) {
	var c chain
	first, second := s.halves(&c, g, Rows(in[0]))
	return c.nodes(c.apply(join(s), first, second))
}

// halves are the two matrices, of n rows, that are stored in p.
func (s split) halves(c *chain, p *G.Node, n int) (first, second *G.Node) {
	da := countTrue(s.mask)
	db := len(s.mask) - da
	return c.apply(slabOf(0, tensor.Shape{n, da}), p), c.apply(slabOf(n*da, tensor.Shape{n, db}), p)
}

func (s split) kernels() kernels { return both(s, bindSplit, bindSplit) }

func bindSplit[T kernel.Float](s split, out array[T], in []array[T]) func() {
	x, d := in[0].data, len(s.mask)
	runs := runsOf(s.mask, len(x)/max(d, 1))
	return func() {
		for _, r := range runs {
			moveColumns(out.data[r.packed:], r.width, x[r.column:], d, r.n)
		}
	}
}

// join is the inverse of split, and its transpose.
type join struct{ mask string }

func (s join) shape(in []tensor.Shape) (tensor.Shape, error) {
	da := countTrue(s.mask)
	if in[0].Dims() != 2 || in[1].Dims() != 2 || in[0][0] != in[1][0] || in[0][1] != da || in[1][1] != len(s.mask)-da {
		return nil, shapeError(fmt.Sprintf("N×%d and N×%d, the halves of the mask %s", da, len(s.mask)-da, s.mask), in)
	}
	return tensor.Shape{in[0][0], len(s.mask)}, nil
}

func (s join) grads(in G.Nodes, _, g *G.Node) (G.Nodes, error) {
	var c chain
	first, second := split(s).halves(&c, c.apply(split(s), g), Rows(in[0]))
	return c.nodes(first, second)
}

func (s join) kernels() kernels { return both(s, bindJoin, bindJoin) }

func bindJoin[T kernel.Float](s join, out array[T], in []array[T]) func() {
	d := len(s.mask)
	runs := runsOf(s.mask, len(out.data)/max(d, 1))
	return func() {
		for _, r := range runs {
			half := in[r.half].data
			moveColumns(out.data[r.column:], d, half[r.packed-r.half*(len(out.data)-len(half)):], r.width, r.n)
		}
	}
}

// A columnRun is n adjacent columns of one half, 0 or 1: from index column on in the matrix, and from index packed on
// in the packed halves, whose rows have the given width.
type columnRun struct{ half, n, column, packed, width int }

func runsOf(mask string, rows int) (runs []columnRun) {
	widths := [2]int{countTrue(mask), len(mask) - countTrue(mask)}
	next := [2]int{0, rows * widths[0]}
	for j := range len(mask) {
		half := 0
		if mask[j] == 'F' {
			half = 1
		}
		if j == 0 || mask[j] != mask[j-1] {
			runs = append(runs, columnRun{half: half, column: j, packed: next[half], width: widths[half]})
		}
		runs[len(runs)-1].n++
		next[half]++
	}
	return runs
}

// moveColumns copies the first n numbers of each row of src to the start of a row of dst.
func moveColumns[T kernel.Float](dst []T, dstWidth int, src []T, srcWidth, n int) {
	switch {
	case n == 1:
		for i, j := 0, 0; i < len(src) && j < len(dst); i, j = i+srcWidth, j+dstWidth {
			dst[j] = src[i]
		}
	case n <= 8: // too few for a call of copy to pay off
		for i, j := 0, 0; i+n <= len(src) && j+n <= len(dst); i, j = i+srcWidth, j+dstWidth {
			for k, v := range src[i : i+n] {
				dst[j+k] = v
			}
		}
	default:
		for i, j := 0, 0; i+n <= len(src) && j+n <= len(dst); i, j = i+srcWidth, j+dstWidth {
			copy(dst[j:j+n], src[i:i+n])
		}
	}
}
