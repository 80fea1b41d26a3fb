package kernel

import (
	"math"
	"testing"
)

// TestSupportAgainstReference compares with the values that PyTorch and SciPy gave for testdata/reference_support.py.
func TestSupportAgainstReference(t *testing.T) {
	for n, row := range table(t, "support.csv") {
		s := Support{SupportKind(row[0]), row[1], row[2], row[3]}
		scale := max(1, math.Abs(s.Lo), math.Abs(s.Hi))
		p, q := s.forward(row[4]), s.inverse(row[7])
		for _, c := range []struct {
			what                  string
			got, want, tol, floor float64
		}{
			// PyTorch maps x to (0, 1) first, which loses digits where lo is large beside x − lo
			{"z", p.value, row[5], 1e-14 * scale, 1}, {"log slope", p.logSlope, row[6], 1e-14 * scale, 1},
			{"inverse", q.value, row[8], 1e-14, scale}, {"inverse log slope", q.logSlope, row[9], 1e-14 * scale, 1},
		} {
			if !near(c.got, c.want, c.tol*20, c.floor) {
				t.Errorf("row %d, %+v: %s = %v, want %v", n, s, c.what, c.got, c.want)
			}
		}
	}
}

// everySupport has at least one support of each kind.
var everySupport = []Support{
	{}, {SupportLogit, -2, 5, 0}, {SupportAtanh, 0, 1, 0}, {SupportLog, 3, 0, 0}, {SupportLogBelow, 0, -1, 0}, {SupportSoftplus, 1, 0, 0},
	{SupportBoxCox, 0, 0, 0}, {SupportBoxCox, 0, 0, 0.5}, {SupportBoxCox, 0, 0, -0.5}, {SupportYeoJohnson, 0, 0, 0.4}, {SupportYeoJohnson, 0, 0, 2},
}

// TestSupportIsKept: for every z, in float64 and in float32, the inverse gives an x inside of the support, and forward takes
// this x for inside.
func TestSupportIsKept(t *testing.T) {
	for _, s := range everySupport {
		supportIsKept[float64](t, s)
		supportIsKept[float32](t, s)
	}
}

func supportIsKept[T Float](t *testing.T, s Support) {
	t.Helper()
	lo, hi := s.Bounds()
	for _, z := range []T{-1e30, -1e5, -800, -90, -40, -17, -1, 0, 0.3, 9, 18, 40, 80} {
		in, x, l := []T{z}, make([]T, 1), make([]T, 1)
		SupportMap([]Support{s}, true, in, x, l)
		if v := float64(x[0]); !math.IsInf(v, 0) && !(v > lo && v < hi) {
			t.Errorf("%+v: %v comes back as %v, not between %v and %v", s, z, v, lo, hi)
		}
		SupportMap([]Support{s}, false, x, in, l)
		if v := float64(x[0]); !math.IsInf(v, 0) && math.IsInf(float64(l[0]), -1) {
			t.Errorf("%+v: %v, which it made of %v, is outside", s, v, z)
		}
	}
}

// TestOutside: a number at an end of the support or beyond it has a density of zero and no gradient. Infinity and NaN are
// not treated here, because the callers check for them.
func TestOutside(t *testing.T) {
	for _, s := range everySupport {
		lo, hi := s.Bounds()
		for _, x := range []float64{lo, lo - 1, hi, hi + 1} {
			if math.IsInf(x, 0) {
				continue
			}
			if p := s.forward(x); p != outside {
				t.Errorf("%+v at %v: %+v", s, x, p)
			}
			var up [1]float64
			SupportSlope([]Support{s}, false, []float64{x}, []float64{1}, []float64{1}, up[:])
			if up[0] != 0 {
				t.Errorf("%+v at %v: the gradient is %v", s, x, up[0])
			}
		}
		if p := s.forward(math.NaN()); !math.IsNaN(p.value) {
			t.Errorf("%+v at NaN: %+v", s, p)
		}
		if lo, hi := s.Image(); !math.IsInf(lo, 0) && s.inverse(lo-1) != outside || !math.IsInf(hi, 0) && s.inverse(hi+1) != outside {
			t.Errorf("%+v: what is outside of the image has an inverse", s)
		}
	}
}

func TestSupportValidate(t *testing.T) {
	nan, inf := math.NaN(), math.Inf(1)
	for _, s := range []Support{
		{Kind: 99}, {SupportLogit, 1, 1, 0}, {SupportLogit, 2, 1, 0}, {SupportLogit, nan, 1, 0}, {SupportLogit, 0, inf, 0},
		{SupportLogit, -1e308, 1e308, 0}, {SupportLog, nan, 0, 0}, {SupportBoxCox, 0, 0, inf}, {SupportYeoJohnson, 0, 0, 2.5}, {SupportYeoJohnson, 0, 0, -0.1},
	} {
		if s.Validate() == nil {
			t.Errorf("%+v is taken", s)
		}
	}
	for _, s := range everySupport {
		if err := s.Validate(); err != nil {
			t.Errorf("%+v: %v", s, err)
		}
	}
}
