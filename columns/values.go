package columns

import (
	"math"
	"slices"
)

// Values looks at the numbers of a column one after the other, in bounded memory: how many there are and how many differ, between what
// they lie, on which grid. The zero Values is ready; what is not finite is no number.
type Values struct {
	Min, Max float64 // 0 before the first number
	Count    int

	limit    int // of numbers that are held
	distinct *distinct[float64]
	grid     decimalGrid
	fraction bool // not all are whole
	unsorted [2]bool
	last     float64
}

// heldValues is how many different numbers Values holds unless NewValues says another number.
const heldValues = 1 << 16

// NewValues holds at most so many different numbers at once, at least 1024: of more, their number is an estimate.
func NewValues(held int) *Values { return &Values{limit: max(held, 1<<10)} }

// Add takes a number.
func (f *Values) Add(v float64) {
	if f == nil || v-v != 0 {
		return
	}
	if f.distinct == nil {
		if f.limit == 0 {
			f.limit = heldValues
		}
		f.distinct = newNumbers(f.limit)
		f.Count, f.Min, f.Max = 0, v, v
	} else {
		f.unsorted[0] = f.unsorted[0] || v <= f.last
		f.unsorted[1] = f.unsorted[1] || v >= f.last
	}
	f.last = v
	f.Count++
	f.Min, f.Max = min(f.Min, v), max(f.Max, v)
	f.distinct.add(v)
	f.grid.add(v)
	f.fraction = f.fraction || v != math.Trunc(v)
}

// none reports that no number has come.
func (f *Values) none() bool { return f == nil || f.distinct == nil }

// Distinct is how many different numbers there are; of more than are held an estimate, off by some percents.
func (f *Values) Distinct() int {
	if f.none() {
		return 0
	}
	return min(f.distinct.number(), f.Count)
}

// Top is the share of the commonest number; where not all are held by up to 0.001 too low.
func (f *Values) Top() float64 {
	if f.none() {
		return 0
	}
	return float64(f.distinct.top()) / float64(f.Count)
}

// Whole reports whether all numbers are whole ones.
func (f *Values) Whole() bool { return !f.none() && !f.fraction }

// sorted reports whether each number is greater than the one before, or each less.
func (f *Values) sorted() bool { return f.Count > 1 && !(f.unsorted[0] && f.unsorted[1]) }

// few reports fewer than half as many different numbers as there are numbers.
func (f *Values) few() bool { return 2*f.Distinct() < f.Count }

// Quantum is the step of the grid that the numbers lie on, 0 where there is none: the greatest common divisor of their distances, up
// to what rounding does to them, and of decimal fractions exactly.
func (f *Values) Quantum() float64 {
	if f.none() {
		return 0
	}
	decimal := f.grid.step()
	if f.Distinct() < 2 || !f.distinct.exact() {
		return decimal
	}
	sorted := f.distinct.sorted()
	gaps := gapsOf(sorted)
	least := slices.Min(gaps)
	for _, guess := range []float64{least, divisorOf(gaps)} {
		switch step := gridThrough(sorted, guess); {
		case step == 0 || step < least/finest:
		case math.Abs(decimal-step) <= gridTolerance*step: // 0.1, not 0.1 and a rounding error
			return decimal
		default:
			return step
		}
	}
	if decimal < least/finest {
		return 0
	}
	return decimal
}
