package flows

import (
	"errors"
	"fmt"
	"math"
	"math/rand/v2"

	"gonum.org/v1/gonum/mat"
	G "gorgonia.org/gorgonia"

	"gaussflow/graph"
)

// compileReaders sets up the graphs of the readers; each is compiled when it is first needed.
func (f *Flow) compileReaders() {
	reader := func(build func(b *graph.Builder, x *G.Node) []*G.Node) *graph.RowFunc {
		return graph.NewRowFunc(f.dtype, f.Dim(), build)
	}
	f.forward = reader(func(b *graph.Builder, x *G.Node) []*G.Node {
		z, logDet := f.chain.Forward(b, x)
		return []*G.Node{z, logDet}
	})
	f.inverse = reader(func(b *graph.Builder, z *G.Node) []*G.Node {
		x, logDet := f.chain.Inverse(b, z)
		return []*G.Node{x, logDet}
	})
	f.logProb = reader(func(b *graph.Builder, x *G.Node) []*G.Node { return []*G.Node{f.density(b, x)} })
	f.logProbGrad = reader(func(b *graph.Builder, x *G.Node) []*G.Node {
		lp := f.density(b, x)
		// rows do not depend on each other, so the gradient of the sum is each row's own
		total := b.SumLast(lp)
		return append(b.Grad(total, x), lp)
	})
	f.sample = reader(func(b *graph.Builder, z *G.Node) []*G.Node {
		x, logDet := f.chain.Inverse(b, z)
		return []*G.Node{x, b.Sub(b.LogNormal(z), logDet)}
	})
	f.steps = reader(func(b *graph.Builder, x *G.Node) []*G.Node {
		zs, _ := f.chain.Steps(b, x)
		return zs
	})
}

func (f *Flow) density(b *graph.Builder, x *G.Node) *G.Node {
	_, lp := f.LogProbNodes(b, x)
	return lp
}

// run checks x and evaluates a reader. A result that is not finite is an error: an x so large that its
// squares overflow.
func (f *Flow) run(op string, reader func() *graph.RowFunc, x mat.Matrix) ([][]float64, error) {
	op = "flows: " + op
	if !f.built() {
		return nil, fmt.Errorf("%s: %w", op, ErrNotBuilt)
	}
	if err := graph.CheckRows(op, x, f.Dim()); err != nil {
		return nil, err
	}
	out, err := reader().Run(x)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", op, err)
	}
	n, _ := x.Dims()
	for _, values := range out {
		for i, v := range values {
			if math.IsNaN(v) || math.IsInf(v, 0) {
				row := i / (len(values) / n)
				return nil, fmt.Errorf("%s: the result for row %d (from 0) is %v: the row is too far out for %s arithmetic", op, row, v, f.dtype)
			}
		}
	}
	return out, nil
}

func (f *Flow) matrix(values []float64) *mat.Dense {
	return mat.NewDense(len(values)/f.Dim(), f.Dim(), values)
}

// Forward maps the rows of x (N×d) to z (N×d) with log|det ∂z/∂x| of each.
func (f *Flow) Forward(x mat.Matrix) (z *mat.Dense, logDet []float64, err error) {
	out, err := f.run("Forward", func() *graph.RowFunc { return f.forward }, x)
	if err != nil {
		return nil, nil, err
	}
	return f.matrix(out[0]), out[1], nil
}

// Inverse maps the rows of z (N×d) to x (N×d) with log|det ∂x/∂z| of each.
func (f *Flow) Inverse(z mat.Matrix) (x *mat.Dense, logDet []float64, err error) {
	out, err := f.run("Inverse", func() *graph.RowFunc { return f.inverse }, z)
	if err != nil {
		return nil, nil, err
	}
	return f.matrix(out[0]), out[1], nil
}

// LogProb is log p of each row of x (N×d), nats. It is a log-density: it may be positive, and it is per unit
// volume of x.
func (f *Flow) LogProb(x mat.Matrix) ([]float64, error) {
	out, err := f.run("LogProb", func() *graph.RowFunc { return f.logProb }, x)
	if err != nil {
		return nil, err
	}
	return out[0], nil
}

// LogProbGrad is ∇ₓ log p of each row of x (N×d), with log p.
func (f *Flow) LogProbGrad(x mat.Matrix) (grad *mat.Dense, logProb []float64, err error) {
	out, err := f.run("LogProbGrad", func() *graph.RowFunc { return f.logProbGrad }, x)
	if err != nil {
		return nil, nil, err
	}
	return f.matrix(out[0]), out[1], nil
}

// Intermediates are the n+1 values of the rows of x on their way through n layers, x first and z last.
func (f *Flow) Intermediates(x mat.Matrix) ([]*mat.Dense, error) {
	out, err := f.run("Intermediates", func() *graph.RowFunc { return f.steps }, x)
	if err != nil {
		return nil, err
	}
	var values []*mat.Dense
	for _, o := range out {
		values = append(values, f.matrix(o))
	}
	return values, nil
}

// Sample draws n rows, by rng.
func (f *Flow) Sample(n int, rng *rand.Rand) (*mat.Dense, error) {
	x, _, err := f.SampleAndLogProb(n, rng)
	return x, err
}

// SampleAndLogProb draws n rows and returns log p of each with them.
func (f *Flow) SampleAndLogProb(n int, rng *rand.Rand) (x *mat.Dense, logProb []float64, err error) {
	switch {
	case !f.built():
		return nil, nil, fmt.Errorf("flows: Sample: %w", ErrNotBuilt)
	case n < 1:
		return nil, nil, fmt.Errorf("flows: Sample: n = %d, want ≥ 1", n)
	case rng == nil:
		return nil, nil, errors.New("flows: Sample: rng is nil, want a seeded *rand.Rand")
	}
	z := mat.NewDense(n, f.Dim(), nil)
	for i := range z.RawMatrix().Data {
		z.RawMatrix().Data[i] = rng.NormFloat64()
	}
	out, err := f.run("Sample", func() *graph.RowFunc { return f.sample }, z)
	if err != nil {
		return nil, nil, err
	}
	return f.matrix(out[0]), out[1], nil
}
