package tabular_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"gonum.org/v1/gonum/mat"
	"gonum.org/v1/gonum/stat"

	"gaussflow/flows"
	"gaussflow/internal/errtest"
	"gaussflow/tabular"
)

// drawn draws n rows of d columns.
func drawn(n, d int, seed uint64, cell func(rng *rand.Rand) float64) *mat.Dense {
	rng := rand.New(rand.NewPCG(seed, 3))
	x := mat.NewDense(n, d, nil)
	x.Apply(func(_, _ int, _ float64) float64 { return cell(rng) }, x)
	return x
}

func normal(rng *rand.Rand) float64 { return rng.NormFloat64() }

// entropy is that of d standard normals, in nats.
func entropy(d int) float64 { return 0.5 * float64(d) * math.Log(2*math.Pi*math.E) }

func shareAtMost(values []float64, v float64) float64 {
	n := 0
	for _, x := range values {
		if x <= v {
			n++
		}
	}
	return float64(n) / float64(len(values))
}

// loud is a fit of about a second that leaves everything open that the table can decide.
var loud = tabular.Config{Epochs: 10, Hidden: []int{16}, Workers: 1}

// TestWildCells: a single extreme cell, or a code such as −9999 in some rows, does not change the fit, and a warning names it.
func TestWildCells(t *testing.T) {
	fresh := drawn(4000, 2, 9, normal)
	for _, c := range []struct {
		value float64
		rows  int
		said  string
	}{{1e4, 1, "10000"}, {1e9, 1, "1e+09"}, {-9999, 8, "8 cells are -9999"}, {1e300, 1, "1e+300"}, {-math.MaxFloat64, 1, "-1.797"}} {
		x := drawn(1000, 2, 1, normal)
		for i := range c.rows {
			x.Set(17*i+5, 0, c.value)
		}
		m := fit(t, x, loud)
		if got := stat.Mean(logProb(t, m, fresh), nil); got < -2.95 {
			t.Errorf("%g: log p of fresh rows %.3f, want -2.95 or more", c.value, got)
		}
		w := warning(m, tabular.WildCells)
		if w == nil || !slices.Equal(w.Columns, []string{"x0"}) || !strings.Contains(w.Text, c.said) {
			t.Errorf("%g: warnings %v, want one about %q in x0", c.value, m.Warnings, c.said)
		}
		tail := m.TailProbability(logProb(t, m, mat.NewDense(4, 2, []float64{4, 0, 6, 0, 8, 0, 20, 0})))
		if slices.Max(tail) > 0.006 {
			t.Errorf("%g: tail probabilities %v far out, want 0.006 at most", c.value, tail)
		}
	}
}

// TestAllRowsAreWild: if every row has a cell far from all others, nothing is left to fit to, which is an error.
func TestAllRowsAreWild(t *testing.T) {
	x := drawn(100, 100, 1, normal)
	for i := range 100 {
		x.Set(i, i, 1e6)
	}
	_, err := tabular.Fit(t.Context(), names(100), x, loud)
	errtest.Says(t, err, "got 0 rows")
	held := mat.DenseCopyOf(x.Slice(0, 3, 0, 100))
	c := loud
	c.Validation = held
	_, err = tabular.Fit(t.Context(), names(100), drawn(100, 100, 2, normal), c)
	errtest.Says(t, err, "far from all others")
}

// TestTailsAreNotWild: heavy tails, rare values and counts are not taken for wild cells.
func TestTailsAreNotWild(t *testing.T) {
	for name, cell := range map[string]func(rng *rand.Rand) float64{
		"Cauchy":    func(rng *rand.Rand) float64 { return math.Tan(math.Pi * (rng.Float64() - 0.5)) },
		"lognormal": func(rng *rand.Rand) float64 { return math.Exp(2 * rng.NormFloat64()) },
		"rare":      func(rng *rand.Rand) float64 { return float64(rng.IntN(200)/199) * 40 },
		"two modes": func(rng *rand.Rand) float64 { return 1e6*float64(rng.IntN(2)) + rng.NormFloat64() },
	} {
		for seed := range uint64(20) {
			if warnings := tabular.WildWarnings(drawn(1000, 1, seed, cell)); warnings != nil {
				t.Errorf("%s, seed %d: %v, want none", name, seed, warnings)
			}
		}
	}
}

