package kernel

import (
	"fmt"
	"math"
)

// A Spline says which family of monotone rational-quadratic splines is meant (Durkan et al. 2019, arXiv:1906.04032, and Gregory &
// Delbourgo 1982, IMA J. Numer. Anal. 2, 123–130): K pieces that take [Lo, Hi] to itself. Of one spline, from raw numbers a (K), b (K)
// and c, the knots (x_i, y_i), i = 0…K, and the slopes δ_i at them are
//
//	x_i = Lo + (Hi − Lo)·Σ_{j<i} (MinWidth + (1 − K·MinWidth)·softmax(a)_j),   y_i the same of b and MinHeight
//	δ = MinSlope + log(1 + exp(c + o)),   o = log(exp(1 − MinSlope) − 1)
//
// so that raw numbers of zero are the identity; Ends says which slopes have a raw number. With w and h the width and the height of the
// piece that x is in, s = h/w, ξ = (x − x_i)/w, ξ′ = 1 − ξ and D = s(ξ² + ξ′²) + (δ_i + δ_{i+1})ξξ′,
//
//	z = y_i + h·ξ(sξ + δ_i ξ′)/D
//	dz/dx = (s/D)²·(δ_{i+1}ξ² + 2sξξ′ + δ_i ξ′²)
//
// Every sum is one of positive numbers, so every digit stays. A slope δ beyond 1e100 is held there.
type Spline struct {
	Bins                int     // K
	Lo, Hi              float64 // the interval, a number of the type that is computed with, or the one next to it
	Ends                SplineEnds
	MinWidth, MinHeight float64 // of a piece, in shares of Hi − Lo
	MinSlope            float64 // at a knot
}

// SplineEnds says what slope a spline has at the ends of its interval, and what is beyond them.
type SplineEnds uint8

const (
	// LinearEnds are those of a map of all of ℝ: the identity goes on beyond them, and their slope is 1. c has K−1 numbers.
	LinearEnds SplineEnds = iota
	// FreeEnds have slopes of their own. c has K+1 numbers. What is beyond them has no image: it stays, with a slope of 0.
	FreeEnds
	// CircularEnds are one point of a circle, with one slope. c has K numbers, that slope's first. Beyond is what is beyond FreeEnds.
	CircularEnds
	// OpenEnds are those of a map of all of ℝ that goes on with their slopes. The interval is of z, with knots y_i at equal distances; those
	// of x are anywhere: instead of widths and heights there are
	//
	//	one number a, x_0 = Lo + a, and b (K), x_{i+1} = x_i + (y_{i+1} − y_i)·exp(b_i); slopes δ_i = exp(c_i), K+1
	OpenEnds
)

// What a Spline can be: with more pieces, or less of one, knots would have too few digits between them.
const (
	mostBins   = 1 << 16
	leastShare = 1e-6
	mostBound  = 1e30
	mostSlope  = 1e100
	mostOffset = 1e6 // of an interval from 0, in its own lengths
)

// Validate reports a field that is out of its range. The error begins with the name of the field.
func (s Spline) Validate() error {
	switch length := s.Hi - s.Lo; {
	case s.Bins < 2 || s.Bins > mostBins:
		return fmt.Errorf("Bins = %d, want 2 to %d", s.Bins, mostBins)
	case !(length >= 2/mostBound && length <= 2*mostBound):
		return fmt.Errorf("Lo = %v, Hi = %v, want Hi more than Lo by %v to %v", s.Lo, s.Hi, 2/mostBound, 2*mostBound)
	case !(math.Abs(s.Lo) <= mostOffset*length):
		return fmt.Errorf("Lo = %v, Hi = %v, want no interval that is %v times as far from 0 as it is long", s.Lo, s.Hi, mostOffset)
	case s.Ends > OpenEnds:
		return fmt.Errorf("Ends = %d, want LinearEnds, FreeEnds, CircularEnds or OpenEnds", s.Ends)
	case s.Ends == OpenEnds:
		return nil
	case !(s.MinSlope >= leastShare && s.MinSlope < 1):
		return fmt.Errorf("MinSlope = %v, want at least %v and less than 1", s.MinSlope, leastShare)
	}
	for _, f := range []struct {
		name  string
		value float64
	}{{"MinWidth", s.MinWidth}, {"MinHeight", s.MinHeight}} {
		if !(f.value >= leastShare && f.value*float64(s.Bins) < 1) {
			return fmt.Errorf("%s = %v, want at least %v and less than 1/Bins = 1/%d", f.name, f.value, leastShare, s.Bins)
		}
	}
	return nil
}

