package kernel

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"
)

// publishedSpline is a spline with the least widths, heights and slopes of the paper.
func publishedSpline(bins int, bound float64) Spline {
	return Spline{Bins: bins, Lo: -bound, Hi: bound, MinWidth: 1e-3, MinHeight: 1e-3, MinSlope: 1e-3}
}

// splineThetaOf reads the raw numbers of one spline.
func splineThetaOf[T Float](s Spline, theta []T, stride int) SplineTheta[T] {
	widths, heights, _ := s.Sizes()
	return SplineTheta[T]{theta, theta[widths:], theta[widths+heights:], stride}
}

// TestSplineAgainstReference compares values, inverses and derivatives with those that nflows computed for
// testdata/reference_spline.py.
func TestSplineAgainstReference(t *testing.T) {
	for _, c := range []struct {
		file string
		ends SplineEnds
		says int // how many numbers of a row say the interval
	}{{"spline.csv", LinearEnds, 1}, {"spline_free.csv", FreeEnds, 2}, {"spline_circular.csv", CircularEnds, 2}} {
		for n, row := range table(t, c.file) {
			s := publishedSpline(4, row[0])
			if s.Ends = c.ends; c.says == 2 {
				s.Lo, s.Hi = row[0], row[1]
			}
			t.Run(fmt.Sprintf("%s line %d", c.file, n+2), func(t *testing.T) { checkSpline(t, s, row[c.says:]) })
		}
	}
}

// waysOfSplines runs a test with splines that are evaluated one by one, with stride 0, and with the vector kernels of each set.
func waysOfSplines[T Float](t *testing.T, test func(t *testing.T, splines func(s Spline) *Splines[T], each bool)) {
	t.Run("one by one", func(t *testing.T) { test(t, func(s Spline) *Splines[T] { return NewSplines[T](s, 1) }, false) })
	for i := range sets {
		t.Run(sets[i].name, func(t *testing.T) {
			test(t, func(s Spline) *Splines[T] { return newSplines[T](s, 1, &sets[i].spline) }, true)
		})
	}
}

// checkSpline compares a spline's results, from its raw parameters on, with a row of the table.
func checkSpline(t *testing.T, s Spline, row []float64) {
	waysOfSplines(t, func(t *testing.T, splines func(Spline) *Splines[float64], each bool) {
		stride := 0
		if each {
			stride = s.Width()
		}
		checkSplines(t, s, splines(s), stride, row)
	})
}

func checkSplines(t *testing.T, s Spline, splines *Splines[float64], stride int, row []float64) {
	width, size := s.Width(), max(1, s.Hi)
	theta, rest := splineThetaOf(s, row[:width], stride), row[width:]
	x, want, back := rest[:1], rest[1:], rest[len(rest)-2:]
	var z, l [1]float64
	splines.Forward(x, theta, z[:], l[:])
	if !near(z[0], want[0], 1e-14, size) || !near(l[0], want[1], 1e-13, 1) {
		t.Errorf("z, log slope = %v, %v, want %v, %v", z[0], l[0], want[0], want[1])
	}
	for i, up := range [][2]float64{{1, 0}, {0, 1}} {
		var xUp [1]float64
		got := make([]float64, width)
		splines.Backward(x, theta, up[:1], up[1:], xUp[:], splineThetaOf(s, got, stride))
		grads := want[2+i*(1+width):][:1+width]
		largest := 1.0
		for _, g := range grads {
			largest = max(largest, math.Abs(g))
		}
		for j, g := range append(xUp[:], got...) {
			if !near(g, grads[j], 1e-12, largest) {
				t.Errorf("derivative %d of result %d = %v, want %v", j, i, g, grads[j])
			}
		}
	}
	splines.Inverse(x, theta, z[:], l[:])
	if !near(z[0], back[0], 1e-13, size) || !near(l[0], back[1], 1e-12, 1) {
		t.Errorf("inverse = %v, %v, want %v, %v", z[0], l[0], back[0], back[1])
	}
}

// randomSpline is a spline with raw parameters from N(0, size²).
func randomSpline(rng *rand.Rand, s Spline, size float64) []float64 {
	theta := make([]float64, s.Width())
	for i := range theta {
		theta[i] = size * rng.NormFloat64()
	}
	return theta
}

