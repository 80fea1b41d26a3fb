package kernel_test

import (
	"math"
	"testing"
)

// precision is a storage type and the fraction of the reference's float32 tolerances that it must meet.
type precision struct {
	name  string
	store func(x float64) float64
	share float64
}

// tol is the reference's tolerance in float32, and a thousandth of it in float64.
func (p precision) tol(reference float64) float64 { return reference * p.share }

// stored is x as the storage type holds it.
func (p precision) stored(x []float64) []float64 {
	s := make([]float64, len(x))
	for i, v := range x {
		s[i] = p.store(v)
	}
	return s
}

var precisions = []precision{
	{"float32", func(x float64) float64 { return float64(float32(x)) }, 1},
	{"float64", func(x float64) float64 { return x }, 1e-3},
}

func both(check func(t *testing.T, p precision)) func(*testing.T) {
	return func(t *testing.T) {
		for _, p := range precisions {
			t.Run(p.name, func(t *testing.T) { check(t, p) })
		}
	}
}

func linspace(lo, hi float64, n int) []float64 {
	x := make([]float64, n)
	for i := range x {
		x[i] = lo + (hi-lo)*float64(i)/float64(n-1)
	}
	return x
}

// within fails where got is not finite or further than tol from want.
func within(t *testing.T, what string, got, want, tol float64) {
	t.Helper()
	if !(math.Abs(got-want) <= tol) {
		t.Errorf("%s = %v, want %v, tolerance %.1g", what, got, want, tol)
	}
}
