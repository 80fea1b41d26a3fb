package info_test

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"gonum.org/v1/gonum/mat"
	"gonum.org/v1/gonum/stat/distuv"

	"gaussflow/info"
	"gaussflow/internal/errtest"
)

// TestDivergeOfGrids: numbers on a finer grid than the other sample's are compared on the coarser grid, where the divergence
// is that of the two discrete distributions, whichever sample is the finer.
func TestDivergeOfGrids(t *testing.T) {
	const n, shift = 4000, 0.7
	drawn := func(seed uint64, mean, step float64) *info.Sample {
		rng := rand.New(rand.NewPCG(seed, 5))
		x := mat.NewDense(n, 2, nil)
		for i := range n {
			for j := range 2 {
				v := mean + rng.NormFloat64()
				if step > 0 {
					v = math.Round(v/step) * step
				}
				x.Set(i, j, v)
			}
		}
		s, err := info.Of(x, info.Config{Seed: 1})
		errtest.None(t, err)
		return s
	}
	truth := 0.0 // the divergence of two columns that are rounded to whole numbers
	for k := -9.0; k < 10; k++ {
		mass := func(mean float64) float64 {
			return distuv.UnitNormal.CDF(k+0.5-mean) - distuv.UnitNormal.CDF(k-0.5-mean)
		}
		if p, q := mass(0), mass(shift); p > 0 && q > 0 {
			truth += 2 * p * math.Log(p/q)
		}
	}
	whole, same := drawn(3, shift, 1), drawn(4, 0, 1)
	for name, p := range map[string]*info.Sample{"any numbers": drawn(1, 0, 0), "tenths": drawn(2, 0, 0.1)} {
		d, err := info.Diverge(p, whole)
		errtest.None(t, err)
		if !(math.Abs(d.KL.Value-truth) <= 3*d.KL.SE+0.02) || !slices.Equal(d.Rounded, []string{"x1", "x2"}) {
			t.Errorf("%s to whole ones: KL = %v ± %v, rounded %v, want %v and both columns", name, d.KL.Value, d.KL.SE, d.Rounded, truth)
		}
		back, err := info.Diverge(whole, p)
		errtest.None(t, err)
		if back.Reverse.Value != d.KL.Value {
			t.Errorf("%s from whole ones: reverse KL = %v, want %v as the other way round", name, back.Reverse.Value, d.KL.Value)
		}
		if d, err := info.Diverge(p, same); err != nil || !(math.Abs(d.KL.Value) <= 3*d.KL.SE+0.005) {
			t.Errorf("%s to themselves, rounded: KL = %v ± %v, %v, want 0", name, d.KL.Value, d.KL.SE, err)
		}
		if test, err := info.SameTest(p, same); err != nil || test.P < 0.001 {
			t.Errorf("%s and themselves, rounded, are told apart: p = %v, %v", name, test.P, err)
		}
	}
	if d, err := info.Diverge(whole, same); err != nil || d.Rounded != nil {
		t.Errorf("of two samples of whole numbers %v were rounded, %v", d.Rounded, err)
	}
}