// TestSplineRoundTrip: the inverse finds x to 1e-12 of the bound, or where the slope is small to what the rounding of z allows.
func TestSplineRoundTrip(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	for range 2000 {
		s := publishedSpline(2+rng.IntN(30), math.Exp(rng.NormFloat64()))
		theta := splineThetaOf(s, randomSpline(rng, s, math.Exp(2*rng.NormFloat64())), 0)
		x := make([]float64, 50)
		for i := range x {
			x[i] = s.Hi * (2.2*rng.Float64() - 1.1)
		}
		z, l, back, m := make([]float64, 50), make([]float64, 50), make([]float64, 50), make([]float64, 50)
		splines := NewSplines[float64](s, 1)
		splines.Forward(x, theta, z, l)
		splines.Inverse(z, theta, back, m)
		for i := range x {
			if tol := 1e-12*s.Hi + 1e-15*s.Hi*math.Exp(-l[i]); !(math.Abs(back[i]-x[i]) <= tol) {
				t.Fatalf("%+v: x = %v, z = %v, back %v, off by %g, log slope %v", s, x[i], z[i], back[i], back[i]-x[i], l[i])
			}
			if back[i] == x[i] && !near(m[i], -l[i], 1e-9, 1) {
				t.Fatalf("%+v: x = %v: log slopes %v and %v", s, x[i], l[i], m[i])
			}
		}
	}
}

// TestSplineKnots: Forward and Inverse map knots to knots to the last bit, with the slope of the knot; beyond the bound the
// map is the identity.
func TestSplineKnots(t *testing.T) {
	s := publishedSpline(20, 3)
	theta := splineThetaOf(s, randomSpline(rand.New(rand.NewPCG(3, 4)), s, 2), 0)
	splines := NewSplines[float64](s, 1)
	splines.load(&theta, 0, 0)
	splines.loadSlopes()
	for i, x := range splines.x.at {
		z, l := splines.at(x)
		back, m := splines.solve(z)
		if z != splines.y.at[i] || back != x || !near(l, math.Log(splines.slope[i]), 1e-14, 1) || !near(m, l, 1e-14, 1) {
			t.Errorf("knot %d: %v goes to %v, want %v, and back to %v; log slopes %v, %v, want %v", i, x, z, splines.y.at[i], back, l, m, math.Log(splines.slope[i]))
		}
	}
	for _, x := range []float64{3, -3, math.Nextafter(3, 4), 1e300, -1e300, math.Inf(1), math.NaN()} {
		z, l := splines.at(x)
		back, m := splines.solve(x)
		if math.Float64bits(z) != math.Float64bits(x) || math.Float64bits(back) != math.Float64bits(x) || l != 0 || m != 0 {
			t.Errorf("%v goes to %v, %v and back to %v, %v, want the identity", x, z, l, back, m)
		}
	}
	if z, l := splines.at(math.Nextafter(3, 0)); !near(z, 3, 1e-14, 1) || !near(l, 0, 1e-12, 1) {
		t.Errorf("just inside of the bound z = %v, log slope %v, want 3, 0", z, l)
	}
}

// TestSplineOverTheRange: for x of every exponent and raw parameters of any size, results and derivatives are finite and
// values stay within the bound.
func TestSplineOverTheRange(t *testing.T) {
	t.Run("float64", func(t *testing.T) { splineOverTheRange[float64](t, 1074, 308) })
	t.Run("float32", func(t *testing.T) { splineOverTheRange[float32](t, 149, 38) })
}

func splineOverTheRange[T Float](t *testing.T, leastPower, mostTen int) {
	waysOfSplines(t, func(t *testing.T, splines func(Spline) *Splines[T], each bool) {
		splinesOverTheRange(t, splines, each, leastPower, mostTen)
	})
}

