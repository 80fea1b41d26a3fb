package mixed_test

import (
	"context"
	"math"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"testing"

	"gonum.org/v1/gonum/mat"
	"gonum.org/v1/gonum/stat"

	"gaussflow/columns"
	"gaussflow/mixed"
)

func rng(seed uint64) *rand.Rand { return rand.New(rand.NewPCG(seed, 9)) }

func column(x *mat.Dense, j int) []float64 { return mat.Col(nil, j, x) }

// near fails where got is not within the tolerance of want.
func near(t *testing.T, what string, got, want, within float64) {
	t.Helper()
	if !(math.Abs(got-want) <= within) {
		t.Errorf("%s: got %.4f, want %.4f ± %v", what, got, want, within)
	}
}

// TestChainRule: log p(x) = log p(c) + log p(x | c) for every subset c of columns, to 0.05 nats on average. The network
// learns the columns in different orders, and the orders agree better with more rows: with 8000 rows the gap is 0.04 to
// 0.05, with the 16,000 of this test 0.03.
func TestChainRule(t *testing.T) {
	m, err := fitTo(16000)
	if err != nil {
		t.Fatal(err)
	}
	x := known.draw(3000, 5)
	whole, err := m.LogProb(x)
	if err != nil {
		t.Fatal(err)
	}
	for subset := 1; subset < 7; subset++ {
		part := mat.DenseCopyOf(x)
		var given []string
		for j, name := range m.Columns() {
			if subset>>j&1 == 1 {
				given = append(given, name)
				continue
			}
			for i := range 3000 {
				part.Set(i, j, math.NaN())
			}
		}
		first, err := m.LogProb(part)
		if err != nil {
			t.Fatal(err)
		}
		rest, err := m.LogProbGiven(x, given...)
		if err != nil {
			t.Fatal(err)
		}
		near(t, "log p(c) + log p(x | c), c = "+strings.Join(given, ","), stat.Mean(first, nil)+stat.Mean(rest, nil), stat.Mean(whole, nil), 0.05)
	}
}

// TestSamples: whole samples have the shares of the known law, and within each level its means, standard deviations and correlations.
func TestSamples(t *testing.T) {
	const n = 20000
	x, err := model(t).SampleWhole(nil, n, rng(1))
	if err != nil {
		t.Fatal(err)
	}
	for c, share := range known.share {
		var xs, ys []float64
		for i := range n {
			if x.At(i, 0) == float64(c) {
				xs, ys = append(xs, x.At(i, 1)), append(ys, x.At(i, 2))
			}
		}
		near(t, "share", float64(len(xs))/n, share, 0.02)
		mean, std := stat.MeanStdDev(xs, nil)
		near(t, "mean of x", mean, known.mean[c], 0.1)
		near(t, "spread of x", std, known.spread[c], 0.1)
		mean, std = stat.MeanStdDev(ys, nil)
		near(t, "mean of y", mean, known.tilt[c]*known.mean[c], 0.12)
		near(t, "spread of y", std, math.Hypot(known.tilt[c]*known.spread[c], noise), 0.1)
		near(t, "slope", stat.Covariance(xs, ys, nil)/stat.Variance(xs, nil), known.tilt[c], 0.12)
	}
	gapped, err := model(t).Sample(n, rng(2))
	if err != nil {
		t.Fatal(err)
	}
	there := [3]float64{}
	for i := range n {
		if c := int(gapped.At(i, 0)); !math.IsNaN(gapped.At(i, 1)) {
			there[c] += 1 / (known.share[c] * n)
		}
	}
	for c, want := range []float64{0.7, 0.9, 0.9} {
		near(t, "share of x that is there", there[c], want, 0.05)
	}
}

// TestGiven: samples under the conditions of a value and of a range follow the known law under these conditions.
func TestGiven(t *testing.T) {
	m := model(t)
	x, err := m.SampleWhole([]mixed.Condition{mixed.Is("c", 1), {Column: "x", Low: 0, High: math.Inf(1)}}, 8000, rng(3))
	if err != nil {
		t.Fatal(err)
	}
	half := math.Sqrt(2 / math.Pi) // the mean of |N(0, 1)|
	near(t, "mean of x given c = b, x ≥ 0", stat.Mean(column(x, 1), nil), half, 0.06)
	near(t, "mean of y given c = b, x ≥ 0", stat.Mean(column(x, 2), nil), -half, 0.08)
	if least := slices.Min(column(x, 1)); least < 0 {
		t.Errorf("x ≥ 0 is given, got %v", least)
	}
	x, err = m.SampleWhole([]mixed.Condition{{Column: "y", Low: 0.5, High: 1.5}, {Column: "c", Low: 1, High: 2}}, 4000, rng(4))
	if err != nil {
		t.Fatal(err)
	}
	want := [3]float64{}
	for c := 1; c < 3; c++ { // P(c and y in [½, 3/2])
		at := func(y float64) float64 {
			s := math.Hypot(known.tilt[c]*known.spread[c], noise)
			return math.Erfc(-(y-known.tilt[c]*known.mean[c])/s/math.Sqrt2) / 2
		}
		want[c] = known.share[c] * (at(1.5) - at(0.5))
	}
	near(t, "share of c = d given y from 0.5 to 1.5 and c in b, d", stat.Mean(column(x, 0), nil)-1, want[2]/(want[1]+want[2]), 0.06)
}

