package kernel

import (
	"math"
	"testing"
)

// TestIntervalsAreExact: the log-probability of an interval of one standard normal, far out, narrow, wide and endless, against
// Simpson's rule.
func TestIntervalsAreExact(t *testing.T) {
	c := NewIntervals[float64](1, 1, Clamp{}, 0)
	for _, i := range [][2]float64{{-1, 2}, {0, 1e-9}, {3, 3.0001}, {3, 3 + 2e-3}, {3, 3 + 3e-4}, {-5, -4.5}, {8, 9}, {-38, -30}, {50, 60}, {-1e-4, 1e-4}, {1, 30}} {
		out := []float64{0}
		c.Forward(i[:1], i[1:], []float64{0, 0, 0}, out)
		want := logIntegral(i[0], i[1])
		if !(math.Abs(out[0]-want) <= 2e-12*math.Max(1, math.Abs(want))) {
			t.Errorf("%v: log p = %.16g, want %.16g", i, out[0], want)
		}
	}
	for _, i := range [][2]float64{{-1e30, 1.5}, {-1.5, 1e30}} {
		out := []float64{0}
		c.Forward(i[:1], i[1:], []float64{0, 0, 0}, out)
		if want := LogCDF(1.5); !(math.Abs(out[0]-want) <= 1e-15) {
			t.Errorf("%v: log p = %v, want %v", i, out[0], want)
		}
	}
}

// logIntegral is log ∫φ by Simpson's rule with 4096 pieces over the part that matters, of e^(a²/2 − x²/2) where a is the end nearer to 0.
func logIntegral(lo, hi float64) float64 {
	if lo < 0 && hi <= 0 {
		lo, hi = -hi, -lo
	}
	a := math.Max(lo, 0)
	hi = math.Min(hi, a+40/math.Max(a, 4)+10/(1+a))
	const pieces = 1 << 12
	sum, h := 0.0, (hi-lo)/pieces
	for p := range pieces + 1 {
		x := lo + float64(p)*h
		weight := 2.0
		switch {
		case p == 0 || p == pieces:
			weight = 1
		case p%2 == 1:
			weight = 4
		}
		sum += weight * math.Exp(-(x-a)*(x+a)/2)
	}
	return LogPDF(a) + math.Log(sum*h/3)
}

// TestCertainInterval: the interval of all numbers has the log-probability 0 and no gradient, even if a parameter of the
// mixture is NaN.
func TestCertainInterval(t *testing.T) {
	c := NewIntervals[float32](1, 2, Clamp{}, 0.1)
	lo, hi, up := []float32{-1e30}, []float32{1e30}, []float32{1}
	theta := []float32{0, 1, float32(math.NaN()), 3, 0.5, -1}
	out, gTheta := []float32{7}, []float32{7, 7, 7, 7, 7, 7}
	c.Forward(lo, hi, theta, out)
	gLo, gHi := []float32{7}, []float32{7}
	c.Backward(lo, hi, theta, up, gLo, gHi, gTheta)
	for _, v := range append(append(append(out, gLo...), gHi...), gTheta...) {
		if v != 0 {
			t.Fatalf("log p %v, gradients %v, %v, %v, want zeros", out, gLo, gHi, gTheta)
		}
	}
}
