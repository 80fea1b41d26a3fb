package kernel

import (
	"math"
	"testing"
)

// FuzzQuantile: log Φ is monotone and never NaN, and its inverse undoes it.
func FuzzQuantile(f *testing.F) {
	for _, x := range []float64{0, -1, 1, -40, 8, -1e4, 1e-300} {
		f.Add(x, 1e-3)
	}
	f.Fuzz(func(t *testing.T, x, step float64) {
		if !(math.Abs(x) <= 1e6) || !(step > 1e-9*math.Max(1, math.Abs(x)) && step < 1) {
			t.Skip("out of the range of this test")
		}
		p, q := LogCDF(x), LogCDF(x+step)
		if math.IsNaN(p) || p > 0 || q < p {
			t.Fatalf("LogCDF(%v) = %v, LogCDF(%v) = %v", x, p, x+step, q)
		}
		if x > 8 {
			return // log Φ has no digits left to invert
		}
		// an ulp of log Φ is this much of x
		tol := 1e-13*math.Max(1, math.Abs(x)) + 4e-16*math.Abs(p)/LogCDFSlope(x)
		if back := Quantile(p); math.Abs(back-x) > tol {
			t.Errorf("Quantile(LogCDF(%v)) = %v, off by %.1e, tolerance %.1e", x, back, back-x, tol)
		}
	})
}

// FuzzMixture: the map is finite, its inverse finds a point of the same z, and the vector kernels agree with the
// scalar reference.
func FuzzMixture(f *testing.F) {
	f.Add(0.0, 0.1, -0.2, 1.0, -1.0, 0.0, 0.5)
	f.Add(1e6, 40.0, -40.0, 1e3, -1e3, -5.0, 5.0)
	f.Add(-3.0, 0.0, 50.0, 1e-3, 0.0, -4.6, -4.6)
	f.Fuzz(func(t *testing.T, x, l1, l2, m1, m2, s1, s2 float64) {
		for _, v := range []float64{x / 1e6, l1 / 50, l2 / 50, m1 / 1e3, m2 / 1e3, s1 / 5, s2 / 5} {
			if !(math.Abs(v) <= 1) {
				t.Skip("out of the range of this test")
			}
		}
		theta := []float64{l1, l2, m1, m2, s1, s2}
		m := NewMixture(2)
		SetMixture(m, theta[:2], theta[2:4], theta[4:])
		z, l := m.At(x)
		if math.IsNaN(z+l) || math.IsInf(z, 0) {
			t.Fatalf("At(%v) = %v, %v", x, z, l)
		}
		back, _ := m.Inverse(z)
		if again, _ := m.At(back); math.Abs(again-z) > 1e-9*math.Max(1, math.Abs(z)) {
			t.Errorf("z(%v) = %v, but z(Inverse) = z(%v) = %v", x, z, back, again)
		}
		batchZ, batchL := []float64{0}, []float64{0}
		NewMixtureBatch[float64](1, 2, false, Clamp{}).Forward([]float64{x}, theta, batchZ, batchL, nil)
		if !near(batchZ[0], z, 1e-12, 1) || !near(batchL[0], l, 1e-11, math.Max(1, z*z)) {
			t.Errorf("batch: %v, %v, scalar %v, %v", batchZ[0], batchL[0], z, l)
		}
	})
}
