package main

import (
	"math"
	"math/rand/v2"
	"testing"

	"gonum.org/v1/gonum/mat"

	"gaussflow/columns"
	"gaussflow/graph/kernel"
)

// TestScores: under the standard normal, p(z)/q(z) of a draw is the share of rows with its cell, whatever was drawn within
// the cell, and a missing cell has the share of missing cells, and an atom that of its rows.
func TestScores(t *testing.T) {
	nan := math.NaN()
	schema := &columns.Schema{Columns: []columns.Column{
		{Name: "c", Kind: columns.Category, Levels: make([]columns.Level, 2)},
		{Name: "g", Kind: columns.Grid, Step: 0.18, Min: 10.94, Max: 11.30},
		{Name: "n", Kind: columns.Numbers, Atoms: []columns.Atom{{Value: 7}, {Value: 5}}},
	}}
	all := scoresOf(schema, mat.NewDense(4, 3, []float64{0, 10.94, 5, 1, nan, 1, 1, 11.30, 3, 1, 11.30, 5}))
	if len(all) != 5 || !all[2].gap || !all[3].which || all[4].mean != 2 {
		t.Fatalf("got the columns %+v, want the category, the grid, its gap, which atom the number is, and the number, whose other values are 2 on average", all)
	}
	d := &dequantized{columns: all}
	rng := rand.New(rand.NewPCG(1, 2))
	for _, c := range []struct{ row, shares []float64 }{
		{[]float64{0, 11.30, 5}, []float64{1.5 / 5, (2 + 1.0/3) / 4, 3.0 / 4, (2 + 1.0/3) / 5}},
		{[]float64{1, nan, 7}, []float64{3.5 / 5, 1, 1.0 / 4, 1.0 / 3 / 5}},
		{[]float64{1, nan, 2}, []float64{3.5 / 5, 1, 1.0 / 4, (2 + 1.0/3) / 5, 1 / (math.Sqrt2 * math.Sqrt(2*math.Pi))}}, // at the mean of the others
	} {
		want := 0.0
		for _, s := range c.shares {
			want += math.Log(s)
		}
		for range 20 {
			z := make([]float64, len(all))
			got := -d.drawRow(z, c.row, rng)
			for _, v := range z {
				got += kernel.LogPDF(v)
			}
			if math.Abs(got-want) > 1e-9 {
				t.Errorf("row %v: log p(z)/q(z) = %v, want %v", c.row, got, want)
			}
		}
	}
}
