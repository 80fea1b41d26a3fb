package flows_test

import (
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"gonum.org/v1/gonum/mat"
	G "gorgonia.org/gorgonia"

	"gaussflow/flows"
	"gaussflow/graph"
	"gaussflow/graph/kernel"
	"gaussflow/internal/errtest"
	"gaussflow/internal/testsize"
	"gaussflow/layers"
)

// TestDensityOverTheRange: for rows from the least to the greatest numbers of the dtype, the log p of a flow, fitted or with
// random parameters, agrees with a layer-by-layer evaluation that uses the scalar form of mixtures, whatever kernels run. It
// is finite as long as −z²/2 is finite in the dtype; beyond that there is an error.
func TestDensityOverTheRange(t *testing.T) {
	const d = 3
	table := randomData("blobs", 400, d, 1)
	for _, dtype := range []graph.Dtype{graph.Float64, graph.Float32} {
		for name, f := range map[string]*flows.Flow{
			"diagonal": diagonal(t, d, flows.GaussianizationConfig{Blocks: 2, Dtype: dtype}),
			"coupling": coupling(t, d, flows.CouplingConfig{Blocks: 2, Hidden: []int{8}, Dtype: dtype}),
		} {
			t.Run(fmt.Sprintf("%s/%s/random", dtype, name), func(t *testing.T) {
				randomize(t, f)
				checkDensityRange(t, f)
			})
			t.Run(fmt.Sprintf("%s/%s/fitted", dtype, name), func(t *testing.T) {
				initFrom(t, f, table)
				checkDensityRange(t, f)
			})
		}
	}
}

func randomize(t *testing.T, f *flows.Flow) {
	rng := rand.New(rand.NewPCG(3, 4))
	for _, p := range f.Params() {
		v := p.Values()
		for i := range v {
			v[i] = 0.7 * rng.NormFloat64()
		}
		errtest.None(t, p.Set(v))
	}
}

func checkDensityRange(t *testing.T, f *flows.Flow) {
	least, most, step, tol := -1074, 1023, testsize.Of(t, 13, 97), 1e-10
	if f.Dtype() == graph.Float32 {
		least, most, step, tol = -149, 127, testsize.Of(t, 3, 17), 2e-4
	}
	rng := rand.New(rand.NewPCG(5, 6))
	walk := newScalarWalk(f)
	for e := least; e <= most; e += step {
		row := make([]float64, f.Dim())
		for j := range row {
			row[j] = math.Ldexp(2*rng.Float64()-1, e)
		}
		x := mat.NewDense(1, len(row), row)
		want, far := walk.logProb(t, x)
		got, err := f.LogProb(x)
		if far := far * far; far > math.Ldexp(1, most-2) { // log p overflows the dtype, or nearly does
			if far > math.Ldexp(1, most+4) && err == nil {
				t.Fatalf("log p(%v) = %v, want an error: z is beyond %.2g", row, got, math.Sqrt(far))
			}
			if overflow := (*flows.RowError)(nil); err != nil && !errors.As(err, &overflow) {
				t.Fatalf("log p(%v): %v, want a *flows.RowError", row, err)
			}
			continue
		}
		if err != nil || !(math.Abs(got[0]-want) <= tol*math.Max(1, math.Abs(want))) {
			t.Fatalf("log p(%v) = %v, %v, want %v", row, got, err, want)
		}
		if grad, _, err := f.LogProbGrad(x); err != nil && far < math.Ldexp(1, most/2-40) {
			t.Fatalf("gradient at %v: %v, %v", row, grad, err)
		}
	}
}

// A scalarWalk evaluates a flow layer by layer, its mixtures by kernel.Mixture.
type scalarWalk struct {
	f     *flows.Flow
	steps []func(t *testing.T, x *mat.Dense) (z *mat.Dense, logDet float64)
}

func newScalarWalk(f *flows.Flow) *scalarWalk {
	w := &scalarWalk{f: f}
	for _, named := range f.Layers() {
		switch l := named.Layer.(type) {
		case *layers.MixtureCDF:
			p := l.Params()
			theta := append(append(p[0].Values(), p[1].Values()...), p[2].Values()...)
			all := make(layers.Mask, f.Dim())
			w.steps = append(w.steps, func(_ *testing.T, x *mat.Dense) (*mat.Dense, float64) {
				return w.mixtures(x, all, theta, kernel.Clamp{})
			})
		case *layers.MixtureCDFCoupling:
			c := l.Config()
			conditioner := graph.NewRowFunc(f.Dtype(), f.Dim(), func(b *graph.Builder, x *G.Node) []*G.Node {
				xa, _ := b.Split(x, c.Mask)
				return []*G.Node{l.Conditioner().Apply(b, xa)}
			})
			w.steps = append(w.steps, func(t *testing.T, x *mat.Dense) (*mat.Dense, float64) {
				theta, err := conditioner.Run(x)
				errtest.None(t, err)
				return w.mixtures(x, c.Mask, theta[0], c.ScaleClamp)
			})
		default:
			forward := graph.NewRowFunc(f.Dtype(), f.Dim(), func(b *graph.Builder, x *G.Node) []*G.Node {
				z, logDet := l.Forward(b, x, nil)
				return []*G.Node{z, logDet}
			})
			w.steps = append(w.steps, func(t *testing.T, x *mat.Dense) (*mat.Dense, float64) {
				out, err := forward.Run(x)
				errtest.None(t, err)
				return mat.NewDense(1, f.Dim(), out[0]), out[1][0]
			})
		}
	}
	return w
}

// mixtures maps the columns for which the mask is false; theta holds their logits, then means, then raw log scales.
func (w *scalarWalk) mixtures(x *mat.Dense, mask layers.Mask, theta []float64, clamp kernel.Clamp) (*mat.Dense, float64) {
	z, logDet, count := mat.DenseCopyOf(x), 0.0, mask.Count(false)
	k := len(theta) / 3 / count
	part := func(i, column int) []float64 { return theta[i*count*k+column*k:][:k] }
	m, column := kernel.NewMixture(k), 0
	for j, identity := range mask {
		if identity {
			continue
		}
		scales := make([]float64, k)
		for i, raw := range part(2, column) {
			scales[i] = clamp.Apply(raw)
		}
		kernel.SetMixture(m, part(0, column), part(1, column), scales)
		zj, l := m.At(x.At(0, j))
		if w.f.Dtype() == graph.Float32 {
			zj = float64(float32(zj))
		}
		z.Set(0, j, zj)
		logDet += l
		column++
	}
	return z, logDet
}

// logProb returns log p of a row, and the greatest |z|.
func (w *scalarWalk) logProb(t *testing.T, x *mat.Dense) (logP, far float64) {
	z := mat.DenseCopyOf(x)
	if w.f.Dtype() == graph.Float32 {
		z.Apply(func(_, _ int, v float64) float64 { return float64(float32(v)) }, z)
	}
	for _, step := range w.steps {
		var logDet float64
		z, logDet = step(t, z)
		logP += logDet
	}
	for _, v := range z.RawMatrix().Data {
		logP += kernel.LogPDF(v)
		if far = math.Max(far, math.Abs(v)); v != v {
			far = math.Inf(1)
		}
	}
	return logP, far
}