func splinesOverTheRange[T Float](t *testing.T, newOf func(Spline) *Splines[T], each bool, leastPower, mostTen int) {
	var xs []T
	step := 1
	if each { // each x has its own spline, so that all exponents would take too long
		step = 7
	}
	for p := -leastPower; p < leastPower-51; p += step {
		if x := T(math.Ldexp(1.3, p)); x-x == 0 {
			xs = append(xs, x, -x)
		}
	}
	n, rng := len(xs), rand.New(rand.NewPCG(5, 6))
	z, l, up, xUp := make([]T, n), make([]T, n), make([]T, n), make([]T, n)
	for i := range up {
		up[i] = 1
	}
	for _, bound := range []float64{1e-30, 1, 3, 1e5, 1e30} {
		for ten := 0; ten <= mostTen; ten += 1 + ten/4 {
			s := publishedSpline(2+rng.IntN(9), bound)
			raw := make([]T, s.Width())
			for i := range raw {
				raw[i] = T(math.Pow(10, float64(ten)) * []float64{-1, 0, 1, rng.Float64()}[rng.IntN(4)])
			}
			all, stride := raw, 0
			if each {
				all, stride = slices.Repeat(raw, n), s.Width()
			}
			theta, grads := splineThetaOf(s, all, stride), make([]T, len(all))
			splines := newOf(s)
			check := func(what string, backward func()) {
				for i := range z {
					if inside := math.Abs(float64(xs[i])) < bound; !isFinite(z[i]) || !isFinite(l[i]) || inside && math.Abs(float64(z[i])) > bound*(1+1e-6) || !inside && (z[i] != xs[i] || l[i] != 0) {
						t.Fatalf("%s: %+v %v: %v goes to %v, log slope %v", what, s, raw, xs[i], z[i], l[i])
					}
				}
				if mostTen == 38 && (bound > 1e5 || bound < 1 || ten > 6) {
					return // derivatives grow with the bound and the slopes, and overflow float32
				}
				backward()
				for i, g := range append(xUp, grads...) {
					if !isFinite(g) {
						t.Fatalf("%s: %+v %v: derivative %d = %v", what, s, raw, i, g)
					}
				}
			}
			splines.Forward(xs, theta, z, l)
			check("forward", func() { splines.Backward(xs, theta, up, up, xUp, splineThetaOf(s, grads, stride)) })
			splines.Inverse(xs, theta, z, l)
			check("inverse", func() { splines.InverseBackward(z, l, theta, up, up, xUp, splineThetaOf(s, grads, stride)) })
		}
	}
}

// TestSplineOfNoNumber: where a parameter is NaN, all results are NaN; otherwise a fit would go on with made-up values.
func TestSplineOfNoNumber(t *testing.T) {
	waysOfSplines(t, splineOfNoNumber)
}

func splineOfNoNumber(t *testing.T, newOf func(Spline) *Splines[float64], each bool) {
	for _, ends := range []SplineEnds{LinearEnds, FreeEnds, CircularEnds, OpenEnds} {
		s := Spline{4, -3, 3, ends, 1e-3, 1e-3, 1e-3}
		raw := make([]float64, s.Width())
		for i := range raw {
			raw[i] = math.NaN()
		}
		var z, l [1]float64
		splines, stride := newOf(s), 0
		if each {
			stride = s.Width()
		}
		if splines.Forward([]float64{0.3}, splineThetaOf(s, raw, stride), z[:], l[:]); z[0] == z[0] && l[0] == l[0] {
			t.Errorf("ends %d: 0.3 goes to %v, log slope %v, want one that is no number", ends, z[0], l[0])
		}
	}
}

// TestSplineOutside: outside of an interval without tails, and at NaN, the slope is 0 in both directions and x stays as it
// is; at the ends the slope is that of the end knots.
func TestSplineOutside(t *testing.T) {
	t.Run("float64", splineOutside[float64])
	t.Run("float32", splineOutside[float32])
}

func splineOutside[T Float](t *testing.T) { waysOfSplines(t, splinesOutside[T]) }

