package layers

import (
	"fmt"
	"math"

	"gaussflow/transforms"
)

// A Bounded layer has a domain that is not all of ℝᵈ, or an image that is not. Of a row outside of its domain its Forward says so by a
// log-det of −∞ and whatever finite z; of one outside of its image its Inverse does. By Domain a flow tells such a row from one that
// is too far out for its arithmetic, and which number it is.
type Bounded interface {
	// Domain has an interval for each column of x; nil where it is all of ℝᵈ.
	Domain() []Interval
	// Image has one for each column of z.
	Image() []Interval
}

// An Interval is the numbers between two ends, which may be infinite.
type Interval struct {
	Lo, Hi float64
	Closed bool // with its ends
}

// Real is ℝ.
func Real() Interval { return Interval{Lo: math.Inf(-1), Hi: math.Inf(1)} }

// Excludes reports an x that is beyond an end or, where the interval is not Closed, on one that is finite.
func (i Interval) Excludes(x float64) bool {
	if i.Closed {
		return x < i.Lo || x > i.Hi
	}
	return x <= i.Lo && !math.IsInf(i.Lo, -1) || x >= i.Hi && !math.IsInf(i.Hi, 1)
}

// String is the interval as it is written: (0, 1), or [0, 1] where it is Closed.
func (i Interval) String() string {
	if i.Closed {
		return fmt.Sprintf("[%v, %v]", i.Lo, i.Hi)
	}
	return fmt.Sprintf("(%v, %v)", i.Lo, i.Hi)
}

// intervalsOf are the domain, and the image, of a layer that maps those of d columns by t that stays does not mark; a nil stays marks
// none. They are nil where t is of all of ℝ.
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
