package layers

import (
	"fmt"
	"math"
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

// An Interval is the numbers between two ends, without them; an end may be infinite.
type Interval struct{ Lo, Hi float64 }

// Real is ℝ.
func Real() Interval { return Interval{math.Inf(-1), math.Inf(1)} }

// Excludes reports an x that is on a finite end or beyond it.
func (i Interval) Excludes(x float64) bool {
	return x <= i.Lo && !math.IsInf(i.Lo, -1) || x >= i.Hi && !math.IsInf(i.Hi, 1)
}

// String is the interval as it is written: (0, 1).
func (i Interval) String() string { return fmt.Sprintf("(%v, %v)", i.Lo, i.Hi) }
