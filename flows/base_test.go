package flows_test

import (
	"bytes"
	"context"
	"math"
	"math/rand/v2"
	"testing"

	"gonum.org/v1/gonum/mat"
	"gonum.org/v1/gonum/stat/distuv"

	"gaussflow/bases"
	"gaussflow/flows"
	"gaussflow/graph"
	"gaussflow/internal/errtest"
	"gaussflow/layers"
	"gaussflow/losses"
	"gaussflow/train"
	"gaussflow/transforms"
)

// studentFlow is an affine map of d columns that ends in Student's t.
func studentFlow(t testing.TB, d int, dtype graph.Dtype) *flows.Flow {
	t.Helper()
	base, err := bases.NewIndependent(d, bases.IndependentConfig{Family: bases.StudentT{}, Dtype: dtype})
	errtest.None(t, err)
	l, err := layers.NewHouseholder(d, layers.HouseholderConfig{Seed: 1, Dtype: dtype})
	errtest.None(t, err)
	f, err := flows.NewWithBase(base, flows.Named{Name: "rotation", Layer: l})
	errtest.None(t, err)
	return f
}

// TestBaseIsTheFlows: log p, samples, losses and files of a flow all use the base that it was given.
func TestBaseIsTheFlows(t *testing.T) {
	f := studentFlow(t, 2, graph.Float64)
	perturbFlow(t, f)
	x := randomData("student t", 60, 2, 1)
	lp := logProb(t, f, x)
	z, _, err := f.Forward(x)
	errtest.None(t, err)
	p := f.Base().Params()
	for i := range 60 {
		want := 0.0
		for j := range 2 {
			want += distuv.StudentsT{Mu: p[0].Values()[j], Sigma: math.Exp(p[1].Values()[j]), Nu: 10 * math.Exp(p[2].Values()[j])}.LogProb(z.At(i, j))
		}
		if !(math.Abs(lp[i]-want) <= 1e-12*max(1, math.Abs(want))) {
			t.Fatalf("log p of row %d = %v, gonum's Student t says %v", i, lp[i], want)
		}
	}
	errtest.None(t, f.Compile(train.Config{Loss: losses.NLL{}}))
	got, err := f.Evaluate(x, nil)
	errtest.None(t, err)
	if want := -mean(lp); !(math.Abs(got-want) <= 1e-12*math.Abs(want)) {
		t.Errorf("NLL = %v, want −mean log p = %v", got, want)
	}
	drawn, again, err := f.SampleAndLogProb(200, rand.New(rand.NewPCG(1, 1)))
	errtest.None(t, err)
	if d := maxDifference(logProb(t, f, drawn), again); !(d <= 1e-9) {
		t.Errorf("log p of samples differs by %.2g from LogProb's", d)
	}
	g, err := flows.LoadFrom(bytes.NewReader(saved(t, f)))
	errtest.None(t, err)
	if d := maxDifference(logProb(t, g, x), lp); d > 0 {
		t.Errorf("after Save and Load log p differs by %g", d)
	}
}

// TestDegreesAreLearned: for rows of a Student's t with three degrees of freedom, training finds the degrees and the
// log-likelihood of the true density.
func TestDegreesAreLearned(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 3))
	true3 := distuv.StudentsT{Mu: 1, Sigma: 0.5, Nu: 3, Src: rng}
	x, truth := mat.NewDense(20000, 1, nil), 0.0
	for i := range 20000 {
		x.Set(i, 0, true3.Rand())
		truth += true3.LogProb(x.At(i, 0)) / 20000
	}
	f := studentFlow(t, 1, graph.Float64)
	errtest.None(t, f.Compile(train.Config{Optimizer: train.Adam{}, Schedule: train.Cosine{Peak: 0.05, Floor: 1e-4, DecaySteps: 600}}))
	_, err := f.Fit(context.Background(), x, train.FitConfig{Epochs: 15})
	errtest.None(t, err)
	if got := mean(logProb(t, f, x)); !(math.Abs(got-truth) <= 0.005) {
		t.Errorf("mean log p = %.4f nats, under the true density %.4f", got, truth)
	}
	if nu := 10 * math.Exp(f.Base().Params()[2].Values()[0]); nu < 2.4 || nu > 3.8 {
		t.Errorf("degrees of freedom %.2f, want about 3", nu)
	}
}

