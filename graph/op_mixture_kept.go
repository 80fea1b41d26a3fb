package graph

import (
	"gorgonia.org/tensor"

	"gaussflow/graph/kernel"
)

// keptMixture is a mixture with one set for each row that keeps intermediate results for its gradient. The gradient then
// evaluates no softmax and no clamp again, and does not need theta. Its output is the mixture's, followed by what it keeps.
type keptMixture mixture

func (s keptMixture) extends() spec { return mixture(s) }

func (s keptMixture) shape(in []tensor.Shape) (tensor.Shape, error) {
	out, err := mixture(s).shape(in)
	return tensor.Shape{size(out) + size(in[1])}, err
}

func (s keptMixture) kernels() kernels { return both(mixture(s), bindKeptMixture, bindKeptMixture) }

func bindKeptMixture[T kernel.Float](s mixture, out array[T], in []array[T]) func() {
	nd := size(in[0].shape)
	batch := mixtureScratch(out.work, mixtureShape{in[0].shape[1], s.k, true, s.clamp})
	return func() {
		batch.Forward(in[0].data, in[1].data, out.data[:nd], out.data[nd:2*nd], out.data[2*nd:])
	}
}

// ownMixtureSlope stores the gradients in x and theta in one tensor, from x, the output of keptMixture and the gradient of
// the mixture's part.
type ownMixtureSlope mixture

func (s ownMixtureSlope) shape(in []tensor.Shape) (tensor.Shape, error) {
	return tensor.Shape{size(in[1]) - size(in[0])}, nil
}

func (s ownMixtureSlope) kernels() kernels {
	return both(mixture(s), bindOwnMixtureSlope, bindOwnMixtureSlope)
}

func bindOwnMixtureSlope[T kernel.Float](s mixture, out array[T], in []array[T]) func() {
	x, up := in[0].data, in[2].data
	nd := len(x)
	z, logSlope, kept := in[1].data[:nd], in[1].data[nd:2*nd], in[1].data[2*nd:]
	batch := mixtureScratch(out.work, mixtureShape{in[0].shape[1], s.k, true, s.clamp})
	return func() {
		batch.Backward(x, kept, z, logSlope, up[:nd], up[nd:], out.data[:nd], out.data[nd:])
	}
}
