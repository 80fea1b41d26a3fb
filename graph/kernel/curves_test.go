package kernel_test

import (
	"math"
	"testing"

	"gaussflow/graph/kernel"
)

// TestStudentConstant: values and slopes in log ν by mpmath 1.3, 40 digits: loggamma((nu+1)/2) - loggamma(nu/2) - log(nu*pi)/2.
func TestStudentConstant(t *testing.T) {
	for _, c := range []struct{ nu, value, slope float64 }{
		{0.3, -1.4726401290566636179, 0.34759658256486029614},
		{1.0, -1.1447298858494001741, 0.19314718055994530942},
		{2.5, -1.0166395934604500142, 0.093657483653908214745},
		{10.0, -0.94389735215095225485, 0.024877400749753255034},
		{99.0, -0.92146374279309164604, 0.002525123725260511086},
		{101.0, -0.92141374029292496687, 0.0024751262247607234312},
		{150.0, -0.9206051875263187435, 0.0016666296329211890447},
		{10000.0, -0.91896353320463107511, 0.0000249999998750000025},
	} {
		if got := kernel.StudentConstant(math.Log(c.nu)); math.Abs(got-c.value) > 1e-13 {
			t.Errorf("ν = %v: %v, want %v", c.nu, got, c.value)
		}
		if got := kernel.StudentConstantSlope(math.Log(c.nu)); math.Abs(got-c.slope) > 2e-13 {
			t.Errorf("ν = %v: slope %v, want %v", c.nu, got, c.slope)
		}
	}
}

// TestCurvesFarOut: log(1 + x²) and log cosh x do not overflow where their results are finite.
func TestCurvesFarOut(t *testing.T) {
	for _, x := range []float64{1e-300, 1e-8, 0.5, 3, 700, 1e8, 1e9, 1e200, math.MaxFloat64} {
		for _, x := range []float64{x, -x} {
			if got, want := kernel.LogOnePlusSquare(x), 2*math.Log(math.Hypot(1, x)); math.Abs(got-want) > 1e-15*max(1, want) && want > 1e-15 {
				t.Errorf("log(1+x²) at %v = %v, want %v", x, got, want)
			}
			if got, want := kernel.LogCosh(x), math.Log(math.Cosh(x)); math.Abs(x) < 700 && math.Abs(got-want) > 1e-15*max(1, want) {
				t.Errorf("log cosh %v = %v, want %v", x, got, want)
			}
			if got := kernel.LogCosh(x); math.IsInf(got, 0) || math.IsNaN(got) {
				t.Errorf("log cosh %v = %v", x, got)
			}
		}
	}
}

// TestRelativeSlopes: where the code changes from the series to the formula, the two agree.
func TestRelativeSlopes(t *testing.T) {
	for name, c := range map[string]struct {
		f  func(float64) float64
		at float64
	}{"exp": {kernel.ExpRelativeSlope, 0.5}, "log": {kernel.LogRelativeSlope, 0.1}} {
		for _, at := range []float64{c.at, -c.at} {
			series, formula := c.f(at), c.f(at*(1+1e-13))
			if !(math.Abs(series-formula) <= 1e-12) {
				t.Errorf("%s at %v: %v by its series, %v by its formula", name, at, series, formula)
			}
		}
	}
}

func TestWrap(t *testing.T) {
	for _, c := range []struct{ x, want float64 }{
		{0, 0}, {-math.Pi, -math.Pi}, {math.Pi, -math.Pi}, {3 * math.Pi, -math.Pi}, {4, 4 - 2*math.Pi}, {-4, 2*math.Pi - 4},
		{1e-300, 1e-300}, {math.Nextafter(-math.Pi, -4), math.Nextafter(math.Pi, 0)},
	} {
		got := kernel.Wrap(c.x, -math.Pi, math.Pi) // −π and π are the same point, and rounding may give either
		if apart := math.Abs(got - c.want); !(min(apart, 2*math.Pi-apart) <= 4e-15) || !(got >= -math.Pi && got < math.Pi) {
			t.Errorf("Wrap(%v) = %v, want %v", c.x, got, c.want)
		}
	}
	for _, x := range []float64{math.NaN(), math.Inf(1), math.Inf(-1)} {
		if got := kernel.Wrap(x, -1, 1); !math.IsNaN(got) {
			t.Errorf("Wrap(%v) = %v, want NaN", x, got)
		}
	}
}

// TestLogStep: the step's edge, 0, counts as inside, and the value at NaN is NaN.
func TestLogStep(t *testing.T) {
	for x, want := range map[float64]float64{0: 0, math.Copysign(0, -1): 0, math.SmallestNonzeroFloat64: 0, math.Inf(1): 0,
		-math.SmallestNonzeroFloat64: math.Inf(-1), math.Inf(-1): math.Inf(-1)} {
		if got := kernel.LogStep(x); got != want {
			t.Errorf("LogStep(%g) = %g, want %g", x, got, want)
		}
	}
	if got := kernel.LogStep(math.NaN()); !math.IsNaN(got) {
		t.Errorf("LogStep(NaN) = %g, want NaN", got)
	}
}
