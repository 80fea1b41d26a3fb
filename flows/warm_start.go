package flows

import (
	"context"
	"fmt"

	"gonum.org/v1/gonum/mat"
	G "gorgonia.org/gorgonia"

	"gaussflow/graph"
	"gaussflow/initializers"
	"gaussflow/internal/defaults"
	"gaussflow/layers"
	"gaussflow/rows"
	"gaussflow/train"
)

// InitFrom is the warm start: iterative Gaussianization of x with the flow's own layers. Each layer, including those inside a
// chain, is fitted to the output of the layers before it. A layer that cannot be fitted to data, such as a permutation or a spline,
// stays as it is. If all can be fitted, the flow is RBIG afterwards. InitFrom returns x mapped through the flow, computed in the
// flow's Dtype. A flow that was compiled is compiled again, because its optimizer's state belongs to the former parameters.
func (f *Flow) InitFrom(x mat.Matrix, c initializers.IGConfig) (*mat.Dense, error) {
	if !f.built() {
		return nil, fmt.Errorf("flows: InitFrom: %w", ErrNotBuilt)
	}
	if err := f.checkRows("flows: InitFrom", x); err != nil {
		return nil, err
	}
	z, err := f.walk(len(f.leaves), func(l layers.Bijector) any { return l }, x, c)
	if err != nil {
		return nil, fmt.Errorf("flows: InitFrom: %w", err)
	}
	f.warm = true
	if err := f.recompile(); err != nil {
		return nil, err
	}
	return z, nil
}

// walk takes the rows of x, which have been checked, through the first n leaves. fits selects the leaves that are fitted on the
// way.
func (f *Flow) walk(n int, fits func(layers.Bijector) any, x mat.Matrix, c initializers.IGConfig) (*mat.Dense, error) {
	rows, given := mat.DenseCopyOf(x), (*mat.Dense)(nil)
	if f.ContextDim() > 0 {
		n, _ := rows.Dims()
		rows, given = rows.Slice(0, n, 0, f.Dim()).(*mat.Dense), rows.Slice(0, n, f.Dim(), f.width()).(*mat.Dense)
	}
	ctx := c.Interrupt
	if ctx == nil {
		ctx = context.Background()
	}
	layer := func(i int) (any, string) { return fits(f.leaves[i].Layer), f.leaves[i].Name }
	push := func(i int, y *mat.Dense) (*mat.Dense, error) { return f.push(ctx, i, y, given) }
	return initializers.Walk(n, layer, push, rows, given, c)
}

// pushRows is the number of rows pushed through a layer between two checks for an interrupt.
const pushRows = 1 << 14

// push maps y through leaf i alone, in the arithmetic of training, so that values that are equal in training, to the last bit, are
// equal in each layer's fit. given, the context of the rows, is nil if the flow has none.
func (f *Flow) push(ctx context.Context, i int, y, given *mat.Dense) (*mat.Dense, error) {
	one := graph.NewRowFunc(f.dtype, f.width(), func(b *graph.Builder, rows *G.Node) []*G.Node {
		x, context := f.split(b, rows)
		z, _ := f.flat.Step(b, i, x, context)
		return []*G.Node{z}
	})
	n, d := y.Dims()
	z := mat.NewDense(n, d, nil)
	for r := range n {
		if e := outsideOf(f.leaves[i], y.RawRowView(r), false); e != nil {
			return nil, fmt.Errorf("row %d (from 0): %w", r, e)
		}
	}
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

// selfSetting marks the layers that the first data of a fit set: layers.ActNorm.
type selfSetting interface{ SetsItself() }

// firstData sets the self-setting layers of a fresh flow from some of the rows of x, which have been checked.
func (f *Flow) firstData(op string, x mat.Matrix) error {
	last := f.selfSettings()
	if last == 0 {
		return nil
	}
	rows, width := x.Dims()
	some := mat.NewDense(min(rows, pushRows), width, nil) // spread over all of x, which may be sorted
	for i := range some.RawMatrix().Rows {
		mat.Row(some.RawRowView(i), i*rows/some.RawMatrix().Rows, x)
	}
	fits := func(l layers.Bijector) any {
		if s, ok := l.(selfSetting); ok {
			return s
		}
		return nil
	}
	if _, err := f.walk(last, fits, some, initializers.IGConfig{}); err != nil {
		return fmt.Errorf("flows: %s: the first data: %w", op, err)
	}
	return nil
}

// selfSettings is the number of leaves up to the last self-setting one; 0 if there is none or the flow is not fresh.
func (f *Flow) selfSettings() (n int) {
	for i, l := range f.leaves {
		if _, ok := l.Layer.(selfSetting); ok && !f.warm {
			n = i + 1
		}
	}
	return n
}

// firstOf is firstData with the first rows of a source.
func (f *Flow) firstOf(ctx context.Context, src rows.Source) error {
	if f.selfSettings() == 0 || ctx == nil || defaults.IsNil(src) || src.Dim() != f.width() {
		return nil // the trainer reports what is wrong
	}
	for x, err := range train.Batches(ctx, src, min(pushRows, train.SourceRows(f.width()))) {
		if err != nil {
			return fmt.Errorf("flows: FitSource: the first data: %w", err)
		}
		return f.firstData("FitSource", x)
	}
	return nil
}
