package graph

import (
	"fmt"

	G "gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"gaussflow/graph/kernel"
)

// Intervals is the log-probability of the intervals from lo to hi under mixtures of k normals, or the log-density where lo = hi; lo
// and hi are N×d. theta, N×(3·d·K), holds logits, means and raw log scales as for Mixture; clamp bounds the log scales, and a
// standard normal is added to the mixture with the weight background. The result is exact however far out or narrow an interval is;
// see kernel.Intervals. There is no composed form.
func (b *Builder) Intervals(lo, hi, theta *G.Node, k int, clamp kernel.Clamp, background float64) *G.Node {
	return b.apply(intervals{k, clamp, background}, lo, hi, theta)
}

type intervals struct {
	k          int
	clamp      kernel.Clamp
	background float64
}

func (s intervals) shape(in []tensor.Shape) (tensor.Shape, error) {
	if s.k < 1 {
		return nil, fmt.Errorf("K = %d components, want ≥ 1", s.k)
	}
	if !(s.background >= 0 && s.background < 1) {
		return nil, fmt.Errorf("background = %v, want 0 or more and less than 1", s.background)
	}
	if in[0].Dims() != 2 || !in[1].Eq(in[0]) || !in[2].Eq(tensor.Shape{in[0][0], 3 * in[0][1] * s.k}) {
		return nil, shapeError("lo and hi N×d, theta N×(3·d·K)", in)
	}
	return in[0].Clone(), nil
}

func (s intervals) grads(in G.Nodes, _, g *G.Node) (G.Nodes, error) {
	var c chain
	return c.nodes(c.parts(c.apply(intervalsSlope(s), in[0], in[1], in[2], g), in)...)
}

func (s intervals) kernels() kernels { return both(s, bindIntervals, bindIntervals) }

func bindIntervals[T kernel.Float](s intervals, out array[T], in []array[T]) func() {
	c := intervalsScratch(out.work, intervalsShape{in[0].shape[1], s})
	return func() { c.Forward(in[0].data, in[1].data, in[2].data, out.data) }
}

// intervalsSlope stores the gradients in lo, hi and theta in one tensor.
type intervalsSlope intervals

func (s intervalsSlope) shape(in []tensor.Shape) (tensor.Shape, error) {
	return tensor.Shape{size(in[0]) + size(in[1]) + size(in[2])}, nil
}

func (s intervalsSlope) kernels() kernels {
	return both(intervals(s), bindIntervalsSlope, bindIntervalsSlope)
}

func bindIntervalsSlope[T kernel.Float](s intervals, out array[T], in []array[T]) func() {
	n := len(in[0].data)
	c := intervalsScratch(out.work, intervalsShape{in[0].shape[1], s})
	return func() {
		c.Backward(in[0].data, in[1].data, in[2].data, in[3].data, out.data[:n], out.data[n:2*n], out.data[2*n:])
	}
}

// intervalsShape is the key of a kernel.Intervals in the workspace.
type intervalsShape struct {
	d int
	intervals
}

func intervalsScratch[T kernel.Float](w *workspace[T], s intervalsShape) *kernel.Intervals[T] {
	return scratchOf(w, s, func() *kernel.Intervals[T] { return kernel.NewIntervals[T](s.d, s.k, s.clamp, s.background) })
}
