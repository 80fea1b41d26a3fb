package flows_test

import (
	"math"
	"math/rand/v2"
	"testing"

	"gonum.org/v1/gonum/mat"
	"gonum.org/v1/gonum/stat"
	"gonum.org/v1/gonum/stat/distmv"
	"gonum.org/v1/gonum/stat/samplemv"

	"gaussflow/bases"
	"gaussflow/flows"
	"gaussflow/graph"
	"gaussflow/internal/errtest"
	"gaussflow/layers"
)

// distribution makes the gonum distribution of f.
func distribution(t testing.TB, f *flows.Flow, context []float64) *flows.Distribution {
	t.Helper()
	d, err := flows.NewDistribution(f, context, rand.New(rand.NewPCG(1, 2)))
	errtest.None(t, err)
	return d
}

// TestSampleMV: gonum's samplers accept a flow as the proposal, as the target, and by its quantiles.
func TestSampleMV(t *testing.T) {
	const n = 4000
	f := coupling(t, 2, flows.CouplingConfig{Blocks: 1, Components: 3, Hidden: []int{4}, Seed: 2})
	initFrom(t, f, randomData("blobs", 500, 2, 3))
	d := distribution(t, f, nil)

	target, ok := distmv.NewNormal([]float64{0.5, -0.3}, mat.NewSymDense(2, []float64{0.5, 0.2, 0.2, 0.4}), nil)
	if !ok {
		t.Fatal("no normal")
	}
	batch, weights := mat.NewDense(n, 2, nil), make([]float64, n)
	samplemv.Importance{Target: target, Proposal: d}.SampleWeighted(batch, weights)
	for j, want := range []float64{0.5, -0.3} {
		if got := stat.Mean(mat.Col(nil, j, batch), weights); !(math.Abs(got-want) <= 0.05) {
			t.Errorf("importance sampling: the mean of column %d is %.3f, want %v", j, got, want)
		}
	}
	if z := stat.Mean(weights, nil); !(math.Abs(z-1) <= 0.1) {
		t.Errorf("importance sampling: the mean weight is %.3f, want 1: both densities are normalized", z)
	}

	many, err := f.Sample(50_000, rand.New(rand.NewPCG(3, 3)))
	errtest.None(t, err)
	quantiler, err := d.Quantiler()
	errtest.None(t, err)
	proposal, ok := samplemv.NewProposalNormal(mat.NewSymDense(2, []float64{1, 0, 0, 1}), rand.NewPCG(4, 4))
	if !ok {
		t.Fatal("no proposal")
	}
	for name, s := range map[string]struct {
		samplemv.Sampler
		within float64
	}{
		"Halton":              {samplemv.Halton{Kind: samplemv.Owen, Q: quantiler, Src: rand.NewPCG(5, 5)}, 0.02},
		"Latin hypercube":     {samplemv.LatinHypercube{Q: quantiler, Src: rand.NewPCG(6, 6)}, 0.02},
		"Metropolis-Hastings": {samplemv.MetropolisHastingser{Initial: []float64{0, 0}, Target: d, Proposal: proposal, Src: rand.NewPCG(7, 7), BurnIn: 50, Rate: 2}, 0.15},
	} {
		batch := mat.NewDense(n, 2, nil) // Halton adds its samples to what the matrix holds
		s.Sample(batch)
		for j := range 2 {
			of, want := mat.Col(nil, j, batch), mat.Col(nil, j, many)
			if m, w := stat.Mean(of, nil), stat.Mean(want, nil); !(math.Abs(m-w) <= s.within) {
				t.Errorf("%s: the mean of column %d is %.3f, of samples %.3f", name, j, m, w)
			}
			if m, w := stat.StdDev(of, nil), stat.StdDev(want, nil); !(math.Abs(m-w) <= 2*s.within) {
				t.Errorf("%s: the spread of column %d is %.3f, of samples %.3f", name, j, m, w)
			}
		}
	}
}

