package mixed_test

import (
	"context"
	"maps"
	"math"
	"slices"
	"testing"

	"gonum.org/v1/gonum/mat"
	"gonum.org/v1/gonum/stat"

	"gaussflow/columns"
	"gaussflow/mixed"
)

// weights is a table of heights in whole centimetres and of weights. The weights are uniform among the multiples of five
// pounds from 100 to 200, but written in kilograms to two digits, so that they lie on no grid; a height is 150 + 0.3·(pounds
// − 100) ± 5.
func weights(n int, seed uint64) (table *mat.Dense, values map[float64]bool) {
	r := rng(seed)
	table, values = mat.NewDense(n, 2, nil), map[float64]bool{}
	for i := range n {
		pounds := 100 + 5*float64(r.IntN(21))
		kilograms := math.Round(45.359237*pounds) / 100
		values[kilograms] = true
		table.SetRow(i, []float64{math.Round(150 + 0.3*(pounds-100) + 5*r.NormFloat64()), kilograms})
	}
	return table, values
}

// TestRecurring: if a column has few values that lie on no grid, samples have these values, each as often as in the table,
// and each value has a probability.
func TestRecurring(t *testing.T) {
	x, values := weights(1500, 1)
	schema := columns.Schema{Columns: []columns.Column{
		{Name: "height", Kind: columns.Grid, Min: 130, Max: 200, Step: 1},
		{Name: "weight", Kind: columns.Numbers, Step: 0.01},
	}}
	m, err := mixed.Fit(context.Background(), schema, x, mixed.Config{Epochs: 20, Seed: 1})
	if err != nil {
		t.Fatal(err)
	}
	drawn, err := m.Sample(2000, rng(2))
	if err != nil {
		t.Fatal(err)
	}
	count, others := map[float64]int{}, 0
	for i := range 2000 {
		if v := drawn.At(i, 1); values[v] {
			count[v]++
		} else {
			others++
		}
	}
	if others > 20 {
		t.Errorf("%d of 2000 weights drawn are none of the table, want 20 at most", others)
	}
	for v := range values {
		if n := count[v]; n < 50 || n > 150 { // 95 ± 10 of each are expected
			t.Errorf("%d of 2000 weights drawn are %v, want 50 to 150", n, v)
		}
	}
	if atoms := m.Atoms("weight"); !slices.Equal(atoms, slices.Sorted(maps.Keys(values))) || m.Atoms("height") != nil || m.Atoms("?") != nil {
		t.Errorf("values with a probability are %v, of heights, on a grid, %v, want the table's weights, and none", atoms, m.Atoms("height"))
	}
	fresh, _ := weights(1000, 3)
	given, err := m.LogProbGiven(fresh, "height")
	if err != nil {
		t.Fatal(err)
	}
	whole, err := m.LogProb(fresh)
	if err != nil {
		t.Fatal(err)
	}
	if h := stat.Mean(given, nil); h > 0 || h < -math.Log(21) {
		t.Errorf("mean log P(weight | height) is %v, want that of one of 21 values, told from the height better than by chance", h)
	}
	if truth := -math.Log(21) - math.Log(5*math.Sqrt(2*math.Pi*math.E)); math.Abs(stat.Mean(whole, nil)-truth) > 0.15 {
		t.Errorf("mean log p of fresh rows is %v, want %v ± 0.15", stat.Mean(whole, nil), truth)
	}
}

// TestNotRecurring: if nearly all values of a column differ, though written to two digits, samples hardly ever repeat a
// value of the table.
func TestNotRecurring(t *testing.T) {
	r, seen := rng(1), map[float64]bool{}
	x := mat.NewDense(1000, 1, nil)
	for i := range 1000 {
		v := math.Round(100*math.Exp(5+r.NormFloat64())) / 100
		x.Set(i, 0, v)
		seen[v] = true
	}
	schema := columns.Schema{Columns: []columns.Column{{Name: "price", Kind: columns.Numbers, Step: 0.01}}}
	m, err := mixed.Fit(context.Background(), schema, x, mixed.Config{Epochs: 5})
	if err != nil {
		t.Fatal(err)
	}
	drawn, err := m.Sample(1000, rng(2))
	if err != nil {
		t.Fatal(err)
	}
	old := 0
	for i := range 1000 {
		if seen[drawn.At(i, 0)] {
			old++
		}
	}
	if old > 10 {
		t.Errorf("%d of 1000 prices drawn are those of the table, want new ones", old)
	}
}
