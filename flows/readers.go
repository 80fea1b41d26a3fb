package flows

import (
	"errors"
	"fmt"
	"math"
	"math/rand/v2"

	"gonum.org/v1/gonum/mat"
	G "gorgonia.org/gorgonia"

	"gaussflow/bases"
	"gaussflow/graph"
	"gaussflow/rows"
)

// reader compiles a graph of rows, which are cut into x or z and the context.
func (f *Flow) reader(dtype graph.Dtype, build func(b *graph.Builder, x, context *G.Node) []*G.Node) *graph.RowFunc {
	return graph.NewRowFunc(dtype, f.width(), func(b *graph.Builder, rows *G.Node) []*G.Node {
		b.Widen = true
		x, context := f.split(b, rows)
		return build(b, x, context)
	})
}

// compileReaders sets up the graphs of the readers; each is compiled when it is first needed. Those that map rows to latents and
// back compute in float64 whatever the model's dtype, because where a map is nearly flat x depends on the last digits of z.
func (f *Flow) compileReaders() {
	f.forward = f.reader(graph.Float64, func(b *graph.Builder, x, context *G.Node) []*G.Node {
		z, logDet := f.chain.Forward(b, x, context)
		return []*G.Node{z, logDet}
	})
	f.inverse = f.reader(graph.Float64, func(b *graph.Builder, z, context *G.Node) []*G.Node {
		x, logDet := f.chain.Inverse(b, z, context)
		return []*G.Node{x, logDet}
	})
	f.shaken = f.reader(graph.Float64, f.shakes)
	f.logProb = f.reader(f.dtype, func(b *graph.Builder, x, context *G.Node) []*G.Node { return []*G.Node{f.density(b, x, context)} })
	f.logProbGrad = graph.NewRowFunc(f.dtype, f.width(), func(b *graph.Builder, rows *G.Node) []*G.Node {
		x, context := f.split(b, rows)
		lp := f.density(b, x, context)
		// rows are independent of each other, so the gradient of the sum holds each row's own
		// gradient
		grad, _ := f.split(b, b.Grad(b.SumLast(lp), rows)[0])
		return []*G.Node{grad, lp}
	})
	f.sample = f.reader(f.dtype, func(b *graph.Builder, z, context *G.Node) []*G.Node {
		x, logProb := f.SampleNodes(b, z, context)
		return []*G.Node{x, logProb}
	})
	f.steps = f.reader(graph.Float64, func(b *graph.Builder, x, context *G.Node) []*G.Node {
		zs, _ := f.chain.Steps(b, x, context)
		return zs
	})
	f.there, f.back = f.ways()
	f.domain = f.reader(f.dtype, f.domainNodes)
}

func (f *Flow) density(b *graph.Builder, x, context *G.Node) *G.Node {
	_, lp := f.LogProbNodes(b, x, context)
	return lp
}

// check reports a flow that is not built, or an x that does not have the flow's width.
func (f *Flow) check(op string, x mat.Matrix) error {
	if !f.built() {
		return fmt.Errorf("flows: %s: %w", op, ErrNotBuilt)
	}
	if rows.Check("", x, f.width()) != nil { // the name is put together only for an error
		return f.checkRows("flows: "+op, x)
	}
	return nil
}

// checkRows is rows.Check with an error that explains the width of a conditional flow's rows.
func (f *Flow) checkRows(op string, x mat.Matrix) error {
	err := rows.Check(op, x, f.width())
	var shape *graph.ShapeError
	if f.ContextDim() > 0 && errors.As(err, &shape) {
		shape.Want += fmt.Sprintf(", %d of x and %d of its context (flows.Given)", f.Dim(), f.ContextDim())
	}
	return err
}

// read evaluates a reader at x, which has been checked, into outs. A result that is not finite is an error: x is so large
// that its squares overflow, or is outside a layer's domain. first is the number of the first row.
func (f *Flow) read(op string, first int, reader *graph.RowFunc, x mat.Matrix, outs ...[]float64) error {
	if err := reader.RunInto(x, outs...); err != nil {
		return fmt.Errorf("flows: %s: %w", op, err)
	}
	n, _ := x.Dims()
	for _, values := range outs {
		for i, v := range values {
			if math.IsNaN(v) || math.IsInf(v, 0) {
				return f.rowError(op, first, i/(len(values)/n), v, reader, x)
			}
		}
	}
	return nil
}

