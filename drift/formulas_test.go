package drift_test

import (
	"math"
	"math/rand/v2"
	"testing"

	"gonum.org/v1/gonum/stat"
	"gonum.org/v1/gonum/stat/distuv"

	"gaussflow/drift"
)

// TestPearson: the statistic T of a category is Pearson's χ², which gonum computes from the counts, times (n − 1)/n.
func TestPearson(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	const levels = 4
	a, b := make([]float64, 70), make([]float64, 40)
	var observed, expected []float64
	var count [2][levels]float64
	for i := range a {
		a[i] = float64(rng.IntN(levels))
		count[0][int(a[i])]++
	}
	for i := range b {
		b[i] = float64(min(rng.IntN(levels+2), levels-1))
		count[1][int(b[i])]++
	}
	for k := range levels {
		both := (count[0][k] + count[1][k]) / 110
		observed, expected = append(observed, count[0][k], count[1][k]), append(expected, 70*both, 40*both)
	}
	want := stat.ChiSquare(observed, expected) * 109 / 110
	if got := drift.Pearson(a, b, levels); math.Abs(got-want) > 1e-9*want {
		t.Errorf("T = %g, want %g", got, want)
	}
}

// TestAUC compares with a count over all pairs, with ties among them.
func TestAUC(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 2))
	a, b := make([]float64, 37), make([]float64, 58)
	for i := range a {
		a[i] = float64(rng.IntN(9))
	}
	for i := range b {
		b[i] = float64(2 + rng.IntN(9))
	}
	want := 0.0
	for _, x := range a {
		for _, y := range b {
			switch {
			case y > x:
				want++
			case y == x:
				want += 0.5
			}
		}
	}
	want /= float64(len(a) * len(b))
	got := drift.AUC(a, b)
	if math.Abs(got.AUC-want) > 1e-12 || got.SE < 0.02 || got.SE > 0.08 {
		t.Errorf("%+v, want %g", *got, want)
	}
}

// TestNormalOf: quantiles in the upper half of χ², where a drift shows, are mapped to about those of a normal.
func TestNormalOf(t *testing.T) {
	for _, degrees := range []float64{1, 4, 12} {
		for _, p := range []float64{0.5, 0.9, 0.99, 0.9999} {
			got, want := drift.NormalOf(distuv.ChiSquared{K: degrees}.Quantile(p), degrees), distuv.UnitNormal.Quantile(p)
			if math.Abs(got-want) > 0.15 {
				t.Errorf("%g degrees of freedom, %g: got %g, want %g", degrees, p, got, want)
			}
		}
	}
}

func TestRanks(t *testing.T) {
	got := drift.Ranks([]float64{3, math.NaN(), 1, 3, 7})
	for i, want := range []float64{0.5, 0, 0.125, 0.5, 0.875} {
		if math.Abs(got[i]-want) > 1e-15 {
			t.Errorf("ranks %v", got)
		}
	}
}
