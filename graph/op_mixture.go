package graph

import (
	"fmt"

	G "gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"gaussflow/graph/kernel"
)

// Mixture maps every element of x (N×d) by the mixture of its column, z = Φ⁻¹(F(x)), and returns z and the log slope
// log dz/dx = log f(x) − log φ(z), both N×d. theta holds logits, means and raw log scales, in this order: either 3×d×K,
// the same for every row, or N×(3·d·K), one set for each row; clamp bounds the log scales. The result is exact in both
// tails; see kernel.Mixture.
func (b *Builder) Mixture(x, theta *G.Node, k int, clamp kernel.Clamp) (z, logSlope *G.Node) {
	if !b.fails() && b.Composed {
		return b.composedMixture(x, theta, k, clamp)
	}
	return b.unpack(b.apply(mixture{k, clamp, false}, x, theta), x)
}

// MixtureInverse is the inverse map x(z) and its log slope log dx/dz, both N×d: a safeguarded Newton in an
// exact bracket, differentiable in z and theta by the implicit function theorem.
func (b *Builder) MixtureInverse(z, theta *G.Node, k int, clamp kernel.Clamp) (x, logSlope *G.Node) {
	x, logSlope = b.unpack(b.apply(mixture{k, clamp, true}, z, theta), z)
	if !b.fails() && b.Composed {
		_, forward := b.composedMixture(x, theta, k, clamp)
		logSlope = b.Scale(forward, -1)
	}
	return x, logSlope
}

// unpack separates an op's value and log slope, which are stored one after the other in one tensor.
func (b *Builder) unpack(packed, like *G.Node) (value, logSlope *G.Node) {
	if b.fails() {
		return nil, nil
	}
	n, d := Rows(like), Cols(like)
	return b.Slab(packed, 0, n, d), b.Slab(packed, n*d, n, d)
}

// mixture stores the map's value and log slope, each N×d, in one tensor. With inverse it maps z to x.
type mixture struct {
	k       int
	clamp   kernel.Clamp
	inverse bool
}

func (s mixture) shape(in []tensor.Shape) (tensor.Shape, error) {
	x, theta := in[0], in[1]
	if x.Dims() != 2 {
		return nil, shapeError("x N×d", in)
	}
	if s.k < 1 {
		return nil, fmt.Errorf("K = %d components, want ≥ 1", s.k)
	}
	n, d := x[0], x[1]
	if !theta.Eq(tensor.Shape{3, d, s.k}) && !theta.Eq(tensor.Shape{n, 3 * d * s.k}) {
		return nil, shapeError(fmt.Sprintf("theta 3×%d×%d or %d×%d", d, s.k, n, 3*d*s.k), in)
	}
	return tensor.Shape{2, n, d}, nil
}

func (s mixture) grads(in G.Nodes, out, g *G.Node) (G.Nodes, error) {
	var c chain
	x, theta := in[0], in[1]
	var packed *G.Node
	if perRow(theta.Shape()) && !s.inverse {
		packed = c.apply(ownMixtureSlope(s), x, c.apply(keptMixture(s), x, theta), g)
	} else {
		packed = c.apply(mixtureSlope(s), x, theta, out, g)
	}
	return c.nodes(c.parts(packed, in)...)
}

func (s mixture) kernels() kernels { return both(s, bindMixture, bindMixture) }

func bindMixture[T kernel.Float](s mixture, out array[T], in []array[T]) func() {
	n, d := in[0].shape[0], in[0].shape[1]
	x, value, logSlope := in[0].data, out.data[:n*d], out.data[n*d:]
	shape := mixtureShape{d, s.k, perRow(in[1].shape), s.clamp}
	batch, ahead := mixtureScratch(out.work, shape), preparedAhead(out.work, shape, in[1])
	if !s.inverse {
		return func() {
			batch.Use(ahead)
			batch.Forward(x, in[1].data, value, logSlope, nil)
		}
	}
	return func() {
		batch.Use(ahead)
		batch.Inverse(x, in[1].data, value, logSlope)
		for i, l := range logSlope {
			logSlope[i] = -l
		}
	}
}

// perRow reports whether theta has a set of mixtures for each row.
func perRow(theta tensor.Shape) bool { return theta.Dims() == 2 }

// mixtureSlope stores the gradients in x (or z) and theta in one tensor, from x, theta, the op's result and its
// gradient.
type mixtureSlope mixture

func (s mixtureSlope) shape(in []tensor.Shape) (tensor.Shape, error) {
	return tensor.Shape{size(in[0]) + size(in[1])}, nil
}

func (s mixtureSlope) kernels() kernels { return both(mixture(s), bindMixtureSlope, bindMixtureSlope) }

func bindMixtureSlope[T kernel.Float](s mixture, out array[T], in []array[T]) func() {
	if s.inverse {
		return bindInverseSlope(s, out, in)
	}
	n, d := in[0].shape[0], in[0].shape[1]
	nd := n * d
	theta, packed, up := in[1].data, in[2].data, in[3].data
	shape := mixtureShape{d, s.k, perRow(in[1].shape), s.clamp}
	batch, ahead := mixtureScratch(out.work, shape), preparedAhead(out.work, shape, in[1])
	return func() {
		batch.Use(ahead)
		batch.Backward(in[0].data, theta, packed[:nd], packed[nd:], up[:nd], up[nd:], out.data[:nd], out.data[nd:])
	}
}

// mixtureShape is the key of a MixtureBatch in the workspace.
type mixtureShape struct {
	d, k   int
	perRow bool
	clamp  kernel.Clamp
}

func mixtureScratch[T kernel.Float](w *workspace[T], s mixtureShape) *kernel.MixtureBatch[T] {
	return scratchOf(w, s, func() *kernel.MixtureBatch[T] { return kernel.NewMixtureBatch[T](s.d, s.k, s.perRow, s.clamp) })
}

// preparedAhead are the mixtures of theta as they are prepared when parameters change, if columns share them and they depend on
// parameters alone, else nil: a batch of a few rows would take longer to prepare them than to evaluate them.
func preparedAhead[T kernel.Float](w *workspace[T], s mixtureShape, theta array[T]) *kernel.MixtureBlocks[T] {
	if theta.ahead == nil || s.perRow || len(theta.data) == 0 {
		return nil
	}
	type columns struct { // a key
		shape mixtureShape
		theta *T
	}
	return scratchOf(w, columns{s, &theta.data[0]}, func() *kernel.MixtureBlocks[T] {
		batch := mixtureScratch(w, s)
		blocks := batch.NewColumns()
		theta.ahead(func() { batch.Prepare(theta.data, blocks) })
		return blocks
	})
}
