package flows

import (
	"fmt"

	"gonum.org/v1/gonum/mat"
	G "gorgonia.org/gorgonia"

	"gaussflow/graph"
	"gaussflow/initializers"
)

// InitFrom is the warm start: the iterative Gaussianization of x by the flow's own layers, each fitted to what the
// ones before it put out. Afterwards the flow is RBIG. It returns the push-forward of x. A flow that was compiled is compiled
// anew: what its optimizer remembers was of other parameters.
func (f *Flow) InitFrom(x mat.Matrix, c initializers.IGConfig) (*mat.Dense, error) {
	if !f.built() {
		return nil, fmt.Errorf("flows: InitFrom: %w", ErrNotBuilt)
	}
	if err := graph.CheckRows("flows: InitFrom", x, f.Dim()); err != nil {
		return nil, err
	}
	layer := func(i int) (initializers.Fitter, string) {
		fitter, _ := f.chain.Layers()[i].(initializers.Fitter)
		return fitter, f.names[i]
	}
	z, err := initializers.Walk(len(f.names), layer, f.push, mat.DenseCopyOf(x), c)
	if err != nil {
		return nil, fmt.Errorf("flows: InitFrom: %w", err)
	}
	f.warm = true
	if f.trainer != nil {
		if err := f.Compile(f.compile); err != nil {
			return nil, err
		}
	}
	return z, nil
}

// push runs layer i alone.
func (f *Flow) push(i int, y *mat.Dense) (*mat.Dense, error) {
	one := graph.NewRowFunc(f.dtype, f.Dim(), func(b *graph.Builder, x *G.Node) []*G.Node {
		z, _ := f.chain.Step(b, i, x)
		return []*G.Node{z}
	})
	n, d := y.Dims()
	z := mat.NewDense(n, d, nil)
	return z, one.RunInto(y, z.RawMatrix().Data)
}
