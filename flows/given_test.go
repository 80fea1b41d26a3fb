package flows_test

import (
	"context"
	"math"
	"math/rand/v2"
	"path/filepath"
	"testing"

	"gonum.org/v1/gonum/mat"

	"gaussflow/flows"
	"gaussflow/initializers"
	"gaussflow/internal/errtest"
	"gaussflow/internal/testsize"
	"gaussflow/layers"
	"gaussflow/train"
	"gaussflow/transforms"
)

// conditionalFlow is a coupling flow of d columns with c numbers of context.
func conditionalFlow(t testing.TB, d, c int, seed uint64) *flows.Flow {
	t.Helper()
	var named []flows.Named
	for i, mask := range []layers.Mask{layers.HalfMask(d), layers.HalfMask(d).Not()} {
		l, err := layers.NewMixtureCDFCoupling(d, layers.MixtureCDFCouplingConfig{
			Mask: mask, Context: c, Components: 4, MLP: layers.MLPConfig{Hidden: []int{32, 32}, Seed: seed + uint64(i)},
		})
		errtest.None(t, err)
		named = append(named, flows.Named{Name: string(rune('a' + i)), Layer: l})
	}
	f, err := flows.New(named...)
	errtest.None(t, err)
	return f
}

// bent draws x₁ = 0.8u₁, x₂ = 0.6u₂ + 1.5y·tanh(1.2u₁) for normal u and y = ±1, and y as the context.
func bent(n int, seed uint64) (x, y *mat.Dense) {
	rng := rand.New(rand.NewPCG(seed, 3))
	x, y = mat.NewDense(n, 2, nil), mat.NewDense(n, 1, nil)
	for i := range n {
		sign, u := float64(2*rng.IntN(2)-1), rng.NormFloat64()
		x.SetRow(i, []float64{0.8 * u, 0.6*rng.NormFloat64() + 1.5*sign*math.Tanh(1.2*u)})
		y.Set(i, 0, sign)
	}
	return x, y
}

// bentEntropy is the entropy of x given y: that of two normals of scales 0.8 and 0.6, the second of which is only shifted.
var bentEntropy = math.Log(0.8*0.6) + 1 + math.Log(2*math.Pi)

// TestConditionalDensity: training reaches the entropy of x given y, and samples given y have this density.
func TestConditionalDensity(t *testing.T) {
	if testing.Short() {
		t.Skip("trains a flow")
	}
	f := conditionalFlow(t, 2, 1, 5)
	x, y := bent(20000, 1)
	_, err := f.InitFrom(flows.Given(x, y), initializers.IGConfig{})
	errtest.None(t, err)
	errtest.None(t, f.Compile(train.Config{Optimizer: train.Adam{}, Schedule: train.Cosine{Peak: 5e-3, Floor: 1e-5, WarmupSteps: 50, DecaySteps: 40 * 30}}))
	_, err = f.Fit(context.Background(), flows.Given(x, y), train.FitConfig{Epochs: testsize.Of(t, 30, 10), ValidationSplit: 0.1})
	errtest.None(t, err)
	held, heldY := bent(20000, 2)
	nll := -mean(logProb(t, f, flows.Given(held, heldY)))
	t.Logf("held-out NLL %.4f nats, entropy %.4f", nll, bentEntropy)
	if nll > bentEntropy+testsize.Of(t, 0.02, 0.1) {
		t.Errorf("held-out NLL = %.4f nats, want within 0.02 of the entropy %.4f", nll, bentEntropy)
	}
	drawn, lp, err := f.SampleGiven(mat.NewDense(2, 1, []float64{-1, 1}), 4000, rand.New(rand.NewPCG(4, 4)))
	errtest.None(t, err)
	for half, sign := range []float64{-1, 1} {
		moment := 0.0
		for i := half * 4000; i < (half+1)*4000; i++ {
			moment += drawn.At(i, 0) * drawn.At(i, 1) / 4000
		}
		if moment*sign < 0.5 {
			t.Errorf("samples given %v have E[x₁x₂] = %.3f, want one of the sign of the context", sign, moment)
		}
	}
	again := logProb(t, f, flows.Given(drawn.Slice(0, 4000, 0, 2), mat.NewDense(1, 1, []float64{-1})))
	if d := maxDifference(again, lp[:4000]); !(d <= 1e-9) {
		t.Errorf("log p of samples differs by %.2g from what SampleGiven said", d)
	}
}

func mean(v []float64) (m float64) {
	for _, x := range v {
		m += x / float64(len(v))
	}
	return m
}