// TestHeavyTailsAndModes: the mean log p of fresh rows is within 0.05 nats of the true one, for distributions whose entropy
// is known in closed form.
func TestHeavyTailsAndModes(t *testing.T) {
	for name, c := range map[string]struct {
		cell func(rng *rand.Rand) float64
		want float64 // minus the entropy
	}{
		"Cauchy":         {func(rng *rand.Rand) float64 { return math.Tan(math.Pi * (rng.Float64() - 0.5)) }, -math.Log(4 * math.Pi)},
		"lognormal, σ 2": {func(rng *rand.Rand) float64 { return math.Exp(2 * rng.NormFloat64()) }, -entropy(1) - math.Ln2},
		"Pareto, α 1.5":  {func(rng *rand.Rand) float64 { return math.Pow(1-rng.Float64(), -1/1.5) }, math.Log(1.5) - 1 - 1/1.5},
		"modes at ±1e6":  {func(rng *rand.Rand) float64 { return 1e6*float64(2*rng.IntN(2)-1) + rng.NormFloat64() }, -entropy(1) - math.Ln2},
	} {
		m := fit(t, drawn(3000, 1, 2, c.cell), tabular.Config{Workers: 1})
		if warning(m, tabular.MappedColumns) == nil {
			t.Errorf("%s: warnings %v, want one about a column that is mapped", name, m.Warnings)
		}
		fresh := drawn(20_000, 1, 5, c.cell)
		lp := logProb(t, m, fresh)
		if gap := stat.Mean(lp, nil) - c.want; math.Abs(gap) > 0.07 { // 0.05, plus the sampling error of the fresh rows
			t.Errorf("%s: log p of fresh rows is %+.3f beside the truth", name, gap)
		}
		back := logProb(t, reloaded(t, m), fresh)
		if !slices.Equal(lp, back) {
			t.Errorf("%s: the model has other numbers once it is loaded", name)
		}
	}
}

func reloaded(t *testing.T, m *tabular.Model) *tabular.Model {
	t.Helper()
	f, err := flows.LoadFrom(bytes.NewReader(saved(t, m)))
	if err != nil {
		t.Fatal(err)
	}
	return &tabular.Model{Flow: f, Facts: m.Facts}
}

// TestFewRowsAreGaussian: if rows are few for the number of columns, the fit is worse than the truth by no more than
// estimating a mean and a covariance costs, and its tail probabilities are right for fresh rows.
func TestFewRowsAreGaussian(t *testing.T) {
	for _, c := range []struct {
		n, d int
		gap  float64 // the gap that is allowed; estimating the mean and covariance from n rows costs most of it
	}{{200, 4, 0.1}, {50, 20, 0.5}, {100, 60, 0.7}, {30, 60, 2.5}} {
		var gap, tail float64
		for seed := range uint64(3) {
			m := fit(t, drawn(c.n, c.d, seed, normal), tabular.Config{Epochs: 3, Hidden: []int{8}, Workers: 1})
			if m.Config.Family != tabular.Gaussian || warning(m, tabular.PlainGaussian) == nil {
				t.Errorf("%d×%d: family %s, warnings %v, want a Gaussian that is said to be one", c.n, c.d, m.Config.Family, m.Warnings)
			}
			lp := logProb(t, m, drawn(4000, c.d, 100+seed, normal))
			gap, tail = gap+(-entropy(c.d)-stat.Mean(lp, nil))/3, tail+shareAtMost(m.TailProbability(lp), 0.01)/3
		}
		if gap > c.gap {
			t.Errorf("%d×%d: log p of fresh rows is %.3f below the truth, want %.2f at most", c.n, c.d, gap, c.gap)
		}
		if tail < 0.002 || tail > 0.03 { // the standard deviation of 30 rows is known to an eighth
			t.Errorf("%d×%d: %.2f %% of fresh rows have a tail probability of at most a hundredth", c.n, c.d, 100*tail)
		}
	}
}

