package mixed_test

import (
	"context"
	"math"
	"sync"
	"testing"

	"gonum.org/v1/gonum/integrate/quad"
	"gonum.org/v1/gonum/mat"

	"gaussflow/columns"
	"gaussflow/mixed"
)

// spending is a table of a category, a count from 0 to 12, and an amount that is 0 in 59 % of the rows and otherwise log-normal.
func spending(n int, seed uint64) *mat.Dense {
	r := rng(seed)
	x := mat.NewDense(n, 3, nil)
	for i := range n {
		c := r.IntN(2)
		count, amount := 0.0, 0.0
		for range 12 {
			if r.Float64() < 0.2+0.3*float64(c) {
				count++
			}
		}
		if r.Float64() > 0.59 {
			amount = math.Exp(1 + 0.1*count + r.NormFloat64())
		}
		x.SetRow(i, []float64{float64(c), count, amount})
	}
	return x
}

func number(v float64) *float64 { return &v }

var spendingSchema = columns.Schema{Columns: []columns.Column{
	{Name: "group", Kind: columns.Category, Levels: make([]columns.Level, 2)},
	{Name: "count", Kind: columns.Grid, Step: 1, Lower: number(0), Upper: number(12)},
	{Name: "amount", Kind: columns.Numbers, Lower: number(0), Atoms: []columns.Atom{{Value: 0, Share: 0.59}}},
}}

var spent = sync.OnceValues(func() (*mixed.Model, error) {
	return mixed.Fit(context.Background(), spendingSchema, spending(3000, 1), mixed.Config{Epochs: 15})
})

// TestSumsToOne: the probabilities of all values of a category and a count sum to 1; for an amount, the probability of its
// frequent value and the integral over all others do.
func TestSumsToOne(t *testing.T) {
	m, err := spent()
	if err != nil {
		t.Fatal(err)
	}
	logProb := func(rows []float64) []float64 {
		lp, err := m.LogProb(mat.NewDense(len(rows)/3, 3, rows))
		if err != nil {
			t.Fatal(err)
		}
		return lp
	}
	var rows []float64
	for c := range 2 {
		for count := range 13 {
			rows = append(rows, float64(c), float64(count), math.NaN())
		}
	}
	sum := 0.0
	for _, lp := range logProb(rows) {
		sum += math.Exp(lp)
	}
	near(t, "the sum over groups and counts", sum, 1, 1e-9)

	// Given group 1 and count 5, integrate over v = log amount, piece by piece between the knots, where the density has corners.
	at := logProb([]float64{1, 5, math.NaN()})[0]
	sum = math.Exp(logProb([]float64{1, 5, 0})[0] - at)
	near(t, "P(amount = 0)", sum, 0.59, 0.06)
	ends := []float64{-40}
	for _, x := range m.Knots("amount") {
		if x > 0 {
			ends = append(ends, math.Log(x))
		}
	}
	ends = append(ends, 20)
	const pieces, points = 16, 20
	var weights []float64
	rows = rows[:0]
	nodes, of := make([]float64, points), make([]float64, points)
	for e := range len(ends) - 1 {
		width := (ends[e+1] - ends[e]) / pieces
		for p := range pieces {
			lo := ends[e] + float64(p)*width
			quad.Legendre{}.FixedLocations(nodes, of, lo, lo+width)
			for k, v := range nodes {
				rows, weights = append(rows, 1, 5, math.Exp(v)), append(weights, of[k]*math.Exp(v))
			}
		}
	}
	for k, lp := range logProb(rows) {
		sum += weights[k] * math.Exp(lp-at)
	}
	near(t, "the integral over amounts", sum, 1, 1e-9)
}

// TestAtom: a value that 59 % of the rows have is drawn about as often, and no value is drawn below the bound.
func TestAtom(t *testing.T) {
	m, err := spent()
	if err != nil {
		t.Fatal(err)
	}
	const n = 20000
	x, err := m.Sample(n, rng(7))
	if err != nil {
		t.Fatal(err)
	}
	zeros := 0.0
	for i := range n {
		count, amount := x.At(i, 1), x.At(i, 2)
		if amount == 0 {
			zeros++
		}
		if amount < 0 || count != math.Trunc(count) || count < 0 || count > 12 {
			t.Fatalf("the sample %v is no row of the table", x.RawRowView(i))
		}
	}
	near(t, "share of zeros", zeros/n, 0.59, 0.02)
	lp, err := m.LogProb(mat.NewDense(4, 3, []float64{
		math.NaN(), math.NaN(), 0,
		1, math.NaN(), -0.5,
		2, math.NaN(), math.NaN(),
		1, 2.5, math.NaN()}))
	if err != nil {
		t.Fatal(err)
	}
	near(t, "P(amount = 0)", math.Exp(lp[0]), 0.59, 0.02)
	for _, i := range []int{1, 2, 3} {
		if !math.IsInf(lp[i], -1) {
			t.Errorf("row %d has a value that its column cannot have: log p = %v, want −Inf", i, lp[i])
		}
	}
}

