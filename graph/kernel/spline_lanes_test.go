package kernel

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"gaussflow/internal/testsize"
)

// splineSets are the sets with kernels for splines that this processor can run.
func splineSets() (found []set) {
	return slices.DeleteFunc(slices.Clone(sets), func(s set) bool { return s.spline.lanes == 0 })
}

// TestSplineLanes compares every set with splines that are evaluated one by one: numbers of rows and columns around the
// vector widths, all ends that have kernels, both types, and raw parameters and elements from small to far beyond the
// interval.
func TestSplineLanes(t *testing.T) {
	for _, s := range splineSets() {
		t.Run(s.name+"/float64", func(t *testing.T) { splineLanesTest[float64](t, &s.spline, 1e-13) })
		t.Run(s.name+"/float32", func(t *testing.T) { splineLanesTest[float32](t, &s.spline, 1e-7) })
	}
}

func splineLanesTest[T Float](t *testing.T, ops *splineKernels, tol float64) {
	rng := rand.New(rand.NewPCG(11, 12))
	for _, ends := range []SplineEnds{LinearEnds, FreeEnds, CircularEnds} {
		for _, rows := range []int{0, 1, 3, 8, 17} {
			for _, d := range []int{1, 5, 19} {
				for _, size := range testsize.Of(t, []float64{0, 1, 10, 1000}, []float64{1, 1000}) {
					family := publishedSpline([]int{2, 3, 8, 17}[rng.IntN(4)], 3)
					if family.Ends = ends; ends != LinearEnds {
						family.Lo, family.Hi = -1, 2.5
					}
					p := newSplineProblem[T](rng, family, rows, d, size)
					where := fmt.Sprintf("%d rows of %d, raw numbers of size %v, %+v", rows, d, size, family)
					p.compare(t, where, newSplines[T](family, d, ops), tol)
				}
			}
		}
	}
}

// A splineProblem is a matrix x with one spline per element, and the gradients in the values (up) and in the log slopes (logUp).
type splineProblem[T Float] struct {
	family            Spline
	d                 int
	x, up, logUp, raw []T
}

func newSplineProblem[T Float](rng *rand.Rand, s Spline, rows, d int, size float64) *splineProblem[T] {
	n := rows * d
	numbers := func(n int, size float64) []T {
		v := make([]T, n)
		for i := range v {
			v[i] = T(size * rng.NormFloat64())
		}
		return v
	}
	p := &splineProblem[T]{s, d, numbers(n, 1.5), numbers(n, 1), numbers(n, 1), numbers(n*s.Width(), size)}
	for i := range p.x {
		special := []float64{s.Lo, s.Hi, math.Nextafter(s.Lo, s.Hi), math.Nextafter(s.Hi, s.Lo), 0, 1e30, -1e30, math.Inf(1), math.NaN()}
		if rng.IntN(4) == 0 {
			p.x[i] = T(special[rng.IntN(len(special))])
		}
	}
	return p
}

// theta arranges the raw parameters, or their gradients, as rows of a matrix.
func (p *splineProblem[T]) theta(raw []T) SplineTheta[T] {
	if len(raw) == 0 {
		return SplineTheta[T]{Stride: p.d * p.family.Width()}
	}
	w, h, _ := p.family.Sizes()
	return SplineTheta[T]{raw, raw[p.d*w:], raw[p.d*(w+h):], p.d * p.family.Width()}
}

// splineResults are the results of a pass: values and log slopes, or the gradients in x and in the raw parameters.
type splineResults[T Float] [3][]T

// run does all passes; InverseBackward takes x as the result of Inverse and l as its log slopes.
func (p *splineProblem[T]) run(s *Splines[T], l []T) map[string]splineResults[T] {
	theta, n := p.theta(p.raw), len(p.x)
	all := map[string]splineResults[T]{}
	for _, pass := range []string{"forward", "inverse", "backward", "inverse backward"} {
		r := splineResults[T]{make([]T, n), nil, nil}
		if pass == "forward" || pass == "inverse" {
			r[1] = make([]T, n)
		} else {
			r[2] = make([]T, len(p.raw))
		}
		switch pass {
		case "forward":
			s.Forward(p.x, theta, r[0], r[1])
		case "inverse":
			s.Inverse(p.x, theta, r[0], r[1])
		case "backward":
			s.Backward(p.x, theta, p.up, p.logUp, r[0], p.theta(r[2]))
		default:
			s.InverseBackward(p.x, l, theta, p.up, p.logUp, r[0], p.theta(r[2]))
		}
		all[pass] = r
	}
	return all
}

