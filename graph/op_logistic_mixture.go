package graph

import (
	G "gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"gaussflow/graph/kernel"
)

// LogisticMixture is Mixture with logistic distributions, z = logit F(x), and the log slope log dz/dx = log f(x) − log F(x)(1 −
// F(x)). x, theta and clamp are as for Mixture. There is no composed form.
func (b *Builder) LogisticMixture(x, theta *G.Node, k int, clamp kernel.Clamp) (z, logSlope *G.Node) {
	return b.unpack(b.apply(logisticMixture{k, clamp, false}, x, theta), x)
}

// LogisticMixtureInverse is the inverse map x(z) and its log slope log dx/dz, both N×d, as MixtureInverse.
func (b *Builder) LogisticMixtureInverse(z, theta *G.Node, k int, clamp kernel.Clamp) (x, logSlope *G.Node) {
	return b.unpack(b.apply(logisticMixture{k, clamp, true}, z, theta), z)
}

// logisticMixture stores the map's value and log slope, each N×d, in one tensor. With inverse it maps z to x.
type logisticMixture mixture

func (s logisticMixture) shape(in []tensor.Shape) (tensor.Shape, error) { return mixture(s).shape(in) }

func (s logisticMixture) grads(in G.Nodes, out, g *G.Node) (G.Nodes, error) {
	var c chain
	return c.nodes(c.parts(c.apply(logisticMixtureSlope(s), in[0], in[1], out, g), in)...)
}

func (s logisticMixture) kernels() kernels { return both(s, bindLogisticMixture, bindLogisticMixture) }

// logisticShape is the key of a kernel.LogisticMixtures in the workspace.
type logisticShape mixtureShape

// logisticsOf are the mixtures of the columns of x.
func logisticsOf[T kernel.Float](s logisticMixture, out array[T], x, theta array[T]) *kernel.LogisticMixtures[T] {
	d, each := x.shape[1], perRow(theta.shape)
	return scratchOf(out.work, logisticShape{d, s.k, each, s.clamp}, func() *kernel.LogisticMixtures[T] {
		return kernel.NewLogisticMixtures[T](d, s.k, each, s.clamp)
	})
}

func bindLogisticMixture[T kernel.Float](s logisticMixture, out array[T], in []array[T]) func() {
	nd := size(in[0].shape)
	x, theta, value, logSlope := in[0].data, in[1].data, out.data[:nd], out.data[nd:]
	batch := logisticsOf(s, out, in[0], in[1])
	if s.inverse {
		return func() { batch.Inverse(x, theta, value, logSlope) }
	}
	return func() { batch.Forward(x, theta, value, logSlope) }
}

// logisticMixtureSlope stores the gradients in x (or z) and theta in one tensor, from x, theta, the op's result and its
// gradient.
type logisticMixtureSlope mixture

func (s logisticMixtureSlope) shape(in []tensor.Shape) (tensor.Shape, error) {
	return mixtureSlope(s).shape(in)
}

func (s logisticMixtureSlope) kernels() kernels {
	return both(logisticMixture(s), bindLogisticMixtureSlope, bindLogisticMixtureSlope)
}

func bindLogisticMixtureSlope[T kernel.Float](s logisticMixture, out array[T], in []array[T]) func() {
	nd := size(in[0].shape)
	x, theta, result, up := in[0].data, in[1].data, in[2].data, in[3].data
	batch := logisticsOf(s, out, in[0], in[1])
	if s.inverse {
		return func() { batch.InverseBackward(result[:nd], theta, up[:nd], up[nd:], out.data[:nd], out.data[nd:]) }
	}
	return func() { batch.Backward(x, theta, up[:nd], up[nd:], out.data[:nd], out.data[nd:]) }
}