// Sizes are how many raw numbers a spline has of each kind: widths, heights and slopes.
func (s Spline) Sizes() (widths, heights, slopes int) {
	switch k := s.Bins; s.Ends {
	case FreeEnds:
		return k, k, k + 1
	case CircularEnds:
		return k, k, k
	case OpenEnds:
		return 1, k, k + 1
	default:
		return k, k, k - 1
	}
}

// Width is how many raw numbers a spline has.
func (s Spline) Width() int {
	widths, heights, slopes := s.Sizes()
	return widths + heights + slopes
}

// shift is o, the raw number of slope 1.
func (s Spline) shift() float64 { return math.Log(math.Expm1(1 - s.MinSlope)) }

// SplineTheta are the raw numbers of the splines of d columns, or gradients in them: of each of the three kinds, column j has as many as
// the family's Sizes, from j times that on. With a Stride each row has its own, Stride numbers after the last one's.
type SplineTheta[T Float] struct {
	Widths, Heights, Slopes []T
	Stride                  int // 0: the same for all rows
}

// of are the raw numbers of row i and column j.
func (t *SplineTheta[T]) of(i, j int, s *Spline) (widths, heights, slopes []T) {
	row := i * t.Stride
	w, h, n := s.Sizes()
	return t.Widths[row+j*w:][:w], t.Heights[row+j*h:][:h], t.Slopes[row+j*n:][:n]
}

// Splines map the elements of matrices of d columns by splines of one family. They are scratch memory for one goroutine, and
// compute in float64 whatever T is.
type Splines[T Float] struct {
	family Spline
	d      int
	shift  float64

	// the spline that is loaded
	x, y         axis
	raw          []T       // of the slopes
	slope, rate  []float64 // δ at the K+1 knots, and its derivative in the raw number
	slopeUp      []float64 // the gradient in the slopes
	slopesLoaded bool      // all of them, not only those of the piece at hand

	lanes *splineLanes[T] // where elements have a spline each; nil: they are taken one by one
}

// An axis has the knots of a spline in one direction.
type axis struct {
	share []float64 // softmax, K
	at    []float64 // the knots, K+1
	up    []float64 // the gradient in them
}

func newAxis(bins int) axis {
	return axis{make([]float64, bins), make([]float64, bins+1), make([]float64, bins+1)}
}

// NewSplines makes room for splines of a family, which is valid.
func NewSplines[T Float](family Spline, d int) *Splines[T] {
	return newSplines[T](family, d, &active.spline)
}

func newSplines[T Float](family Spline, d int, ops *splineKernels) *Splines[T] {
	k := family.Bins
	if family.Ends == FreeEnds || family.Ends == CircularEnds { // what is at an end is in the interval
		family.Lo, family.Hi = float64(T(family.Lo)), float64(T(family.Hi))
	}
	s := &Splines[T]{
		family: family, d: d, shift: family.shift(), x: newAxis(k), y: newAxis(k),
		slope: make([]float64, k+1), rate: make([]float64, k+1), slopeUp: make([]float64, k+1),
		lanes: newSplineLanes[T](family, d, ops),
	}
	s.slope[0], s.slope[k] = 1, 1
	for i := range s.y.at { // of OpenEnds, for good
		s.y.at[i] = family.Lo + (family.Hi-family.Lo)*(float64(i)/float64(k))
	}
	return s
}

