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
// the cell, and a missing cell has the share of missing cells.
func TestScores(t *testing.T) {
	nan := math.NaN()
	schema := &columns.Schema{Columns: []columns.Column{
		{Name: "c", Kind: columns.Category, Levels: make([]columns.Level, 2)},
		{Name: "g", Kind: columns.Grid, Step: 0.18, Min: 10.94, Max: 11.30},
	}}
	all := scoresOf(schema, mat.NewDense(4, 2, []float64{0, 10.94, 1, nan, 1, 11.30, 1, 11.30}))
	if len(all) != 3 || !all[2].gap {
		t.Fatalf("got the columns %+v, want the category, the grid and its gap", all)
	}
	d := &dequantized{columns: all}
	rng := rand.New(rand.NewPCG(1, 2))
	for _, c := range []struct{ row, shares []float64 }{
		{[]float64{0, 11.30}, []float64{1.5 / 5, (2 + 1.0/3) / 4, 3.0 / 4}},
		{[]float64{1, nan}, []float64{3.5 / 5, 1, 1.0 / 4}},
	} {
		want := 0.0
		for _, s := range c.shares {
			want += math.Log(s)
		}
		for range 20 {
			z := make([]float64, 3)
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
