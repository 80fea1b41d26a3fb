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
