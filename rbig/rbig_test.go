package rbig_test

import (
	"context"
	"errors"
	"math"
	"math/rand/v2"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"gonum.org/v1/gonum/mat"
	"gonum.org/v1/gonum/stat"

	"gaussflow/data"
	"gaussflow/flows"
	"gaussflow/rbig"
)

// moons returns rows to fit to, held-out rows, and the mean true log-density of the latter.
func moons(t *testing.T, n int) (fit, judge *mat.Dense, truth float64) {
	t.Helper()
	a, err := data.Toy("moons", n, 1)
	if err != nil {
		t.Fatal(err)
	}
	b, err := data.Toy("moons", 4000, 2)
	if err != nil {
		t.Fatal(err)
	}
	of, err := data.ToyDistribution("moons")
	if err != nil {
		t.Fatal(err)
	}
	logProb, err := data.LogProb(of, b.X)
	if err != nil {
		t.Fatal(err)
	}
	return a.X, b.X, stat.Mean(logProb, nil)
}

func score(t *testing.T, f *flows.Flow, x *mat.Dense) float64 {
	t.Helper()
	logProb, err := f.LogProb(x)
	if err != nil {
		t.Fatal(err)
	}
	return stat.Mean(logProb, nil)
}

// TestMoons: forty layers of RBIG, fitted to 5000 rows, give held-out rows a log p far above that of the warm start, which
// is 0.62 nats below the truth, and never above the truth.
func TestMoons(t *testing.T) {
	fit, judge, truth := moons(t, 5000)
	f, err := rbig.FitRows(fit, rbig.Config{Stop: rbig.HeldOut, Blocks: 40, Patience: 40})
	if err != nil {
		t.Fatal(err)
	}
	if gap := truth - score(t, f.Flow, judge); gap < 0 || gap > 0.25 {
		t.Errorf("%.3f nats below the truth by %d blocks, want 0 to 0.25", gap, f.Kept)
	}
}

// TestZoo: every rotation with every marginal gives a density that is better than mapping the columns alone, integrates to
// 1, and is unchanged after Save and Load.
func TestZoo(t *testing.T) {
	fit, judge, truth := moons(t, 500)
	for _, rotation := range rbig.Rotations() {
		for _, marginal := range rbig.Marginals() {
			f, err := rbig.FitRows(fit, rbig.Config{Rotation: rotation, Marginal: marginal, Stop: rbig.Depth, Blocks: 3, Bins: 16})
			if err != nil {
				t.Fatalf("%s, %s: %v", rotation, marginal, err)
			}
			none, err := f.First(0)
			if err != nil {
				t.Fatal(err)
			}
			got, before := score(t, f.Flow, judge), score(t, none, judge)
			if got < before+0.1 || got > truth {
				t.Errorf("%s, %s: log p %.3f, of the columns' maps alone %.3f, truth %.3f", rotation, marginal, got, before, truth)
			}
			if mass := integral(t, f.Flow); math.Abs(mass-1) > 0.04 {
				t.Errorf("%s, %s: the density integrates to %.4f", rotation, marginal, mass)
			}
			path := filepath.Join(t.TempDir(), "rbig.gflow")
			if err := f.Flow.Save(path); err != nil {
				t.Fatal(err)
			}
			back, err := flows.Load(path)
			if err != nil {
				t.Fatal(err)
			}
			if again := score(t, back, judge); again != got {
				t.Errorf("%s, %s: log p %v from the file, want %v", rotation, marginal, again, got)
			}
		}
	}
}

// integral is ∫p over the region of the plane that holds the moons, by the midpoint rule.
func integral(t *testing.T, f *flows.Flow) (mass float64) {
	t.Helper()
	const step, n = 0.08, 100
	grid := mat.NewDense(n*n, 2, nil)
	for i := range n {
		for j := range n {
			grid.SetRow(i*n+j, []float64{0.5 + step*(float64(i)-n/2+0.5), 0.25 + step*(float64(j)-n/2+0.5)})
		}
	}
	logProb, err := f.LogProb(grid)
	if err != nil {
		t.Fatal(err)
	}
	for _, l := range logProb {
		mass += math.Exp(l) * step * step
	}
	return mass
}

// TestStops: for independent columns of any distribution the fit adds no block; for dependent ones it does, and the losses
// of the blocks sum to about the total correlation.
func TestStops(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 4))
	const n, rho = 3000, 0.8
	apart, together := mat.NewDense(n, 2, nil), mat.NewDense(n, 2, nil)
	for i := range n {
		a, b := rng.NormFloat64(), rng.NormFloat64()
		apart.SetRow(i, []float64{math.Exp(a), b * b * b})
		together.SetRow(i, []float64{a, rho*a + math.Sqrt(1-rho*rho)*b})
	}
	f, err := rbig.FitRows(apart, rbig.Config{Seed: 1})
	if err != nil {
		t.Fatal(err)
	}
	if loss, noise := f.TotalCorrelation(); loss > 5*noise+0.01 || len(f.Blocks) > 12 {
		t.Errorf("independent columns: %d blocks lose %.4f (noise %.4f)", len(f.Blocks), loss, noise)
	}
	if f, err = rbig.FitRows(together, rbig.Config{Rotation: rbig.PCA, Marginal: rbig.Empirical}); err != nil {
		t.Fatal(err)
	}
	truth := -0.5 * math.Log(1-rho*rho)
	if loss, _ := f.TotalCorrelation(); math.Abs(loss-truth) > 0.05 {
		t.Errorf("the blocks lose %.4f, want the total correlation %.4f", loss, truth)
	}
	if !strings.Contains(f.Stopped, "gained nothing") {
		t.Errorf("stopped because %q", f.Stopped)
	}
}