func splinesOutside[T Float](t *testing.T, newOf func(Spline) *Splines[T], each bool) {
	for _, ends := range []SplineEnds{FreeEnds, CircularEnds} {
		s := Spline{5, 0, math.Pi, ends, 1e-3, 1e-3, 1e-3}
		raw := make([]T, s.Width())
		for i := range raw {
			raw[i] = T(math.Sin(float64(i)))
		}
		splines, stride := newOf(s), 0
		if each {
			stride = s.Width()
		}
		theta := splineThetaOf(s, raw, stride)
		up, xUp, grads := []T{1}, make([]T, 1), make([]T, len(raw))
		for _, x := range []T{0, T(math.Pi)} {
			in, z, l := []T{x}, make([]T, 1), make([]T, 1)
			splines.Forward(in, theta, z, l)
			if z[0] != x || !isFinite(l[0]) {
				t.Errorf("the end %v goes to %v, log slope %v", x, z[0], l[0])
			}
			splines.Inverse(in, theta, z, l)
			if z[0] != x || !isFinite(l[0]) {
				t.Errorf("the end %v comes from %v, log slope %v", x, z[0], l[0])
			}
		}
		for _, x := range []T{-1e-30, 3.2, -1, 1e30, T(math.Inf(1)), T(math.NaN())} {
			in, z, l := []T{x}, make([]T, 1), make([]T, 1)
			for way, run := range map[string]func(x []T, theta SplineTheta[T], y, l []T){"forward": splines.Forward, "inverse": splines.Inverse} {
				run(in, theta, z, l)
				if (z[0] != x && x == x) || !math.IsInf(float64(l[0]), -1) {
					t.Errorf("%s: %v goes to %v, log slope %v, want itself and -Inf", way, x, z[0], l[0])
				}
			}
			splines.Backward(in, theta, up, up, xUp, splineThetaOf(s, grads, stride))
			for i, g := range append(grads, xUp...) {
				if !isFinite(g) || i < len(grads) && g != 0 {
					t.Errorf("%v: derivative %d = %v", x, i, g)
				}
			}
		}
	}
}

func isFinite[T Float](x T) bool { return x-x == 0 }

// FuzzSpline: any raw parameters give an increasing map with a finite slope, and Inverse inverts it.
func FuzzSpline(f *testing.F) {
	f.Add(0.5, 3.0, 0.0, 0.0, 0.0, 0.0, 0.0)
	f.Add(-2.999, 3.0, 1e3, -1e3, -1e3, 1e3, -1e3)
	f.Add(0.1, 1e-3, 5.0, -5.0, 1.0, 1.0, 40.0)
	f.Fuzz(func(t *testing.T, x, bound, w1, w2, h1, h2, slope float64) {
		s := publishedSpline(2, bound)
		for _, v := range []float64{w1, w2, h1, h2, slope} {
			if !(math.Abs(v) <= 1e3) {
				t.Skip("out of the range of this test")
			}
		}
		if s.Validate() != nil || !(math.Abs(x) <= bound) {
			t.Skip("no spline, or its tail")
		}
		theta := splineThetaOf(s, []float64{w1, w2, h1, h2, slope}, 0)
		splines := NewSplines[float64](s, 1)
		splines.load(&theta, 0, 0)
		splines.loadSlopes()
		z, l := splines.at(x)
		if !isFinite(z) || !isFinite(l) || math.Abs(z) > bound {
			t.Fatalf("at(%v) = %v, %v", x, z, l)
		}
		back, m := splines.solve(z)
		if tol := 1e-12*bound + 1e-15*bound*math.Exp(-l); math.Abs(back-x) > tol || !isFinite(m) {
			t.Errorf("%v goes to %v and back to %v, off by %g, tolerance %g", x, z, back, back-x, tol)
		}
		if higher, _ := splines.at(x + bound/64); higher < z {
			t.Errorf("at(%v) = %v, at(%v) = %v", x, z, x+bound/64, higher)
		}
	})
}

// TestSplineAllocatesNothing: none of the four passes allocates after the first run.
func TestSplineAllocatesNothing(t *testing.T) {
	for name, stride := range map[string]int{"one for all rows": 0, "one a row": 23} {
		b := newSplineBench[float64](stride)
		for pass, run := range b.passes() {
			if n := testing.AllocsPerRun(10, run); n > 0 {
				t.Errorf("%s, %s: %v allocations", name, pass, n)
			}
		}
	}
}