// TestInterruptedComparison: a fit that is interrupted while it is compared with a Gaussian, or while its reference is made,
// returns the flow as its model.
func TestInterruptedComparison(t *testing.T) {
	ask := func(last int64) (*asked, *tabular.Model, error) {
		ctx := &asked{Context: t.Context(), last: last}
		c := loud
		c.Epochs = 2
		m, err := tabular.Fit(ctx, names(2), drawn(300, 2, 1, normal), c)
		return ctx, m, err
	}
	whole, m, err := ask(0)
	if err != nil || m.Config.Family != tabular.Gaussian {
		t.Fatalf("error %v, family %s", err, m.Config.Family)
	}
	for last := whole.times.Load() - 10; last <= whole.times.Load(); last += 5 {
		if _, m, err := ask(last); !errors.Is(err, context.Canceled) || m == nil || m.Config.Family == tabular.Gaussian {
			t.Errorf("ended at question %d: error %v, model %v, want the flow and context.Canceled", last, err, m)
		}
	}
}

// TestFewRowsOfACurve: a flow that is better than a Gaussian is kept, and its tail probabilities are right for fresh rows,
// though only few rows were held out of the fit.
func TestFewRowsOfACurve(t *testing.T) {
	var tail float64
	for seed := range uint64(3) {
		m := fit(t, curve(400, 2, seed), loud)
		if m.Config.Family != tabular.Aligned || m.Training.ReferenceRows < 130 {
			t.Fatalf("family %s, %d reference rows, warnings %v; want a flow, and a part of the rows fitted to at least", m.Config.Family, m.Training.ReferenceRows, m.Warnings)
		}
		tail += shareAtMost(m.TailProbability(logProb(t, m, curve(4000, 2, 50+seed))), 0.05) / 3
	}
	if tail < 0.03 || tail > 0.08 {
		t.Errorf("%.2f %% of fresh rows have a tail probability of at most a twentieth", 100*tail)
	}
}

// TestCombinations: if other columns determine a column up to a thousandth, the remaining deviation is fitted, and samples
// satisfy the relation.
func TestCombinations(t *testing.T) {
	sum := func(n int, seed uint64) *mat.Dense {
		x := drawn(n, 3, seed, normal)
		for i := range n {
			x.Set(i, 2, x.At(i, 0)+x.At(i, 1)+1e-3*x.At(i, 2))
		}
		return x
	}
	m := fit(t, sum(1000, 1), loud)
	if got, want := stat.Mean(logProb(t, m, sum(4000, 2)), nil), -entropy(3)+3*math.Ln10; math.Abs(got-want) > 0.1 {
		t.Errorf("log p of fresh rows %.3f, want %.3f", got, want)
	}
	if w := warning(m, tabular.MappedColumns); w == nil || !slices.Equal(w.Columns, []string{"x2"}) {
		t.Errorf("warnings %v, want one about x2", m.Warnings)
	}
	off := mat.NewDense(1, 3, []float64{0, 0, 0.1})
	if tail := m.TailProbability(logProb(t, m, off))[0]; tail > 0.002 {
		t.Errorf("a row whose sum is off by a hundred times the error has the tail probability %g", tail)
	}
	x, err := m.Sample(1000, rand.New(rand.NewPCG(1, 1)))
	if err != nil {
		t.Fatal(err)
	}
	for i := range 1000 {
		if d := math.Abs(x.At(i, 2) - x.At(i, 0) - x.At(i, 1)); d > 0.01 {
			t.Fatalf("a sample's sum is off by %g", d)
		}
	}
}

// TestManyColumns: a hundred rows of many columns become a Gaussian of low rank, which is fitted and loaded without a matrix
// of all columns.
func TestManyColumns(t *testing.T) {
	m := fit(t, drawn(60, 400, 1, normal), tabular.Config{Workers: 1})
	lp := logProb(t, m, drawn(200, 400, 2, normal))
	if got, want := stat.Mean(lp, nil), -entropy(400); got < want-15 || got > want {
		t.Errorf("log p of fresh rows %.1f, want at most 15 below the truth %.1f", got, want)
	}
	if back := logProb(t, reloaded(t, m), drawn(200, 400, 2, normal)); !slices.Equal(lp, back) {
		t.Error("the model has other numbers once it is loaded")
	}
	if text := fmt.Sprint(m.Warnings); !strings.Contains(text, "60 rows are too few for a flow of 400 columns") {
		t.Errorf("warnings %s", text)
	}
}