// Forward writes z and log dz/dx of every element of x.
func (s *Splines[T]) Forward(x []T, theta SplineTheta[T], z, logSlope []T) {
	if s.byLanes(&theta) {
		s.lanes.forward(x, &theta, z, logSlope)
		return
	}
	s.each(len(x), theta, func(e int) {
		v, l := s.at(float64(x[e]))
		z[e], logSlope[e] = T(v), T(l)
	})
}

// Inverse writes x and log dx/dz of every element of z.
func (s *Splines[T]) Inverse(z []T, theta SplineTheta[T], x, logSlope []T) {
	if s.byLanes(&theta) {
		s.lanes.inverse(z, &theta, x, logSlope)
		return
	}
	s.each(len(z), theta, func(e int) {
		v, l := s.solve(float64(z[e]))
		x[e], logSlope[e] = T(v), T(-l)
	})
}

// byLanes reports whether there are kernels for splines as theta has them.
func (s *Splines[T]) byLanes(theta *SplineTheta[T]) bool { return s.lanes != nil && theta.Stride != 0 }

// each loads the spline of each of n elements and visits it: column by column where the splines are the same for all rows.
func (s *Splines[T]) each(n int, theta SplineTheta[T], visit func(e int)) {
	if theta.Stride == 0 {
		for j := range s.d {
			s.load(&theta, 0, j)
			s.loadSlopes()
			for e := j; e < n; e += s.d {
				visit(e)
			}
		}
		return
	}
	for e := range n {
		s.load(&theta, e/s.d, e%s.d)
		visit(e)
	}
}

// load takes the spline of row i and column j. Its slopes are worked out where they are needed, two of K−1 for an element.
func (s *Splines[T]) load(theta *SplineTheta[T], i, j int) {
	widths, heights, slopes := theta.of(i, j, &s.family)
	if s.family.Ends == OpenEnds {
		s.placeOpen(widths[0], heights)
	} else {
		place(&s.x, widths, &s.family, s.family.MinWidth)
		place(&s.y, heights, &s.family, s.family.MinHeight)
	}
	s.raw, s.slopesLoaded = slopes, false
}

// place puts the knots of an axis where its raw numbers say.
func place[T Float](a *axis, raw []T, s *Spline, least float64) {
	k, length := len(raw), s.Hi-s.Lo
	share, at := a.share[:k], a.at[:k+1]
	top := float64(raw[0])
	for _, v := range raw[1:] {
		if float64(v) > top {
			top = float64(v)
		}
	}
	for i, v := range raw {
		share[i] = float64(v) - top
	}
	exps[T](share)
	total := 0.0
	for _, e := range share {
		total += e
	}
	per := 1 / total
	rest, sum := 1-float64(k)*least, 0.0
	for i, e := range share {
		share[i] = e * per
		at[i] = s.Lo + length*sum
		sum += least + rest*share[i]
	}
	at[k] = s.Hi
}

func (s *Splines[T]) loadSlopes() {
	for i := range s.family.Bins + 1 {
		s.loadSlope(i)
	}
	s.slopesLoaded = true
}

func (s *Splines[T]) needSlope(i int) {
	if !s.slopesLoaded {
		s.loadSlope(i)
	}
}

// rawOf is which raw number the slope at knot i has, −1 where it is 1.
func (s *Spline) rawOf(i int) int {
	switch {
	case s.Ends == FreeEnds, s.Ends == OpenEnds:
		return i
	case s.Ends == CircularEnds:
		return i % s.Bins
	case i == 0, i == s.Bins:
		return -1
	}
	return i - 1
}

