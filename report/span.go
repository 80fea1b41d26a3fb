package report

import (
	"math"
	"slices"
)

// span is a range of numbers.
type span struct{ lo, hi float64 }

// extent is the range of v, which must not be empty.
func extent(v []float64) span { return span{slices.Min(v), slices.Max(v)} }

// middle is the range of the middle share of sorted values, widened by a tenth on each side but not beyond the range of
// all values plus a small margin. It shows where most of a column lies, however far its tails reach.
func middle(sorted []float64, share float64) span {
	cut := int((1 - share) / 2 * float64(len(sorted)))
	all, most := span{sorted[0], sorted[len(sorted)-1]}, span{sorted[cut], sorted[len(sorted)-1-cut]}
	if !(most.hi > most.lo) {
		most = all
	}
	wide, edge := most.grow(0.15), all.grow(0.03)
	return span{math.Max(wide.lo, edge.lo), math.Min(wide.hi, edge.hi)}
}

// grow widens s by a share of its length on each side.
func (s span) grow(share float64) span {
	by := share*s.hi - share*s.lo
	return span{s.lo - by, s.hi + by}
}

// wide is s, or a range around it that can be drawn if s has no length.
func (s span) wide() span {
	if s.hi-s.lo > 1e-9*math.Max(math.Abs(s.lo), math.Abs(s.hi)) && !math.IsInf(s.hi-s.lo, 0) {
		return s
	}
	by := math.Max(0.5, 1e-6*math.Abs(s.lo))
	return span{s.lo - by, s.hi + by}
}

func (s span) contains(v float64) bool { return s.lo <= v && v <= s.hi }