// TestQuantilesOfOneColumn: the mass below the quantile at p, found by integrating exp(LogProb), is p, also for a flow that
// reverses the line.
func TestQuantilesOfOneColumn(t *testing.T) {
	for _, turned := range []bool{false, true} {
		var named []flows.Named
		if turned {
			mirror, err := layers.NewHouseholder(1, layers.HouseholderConfig{Reflectors: 1})
			errtest.None(t, err)
			named = append(named, flows.Named{Name: "mirror", Layer: mirror})
		}
		marginal, err := layers.NewMixtureCDF(1, layers.MixtureCDFConfig{Components: 3, Seed: 4})
		errtest.None(t, err)
		f, err := flows.New(append(named, flows.Named{Name: "marginal", Layer: marginal})...)
		errtest.None(t, err)
		d := distribution(t, f, nil)
		q, err := d.Quantiler()
		errtest.None(t, err)
		const from, to, steps = -15., 15., 6000
		below := func(x float64) (mass float64) {
			h := (x - from) / steps
			rows := mat.NewDense(steps, 1, nil)
			for i := range steps {
				rows.Set(i, 0, from+(float64(i)+0.5)*h)
			}
			for _, lp := range logProb(t, f, rows) {
				mass += h * math.Exp(lp)
			}
			return mass
		}
		before := math.Inf(-1)
		for _, p := range []float64{0.01, 0.2, 0.5, 0.8, 0.99} {
			x := q.Quantile(nil, []float64{p})[0]
			if got := below(x); !(math.Abs(got-p) <= 1e-5) || x <= before || x > to {
				t.Errorf("turned %v: the quantile at %v is %v, below which a share %v is", turned, p, x, got)
			}
			before = x
		}
	}
}

// TestDistributionOfAContext: p(x | context), and its samples.
func TestDistributionOfAContext(t *testing.T) {
	base, err := bases.NewIndependent(1, bases.IndependentConfig{Family: bases.Normal{}, Context: 2,
		Conditioner: layers.MLPConfig{Hidden: []int{3}, Activation: graph.Tanh}.New})
	errtest.None(t, err)
	f, err := flows.NewWithBase(base, flows.Named{Name: "a", Layer: affine(t, 1)})
	errtest.None(t, err)
	perturbFlow(t, f)
	c := []float64{1.5, -1}
	d := distribution(t, f, c)
	want := logProb(t, f, flows.Given(mat.NewDense(1, 1, []float64{0.7}), mat.NewDense(1, 2, c)))[0]
	if got := d.LogProb([]float64{0.7}); got != want {
		t.Errorf("log p = %v, want %v", got, want)
	}
	x := []float64{math.NaN()}
	if again := d.Rand(x); &again[0] != &x[0] || math.IsNaN(x[0]) {
		t.Errorf("drew %v, want a number in the memory given", again)
	}
	if _, err := d.Quantiler(); err == nil {
		t.Error("a base of a context has quantiles")
	}
}

// TestBadDistribution: a method that cannot return an error returns NaN for bad arguments, and nothing panics.
func TestBadDistribution(t *testing.T) {
	f := diagonal(t, 2, flows.GaussianizationConfig{Blocks: 1, Components: 2})
	rng := rand.New(rand.NewPCG(1, 1))
	made := func(f *flows.Flow, context []float64, rng *rand.Rand) error {
		_, err := flows.NewDistribution(f, context, rng)
		return err
	}
	errtest.Says(t, made(nil, nil, rng), "not built")
	errtest.Says(t, made(f, []float64{1}, rng), "context of 1 numbers, want 0")
	errtest.Says(t, made(f, nil, nil), "rng is nil")
	d := distribution(t, f, nil)
	q, err := d.Quantiler()
	errtest.None(t, err)
	for what, v := range map[string]float64{
		"log p of one number":     d.LogProb([]float64{1}),
		"log p of NaN":            d.LogProb([]float64{1, math.NaN()}),
		"log p of none":           (&flows.Distribution{}).LogProb(nil),
		"a sample of one number":  d.Rand(make([]float64, 1))[0],
		"a quantile of one":       q.Quantile(nil, []float64{0.5})[0],
		"a quantile into another": q.Quantile(make([]float64, 3), []float64{0.5, 0.5})[0],
		"a quantile above one":    q.Quantile(nil, []float64{0.5, 2})[0],
		"a quantile at one":       q.Quantile(nil, []float64{0.5, 1})[0],
	} {
		if !math.IsNaN(v) {
			t.Errorf("%s is %v, want NaN", what, v)
		}
	}
	if v := d.LogProb([]float64{1e300, 0}); !math.IsInf(v, -1) {
		t.Errorf("log p far out is %v, want −Inf", v)
	}
	if x := (*flows.Distribution)(nil).Rand(nil); len(x) != 0 {
		t.Errorf("drew %v of nothing", x)
	}
	_, err = (&flows.Distribution{}).Quantiler()
	errtest.Says(t, err, "not built")
	mixture, err := flows.NewWithBase(errtest.Must(bases.NewGaussianMixture(1, bases.GaussianMixtureConfig{})), flows.Named{Name: "a", Layer: affine(t, 1)})
	errtest.None(t, err)
	_, err = distribution(t, mixture, nil).Quantiler()
	errtest.Says(t, err, "gaussian_mixture", "no quantiles")
}