// TestImpute: draws of a missing cell have the mean and the standard deviation of the closed form.
func TestImpute(t *testing.T) {
	m := model(t)
	nan := math.NaN()
	imp, err := m.Impute(mat.NewDense(2, 3, []float64{0, nan, -2.5, 1, 0.8, nan}), 2000, rng(5))
	if err != nil {
		t.Fatal(err)
	}
	precision := 1/(0.5*0.5) + 1/(noise*noise) // of x given c = a, y: the prior N(−2, ½²) and y = x + noise
	near(t, "mean of x given c, y", imp.Mean.At(0, 1), (-2/(0.5*0.5)-2.5/(noise*noise))/precision, 0.08)
	near(t, "spread of x given c, y", imp.Spread.At(0, 1), 1/math.Sqrt(precision), 0.05)
	near(t, "mean of y given c, x", imp.Mean.At(1, 2), -0.8, 0.08)
	near(t, "spread of y given c, x", imp.Spread.At(1, 2), noise, 0.05)
	if imp.Mean.At(1, 1) != 0.8 || imp.Spread.At(1, 1) != 0 {
		t.Error("a cell that was there has been changed")
	}
}

// TestPredict: quantiles and probabilities are those of the known law, and Explain finds the cell that does not fit.
func TestPredict(t *testing.T) {
	m := model(t)
	nan := math.NaN()
	q, err := m.Quantiles(mat.NewDense(1, 3, []float64{1, 0.8, nan}), "y", 0.05, 0.5, 0.95)
	if err != nil {
		t.Fatal(err)
	}
	for k, z := range []float64{-1.645, 0, 1.645} {
		near(t, "quantile of y", q.At(0, k), -0.8+z*noise, 0.12)
	}
	row := []float64{nan, -1, 0.3}
	p, err := m.Probabilities(mat.NewDense(1, 3, row), "c")
	if err != nil {
		t.Fatal(err)
	}
	for c := range 3 {
		near(t, "probability", p.At(0, c), math.Exp(known.logProb([]float64{float64(c), row[1], row[2]})-known.logProb(row)), 0.06)
	}
	e, err := m.Explain(mat.NewDense(2, 3, []float64{0, -2, -2, 0, -2, 2.5}))
	if err != nil {
		t.Fatal(err)
	}
	if tail := e.Tail.At(1, 2); tail > 1e-4 {
		t.Errorf("y is 9 spreads from where it should be: tail %v", tail)
	}
	if tail := e.Tail.At(0, 2); tail < 0.5 {
		t.Errorf("y is where it should be: tail %v", tail)
	}
	near(t, "the usual y", e.Usual.At(1, 2), -2, 0.12)
	near(t, "log p of y given c, x", e.LogProb.At(0, 2), logNormal(-2, -2, noise), 0.1)
}

// TestNoDependence: if columns do not depend on each other, the model treats them as independent and warns.
func TestNoDependence(t *testing.T) {
	r := rng(6)
	x := mat.NewDense(80, 2, nil)
	for i := range 80 {
		x.SetRow(i, []float64{r.NormFloat64(), float64(r.IntN(2))})
	}
	s := columns.Schema{Columns: []columns.Column{{Name: "x", Kind: columns.Numbers}, {Name: "b", Kind: columns.Boolean, Levels: make([]columns.Level, 2)}}}
	m, err := mixed.Fit(context.Background(), s, x, mixed.Config{Epochs: 10})
	if err != nil {
		t.Fatal(err)
	}
	if m.Facts.LogProb < m.Facts.Independent {
		t.Errorf("held-out log p %v is less than that of independent columns, %v", m.Facts.LogProb, m.Facts.Independent)
	}
	if m.Facts.LogProb == m.Facts.Independent && len(m.Facts.Warnings) != 1 {
		t.Errorf("warnings %q, want one of independence", m.Facts.Warnings)
	}
}

// TestBorders: every value of a decimal grid has its borders half a step to either side, however (v − from)/step is rounded.
func TestBorders(t *testing.T) {
	for _, g := range []struct {
		from, step float64
		places     int
	}{{0.53, 0.01, 2}, {0.1, 0.0001, 4}, {-3, 0.1, 1}, {19.99, 0.01, 2}, {0, 1, 0}, {1.7e9, 60, 0}} {
		for k := range 3000 {
			v, err := strconv.ParseFloat(strconv.FormatFloat(g.from+float64(k)*g.step, 'f', g.places, 64), 64)
			if err != nil {
				t.Fatal(err)
			}
			if below, above := mixed.Border(g.from, g.step, v, false), mixed.Border(g.from, g.step, v, true); below != float64(k)-0.5 || above != float64(k)+0.5 {
				t.Fatalf("%v + %d·%v: borders %v and %v, want half a step to either side", g.from, k, g.step, below, above)
			}
			between := v + 0.3*g.step
			if below, above := mixed.Border(g.from, g.step, between, false), mixed.Border(g.from, g.step, between, true); below != float64(k)+0.5 || above != float64(k)+0.5 {
				t.Fatalf("beside %v: borders %v and %v, want the one above it", v, below, above)
			}
		}
	}
}

// TestMinuteBorders: a second between the minutes of a column lies between their values, however large the seconds are.
func TestMinuteBorders(t *testing.T) {
	const from = 1_599_999_960
	for second := 1; second < 60; second++ {
		v := float64(from + 60*7 + second)
		if below, above := mixed.Border(from, 60, v, false), mixed.Border(from, 60, v, true); below != 7.5 || above != 7.5 {
			t.Fatalf("second %d: borders %v and %v, want 7.5", second, below, above)
		}
	}
}

// TestSingleBorders: a decimal fraction that was rounded to float32 is on the grid of its column.
func TestSingleBorders(t *testing.T) {
	for k := range 3000 {
		v := float64(float32(1999.9 + float64(k)/10))
		if below, above := mixed.Border(1999.9, 0.1, v, false), mixed.Border(1999.9, 0.1, v, true); below != float64(k)-0.5 || above != float64(k)+0.5 {
			t.Fatalf("%v: borders %v and %v, want half a step to either side of %d", v, below, above, k)
		}
	}
}