// splineBench is 256 elements of one column and splines of 8 bins.
type splineBench[T Float] struct {
	splines         *Splines[T]
	x, z, l, up, gx []T
	theta, gtheta   SplineTheta[T]
}

func newSplineBench[T Float](stride int) *splineBench[T] {
	const n = 256
	s := publishedSpline(8, 3)
	rng := rand.New(rand.NewPCG(7, 8))
	cut := func(n int) []T {
		v := make([]T, n)
		for i := range v {
			v[i] = T(rng.NormFloat64())
		}
		return v
	}
	theta := cut(n * s.Width())
	return &splineBench[T]{
		NewSplines[T](s, 1), cut(n), cut(n), cut(n), cut(n), cut(n), splineThetaOf(s, theta, stride), splineThetaOf(s, make([]T, len(theta)), stride),
	}
}

func (b *splineBench[T]) passes() map[string]func() {
	return map[string]func(){
		"forward":          func() { b.splines.Forward(b.x, b.theta, b.z, b.l) },
		"inverse":          func() { b.splines.Inverse(b.x, b.theta, b.z, b.l) },
		"backward":         func() { b.splines.Backward(b.x, b.theta, b.up, b.up, b.gx, b.gtheta) },
		"inverse backward": func() { b.splines.InverseBackward(b.z, b.l, b.theta, b.up, b.up, b.gx, b.gtheta) },
	}
}

func BenchmarkSpline(b *testing.B) {
	for name, stride := range map[string]int{"all rows": 0, "a row": 23} {
		s := newSplineBench[float64](stride)
		for pass, run := range s.passes() {
			b.Run(name+"/"+pass, func(b *testing.B) {
				for b.Loop() {
					run()
				}
				b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*len(s.x)), "ns/element")
			})
		}
	}
}

func TestSplineValidate(t *testing.T) {
	nan := math.NaN()
	for want, s := range map[string]Spline{
		"Bins = 1, want 2 to 65536":                                                                         {1, -3, 3, LinearEnds, 1e-3, 1e-3, 1e-3},
		"Bins = -4, want 2 to 65536":                                                                        {-4, -3, 3, LinearEnds, 1e-3, 1e-3, 1e-3},
		"Lo = 0, Hi = 0, want Hi more than Lo by 2e-30 to 2e+30":                                            {8, 0, 0, LinearEnds, 1e-3, 1e-3, 1e-3},
		"Lo = 1, Hi = -1, want Hi more than Lo by 2e-30 to 2e+30":                                           {8, 1, -1, FreeEnds, 1e-3, 1e-3, 1e-3},
		"Lo = NaN, Hi = 3, want Hi more than Lo by 2e-30 to 2e+30":                                          {8, nan, 3, LinearEnds, 1e-3, 1e-3, 1e-3},
		"Lo = -Inf, Hi = 3, want Hi more than Lo by 2e-30 to 2e+30":                                         {8, math.Inf(-1), 3, FreeEnds, 1e-3, 1e-3, 1e-3},
		"Lo = 1e+08, Hi = 1.00000001e+08, want no interval that is 1e+06 times as far from 0 as it is long": {8, 1e8, 1e8 + 1, FreeEnds, 1e-3, 1e-3, 1e-3},
		"Ends = 4, want LinearEnds, FreeEnds, CircularEnds or OpenEnds":                                     {8, -3, 3, 4, 1e-3, 1e-3, 1e-3},
		"MinWidth = 0.125, want at least 1e-06 and less than 1/Bins = 1/8":                                  {8, -3, 3, LinearEnds, 0.125, 1e-3, 1e-3},
		"MinHeight = NaN, want at least 1e-06 and less than 1/Bins = 1/8":                                   {8, -3, 3, LinearEnds, 1e-3, nan, 1e-3},
		"MinHeight = -0.001, want at least 1e-06 and less than 1/Bins = 1/8":                                {8, -3, 3, LinearEnds, 1e-3, -1e-3, 1e-3},
		"MinSlope = 1, want at least 1e-06 and less than 1":                                                 {8, -3, 3, LinearEnds, 1e-3, 1e-3, 1},
	} {
		if err := s.Validate(); err == nil || err.Error() != want {
			t.Errorf("got %v, want %s", err, want)
		}
	}
}
