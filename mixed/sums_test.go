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

// spending is a table of a category, a count from 0 to 12, and an amount that is 0 in 59 of 100 rows and else log-normal.
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

// TestSumsToOne: probabilities of all values of a category and a count sum to 1, and with an amount the atom and the integral over the
// rest.
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

	// of the amount given group 1 and count 5, in v = log amount, piece by piece between the knots' images
	at := logProb([]float64{1, 5, math.NaN()})[0]
	sum = math.Exp(logProb([]float64{1, 5, 0})[0] - at)
	near(t, "P(amount = 0)", sum, 0.59, 0.06)
	const pieces, points = 400, 40
	var weights []float64
	rows = rows[:0]
	nodes, of := make([]float64, points), make([]float64, points)
	for p := range pieces {
		lo := -40 + 60*float64(p)/pieces
		quad.Legendre{}.FixedLocations(nodes, of, lo, lo+60.0/pieces)
		for k, v := range nodes {
			rows, weights = append(rows, 1, 5, math.Exp(v)), append(weights, of[k]*math.Exp(v))
		}
	}
	for k, lp := range logProb(rows) {
		sum += weights[k] * math.Exp(lp-at)
	}
	near(t, "the integral over amounts", sum, 1, 1e-6)
}

// TestAtom: a value that 59 of 100 rows have is drawn as often, and nothing below the bound.
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
