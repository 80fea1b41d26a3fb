package graph

import (
	"fmt"

	G "gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"gaussflow/graph/kernel"
)

// Spline maps every element of x (N×d) by the rational-quadratic spline of its column and returns z and log dz/dx, both N×d; see
// kernel.Spline. theta holds the raw parameters: either three nodes, widths, heights and slopes, each d × the family's size, the
// same for every row; or one node, N×(d·Width), with a set for each row: widths of all columns, then heights, then slopes. There is
// no composed form.
func (b *Builder) Spline(x *G.Node, s kernel.Spline, theta ...*G.Node) (z, logSlope *G.Node) {
	return b.unpack(b.apply(spline{s, false}, append([]*G.Node{x}, theta...)...), x)
}

// SplineInverse is the inverse map x(z) and its log slope log dx/dz, both N×d: a formula, differentiable in z and theta.
func (b *Builder) SplineInverse(z *G.Node, s kernel.Spline, theta ...*G.Node) (x, logSlope *G.Node) {
	return b.unpack(b.apply(spline{s, true}, append([]*G.Node{z}, theta...)...), z)
}

// spline stores the map's value and log slope, each N×d, in one tensor. With inverse it maps z to x.
type spline struct {
	family  kernel.Spline
	inverse bool
}

func (s spline) shape(in []tensor.Shape) (tensor.Shape, error) {
	if err := s.family.Validate(); err != nil {
		return nil, err
	}
	x, theta := in[0], in[1:]
	if x.Dims() != 2 {
		return nil, shapeError("x N×d", in)
	}
	n, d := x[0], x[1]
	packed := len(theta) == 1 && theta[0].Eq(tensor.Shape{n, d * s.family.Width()})
	w, h, slopes := s.family.Sizes()
	own := len(theta) == 3 && theta[0].Eq(tensor.Shape{d, w}) && theta[1].Eq(tensor.Shape{d, h}) && theta[2].Eq(tensor.Shape{d, slopes})
	if !packed && !own {
		return nil, shapeError(fmt.Sprintf("theta %d×%d, or %d×%d, %d×%d and %d×%d", n, d*s.family.Width(), d, w, d, h, d, slopes), in)
	}
	return tensor.Shape{2, n, d}, nil
}

func (s spline) grads(in G.Nodes, out, g *G.Node) (G.Nodes, error) {
	var c chain
	packed := c.apply(splineSlope(s), append(append(G.Nodes{}, in...), out, g)...)
	return c.nodes(c.parts(packed, in)...)
}

func (s spline) kernels() kernels { return both(s, bindSpline, bindSpline) }

func bindSpline[T kernel.Float](s spline, out array[T], in []array[T]) func() {
	n, d := in[0].shape[0], in[0].shape[1]
	x, value, logSlope := in[0].data, out.data[:n*d], out.data[n*d:]
	theta := splineTheta(s.family, d, in[1:])
	splines := splineScratch(out.work, splineShape{s.family, d})
	if s.inverse {
		return func() { splines.Inverse(x, theta, value, logSlope) }
	}
	return func() { splines.Forward(x, theta, value, logSlope) }
}

// splineTheta are the raw parameters in theta, which is one input or three.
func splineTheta[T kernel.Float](s kernel.Spline, d int, theta []array[T]) kernel.SplineTheta[T] {
	if len(theta) == 3 {
		return kernel.SplineTheta[T]{Widths: theta[0].data, Heights: theta[1].data, Slopes: theta[2].data}
	}
	return packedSplineTheta(s, d, theta[0].data, d*s.Width())
}

// packedSplineTheta describes a layout in which the columns' widths, heights and slopes follow each other, with a new
// set after every stride numbers.
func packedSplineTheta[T kernel.Float](s kernel.Spline, d int, data []T, stride int) kernel.SplineTheta[T] {
	if len(data) == 0 {
		return kernel.SplineTheta[T]{Stride: stride}
	}
	w, h, _ := s.Sizes()
	return kernel.SplineTheta[T]{Widths: data, Heights: data[d*w:], Slopes: data[d*(w+h):], Stride: stride}
}

// splineSlope stores the gradients in x (or z) and theta in one tensor, from x, theta, the op's result and its
// gradient.
type splineSlope spline

func (s splineSlope) shape(in []tensor.Shape) (tensor.Shape, error) {
	total := 0
	for _, x := range in[:len(in)-2] {
		total += size(x)
	}
	return tensor.Shape{total}, nil
}

func (s splineSlope) kernels() kernels { return both(spline(s), bindSplineSlope, bindSplineSlope) }

func bindSplineSlope[T kernel.Float](s spline, out array[T], in []array[T]) func() {
	last := len(in) - 2
	nd, d := size(in[0].shape), in[0].shape[1]
	result, up := in[last].data, in[last+1].data
	theta := splineTheta(s.family, d, in[1:last])
	thetaUp := packedSplineTheta(s.family, d, out.data[nd:], theta.Stride)
	splines := splineScratch(out.work, splineShape{s.family, d})
	if s.inverse {
		return func() {
			splines.InverseBackward(result[:nd], result[nd:], theta, up[:nd], up[nd:], out.data[:nd], thetaUp)
		}
	}
	return func() { splines.Backward(in[0].data, theta, up[:nd], up[nd:], out.data[:nd], thetaUp) }
}

// splineShape is the key of a kernel.Splines in the workspace.
type splineShape struct {
	family kernel.Spline
	d      int
}

func splineScratch[T kernel.Float](w *workspace[T], s splineShape) *kernel.Splines[T] {
	return scratchOf(w, s, func() *kernel.Splines[T] { return kernel.NewSplines[T](s.family, s.d) })
}
