package columns

import (
	"math"
	"slices"
)

// Values summarizes the numbers of a column, one after the other and in bounded memory: how many there are, how many are different,
// their range and their grid. The zero Values is ready for use; numbers that are not finite are ignored.
type Values struct {
	Min, Max float64 // 0 before the first number
	Count    int

	limit    int // of the different numbers held
	distinct *distinct[float64]
	grid     decimalGrid
	fraction bool // not all are integers
	unsorted [2]bool
	last     float64
}

// heldValues is how many different numbers Values holds unless NewValues sets another limit.
const heldValues = 1 << 16

// NewValues makes a Values that holds at most so many different numbers, at least 1024; if there are more, Distinct is
// an estimate.
func NewValues(held int) *Values { return &Values{limit: max(held, 1<<10)} }

// Add adds a number.
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

// none reports whether no number has been added.
func (f *Values) none() bool { return f == nil || f.distinct == nil }

// Distinct is how many different numbers there are; if more than can be held, an estimate, off by a few per cent.
func (f *Values) Distinct() int {
	if f.none() {
		return 0
	}
	return min(f.distinct.number(), f.Count)
}

// Top is the share of the commonest number; if not all are held, it may be up to 0.001 too low.
func (f *Values) Top() float64 {
	if f.none() {
		return 0
	}
	return float64(f.distinct.top()) / float64(f.Count)
}

// Whole reports whether all numbers are integers.
func (f *Values) Whole() bool { return !f.none() && !f.fraction }

// sorted reports whether the numbers are strictly ascending or strictly descending.
func (f *Values) sorted() bool { return f.Count > 1 && !(f.unsorted[0] && f.unsorted[1]) }

// few reports whether there are fewer than half as many different numbers as numbers.
func (f *Values) few() bool { return 2*f.Distinct() < f.Count }

// Quantum is the step of the grid on which the numbers lie, 0 if there is none: the greatest common divisor of their distances,
// exact for decimal fractions and otherwise up to rounding.
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
		case math.Abs(decimal-step) <= gridTolerance*step: // 0.1 instead of 0.1 plus a rounding error
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
