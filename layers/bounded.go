package layers

import (
	"fmt"
	"math"

	"gaussflow/transforms"
)

// A Bounded layer has a domain or an image that is not all of ℝᵈ. For a row outside its domain its Forward returns a log-det of −∞
// and some finite z; for a row outside its image Inverse does likewise. Domain lets a flow find which number of such a row is
// outside, and distinguish such rows from those that merely overflow its arithmetic.
type Bounded interface {
	// Domain has an interval for each column of x; it is nil if the domain is all of ℝᵈ.
	Domain() []Interval
	// Image has an interval for each column of z; it is nil if the image is all of ℝᵈ.
	Image() []Interval
}

// An Interval is the numbers between two ends, which may be infinite.
type Interval struct {
	Lo, Hi float64
	Closed bool // the ends belong to it
}

// Real is ℝ.
func Real() Interval { return Interval{Lo: math.Inf(-1), Hi: math.Inf(1)} }

// Excludes reports whether x is beyond an end or, if the interval is not Closed, at a finite end.
func (i Interval) Excludes(x float64) bool {
	if i.Closed {
		return x < i.Lo || x > i.Hi
	}
	return x <= i.Lo && !math.IsInf(i.Lo, -1) || x >= i.Hi && !math.IsInf(i.Hi, 1)
}

// String writes the interval as (0, 1), or as [0, 1] if it is Closed.
func (i Interval) String() string {
	if i.Closed {
		return fmt.Sprintf("[%v, %v]", i.Lo, i.Hi)
	}
	return fmt.Sprintf("(%v, %v)", i.Lo, i.Hi)
}

// intervalsOf is the domain, and the image, of a layer of d columns that maps by t all columns except those that stays marks; a nil
// stays marks none. It is nil if t takes all of ℝ.
func intervalsOf(t transforms.Transform, d int, stays Mask) []Interval {
	b, ok := t.(transforms.Bounded)
	if !ok || d < 1 {
		return nil
	}
	lo, hi := b.Interval()
	all := make([]Interval, d)
	for j := range all {
		all[j] = Interval{lo, hi, true}
		if stays != nil && stays[j] {
			all[j] = Real()
		}
	}
	return all
}
