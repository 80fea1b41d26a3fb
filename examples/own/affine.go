package main

import (
	G "gorgonia.org/gorgonia"

	"gaussflow/graph"
	"gaussflow/transforms"
)

// affine is a transform, a map of one number x by the parameters θ = (t, s),
//
//	z = x·e^c + t,  log dz/dx = c = tanh s,
//
// bounded so that no row makes it overflow. It is the identity if θ is zero. In a coupling it is a layer of RealNVP
// (arXiv:1605.08803).
type affine struct{}

func (affine) Parts() []transforms.Part {
	return []transforms.Part{{Name: "t", Size: 1}, {Name: "s", Size: 1}}
}

func (affine) Forward(b *graph.Builder, x *G.Node, theta transforms.Theta) (z, logSlope *G.Node) {
	t, c := theta.Part(b, 0), b.Activate(theta.Part(b, 1), graph.Tanh)
	return b.Add(b.Mul(x, b.Exp(c)), t), theta.Each(b, x, c)
}

func (affine) Inverse(b *graph.Builder, z *G.Node, theta transforms.Theta) (x, logSlope *G.Node) {
	t, minus := theta.Part(b, 0), b.Scale(b.Activate(theta.Part(b, 1), graph.Tanh), -1)
	return b.Mul(b.Sub(z, t), b.Exp(minus)), theta.Each(b, z, minus)
}

func init() { must(transforms.Register[affine]("own.affine")) }