// TestBoundHeldOut: the one row whose value is at its column's bound has a finite log p, whether it is held out of the fit or not.
func TestBoundHeldOut(t *testing.T) {
	const n = 60
	x := mat.NewDense(n, 2, nil)
	for i := range n {
		x.SetRow(i, []float64{float64(i) * 1.37, float64(i % 2)})
	}
	schema := columns.Schema{Columns: []columns.Column{
		{Name: "at", Kind: columns.Numbers, Min: 0, Max: x.At(n-1, 0), Lower: number(0), Upper: number(x.At(n-1, 0))},
		{Name: "odd", Kind: columns.Boolean, Levels: []columns.Level{{Text: "no"}, {Text: "yes"}}}}}
	for seed := range uint64(12) { // each holds out a fifth of the rows
		m, err := mixed.Fit(context.Background(), schema, x, mixed.Config{Epochs: 1, Hidden: []int{4}, Seed: seed})
		if err != nil {
			t.Fatalf("seed %d: %v", seed, err)
		}
		lp, err := m.LogProb(x)
		if err != nil || math.IsInf(lp[0], -1) || math.IsInf(lp[n-1], -1) {
			t.Errorf("seed %d: log p at the bounds %v and %v (%v), want finite numbers", seed, lp[0], lp[n-1], err)
		}
	}
}

// TestTiny: values that are too close together are an error of Fit, rather than a model that cannot be loaded.
func TestTiny(t *testing.T) {
	r := rng(3)
	x := mat.NewDense(100, 2, nil)
	for i := range 100 {
		x.SetRow(i, []float64{1e-302 * math.Exp(r.NormFloat64()), float64(i % 2)})
	}
	schema := columns.Schema{Columns: []columns.Column{{Name: "mass", Kind: columns.Numbers},
		{Name: "odd", Kind: columns.Boolean, Levels: []columns.Level{{Text: "no"}, {Text: "yes"}}}}}
	_, err := mixed.Fit(context.Background(), schema, x, mixed.Config{Epochs: 1, Hidden: []int{4}})
	if want := `mixed: Fit: column "mass" has values closer together than a density can tell apart in 64 bits, want them in a smaller unit`; err == nil || err.Error() != want {
		t.Errorf("got %v, want %s", err, want)
	}
}

// TestGridFromMin: a grid goes through the least value, which need not be a multiple of the step; its probabilities sum to 1.
func TestGridFromMin(t *testing.T) {
	r := rng(8)
	x := mat.NewDense(300, 2, nil)
	for i := range 300 {
		k := r.IntN(20)
		x.SetRow(i, []float64{10.94 + 0.18*float64(k), float64(k) + r.NormFloat64()})
	}
	s := columns.Schema{Columns: []columns.Column{
		{Name: "degrees", Kind: columns.Grid, Step: 0.18, Min: 10.94, Max: 14.36, Lower: number(10.85), Upper: number(14.45)},
		{Name: "y", Kind: columns.Numbers},
	}}
	m, err := mixed.Fit(context.Background(), s, x, mixed.Config{Epochs: 2})
	if err != nil {
		t.Fatal(err)
	}
	grid := mat.NewDense(21, 2, nil)
	for k := range 20 {
		grid.SetRow(k, []float64{10.94 + 0.18*float64(k), 4})
	}
	grid.SetRow(20, []float64{10.98, 4})
	lp, err := m.LogProbGiven(grid, "y")
	if err != nil {
		t.Fatal(err)
	}
	sum := 0.0
	for _, l := range lp[:20] {
		sum += math.Exp(l)
	}
	near(t, "the sum over the grid", sum, 1, 1e-9)
	if !math.IsInf(lp[20], -1) {
		t.Errorf("a value beside the grid has log p %v, want −Inf", lp[20])
	}
	drawn, err := m.SampleWhole(nil, 500, rng(1))
	if err != nil {
		t.Fatal(err)
	}
	for _, v := range column(drawn, 0) {
		if k := math.Round((v - 10.94) / 0.18); math.Abs(v-10.94-0.18*k) > 1e-9 || k < 0 || k > 19 {
			t.Fatalf("%v is drawn, which is not on the grid", v)
		}
	}
}
