package rows_test

import (
	"math"
	"math/rand/v2"
	"testing"

	"gonum.org/v1/gonum/mat"

	"gaussflow/rows"
)

// TestTies: columns that nearly determine each other are found with their slopes, the tightest first, in spite of missing and wild
// cells and of rows in which they have nothing to do with each other; columns that are merely correlated are not.
func TestTies(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	const n = 3000
	x := mat.NewDense(n, 5, nil)
	for i := range n {
		v := 1e6 * r.Float64()
		x.SetRow(i, []float64{v, v + 500*math.Exp(r.NormFloat64()), 32 - 1.8*v + 1e4*r.NormFloat64(), v + 3e5*r.NormFloat64(), r.NormFloat64()})
		switch k := r.Float64(); {
		case k < 0.05:
			x.Set(i, 1, math.NaN())
		case k < 0.06:
			x.Set(i, 1, 1e12)
		case k < 0.09:
			x.Set(i, 1, 1e6*r.Float64())
		}
	}
	ties := rows.Ties(x, []int{0, 1, 2, 3, 4}, 0.1)
	want := []rows.Tie{{A: 0, B: 1, Slope: 1}, {A: 0, B: 2, Slope: -1.8}, {A: 1, B: 2, Slope: -1.8}}
	if len(ties) != len(want) {
		t.Fatalf("got %v, want %v", ties, want)
	}
	for k, tie := range ties {
		if tie.A != want[k].A || tie.B != want[k].B || math.Abs(tie.Slope-want[k].Slope) > 0.03 {
			t.Errorf("got %v, want %v", tie, want[k])
		}
	}
	if ties[0].Slope != 1 || ties[0].Left > 0.005 {
		t.Errorf("got %v, want a slope of exactly 1, and a share of 0.003 left", ties[0])
	}
	rest := ties[0].Rest(x)
	for i, got := range rest {
		if want := x.At(i, 1) - x.At(i, 0); got != want && !(math.IsNaN(got) && math.IsNaN(want)) {
			t.Fatalf("row %d: %v is left, want %v", i, got, want)
		}
	}
}
