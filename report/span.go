package report

import (
	"math"
	"slices"
)

// span is a range of numbers.
type span struct{ lo, hi float64 }

// extent is the range of v, which is not empty.
func extent(v []float64) span { return span{slices.Min(v), slices.Max(v)} }

// middle is the range of the middle share of sorted, widened by a tenth on each side, but not beyond all of it and a
// little margin: where most of a column lies, however far its tails reach.
func middle(sorted []float64, share float64) span {
	cut := int((1 - share) / 2 * float64(len(sorted)))
	all, most := span{sorted[0], sorted[len(sorted)-1]}, span{sorted[cut], sorted[len(sorted)-1-cut]}
	if !(most.hi > most.lo) {
		most = all
	}
	wide, edge := most.grow(0.15), all.grow(0.03)
	return span{math.Max(wide.lo, edge.lo), math.Min(wide.hi, edge.hi)}
}

// grow widens by a share of the length on each side.
func (s span) grow(share float64) span {
	by := share*s.hi - share*s.lo
	return span{s.lo - by, s.hi + by}
}

// wide is s, or one around it that can be drawn where s has no length.
func (s span) wide() span {
	if s.hi-s.lo > 1e-9*math.Max(math.Abs(s.lo), math.Abs(s.hi)) && !math.IsInf(s.hi-s.lo, 0) {
		return s
	}
	by := math.Max(0.5, 1e-6*math.Abs(s.lo))
	return span{s.lo - by, s.hi + by}
}

func (s span) contains(v float64) bool { return s.lo <= v && v <= s.hi }