// loadSlope works out δ_i and its derivative.
func (s *Splines[T]) loadSlope(i int) {
	raw := s.family.rawOf(i)
	if raw < 0 {
		return
	}
	if s.family.Ends == OpenEnds {
		s.slope[i], s.rate[i] = expHeld(float64(s.raw[raw]))
		return
	}
	v := float64(s.raw[raw]) + s.shift
	e, log := softplusParts[T](v)
	s.slope[i] = s.family.MinSlope + max(v, 0) + log
	s.rate[i] = 1 / (1 + e)
	if v < 0 {
		s.rate[i] *= e
	}
	if s.slope[i] > mostSlope {
		s.slope[i], s.rate[i] = mostSlope, 0
	}
}

// softplusParts are e^−|v| and log(1 + e^−|v|), with the digits of a T beside 1: a float32 needs no more beside MinSlope.
func softplusParts[T Float](v float64) (e, log float64) {
	v = -math.Abs(v)
	if sizeOf[T]() == 4 && v > leastExponent {
		e = exp32(v)
		return e, logOf(1 + e)
	}
	e = math.Exp(v)
	return e, math.Log1p(e)
}

// expHeld is exp v and its derivative, held to 1/mostSlope and mostSlope.
func expHeld(v float64) (e, rate float64) {
	switch e = math.Exp(v); {
	case e > mostSlope:
		return mostSlope, 0
	case e < 1/mostSlope:
		return 1 / mostSlope, 0
	}
	return e, e
}

// placeOpen puts the knots of x where OpenEnds have them; share are the gaps.
func (s *Splines[T]) placeOpen(start T, logs []T) {
	s.x.at[0] = s.family.Lo + float64(start)
	for i, v := range logs {
		e, _ := expHeld(float64(v))
		s.x.share[i] = (s.y.at[i+1] - s.y.at[i]) * e
		s.x.at[i+1] = s.x.at[i] + s.x.share[i]
	}
}

// inside reports whether v is between the ends of an axis or, where it makes a difference, at one. What is no number is not.
func (s *Splines[T]) inside(a *axis, v float64) bool {
	return s.family.inside(v, a.at[0], a.at[s.family.Bins])
}

func (s *Spline) inside(v, lo, hi float64) bool {
	if s.Ends == LinearEnds {
		return v > lo && v < hi
	}
	return v >= lo && v <= hi
}

// beyond is the knot at the end that v, which is not inside, is beyond.
func (s *Splines[T]) beyond(a *axis, v float64) (knot int) {
	if v > a.at[0] {
		return s.family.Bins
	}
	return 0
}

// outside is the logarithm of the slope beyond the ends, of the map from x to z as of the one back.
func (s *Splines[T]) outside() float64 { return s.family.outside() }

func (s *Spline) outside() float64 {
	if s.Ends == LinearEnds {
		return 0
	}
	return math.Inf(-1)
}

// A piece is what is known of the piece of a spline that an element is in.
type piece struct {
	i             int
	w, h, s       float64 // width, height and their quotient h/w
	lower, upper  float64 // the slopes δ_i, δ_{i+1}
	along, remain float64 // ξ, ξ′
	d             float64 // D
}

// pieceOf is the piece between two knots of an axis that v, which is inside, is between.
func (s *Splines[T]) pieceOf(a *axis, v float64) (p piece) {
	k := s.family.Bins
	if k <= 16 {
		for p.i < k-1 && v >= a.at[p.i+1] {
			p.i++
		}
	} else {
		for from, to := 0, k; to-from > 1; p.i = from {
			if mid := (from + to) / 2; v >= a.at[mid] {
				from = mid
			} else {
				to = mid
			}
		}
	}
	s.needSlope(p.i)
	s.needSlope(p.i + 1)
	p.w, p.h = s.x.at[p.i+1]-s.x.at[p.i], s.y.at[p.i+1]-s.y.at[p.i]
	p.s = s.slopeOf(p.i)
	p.lower, p.upper = s.slope[p.i], s.slope[p.i+1]
	return p
}