// readDensity is read for log-densities, the last of outs, and what comes with them. The log-density of a row outside a layer's
// domain or outside a bounded base is −∞.
func (f *Flow) readDensity(op string, first int, reader *graph.RowFunc, x mat.Matrix, outs ...[]float64) error {
	if err := reader.RunInto(x, outs...); err != nil {
		return fmt.Errorf("flows: %s: %w", op, err)
	}
	logProb := outs[len(outs)-1]
	var rows []int // those whose log-density is −∞, for whatever reason
	for i, v := range logProb {
		if math.IsInf(v, -1) && !bases.IsBounded(f.base) {
			rows = append(rows, i)
		}
	}
	i, err := f.possible(x, rows)
	switch {
	case err != nil:
		return fmt.Errorf("flows: %s: %w", op, err)
	case i >= 0:
		return &RowError{Op: op, Row: first + i, Value: logProb[i], Dtype: reader.Dtype()}
	}
	for _, values := range outs {
		for k, v := range values {
			row := k / (len(values) / len(logProb))
			if (math.IsNaN(v) || math.IsInf(v, 0)) && !math.IsInf(logProb[row], -1) {
				return f.rowError(op, first, row, v, reader, x)
			}
		}
	}
	return nil
}

// rowError describes row i of x, for which a reader returned v.
func (f *Flow) rowError(op string, first, i int, v float64, reader *graph.RowFunc, x mat.Matrix) *RowError {
	e := &RowError{Op: op, Row: first + i, Value: v, Dtype: reader.Dtype()}
	row := mat.NewDense(1, f.width(), mat.Row(nil, i, x))
	if found, err := f.outside(row, reader == f.inverse || reader == f.sample); err == nil { // on an error no more is known
		e.Outside = found[0]
	}
	return e
}

// A RowError reports the first row whose result is not finite although the row itself is: the row is too far out, or outside a
// layer's domain.
type RowError struct {
	Op      string
	Row     int // from 0
	Value   float64
	Dtype   graph.Dtype
	Outside *OutsideError // nil: too far out
}

func (e *RowError) Error() string {
	return fmt.Sprintf("flows: %s: row %d (from 0): %v", e.Op, e.Row, e.Reason())
}

// Unwrap returns the number outside a layer's domain, if that is the reason.
func (e *RowError) Unwrap() error {
	if e.Outside == nil {
		return nil
	}
	return e.Outside
}

// Reason is the error without the row's number, for callers that number rows differently.
func (e *RowError) Reason() string {
	if e.Outside != nil {
		return e.Outside.Error()
	}
	return fmt.Sprintf("the result is %v: the row is too far out for %s arithmetic", e.Value, e.Dtype)
}

// readMap evaluates a reader that returns a matrix as wide as x and one number a row.
func (f *Flow) readMap(op string, reader func() *graph.RowFunc, x mat.Matrix) (*mat.Dense, []float64, error) {
	return f.mapped(op, reader, x, f.read)
}

// mapped is readMap with the given way of reading.
func (f *Flow) mapped(op string, reader func() *graph.RowFunc, x mat.Matrix,
	read func(op string, first int, reader *graph.RowFunc, x mat.Matrix, outs ...[]float64) error) (*mat.Dense, []float64, error) {
	if err := f.check(op, x); err != nil {
		return nil, nil, err
	}
	n, _ := x.Dims()
	d := f.Dim()
	m, v := mat.NewDense(n, d, nil), make([]float64, n)
	if err := read(op, 0, reader(), x, m.RawMatrix().Data, v); err != nil {
		return nil, nil, err
	}
	return m, v, nil
}

// Forward maps the rows of x (N×d) to z (N×d) and returns log|det ∂z/∂x| of each row, in float64 whatever the flow's Dtype. A
// conditional flow takes x with its context, here and below: see Given.
func (f *Flow) Forward(x mat.Matrix) (z *mat.Dense, logDet []float64, err error) {
	return f.readMap("Forward", func() *graph.RowFunc { return f.forward }, x)
}

// Inverse maps the rows of z (N×d) to x (N×d) and returns log|det ∂x/∂z| of each row, in float64 whatever the flow's Dtype. It
// undoes Forward as far as z determines x: see RoundTrip.
func (f *Flow) Inverse(z mat.Matrix) (x *mat.Dense, logDet []float64, err error) {
	return f.readMap("Inverse", func() *graph.RowFunc { return f.inverse }, z)
}

// LogProb is log p of each row of x (N×d), nats. It is a log-density: it may be positive, and it is per unit volume of
// x. For a row outside the flow's support (layers.Support) or outside a bounded base (bases.Bounded) it is −∞. The same model on the
// same processor gives a row the same bits, alone and among any others; so do Forward and Inverse.
func (f *Flow) LogProb(x mat.Matrix) ([]float64, error) {
	if err := f.check("LogProb", x); err != nil {
		return nil, err
	}
	n, _ := x.Dims()
	logProb := make([]float64, n)
	if err := f.readDensity("LogProb", 0, f.logProb, x, logProb); err != nil {
		return nil, err
	}
	return logProb, nil
}