// TestConditionalBase: a base of normals whose mean and scale a network computes from the context c learns x = 2c + exp(c/2)·u.
func TestConditionalBase(t *testing.T) {
	draw := func(n int, seed uint64) (x, c *mat.Dense, truth float64) {
		rng := rand.New(rand.NewPCG(seed, 5))
		x, c = mat.NewDense(n, 1, nil), mat.NewDense(n, 1, nil)
		for i := range n {
			v, u := 2*rng.Float64()-1, rng.NormFloat64()
			c.Set(i, 0, v)
			x.Set(i, 0, 2*v+math.Exp(v/2)*u)
			truth += (-0.5*u*u - 0.5*math.Log(2*math.Pi) - v/2) / float64(n)
		}
		return x, c, truth
	}
	base, err := bases.NewIndependent(1, bases.IndependentConfig{
		Family: bases.Normal{}, Context: 1, Conditioner: layers.MLPConfig{Hidden: []int{16}, Activation: graph.Tanh}.New})
	errtest.None(t, err)
	l, err := layers.NewStandardize(mat.NewDense(2, 1, []float64{-1, 1}), layers.AffineConfig{})
	errtest.None(t, err)
	f, err := flows.NewWithBase(base, flows.Named{Name: "affine", Layer: l})
	errtest.None(t, err)
	x, c, _ := draw(10000, 1)
	errtest.None(t, f.Compile(train.Config{Optimizer: train.Adam{}, Schedule: train.Cosine{Peak: 0.02, Floor: 1e-4, DecaySteps: 800}}))
	_, err = f.Fit(context.Background(), flows.Given(x, c), train.FitConfig{Epochs: 40})
	errtest.None(t, err)
	held, heldC, truth := draw(10000, 2)
	if got := mean(logProb(t, f, flows.Given(held, heldC))); !(math.Abs(got-truth) <= 0.01) {
		t.Errorf("mean log p(x | c) = %.4f nats, under the true density %.4f", got, truth)
	}
	drawn, _, err := f.SampleGiven(mat.NewDense(1, 1, []float64{0.5}), 4000, rand.New(rand.NewPCG(1, 1)))
	errtest.None(t, err)
	if m := mat.Sum(drawn) / 4000; !(math.Abs(m-1) <= 0.15) {
		t.Errorf("samples given 0.5 have the mean %.3f, want about 1", m)
	}
	g, err := flows.LoadFrom(bytes.NewReader(saved(t, f)))
	errtest.None(t, err)
	rows := flows.Given(held, heldC)
	if d := maxDifference(logProb(t, g, rows), logProb(t, f, rows)); d > 0 {
		t.Errorf("after Save and Load log p differs by %g", d)
	}
}

// ownBase is a user's own base that is not registered.
type ownBase struct{ bases.StandardNormal }

// TestBadBase: a base that does not fit the layers, or that cannot be saved, is an error that says why.
func TestBadBase(t *testing.T) {
	normal := func(d int) bases.StandardNormal { return errtest.Must(bases.NewStandardNormal(d)) }
	student := errtest.Must(bases.NewIndependent(2, bases.IndependentConfig{Family: bases.StudentT{}}))
	with := func(base bases.Base, name string) func() error {
		return func() error {
			_, err := flows.NewWithBase(base, flows.Named{Name: name, Layer: affine(t, 2)})
			return err
		}
	}
	for name, c := range map[string]struct {
		call  func() error
		words []string
	}{
		"another width": {with(normal(3), "a"), []string{"the base has 3 columns", "want 2"}},
		"zero value":    {with(bases.StandardNormal{}, "a"), []string{"the base has 0 columns"}},
		"nil pointer":   {with((*bases.Independent)(nil), "a"), []string{"the base is a nil *bases.Independent"}},
		"nil family": {func() error {
			_, err := bases.NewIndependent(2, bases.IndependentConfig{Family: (*fakeFamily)(nil)})
			return err
		}, []string{"family is nil"}},
		"made of none":   {with(fakeBase{}, "a"), []string{"the base, a flows_test.fakeBase, panics", "nil?"}},
		"half made":      {with(&bases.Independent{}, "a"), []string{"the base has 0 columns"}},
		"another dtype":  {with(errtest.Must(bases.NewIndependent(2, bases.IndependentConfig{Family: bases.StudentT{}, Dtype: graph.Float32})), "a"), []string{"float32", "float64"}},
		"a layer's name": {with(student, "base"), []string{`"base"`}},
		"no family":      {func() error { _, err := bases.NewIndependent(2, bases.IndependentConfig{}); return err }, []string{"family is nil"}},
		"no column":      {func() error { _, err := bases.NewStandardNormal(0); return err }, []string{"dim = 0"}},
		"context": {func() error {
			_, err := bases.NewIndependent(2, bases.IndependentConfig{Family: bases.Normal{}, Context: -1})
			return err
		}, []string{"Context = -1"}},
		"not registered": {func() error {
			f, err := flows.NewWithBase(ownBase{normal(2)}, flows.Named{Name: "a", Layer: affine(t, 2)})
			errtest.None(t, err)
			return f.SaveTo(&bytes.Buffer{})
		}, []string{"base", "flows_test.ownBase", "not registered", "bases.Register"}},
	} {
		t.Run(name, func(t *testing.T) { errtest.Says(t, errtest.Of(t, c.call), c.words...) })
	}
}