// slopeOf is h/w of a piece, from its shares: differences of knots have lost digits of what is narrow.
func (s *Splines[T]) slopeOf(i int) float64 {
	width, height, f := s.x.share[i], s.y.share[i], &s.family
	if f.Ends == OpenEnds {
		return (s.y.at[i+1] - s.y.at[i]) / width
	}
	k := float64(f.Bins)
	return (f.MinHeight + (1-k*f.MinHeight)*height) / (f.MinWidth + (1-k*f.MinWidth)*width)
}

// pieceAt is the piece at x with ξ. Either of ξ and ξ′ comes from the knot at its own end, so that the lesser has all its digits.
func (s *Splines[T]) pieceAt(x float64) piece {
	p := s.pieceOf(&s.x, x)
	p.along, p.remain = (x-s.x.at[p.i])/p.w, (s.x.at[p.i+1]-x)/p.w
	p.close()
	return p
}

func (p *piece) close() {
	p.d = p.s*(p.along*p.along+p.remain*p.remain) + (p.lower+p.upper)*(p.along*p.remain)
}

// bend is δ_{i+1}ξ² + 2sξξ′ + δ_i ξ′², the slope's numerator.
func (p *piece) bend() float64 {
	return p.upper*p.along*p.along + 2*p.s*p.along*p.remain + p.lower*p.remain*p.remain
}

func (p *piece) logSlope() float64 {
	q := p.s / p.d
	slope := q * q * p.bend()
	if slope > 1e-300 && slope < 1e300 {
		return logOf(slope)
	}
	return math.Log(slope)
}

// at is z and log dz/dx at x, from the nearer knot.
func (s *Splines[T]) at(x float64) (z, logSlope float64) {
	if !s.inside(&s.x, x) {
		if s.family.Ends == OpenEnds {
			end := s.beyond(&s.x, x)
			s.needSlope(end)
			return s.y.at[end] + (x-s.x.at[end])*s.slope[end], math.Log(s.slope[end])
		}
		return x, s.outside()
	}
	p := s.pieceAt(x)
	if p.along <= p.remain {
		z = s.y.at[p.i] + p.h*p.along*(p.s*p.along+p.lower*p.remain)/p.d
	} else {
		z = s.y.at[p.i+1] - p.h*p.remain*(p.s*p.remain+p.upper*p.along)/p.d
	}
	return z, p.logSlope()
}

// solve is the x of z, and log dz/dx there. With η and η′ the shares of the height below and above z, ξ is a root of a quadratic
// equation. In terms of q = δ_i η′ − δ_{i+1} η its discriminant is a sum of squares, and it and 1 − ξ are quotients of positive
// numbers:
//
//	r = √(q² + 4s²ηη′),   ξ : ξ′ = 2sη : r + q  if q ≥ 0,   r − q : 2sη′  if q < 0
//
// The published root, −2sη/(b + √(b² − 4ac)) of the same equation, takes differences in b and in its discriminant.
func (s *Splines[T]) solve(z float64) (x, logSlope float64) {
	if !s.inside(&s.y, z) {
		if s.family.Ends == OpenEnds {
			end := s.beyond(&s.y, z)
			s.needSlope(end)
			return s.x.at[end] + (z-s.y.at[end])/s.slope[end], math.Log(s.slope[end])
		}
		return z, -s.outside()
	}
	p := s.pieceOf(&s.y, z)
	below, above := (z-s.y.at[p.i])/p.h, (s.y.at[p.i+1]-z)/p.h
	q := p.lower*above - p.upper*below
	r := math.Sqrt(q*q + 4*p.s*p.s*below*above)
	if q >= 0 {
		p.along, p.remain = 2*p.s*below, r+q
	} else {
		p.along, p.remain = r-q, 2*p.s*above
	}
	per := 1 / (p.along + p.remain)
	p.along, p.remain = p.along*per, p.remain*per
	p.close()
	if p.along <= p.remain {
		x = s.x.at[p.i] + p.w*p.along
	} else {
		x = s.x.at[p.i+1] - p.w*p.remain
	}
	return x, p.logSlope()
}
