package info

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"gonum.org/v1/gonum/mat"
)

// TestReadings: the gains of the columns over their margins, given the columns before, sum to the copula's log-density; the
// gain of one column given all others is the log-density of all columns less that of the others, to the last digits; and in
// both cases the scores are standard normal.
func TestReadings(t *testing.T) {
	const n, d = 400, 5
	rng := rand.New(rand.NewPCG(1, 2))
	x := mat.NewDense(d, n, nil)
	for i := range n {
		common, wide := rng.NormFloat64(), math.Exp(rng.NormFloat64()/2)
		for j := range d {
			x.Set(j, i, wide*(0.3*float64(j)*common+rng.NormFloat64()))
		}
	}
	for _, nu := range []float64{3, math.Inf(1)} {
		e := &elliptical{nu: nu}
		r := scatter(mat.DenseCopyOf(x), nil)
		if err := e.setCorrelation(r); err != nil {
			t.Fatal(err)
		}
		whole := e.logDensity(x)
		sum := make([]float64, n)
		for j, one := range e.successive(mat.DenseCopyOf(x)) {
			for i, v := range one.overMargin(x.RawRowView(j)) {
				sum[i] += v
			}
		}
		same(t, nu, "one after another", sum, whole)
		left, err := e.leftOut(x)
		if err != nil {
			t.Fatal(err)
		}
		for j, one := range left {
			others := slices.Delete(span(0, d), j, j+1)
			without := &elliptical{nu: nu}
			part, rows := mat.NewSymDense(d-1, nil), mat.NewDense(d-1, n, nil)
			for a, k := range others {
				rows.SetRow(a, x.RawRowView(k))
				for b, l := range others {
					part.SetSym(a, b, r.At(k, l))
				}
			}
			if err := without.setCorrelation(part); err != nil {
				t.Fatal(err)
			}
			want := without.logDensity(rows)
			for i := range want {
				want[i] = whole[i] - want[i]
			}
			same(t, nu, "all others known", one.overMargin(x.RawRowView(j)), want)
		}
	}
}

func same(t *testing.T, nu float64, what string, got, want []float64) {
	t.Helper()
	for i := range want {
		if math.Abs(got[i]-want[i]) > 1e-9*(1+math.Abs(want[i])) {
			t.Fatalf("ν = %v, %s: row %d has %v, want %v", nu, what, i, got[i], want[i])
		}
	}
}

// TestScores: residuals that follow a t are mapped to normal scores, also in the tails; compared with quantiles by SciPy.
func TestScores(t *testing.T) {
	r := reading{nu: 3, known: 2, sigma: 1, residual: []float64{-40, -1, 0, 0.5, 1e6}, square: make([]float64, 5)}
	for i := range r.square {
		r.square[i] = 2 // so that the residuals' width is 1
	}
	scores := r.scores()
	// SciPy 1.17.1: norm.ppf(t.cdf(x, 5)), the last −norm.ppf(t.sf(1e6, 5)).
	for i, want := range []float64{-5.214695, -0.909251, 0, 0.470079, 11.267538} {
		if math.Abs(scores[i]-want) > 1e-5 {
			t.Errorf("%v of a t of 5 degrees of freedom is %.6f as a normal, want %.6f", r.residual[i], scores[i], want)
		}
	}
}