// LogProbGrad is ∇ₓ log p of each row of x (N×d), and log p. For a row outside the flow's support, where log p is −∞, the numbers
// that are outside contribute nothing to the gradient.
func (f *Flow) LogProbGrad(x mat.Matrix) (grad *mat.Dense, logProb []float64, err error) {
	return f.mapped("LogProbGrad", func() *graph.RowFunc { return f.logProbGrad }, x, f.readDensity)
}

// Intermediates are the n+1 stages of the rows of x on their way through the n layers, x first and z last, as Forward
// computes them.
func (f *Flow) Intermediates(x mat.Matrix) ([]*mat.Dense, error) {
	if err := f.check("Intermediates", x); err != nil {
		return nil, err
	}
	if err := f.checkDomain("Intermediates", 0, x); err != nil {
		return nil, err
	}
	n, _ := x.Dims()
	d := f.Dim()
	values, outs := make([]*mat.Dense, len(f.names)+1), make([][]float64, len(f.names)+1)
	for i := range values {
		values[i] = mat.NewDense(n, d, nil)
		outs[i] = values[i].RawMatrix().Data
	}
	if err := f.read("Intermediates", 0, f.steps, x, outs...); err != nil {
		return nil, err
	}
	return values, nil
}

// Sample draws n rows with rng.
func (f *Flow) Sample(n int, rng *rand.Rand) (*mat.Dense, error) {
	x, _, err := f.SampleAndLogProb(n, rng)
	return x, err
}

// maxSampled is the largest count of numbers drawn in one call, 8 GiB. More is taken for a mistake.
const maxSampled = 1 << 30

// SampleAndLogProb draws n rows and returns log p of each.
func (f *Flow) SampleAndLogProb(n int, rng *rand.Rand) (x *mat.Dense, logProb []float64, err error) {
	switch {
	case !f.built():
		return nil, nil, fmt.Errorf("flows: Sample: %w", ErrNotBuilt)
	case f.ContextDim() > 0:
		return nil, nil, fmt.Errorf("flows: Sample: the flow has a context of %d numbers, want SampleGiven", f.ContextDim())
	case n < 1:
		return nil, nil, fmt.Errorf("flows: Sample: n = %d, want ≥ 1", n)
	case n > maxSampled/f.Dim():
		return nil, nil, fmt.Errorf("flows: Sample: n = %d rows of %d columns, want at most %d: draw more in several calls", n, f.Dim(), maxSampled/f.Dim())
	case rng == nil:
		return nil, nil, errNoRand("Sample")
	}
	z, err := f.base.Sample(n, nil, rng)
	if err != nil {
		return nil, nil, fmt.Errorf("flows: Sample: %w", err)
	}
	return f.readMap("Sample", func() *graph.RowFunc { return f.sample }, z)
}

// SampleGiven draws n rows for each row of the context (M×c) with rng, and returns log p(x | context) of each: n·M rows, those of
// the first context first.
func (f *Flow) SampleGiven(context mat.Matrix, n int, rng *rand.Rand) (x *mat.Dense, logProb []float64, err error) {
	switch {
	case !f.built():
		return nil, nil, fmt.Errorf("flows: SampleGiven: %w", ErrNotBuilt)
	case f.ContextDim() == 0:
		return nil, nil, errors.New("flows: SampleGiven: the flow has no context, want Sample")
	case n < 1:
		return nil, nil, fmt.Errorf("flows: SampleGiven: n = %d, want ≥ 1", n)
	case rng == nil:
		return nil, nil, errNoRand("SampleGiven")
	}
	if err := rows.Check("flows: SampleGiven: the context", context, f.ContextDim()); err != nil {
		return nil, nil, err
	}
	m, c := context.Dims()
	if most := maxSampled / f.width(); n > most/m {
		return nil, nil, fmt.Errorf("flows: SampleGiven: n = %d for each of %d rows, want fewer: at most %d in all, draw more in several calls", n, m, most)
	}
	each := mat.NewDense(n*m, c, nil)
	for i := range n * m {
		mat.Row(each.RawRowView(i), i/n, context)
	}
	z, err := f.base.Sample(n*m, each, rng)
	if err != nil {
		return nil, nil, fmt.Errorf("flows: SampleGiven: %w", err)
	}
	return f.readMap("SampleGiven", func() *graph.RowFunc { return f.sample }, Given(z, each))
}

func errNoRand(op string) error {
	return fmt.Errorf("flows: %s: rng is nil, want a seeded *rand.Rand", op)
}