// TestConditionalReaders: all methods of a conditional flow that read rows take rows of x with a context, and agree with each other.
func TestConditionalReaders(t *testing.T) {
	f := conditionalFlow(t, 3, 2, 1)
	perturbFlow(t, f)
	x, c := randomData("blobs", 40, 3, 1), randomData("blobs", 40, 2, 2)
	rows := flows.Given(x, c)
	lp := logProb(t, f, rows)
	z, logDet, err := f.Forward(rows)
	errtest.None(t, err)
	back, _, err := f.Inverse(flows.Given(z, c))
	errtest.None(t, err)
	if d := maxDifference(numbers(back), numbers(x)); !(d <= 1e-9) {
		t.Errorf("round trip is off by %.2g", d)
	}
	grad, again, err := f.LogProbGrad(rows)
	errtest.None(t, err)
	if d := maxDifference(again, lp); d > 1e-12 {
		t.Errorf("log p of LogProbGrad differs by %.2g", d)
	}
	const h = 1e-5
	for j := range 3 {
		up, down := mat.DenseCopyOf(x), mat.DenseCopyOf(x)
		up.Set(7, j, x.At(7, j)+h)
		down.Set(7, j, x.At(7, j)-h)
		want := (logProb(t, f, flows.Given(up, c))[7] - logProb(t, f, flows.Given(down, c))[7]) / (2 * h)
		if got := grad.At(7, j); !(math.Abs(got-want) <= 1e-6*max(1, math.Abs(want))) {
			t.Errorf("∂log p/∂x_%d = %v, want %v", j, got, want)
		}
	}
	steps, err := f.Intermediates(rows)
	errtest.None(t, err)
	if d := maxDifference(numbers(steps[len(steps)-1]), numbers(z)); len(steps) != 3 || d > 0 {
		t.Errorf("%d intermediates, the last differs by %g from z", len(steps), d)
	}
	for i, v := range lp {
		want := logDet[i]
		for j := range 3 {
			want -= 0.5 * (z.At(i, j)*z.At(i, j) + math.Log(2*math.Pi))
		}
		if !(math.Abs(v-want) <= 1e-12*max(1, math.Abs(want))) {
			t.Fatalf("log p of row %d = %v, want %v", i, v, want)
		}
	}
	one := logProb(t, f, flows.Given(x, c.Slice(4, 5, 0, 2)))
	if one[4] != lp[4] {
		t.Errorf("one context for all rows gives row 4 log p = %v, want %v", one[4], lp[4])
	}
	if lp[3] == one[3] {
		t.Error("the context changes nothing")
	}
	var both mat.Dense
	both.Augment(x, c)
	if d := maxDifference(logProb(t, f, &both), lp); d > 0 {
		t.Errorf("rows put together by the caller differ by %g", d)
	}
	path := filepath.Join(t.TempDir(), "conditional.gflow")
	errtest.None(t, f.Save(path))
	loaded, err := flows.Load(path)
	errtest.None(t, err)
	if d := maxDifference(logProb(t, loaded, rows), lp); d > 0 || loaded.ContextDim() != 2 {
		t.Errorf("after Save and Load log p differs by %g, context of %d", d, loaded.ContextDim())
	}
}

// TestConditionalStranger: docs/model-format.md says enough about the context to compute log p(x | context).
func TestConditionalStranger(t *testing.T) {
	f := conditionalFlow(t, 3, 2, 1)
	perturbFlow(t, f)
	rows := flows.Given(randomData("blobs", 40, 3, 1), randomData("blobs", 40, 2, 2))
	check := func(f *flows.Flow) {
		s, err := readAsStranger(saved(t, f))
		errtest.None(t, err)
		for i, want := range logProb(t, f, rows) {
			if got, _, _ := s.logProb(mat.Row(nil, i, rows)); !(math.Abs(got-want) <= 1e-12*max(1, math.Abs(want))) {
				t.Errorf("row %d: a stranger computes log p = %v, want %v", i, got, want)
			}
		}
	}
	check(f)
	masked, err := layers.NewAutoregressive(3, layers.AutoregressiveConfig{Transform: transforms.Affine{}, Context: 2, Conditioner: layers.MLPConfig{Hidden: []int{7, 7, 7}, Residual: true}.Masked})
	errtest.None(t, err)
	f, err = flows.New(flows.Named{Name: "masked", Layer: masked})
	errtest.None(t, err)
	perturbFlow(t, f)
	check(f)
}

// perturbFlow adds noise to the parameters of a fresh flow, which would otherwise ignore the context.
func perturbFlow(t testing.TB, f *flows.Flow) {
	t.Helper()
	rng := rand.New(rand.NewPCG(9, 9))
	for _, p := range f.Params() {
		v := p.Values()
		for i := range v {
			v[i] += 0.2 * rng.NormFloat64()
		}
		errtest.None(t, p.Set(v))
	}
}

