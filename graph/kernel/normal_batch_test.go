package kernel

import (
	"fmt"
	"math"
	"testing"
)

// TestNormalsAgainstReference compares the vector functions with tables of 50 digits: relative error 1e-13 in float64, 5e-7
// in float32, for the argument as float32 rounds it.
func TestNormalsAgainstReference(t *testing.T) {
	for _, s := range sets {
		k := s.f64.normal
		t.Run("float64/"+s.name, func(t *testing.T) { checkNormals(t, &k, 1e-13) })
	}
	for _, s := range sets {
		k := s.f32.normal
		t.Run("float32/"+s.name, func(t *testing.T) { checkNormals(t, &k, 5e-7) })
	}
}

func checkNormals[T Float](t *testing.T, k *normalKernels[T], tol float64) {
	for _, c := range []struct {
		name, table string
		vector      func(y, x []T)
		scalar      func(float64) float64
	}{{"LogCDF", "log_cdf.csv", k.logCDFs, LogCDF}, {"Quantile", "quantile.csv", k.quantiles, Quantile}} {
		var x []T
		var want []float64
		for _, row := range table(t, c.table) {
			x, want = append(x, T(row[0])), append(want, row[1])
			if float64(T(row[0])) != row[0] { // float32 rounds the argument, so that the table's value is of another one
				want[len(want)-1] = c.scalar(float64(T(row[0])))
			}
		}
		y := make([]T, len(x))
		c.vector(y, x)
		for i, w := range want {
			if got := float64(y[i]); !near(got, w, tol, leastNormal[T]()) {
				t.Errorf("%s(%v) = %v, want %v (relative error %.1e)", c.name, x[i], got, w, got/w-1)
			}
		}
	}
}

// leastNormal is the smallest positive normal number of a T.
func leastNormal[T Float]() float64 {
	if sizeOf[T]() == 4 {
		return 0x1p-126
	}
	return 0x1p-1022
}

// TestNormalsAtTheEdges: for each remainder of the length and with every special value at every place.
func TestNormalsAtTheEdges(t *testing.T) {
	for _, s := range sets {
		k := s.f64.normal
		t.Run("float64/"+s.name, func(t *testing.T) { checkNormalEdges(t, &k, 1e-13) })
	}
	for _, s := range sets {
		k := s.f32.normal
		t.Run("float32/"+s.name, func(t *testing.T) { checkNormalEdges(t, &k, 5e-7) })
	}
}

func checkNormalEdges[T Float](t *testing.T, k *normalKernels[T], tol float64) {
	edges := []float64{0, math.Copysign(0, -1), 1e-310, -1e-310, 1e-30, -1e-30, 1e5, -1e5, 1e9, -1e9, -1e30, 1e30, -700, -676.5, 37.6, 40, 13, math.Inf(1), math.Inf(-1), math.NaN()}
	for n := range 18 {
		for at := range n {
			for _, edge := range edges {
				x, y := make([]T, n), make([]T, n)
				for i := range x {
					x[i] = T(-0.1 * float64(i+1))
				}
				x[at] = T(edge)
				for name, f := range map[string]struct {
					vector func(y, x []T)
					scalar func(float64) float64
				}{"LogCDF": {k.logCDFs, LogCDF}, "Quantile": {k.quantiles, Quantile}, "Exp": {k.exps, math.Exp}} {
					f.vector(y, x)
					for i, v := range x {
						w := float64(T(f.scalar(float64(v))))
						if got := float64(y[i]); !near(got, w, tol, leastNormal[T]()) && !(math.IsNaN(got) && math.IsNaN(w)) {
							t.Fatalf("%s of %d numbers: x = %v at %d gives %v, want %v", name, n, v, i, got, w)
						}
					}
				}
			}
		}
	}
}

// BenchmarkNormal reports nanoseconds per number.
func BenchmarkNormal(b *testing.B) {
	for _, s := range sets {
		k := s.f64.normal
		benchmarkNormal(b, "float64/"+s.name, &k)
	}
	for _, s := range sets {
		k := s.f32.normal
		benchmarkNormal(b, "float32/"+s.name, &k)
	}
}

func benchmarkNormal[T Float](b *testing.B, name string, k *normalKernels[T]) {
	x, y := make([]T, 4096), make([]T, 4096)
	for i := range x {
		x[i] = T(-8 * float64(i+1) / float64(len(x)))
	}
	for _, f := range []struct {
		name string
		run  func(y, x []T)
	}{{"logcdf", k.logCDFs}, {"quantile", k.quantiles}} {
		b.Run(fmt.Sprintf("%s/%s", f.name, name), func(b *testing.B) {
			for b.Loop() {
				f.run(y, x)
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(len(x)), "ns/number")
		})
	}
}

// TestExps: wherever an exponential is a normal number it is exact to two ulps plus the effect of half an ulp of its
// argument, and it does not depend on its place in the array.
func TestExps(t *testing.T) {
	for _, s := range sets {
		k := s.f64.normal
		t.Run("float64/"+s.name, func(t *testing.T) { checkExps(t, &k, 0x1p-52) })
	}
	for _, s := range sets {
		k := s.f32.normal
		t.Run("float32/"+s.name, func(t *testing.T) { checkExps(t, &k, 0x1p-23) })
	}
}

func checkExps[T Float](t *testing.T, k *normalKernels[T], ulp float64) {
	var x []T
	for v := -745.0; v < 712; v += 0.37 {
		x = append(x, T(v), T(v/1000))
	}
	y := make([]T, len(x))
	k.exps(y, x)
	for i, v := range x {
		want := math.Exp(float64(v))
		if got := float64(y[i]); !near(got, float64(T(want)), ulp*(2+math.Abs(float64(v))/2), leastNormal[T]()) {
			t.Errorf("exp(%v) = %v, want %v", v, got, want)
		}
	}
	for from := range 5 {
		part := make([]T, len(x)-from)
		k.exps(part, x[from:])
		for i, v := range part {
			if v != y[from+i] {
				t.Fatalf("exp(%v) = %v, at another place %v", x[from+i], v, y[from+i])
			}
		}
	}
}
