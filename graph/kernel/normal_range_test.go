package kernel

import (
	"math/rand/v2"
	"testing"

	"gaussflow/internal/testsize"
)

// TestNormalsOverTheRange compares log Φ and Φ⁻¹ with the scalar functions, to 1e-13 in float64 and 5e-7 in float32: for
// numbers of every exponent and both signs, values that are not finite, and many points where most of the digits cancel.
func TestNormalsOverTheRange(t *testing.T) {
	for _, s := range sets {
		t.Run("float64/"+s.name, func(t *testing.T) { checkNormalRange(t, &s.f64.normal, 1e-13) })
		t.Run("float32/"+s.name, func(t *testing.T) { checkNormalRange(t, &s.f32.normal, 5e-7) })
	}
}

func checkNormalRange[T Float](t *testing.T, k *normalKernels[T], tol float64) {
	rng := rand.New(rand.NewPCG(1, 2))
	x := eachSize[T](rng, 1)
	for range testsize.Of(t, 100_000, 1000) {
		x = append(x, T(2*rng.NormFloat64()), T(10*rng.NormFloat64()), T(-rng.ExpFloat64()))
	}
	y := make([]T, len(x))
	for name, f := range map[string]struct {
		vector func(y, x []T)
		scalar func(float64) float64
	}{"LogCDF": {k.logCDFs, LogCDF}, "Quantile": {k.quantiles, Quantile}} {
		f.vector(y, x)
		for i, v := range x {
			got, want := float64(y[i]), float64(T(f.scalar(float64(v))))
			if !(near(got, want, tol, leastNormal[T]()) || got != got && want != want) {
				t.Fatalf("%s(%v) = %v, want %v: off by %.2g of it", name, v, got, want, got/want-1)
			}
		}
	}
}