// TestConditionalFits: a matrix and a source of the same rows give the same fit, and so does a fit that was interrupted and resumed.
func TestConditionalFits(t *testing.T) {
	x, y := bent(600, 1)
	rows := flows.Given(x, y)
	c := train.FitConfig{Epochs: 4, BatchSize: 128, Seed: 3, ValidationData: flows.Given(bent(100, 2))}
	fitted := func(run func(f *flows.Flow) error) []float64 {
		f := conditionalFlow(t, 2, 1, 5)
		errtest.None(t, f.Compile(train.Config{}))
		errtest.None(t, run(f))
		return logProb(t, f, rows)
	}
	want := fitted(func(f *flows.Flow) error { _, err := f.Fit(context.Background(), rows, c); return err })
	bySource := fitted(func(f *flows.Flow) error {
		_, err := f.FitSource(context.Background(), tableOf(mat.DenseCopyOf(rows)), c)
		return err
	})
	if d := maxDifference(bySource, want); d > 0 {
		t.Errorf("a source gives a log p that differs by %g", d)
	}
	path := filepath.Join(t.TempDir(), "fit.checkpoint")
	fitted(func(f *flows.Flow) error {
		first := c
		first.Epochs, first.Checkpoint = 2, train.Checkpoint{Path: path}
		_, err := f.Fit(context.Background(), rows, first)
		return err
	})
	resumed := fitted(func(f *flows.Flow) error {
		second := c
		second.Checkpoint = train.Checkpoint{Path: path, Resume: true}
		_, err := f.Fit(context.Background(), rows, second)
		return err
	})
	if d := maxDifference(resumed, want); d > 0 {
		t.Errorf("a resumed fit gives a log p that differs by %g", d)
	}
}

// TestBadContext: a context of the wrong shape is an error that says which shape the flow wants.
func TestBadContext(t *testing.T) {
	f := conditionalFlow(t, 2, 1, 5)
	errtest.None(t, f.Compile(train.Config{}))
	x, c := randomData("blobs", 10, 2, 1), randomData("blobs", 10, 1, 2)
	nan := mat.DenseCopyOf(c)
	nan.Set(3, 0, math.NaN())
	rng := rand.New(rand.NewPCG(1, 1))
	reading := func(rows mat.Matrix) func() error {
		return func() error { _, err := f.LogProb(rows); return err }
	}
	for name, bad := range map[string]struct {
		call  func() error
		words []string
	}{
		"none":             {reading(x), []string{"LogProb", "10×2", "2 of x and 1 of its context", "flows.Given"}},
		"too wide":         {reading(flows.Given(x, x)), []string{"10×4", "2 of x and 1 of its context"}},
		"fewer rows":       {reading(flows.Given(x, c.Slice(0, 4, 0, 1))), []string{"the context", "4×1", "10 rows"}},
		"nil":              {reading(flows.Given(x, nil)), []string{"the context", "0×0"}},
		"nil x":            {reading(flows.Given(nil, c)), []string{"x", "0×0"}},
		"nil *Dense":       {reading(flows.Given(x, (*mat.Dense)(nil))), []string{"the context", "0×0"}},
		"no number":        {reading(flows.Given(x, nan)), []string{"row 3, column 2", "NaN"}},
		"in Fit":           {func() error { _, err := f.Fit(context.Background(), x, train.FitConfig{}); return err }, []string{"Fit", "1 of its context"}},
		"in Evaluate":      {func() error { _, err := f.Evaluate(x, nil); return err }, []string{"Evaluate", "1 of its context"}},
		"in InitFrom":      {func() error { _, err := f.InitFrom(x, initializers.IGConfig{}); return err }, []string{"InitFrom", "1 of its context"}},
		"Sample":           {func() error { _, err := f.Sample(3, rng); return err }, []string{"SampleGiven"}},
		"sample, wide":     {func() error { _, _, err := f.SampleGiven(x, 3, rng); return err }, []string{"SampleGiven", "the context", "10×2", "1"}},
		"sample, none":     {func() error { _, _, err := f.SampleGiven(c, 0, rng); return err }, []string{"n = 0"}},
		"sample, no rng":   {func() error { _, _, err := f.SampleGiven(c, 1, nil); return err }, []string{"rng is nil"}},
		"sample, so many":  {func() error { _, _, err := f.SampleGiven(c, math.MaxInt, rng); return err }, []string{"want fewer"}},
		"sample, overflow": {func() error { _, _, err := f.SampleGiven(c, math.MaxInt/2+1, rng); return err }, []string{"want fewer"}},
		"sample, memory":   {func() error { _, _, err := f.SampleGiven(c, 1<<30, rng); return err }, []string{"want fewer"}},
		"where there is none": {func() error {
			_, err := coupling(t, 2, flows.CouplingConfig{Blocks: 1}).LogProb(flows.Given(x, c))
			return err
		}, []string{"10×3", "2 columns"}},
		"sample where there is none": {func() error {
			_, _, err := coupling(t, 2, flows.CouplingConfig{Blocks: 1}).SampleGiven(c, 1, rng)
			return err
		}, []string{"no context", "Sample"}},
		"negative": {func() error {
			_, err := layers.NewMixtureCDFCoupling(2, layers.MixtureCDFCouplingConfig{Context: -1})
			return err
		}, []string{"Context = -1"}},
	} {
		t.Run(name, func(t *testing.T) { errtest.Says(t, errtest.Of(t, bad.call), bad.words...) })
	}
}
