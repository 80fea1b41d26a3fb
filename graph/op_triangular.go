package graph

import (
	"fmt"
	"math"

	G "gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"gaussflow/graph/kernel"
)

// Triangular matrices, for linear maps whose determinant is a product. A d×d node holds two of them, as in LAPACK: L is stored
// below the diagonal, and its own diagonal is all ones; U is stored above it, and the diagonal holds the logarithms of U's
// diagonal.

// UnitLower is L of packed (d×d): ones on the diagonal, zeros above it.
func (b *Builder) UnitLower(packed *G.Node) *G.Node { return b.apply(triangle{}, packed) }

// UpperExp is U of packed (d×d). Its diagonal is ±exp of packed's, with a minus where negative is true; negative may be
// nil.
func (b *Builder) UpperExp(packed *G.Node, negative []bool) *G.Node {
	if negative == nil {
		negative = make([]bool, Cols(packed))
	}
	return b.apply(triangle{upper: true, negative: maskString(negative)}, packed)
}

// triangle is L or U.
type triangle struct {
	upper    bool
	negative string // a mask of the negative numbers on U's diagonal
}

func checkSquare(in []tensor.Shape) error {
	if in[0].Dims() != 2 || in[0][0] != in[0][1] {
		return shapeError("a square matrix", in)
	}
	return nil
}

func (s triangle) shape(in []tensor.Shape) (tensor.Shape, error) {
	if err := checkSquare(in); err != nil {
		return nil, err
	}
	if s.upper && len(s.negative) != in[0][0] {
		return nil, shapeError(fmt.Sprintf("a sign for each column, and not %d", len(s.negative)), in)
	}
	return in[0].Clone(), nil
}

func (s triangle) grads(in G.Nodes, _, g *G.Node) (G.Nodes, error) {
	var c chain
	return c.nodes(c.apply(triangleSlope(s), in[0], g))
}

func (s triangle) kernels() kernels { return both(s, bindTriangle, bindTriangle) }

func bindTriangle[T kernel.Float](s triangle, out array[T], in []array[T]) func() {
	x, y, d := in[0].data, out.data, in[0].shape[0]
	return func() {
		clear(y)
		for i := range d {
			row := i * d
			if !s.upper {
				copy(y[row:row+i], x[row:])
				y[row+i] = 1
				continue
			}
			copy(y[row+i+1:row+d], x[row+i+1:])
			y[row+i] = T(s.diagonal(i, float64(x[row+i])))
		}
	}
}

// diagonal is the i-th number on U's diagonal, from its logarithm.
func (s triangle) diagonal(i int, log float64) float64 {
	if s.negative[i] == 'T' {
		return -math.Exp(log)
	}
	return math.Exp(log)
}

// triangleSlope is the gradient in packed, from packed and the gradient in L or U.
type triangleSlope triangle

func (s triangleSlope) shape(in []tensor.Shape) (tensor.Shape, error) { return in[0].Clone(), nil }

func (s triangleSlope) kernels() kernels {
	return both(triangle(s), bindTriangleSlope, bindTriangleSlope)
}

func bindTriangleSlope[T kernel.Float](s triangle, out array[T], in []array[T]) func() {
	x, g, y, d := in[0].data, in[1].data, out.data, in[0].shape[0]
	return func() {
		clear(y)
		for i := range d {
			row := i * d
			if !s.upper {
				copy(y[row:row+i], g[row:])
				continue
			}
			copy(y[row+i+1:row+d], g[row+i+1:])
			y[row+i] = g[row+i] * T(s.diagonal(i, float64(x[row+i])))
		}
	}
}

// SolveLower is the x (N×d) with x·t = y for a lower triangular t (d×d).
func (b *Builder) SolveLower(y, t *G.Node) *G.Node { return b.apply(solve{}, y, t) }

// SolveUpper is the x (N×d) with x·t = y for an upper triangular t (d×d).
func (b *Builder) SolveUpper(y, t *G.Node) *G.Node {
	return b.apply(solve{kernel.Triangle{Upper: true}}, y, t)
}

// solve is y·T⁻¹, or y·T⁻ᵀ.
type solve struct{ triangle kernel.Triangle }

func (s solve) shape(in []tensor.Shape) (tensor.Shape, error) {
	if err := checkSquare(in[1:]); err != nil || in[0].Dims() != 2 || in[0][1] != in[1][0] {
		return nil, shapeError("N×d and a square matrix d×d", in)
	}
	return in[0].Clone(), nil
}

// grads: for x = y·T⁻¹ the gradient in y is g·T⁻ᵀ, and that in T is −xᵀ·(g·T⁻ᵀ). The op that made the triangle uses only its half
// of the latter.
func (s solve) grads(in G.Nodes, out, g *G.Node) (G.Nodes, error) {
	if s.triangle.Transposed {
		return nil, errNoGradient
	}
	var c chain
	gy := c.apply(solve{kernel.Triangle{Upper: s.triangle.Upper, Transposed: true}}, g, in[1])
	return c.nodes(gy, c.apply(scale{-1}, c.apply(matMul{transA: true}, out, gy)))
}

func (s solve) kernels() kernels { return both(s, bindSolve, bindSolve) }

func bindSolve[T kernel.Float](s solve, out array[T], in []array[T]) func() {
	row := make([]float64, in[1].shape[0])
	return func() { kernel.Solve(s.triangle, in[1].data, in[0].data, out.data, row) }
}

// diagonal is the diagonal of a square matrix.
type diagonal struct{}

// Diagonal is the diagonal of a square matrix: d×d → d.
func (b *Builder) Diagonal(x *G.Node) *G.Node { return b.apply(diagonal{}, x) }

func (diagonal) shape(in []tensor.Shape) (tensor.Shape, error) {
	if err := checkSquare(in); err != nil {
		return nil, err
	}
	return in[0][:1].Clone(), nil
}

func (diagonal) grads(_ G.Nodes, _, g *G.Node) (G.Nodes, error) {
	var c chain
	return c.nodes(c.apply(diagonalSlope{}, g))
}

func (diagonal) kernels() kernels { return kernels{bindDiagonal[float64], bindDiagonal[float32]} }

func bindDiagonal[T kernel.Float](out array[T], in []array[T]) func() {
	d := len(out.data)
	return func() {
		for i := range out.data {
			out.data[i] = in[0].data[i*(d+1)]
		}
	}
}

// diagonalSlope is the matrix with a given diagonal, and zeros elsewhere.
type diagonalSlope struct{}

func (diagonalSlope) shape(in []tensor.Shape) (tensor.Shape, error) {
	return tensor.Shape{in[0][0], in[0][0]}, nil
}

func (diagonalSlope) kernels() kernels {
	return kernels{bindDiagonalSlope[float64], bindDiagonalSlope[float32]}
}

func bindDiagonalSlope[T kernel.Float](out array[T], in []array[T]) func() {
	d := len(in[0].data)
	return func() {
		clear(out.data)
		for i, v := range in[0].data {
			out.data[i*(d+1)] = v
		}
	}
}