// TestRowsOutsideOfABox: a spline with a uniform base learns a density of bounded support. Outside of the support log p is
// −Inf, which is not an error and does not affect the other rows, in memory or from a source.
func TestRowsOutsideOfABox(t *testing.T) {
	const n = 4000
	l, err := layers.NewElementwise(1, layers.ElementwiseConfig{Transform: transforms.RationalQuadraticSpline{}})
	errtest.None(t, err)
	box := errtest.Must(bases.NewUniform(bases.UniformConfig{Low: []float64{-3}, High: []float64{3}}))
	f, err := flows.NewWithBase(box, flows.Named{Name: "spline", Layer: l})
	errtest.None(t, err)
	beta := distuv.Beta{Alpha: 2, Beta: 4, Src: rand.New(rand.NewPCG(1, 2))}
	x, truth := mat.NewDense(n, 1, nil), 0.0
	for i := range n {
		u := beta.Rand()
		x.Set(i, 0, 6*u-3)
		truth += (beta.LogProb(u) - math.Log(6)) / n
	}
	errtest.None(t, f.Compile(train.Config{Schedule: train.Cosine{Peak: 0.05, Floor: 1e-3, DecaySteps: 300}}))
	_, err = f.Fit(context.Background(), x, train.FitConfig{Epochs: 40})
	errtest.None(t, err)
	if got := mean(logProb(t, f, x)); !(math.Abs(got-truth) <= 0.02) {
		t.Errorf("mean log p = %.4f nats, under the true density %.4f", got, truth)
	}
	drawn, err := f.Sample(1000, rand.New(rand.NewPCG(1, 1)))
	errtest.None(t, err)
	if low, high := mat.Min(drawn), mat.Max(drawn); low < -3 || high > 3 {
		t.Errorf("samples from %g to %g, want none outside of the box", low, high)
	}
	rows := mat.NewDense(4, 1, []float64{-1, 3.5, -40, -1})
	lp := logProb(t, f, rows)
	if !math.IsInf(lp[1], -1) || !math.IsInf(lp[2], -1) || math.IsInf(lp[0], 0) || lp[0] != lp[3] {
		t.Errorf("log p = %v, want −Inf of the two rows outside alone", lp)
	}
	i := 0
	for v, err := range f.LogProbSource(context.Background(), tableOf(rows)) {
		errtest.None(t, err)
		if v != lp[i] {
			t.Errorf("log p of row %d from a source = %v, want %v", i, v, lp[i])
		}
		i++
	}
	if _, grad, err := f.LogProbGrad(rows); err != nil || !math.IsInf(grad[1], -1) {
		t.Errorf("log p beside the gradient = %v (%v)", grad, err)
	}
}

// TestMixtureIsLearned: training the base alone finds two correlated clouds.
func TestMixtureIsLearned(t *testing.T) {
	const n = 6000
	rng := rand.New(rand.NewPCG(5, 5))
	x, truth := mat.NewDense(n, 2, nil), 0.0
	cloud := func(u, v, slope float64) float64 {
		return -u*u/2 - (v-slope*u)*(v-slope*u)/0.18 - math.Log(2*math.Pi*0.3)
	}
	for i := range n {
		side := float64(1 - 2*rng.IntN(2))
		u := rng.NormFloat64()
		v := side*0.9*u + 0.3*rng.NormFloat64()
		x.SetRow(i, []float64{u + 2*side, v})
		p := 0.5*math.Exp(cloud(x.At(i, 0)-2, v, 0.9)) + 0.5*math.Exp(cloud(x.At(i, 0)+2, v, -0.9))
		truth += math.Log(p) / n
	}
	base := errtest.Must(bases.NewGaussianMixture(2, bases.GaussianMixtureConfig{Components: 4, Full: true, Seed: 3}))
	l, err := layers.NewStandardize(x, layers.AffineConfig{})
	errtest.None(t, err)
	f, err := flows.NewWithBase(base, flows.Named{Name: "standardize", Layer: l})
	errtest.None(t, err)
	errtest.None(t, f.Compile(train.Config{Schedule: train.Cosine{Peak: 0.05, Floor: 1e-3, DecaySteps: 400}}))
	_, err = f.Fit(context.Background(), x, train.FitConfig{Epochs: 34})
	errtest.None(t, err)
	if got := mean(logProb(t, f, x)); !(math.Abs(got-truth) <= 0.01) {
		t.Errorf("mean log p = %.4f nats, under the true density %.4f", got, truth)
	}
}
