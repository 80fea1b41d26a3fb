package flows_test

import (
	"context"
	"math"
	"math/rand/v2"
	"sync"
	"testing"

	"gonum.org/v1/gonum/diff/fd"
	"gonum.org/v1/gonum/mat"

	"gaussflow/flows"
	"gaussflow/initializers"
	"gaussflow/internal/errtest"
	"gaussflow/internal/testsize"
	"gaussflow/train"
)

// trainedMoons is a coupling flow after a few epochs on two moons. All tests share it and only read it.
func trainedMoons(t testing.TB) *flows.Flow {
	t.Helper()
	f, err := trainMoons()
	errtest.None(t, err)
	return f
}

var trainMoons = sync.OnceValues(func() (*flows.Flow, error) {
	x := refMoons(1500)
	f, err := flows.NewCoupling(2, flows.CouplingConfig{Blocks: 2, Hidden: []int{16, 16}, Seed: 1})
	if err != nil {
		return nil, err
	}
	if _, err := f.InitFrom(x, initializers.IGConfig{}); err != nil {
		return nil, err
	}
	if err := f.Compile(train.Config{Optimizer: train.Adam{LearningRate: 5e-3}}); err != nil {
		return nil, err
	}
	_, err = f.Fit(context.Background(), x, train.FitConfig{Epochs: 15})
	return f, err
})

// lattice is n×n cell centres over [−limit, limit]².
func lattice(limit float64, n int) (x *mat.Dense, cell float64) {
	cell = 2 * limit / float64(n)
	x = mat.NewDense(n*n, 2, nil)
	for i := range n * n {
		x.SetRow(i, []float64{-limit + (float64(i%n)+0.5)*cell, -limit + (float64(i/n)+0.5)*cell})
	}
	return x, cell
}

// TestDensityIntegratesToOne: log p is finite on [−4, 4]², changes between neighbours by no more than its gradient says, and
// integrates to 1 on a wide grid, so that no mass is lost in the tails.
func TestDensityIntegratesToOne(t *testing.T) {
	if testing.Short() {
		t.Skip("long: 680,000 rows")
	}
	f := trainedMoons(t)
	x, cell := lattice(8, 800)
	mass := 0.0
	for _, lp := range logProb(t, f, x) {
		mass += math.Exp(lp) * cell * cell
	}
	if math.Abs(mass-1) > 0.01 {
		t.Errorf("the density integrates to %v over [−8, 8]², want 1 ± 0.01", mass)
	}

	const n = 200
	x, cell = lattice(4, n)
	grad, lp, err := f.LogProbGrad(x)
	errtest.None(t, err)
	for i, v := range lp {
		if math.IsNaN(v) || math.IsInf(v, 0) {
			t.Fatalf("log p at %v is %v", x.RawRowView(i), v)
		}
		if i%n == n-1 {
			continue
		}
		// between two cells log p changes by at most the larger gradient times the distance, with some room for curvature
		steep := math.Max(math.Abs(grad.At(i, 0)), math.Abs(grad.At(i+1, 0)))
		if jump := math.Abs(lp[i+1] - v); jump > 5*steep*cell+5 {
			t.Errorf("log p jumps by %v between %v and its neighbour, slope %v", jump, x.RawRowView(i), steep)
		}
	}
}

func TestLogProbGrad(t *testing.T) {
	f := trainedMoons(t)
	rows := testsize.Of(t, 20, 5)
	x := refMoons(rows)
	grad, lp, err := f.LogProbGrad(x)
	errtest.None(t, err)
	if d := maxDifference(lp, logProb(t, f, x)); d > 0 {
		t.Errorf("log p beside the gradient is off by %v", d)
	}
	for i := range rows {
		want := fd.Gradient(nil, func(row []float64) float64 {
			return logProb(t, f, mat.NewDense(1, 2, row))[0]
		}, append([]float64(nil), x.RawRowView(i)...), &fd.Settings{Formula: fd.Central})
		for j, w := range want {
			if g := grad.At(i, j); math.Abs(g-w) > 1e-5*math.Max(1, math.Abs(w)) {
				t.Errorf("row %d: ∂log p/∂x%d = %v, finite difference %v", i, j, g, w)
			}
		}
	}
}

func TestSampleAndLogProb(t *testing.T) {
	f := trainedMoons(t)
	x, lp, err := f.SampleAndLogProb(700, rand.New(rand.NewPCG(1, 2)))
	errtest.None(t, err)
	if d := maxDifference(lp, logProb(t, f, x)); !(d < 1e-9) {
		t.Errorf("log p of samples is off by %v", d)
	}
	again, err := f.Sample(700, rand.New(rand.NewPCG(1, 2)))
	errtest.None(t, err)
	if !mat.Equal(x, again) {
		t.Error("one seed gave two samples")
	}
}

// TestConcurrentReaders: many goroutines that score and sample one flow at once get what a single one gets.
func TestConcurrentReaders(t *testing.T) {
	f := trainedMoons(t)
	x := refMoons(900)
	want := logProb(t, f, x)
	wantSample, err := f.Sample(300, rand.New(rand.NewPCG(9, 9)))
	errtest.None(t, err)
	var wg sync.WaitGroup
	for range testsize.Of(t, 16, 4) {
		wg.Go(func() {
			for n := range testsize.Of(t, 6, 3) {
				rows := []int{1, 17, 900}[n%3]
				lp, err := f.LogProb(x.Slice(0, rows, 0, 2))
				if err != nil || maxDifference(lp, want[:rows]) > 1e-13 {
					t.Errorf("%d rows: error %v, off by %v", rows, err, maxDifference(lp, want[:rows]))
				}
				s, err := f.Sample(300, rand.New(rand.NewPCG(9, 9)))
				if err != nil || !mat.Equal(s, wantSample) {
					t.Errorf("a concurrent sample differs (error %v)", err)
				}
			}
		})
	}
	wg.Wait()
}