// TestSource: a table that fits in memory gives the same bits as a stream of it; a table that does not fit gives nearly the
// same density.
func TestSource(t *testing.T) {
	small, err := data.Toy("moons", 500, 1)
	if err != nil {
		t.Fatal(err)
	}
	c := rbig.Config{Blocks: 3, Stop: rbig.Depth, Marginal: rbig.Empirical}
	a, err := rbig.FitRows(small.X, c)
	if err != nil {
		t.Fatal(err)
	}
	b, err := rbig.FitSource(context.Background(), small, c)
	if err != nil {
		t.Fatal(err)
	}
	for i, p := range a.Flow.Params() {
		if !slices.Equal(p.Values(), b.Flow.Params()[i].Values()) {
			t.Errorf("parameter %s differs", p.Name)
		}
	}
	large, err := data.Toy("moons", rbig.KeptRows+2000, 1)
	if err != nil {
		t.Fatal(err)
	}
	_, judge, truth := moons(t, 10)
	c.Blocks, c.Rotation = 3, rbig.PCA
	all, err := rbig.FitRows(large.X, c)
	if err != nil {
		t.Fatal(err)
	}
	c.Stop = rbig.HeldOut
	streamed, err := rbig.FitSource(context.Background(), large, c)
	if err != nil {
		t.Fatal(err)
	}
	if x, y := score(t, all.Flow, judge), score(t, streamed.Flow, judge); math.Abs(x-y) > 0.05 || y > truth {
		t.Errorf("log p %.3f in memory, %.3f streamed, truth %.3f", x, y, truth)
	}
}

// TestBadInput: data or settings that cannot be fitted are an error that says where.
func TestBadInput(t *testing.T) {
	constant := mat.NewDense(9, 2, nil)
	for i := range 9 {
		constant.Set(i, 0, float64(i))
	}
	var c *rbig.ConstantError
	if _, err := rbig.FitRows(constant, rbig.Config{}); !errors.As(err, &c) || c.Column != 1 {
		t.Errorf("a constant column: %v", err)
	}
	for words, x := range map[string]*mat.Dense{"at least 4": mat.NewDense(2, 2, []float64{1, 2, 3, 4}), "NaN": mat.NewDense(1, 1, []float64{math.NaN()})} {
		if _, err := rbig.FitRows(x, rbig.Config{}); err == nil || !strings.Contains(err.Error(), words) {
			t.Errorf("got %v, want an error about %s", err, words)
		}
	}
	for _, c := range []rbig.Config{{Rotation: "x"}, {Marginal: "x"}, {Stop: "x"}, {Bins: 1}, {Blocks: -1}, {Validation: 2}} {
		if c.Validate() == nil {
			t.Errorf("%+v is valid", c)
		}
	}
	if _, err := rbig.FitSource(context.Background(), nil, rbig.Config{}); err == nil {
		t.Error("a nil source is fitted")
	}
}

// TestEntropy compares entropies with closed forms, within a few standard errors, and with the mean of the terms.
func TestEntropy(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 1))
	for name, c := range map[string]struct {
		draw  func() float64
		truth float64
	}{
		"normal":      {func() float64 { return 5 + 1e-3*rng.NormFloat64() }, 0.5*math.Log(2*math.Pi*math.E) + math.Log(1e-3)},
		"exponential": {rng.ExpFloat64, 1},
		"uniform":     {rng.Float64, 0},
		"laplace":     {func() float64 { return rng.ExpFloat64() - rng.ExpFloat64() }, 1 + math.Log(2)},
	} {
		values := make([]float64, 4000)
		for i := range values {
			values[i] = c.draw()
		}
		h, terms, err := rbig.Entropy(values)
		if err != nil {
			t.Fatal(err)
		}
		se := stat.StdDev(terms, nil) / math.Sqrt(4000)
		if math.Abs(h-c.truth) > 3*se+0.015 || math.Abs(h-stat.Mean(terms, nil)) > 1e-9 {
			t.Errorf("%s: entropy %.4f ± %.4f, want %.4f", name, h, se, c.truth)
		}
	}
}

// TestICASettles: with forty blocks of ICA, held-out rows have nearly the log p of the best number of blocks. Once no axis
// shows structure, ICA must stop alternating between two rotations and mapping noise, which would cost 0.7 nats or more.
func TestICASettles(t *testing.T) {
	fit, judge, _ := moons(t, 5000)
	f, err := rbig.FitRows(fit, rbig.Config{Rotation: rbig.ICA, Stop: rbig.Depth, Blocks: 40, HeldOutRows: judge})
	if err != nil {
		t.Fatal(err)
	}
	best := math.Inf(-1)
	for _, b := range f.Blocks {
		best = max(best, b.HeldOut)
	}
	if last := f.Blocks[len(f.Blocks)-1].HeldOut; last < best-0.15 {
		t.Errorf("log p of rows held out is %.3f after forty blocks, %.3f at best", last, best)
	}
}
