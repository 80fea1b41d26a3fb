package kernel

import (
	"math"
	"math/rand/v2"
	"testing"
)

// TestPortableMaths compares the functions that the portable kernels are made of with those of package math and with Mills'
// ratio, over their whole domains.
func TestPortableMaths(t *testing.T) {
	rng := rand.New(rand.NewPCG(5, 6))
	worst := func(name string, tol float64, errs []float64) {
		t.Helper()
		for _, e := range errs {
			if !(e <= tol) {
				t.Errorf("%s: error %.2g, want at most %.2g", name, e, tol)
				return
			}
		}
	}
	var e32, e64, bell32, bell64, ratio32, ratio64, logs []float64
	relative := func(got, want float64) float64 { return math.Abs(got/want - 1) }
	one := make([]float64, 2)
	for range 200_000 {
		x := -708 + 1417*rng.Float64()
		for _, v := range []float64{x, x / 100, x / 1e4} {
			e32 = append(e32, relative(exp32(v), math.Exp(v)))
			e64 = append(e64, relative(exp64(v), math.Exp(v))/(1+math.Abs(v)/50)) // the argument is multiplied and rounded first, so the error grows with it
		}
		a := 37 * rng.Float64()
		parts64([]float64{-a}, one[:1], one[1:])
		bell64 = append(bell64, relative(one[0], math.Exp(-0.5*a*a))/(1+a*a))
		ratio64 = append(ratio64, relative(one[1], invSqrt2Pi*mills(a)))
		a *= 15.95 / 37
		parts32([]float64{-a}, one[:1], one[1:])
		bell32 = append(bell32, relative(one[0], math.Exp(-0.5*a*a)))
		ratio32 = append(ratio32, relative(one[1], invSqrt2Pi*mills(a)))
		v := math.Ldexp(1+rng.Float64(), rng.IntN(2000)-1000)
		for _, v := range []float64{v, 0.5 + rng.Float64()} {
			logs = append(logs, math.Abs(logOf(v)-math.Log(v))/math.Max(1, math.Abs(math.Log(v))))
		}
	}
	worst("exp32", 5e-9, e32)
	worst("exp64", 5e-16, e64)
	worst("parts32, bell", 5e-9, bell32)
	worst("parts32, ratio", 2e-8, ratio32)
	worst("parts64, bell", 4e-16, bell64)
	worst("parts64, ratio", 1e-15, ratio64)
	worst("logOf", 5e-16, logs)
}

// TestPortableMathsAtTheEdges: arguments beyond the tables, infinities and NaN.
func TestPortableMathsAtTheEdges(t *testing.T) {
	inf, nan := math.Inf(1), math.NaN()
	for name, exps := range map[string]func([]float64){"exps32": exps32, "exps64": exps64} {
		x := []float64{0, math.Copysign(0, -1), inf, -inf, nan, 709.5, -709, -745, -746, 1e308, -1e308, 5e-324}
		got := append([]float64(nil), x...)
		exps(got)
		for i, v := range x {
			if want := math.Exp(v); !near(got[i], want, 1e-8, 0) && !(math.IsNaN(got[i]) && math.IsNaN(want)) {
				t.Errorf("%s: e^%v = %v, want %v", name, v, got[i], want)
			}
		}
	}
	for name, f := range map[string]func(t, bell, ratio []float64){"parts32": parts32, "parts64": parts64} {
		x := []float64{nan, 37.2, -40, -1e9, 1e38, -1e300, inf, -inf}
		bell, ratio := make([]float64, len(x)), make([]float64, len(x))
		f(x, bell, ratio)
		if !math.IsNaN(bell[0] * ratio[0]) {
			t.Errorf("%s of NaN is %v, %v", name, bell[0], ratio[0])
		}
		for i, v := range x[1:] {
			if b, r := bell[1+i], ratio[1+i]; b != 0 || !(r > 0 && r < 0.03) {
				t.Errorf("%s of %v is %v, %v, want 0 and a small ratio", name, v, b, r)
			}
		}
	}
	for _, v := range []float64{0, -1, inf, -inf, nan, 5e-324} {
		logOf(v) // the result is unspecified, but there is no panic
	}
}