// wide is the problem in float64. Each x inside of the interval is moved by the fraction x of the interval, and the least
// width and height of a bin grow by width and height.
func (p *splineProblem[T]) wide(x, width, height float64) *splineProblem[float64] {
	s := p.family
	s.MinWidth, s.MinHeight = s.MinWidth+width, s.MinHeight+height
	room := func(v []T) []float64 {
		wide := make([]float64, len(v))
		convert(wide, v)
		return wide
	}
	w := &splineProblem[float64]{s, p.d, room(p.x), room(p.up), room(p.logUp), room(p.raw)}
	for i, v := range w.x {
		if v > s.Lo && v < s.Hi {
			w.x[i] = min(max(v+x*(s.Hi-s.Lo), math.Nextafter(s.Lo, s.Hi)), math.Nextafter(s.Hi, s.Lo))
		}
	}
	return w
}

// one evaluates the splines one by one.
func (p *splineProblem[T]) one(l []T) map[string]splineResults[T] {
	return p.run(newSplines[T](p.family, p.d, &splineKernels{}), l)
}

// compare holds all passes to those of splines evaluated one by one in float64. The tolerance is tol, plus four times the
// effect of a rounding error in x or in the knots, since every implementation rounds its knots.
func (p *splineProblem[T]) compare(t *testing.T, where string, lanes *Splines[T], tol float64) {
	t.Helper()
	n := len(p.x)
	z, l, wideL := make([]T, n), make([]T, n), make([]float64, n)
	lanes.Forward(p.x, p.theta(p.raw), z, l)
	for i, v := range l { // log slopes as Inverse returns them, the negatives of Forward's
		l[i] = -v
	}
	convert(wideL, l)
	const rounding = 2e-16
	wide := p.wide(0, 0, 0)
	want := wide.one(wideL)
	moved := []map[string]splineResults[float64]{
		p.wide(-rounding, 0, 0).one(wideL), p.wide(rounding, 0, 0).one(wideL), p.wide(0, rounding, 0).one(wideL), p.wide(0, 0, rounding).one(wideL),
	}
	for pass, got := range p.run(lanes, l) {
		w := want[pass]
		for part := range w { // the tolerance of each number
			for i, v := range w[part] {
				rough := 0.0
				for _, m := range moved {
					if d := math.Abs(m[pass][part][i] - v); d >= 0 {
						rough += 4 * d
					}
				}
				moved[0][pass][part][i] = rough
			}
		}
		rough := moved[0][pass]
		check := func(e int, what string, got []T, want, rough []float64, tol, floor float64) {
			for i, v := range got {
				if g, w := float64(v), want[i]; !(g == w || g != g && w != w || math.Abs(g-w) <= tol*max(floor, math.Abs(w))+rough[i]) {
					t.Fatalf("%s: %s: element %d, %v: %s: number %d = %v, want %v to %.1g", where, pass, e, p.x[e], what, i, g, w, tol*max(floor, math.Abs(w))+rough[i])
				}
			}
		}
		for e := range n {
			if w[2] == nil {
				check(e, "value", got[0][e:e+1], w[0][e:e+1], rough[0][e:e+1], tol, 1)
				check(e, "log slope", got[1][e:e+1], w[1][e:e+1], rough[1][e:e+1], tol, 1)
				continue
			}
			grads, wants, roughs := p.gradients(got, e), wide.gradients(w, e), wide.gradients(rough, e)
			largest := 1.0
			for _, part := range wants {
				for _, v := range part {
					largest = max(largest, math.Abs(v))
				}
			}
			for part, name := range []string{"x", "widths", "heights", "slopes"} {
				check(e, name, grads[part], wants[part], roughs[part], 10*tol, largest)
			}
		}
	}
}

// gradients returns the gradients of element e in x and in its widths, heights and slopes.
func (p *splineProblem[T]) gradients(r splineResults[T], e int) [4][]T {
	theta := p.theta(r[2])
	widths, heights, slopes := theta.of(e/p.d, e%p.d, &p.family)
	return [4][]T{r[0][e : e+1], widths, heights, slopes}
}
