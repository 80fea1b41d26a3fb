package flows

import (
	"context"
	"fmt"

	"gonum.org/v1/gonum/mat"
	G "gorgonia.org/gorgonia"

	"gaussflow/graph"
	"gaussflow/initializers"
)

// InitFrom is the warm start: the iterative Gaussianization of x by the flow's own layers, each fitted to what the
// ones before it put out. Afterwards the flow is RBIG. It returns the push-forward of x, computed in the flow's Dtype. A flow
// that was compiled is compiled anew: what its optimizer remembers was of other parameters.
func (f *Flow) InitFrom(x mat.Matrix, c initializers.IGConfig) (*mat.Dense, error) {
	if !f.built() {
		return nil, fmt.Errorf("flows: InitFrom: %w", ErrNotBuilt)
	}
	if err := f.checkRows("flows: InitFrom", x); err != nil {
		return nil, err
	}
	layer := func(i int) (initializers.Fitter, string) {
		fitter, _ := f.chain.Layers()[i].(initializers.Fitter)
		return fitter, f.names[i]
	}
	rows, given := mat.DenseCopyOf(x), (*mat.Dense)(nil)
	if f.ContextDim() > 0 {
		n, _ := rows.Dims()
		rows, given = rows.Slice(0, n, 0, f.Dim()).(*mat.Dense), rows.Slice(0, n, f.Dim(), f.width()).(*mat.Dense)
	}
	ctx := c.Interrupt
	if ctx == nil {
		ctx = context.Background()
	}
	push := func(i int, y *mat.Dense) (*mat.Dense, error) { return f.push(ctx, i, y, given) }
	z, err := initializers.Walk(len(f.names), layer, push, rows, given, c)
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

// pushRows is how many rows are pushed through a layer before an interrupt is asked for.
const pushRows = 1 << 14

// push runs layer i alone, in the arithmetic that training has: what is equal in it, to the last bit, is equal in each layer's fit.
// given, the context of the rows, may be nil where the flow has none.
func (f *Flow) push(ctx context.Context, i int, y, given *mat.Dense) (*mat.Dense, error) {
	one := graph.NewRowFunc(f.dtype, f.width(), func(b *graph.Builder, rows *G.Node) []*G.Node {
		x, context := f.split(b, rows)
		z, _ := f.chain.Step(b, i, x, context)
		return []*G.Node{z}
	})
	n, d := y.Dims()
	z := mat.NewDense(n, d, nil)
	for lo := 0; lo < n; lo += pushRows {
		hi := min(lo+pushRows, n)
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		rows := y.Slice(lo, hi, 0, d)
		if given != nil {
			_, c := given.Dims()
			rows = Given(rows, given.Slice(lo, hi, 0, c))
		}
		if err := one.RunInto(rows, z.RawMatrix().Data[lo*d:hi*d]); err != nil {
			return nil, err
		}
	}
	return z, nil
}
