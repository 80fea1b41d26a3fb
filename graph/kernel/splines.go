package kernel

import "math"

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
