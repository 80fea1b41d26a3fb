package graph

import (
	"fmt"

	G "gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"gaussflow/graph/kernel"
)

// maxDim limits the columns of a rotation and its reflectors, because square matrices of both are allocated before anything
// is computed.
const maxDim = 1 << 14

// orthogonal is the product of Householder reflectors as a matrix.
type orthogonal struct{}

// Orthogonal is Q = H_1·…·H_R, d×d, for the reflectors v (R×d), H = I − 2 v vᵀ/‖v‖². A rotation is then one matrix
// product x·Q for any number of rows; a zero v is the identity.
func (b *Builder) Orthogonal(v *G.Node) *G.Node { return b.apply(orthogonal{}, v) }

func (s orthogonal) shape(in []tensor.Shape) (tensor.Shape, error) {
	if in[0].Dims() != 2 {
		return nil, shapeError("reflectors R×d", in)
	}
	if r, d := in[0][0], in[0][1]; max(r, d) > maxDim {
		return nil, &SizeError{Op: "graph: Orthogonal", Got: fmt.Sprintf("a rotation of %d columns by %d reflectors", d, r), Most: maxDim * maxDim}
	}
	return tensor.Shape{in[0][1], in[0][1]}, nil
}

func (s orthogonal) grads(in G.Nodes, _, g *G.Node) (G.Nodes, error) {
	var c chain
	return c.nodes(c.apply(orthogonalSlope{}, in[0], g))
}

func (orthogonal) kernels() kernels { return kernels{bindOrthogonal[float64], bindOrthogonal[float32]} }

func bindOrthogonal[T kernel.Float](out array[T], in []array[T]) func() {
	v := in[0]
	reflectors := reflectorScratch(out.work, v.shape[0], v.shape[1])
	return func() { reflectors.Product(out.data, v.data) }
}

func (orthogonalSlope) linear() {}

// orthogonalSlope is the gradient in the reflectors, from v and ∂/∂Q.
type orthogonalSlope struct{}

func (s orthogonalSlope) shape(in []tensor.Shape) (tensor.Shape, error) { return in[0].Clone(), nil }

func (orthogonalSlope) kernels() kernels {
	return kernels{bindOrthogonalSlope[float64], bindOrthogonalSlope[float32]}
}

func bindOrthogonalSlope[T kernel.Float](out array[T], in []array[T]) func() {
	v, gq := in[0], in[1].data
	reflectors := reflectorScratch(out.work, v.shape[0], v.shape[1])
	return func() { reflectors.Backward(out.data, v.data, gq) }
}

// reflectorShape is the key of a kernel.Reflectors in the workspace.
type reflectorShape struct{ r, d int }

func reflectorScratch[T kernel.Float](w *workspace[T], r, d int) *kernel.Reflectors[T] {
	return scratchOf(w, reflectorShape{r, d}, func() *kernel.Reflectors[T] { return kernel.NewReflectors[T](r, d) })
}
