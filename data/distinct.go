package data

import (
	"maps"
	"math"
	"slices"
)

// distinct counts values: exactly while there are at most limit of them, then as J. Misra and D. Gries, "Finding
// repeated elements", Science of Computer Programming 2 (1982): a count is too low by at most n/limit.
type distinct struct {
	limit   int
	counts  map[float64]int
	reduced bool
	seen    int // the most values held
}

func newDistinct(limit int) *distinct { return &distinct{limit: limit, counts: map[float64]int{}} }

func (d *distinct) add(v float64) {
	if _, known := d.counts[v]; known || len(d.counts) < d.limit {
		d.counts[v]++
		d.seen = max(d.seen, len(d.counts))
		return
	}
	d.reduced = true
	for u, n := range d.counts {
		if n == 1 {
			delete(d.counts, u)
		} else {
			d.counts[u] = n - 1
		}
	}
}

func (d *distinct) exact() bool { return !d.reduced }

// top is the most frequent value, the least one of several.
func (d *distinct) top() (value float64, count int) {
	value = math.NaN()
	for v, n := range d.counts {
		if n > count || n == count && v < value {
			value, count = v, n
		}
	}
	return value, count
}

func (d *distinct) sorted() []float64 { return slices.Sorted(maps.Keys(d.counts)) }

// gridStep is the step of the grid on which sorted values lie, up to rounding: the greatest common divisor of their
// gaps, by Euclid. 0 where they lie on none that is coarser than a thousandth of the least gap.
func gridStep(sorted []float64) float64 {
	if len(sorted) < 2 {
		return 0
	}
	span := sorted[len(sorted)-1] - sorted[0]
	rounding := 1e-9 * math.Max(span, math.Max(math.Abs(sorted[0]), math.Abs(sorted[len(sorted)-1])))
	var gaps []float64
	for i, v := range sorted[1:] {
		if gap := v - sorted[i]; gap > rounding {
			gaps = append(gaps, gap)
		}
	}
	if gaps == nil {
		return 0
	}
	least := slices.Min(gaps)
	step := least
	for _, gap := range gaps {
		if step = divisor(gap, step, rounding); step < least/1000 || step <= 4*rounding {
			return 0
		}
	}
	return step
}

// divisor is the greatest common divisor of a and b within the rounding.
func divisor(a, b, rounding float64) float64 {
	for b > rounding {
		a, b = b, math.Abs(a-b*math.Round(a/b))
	}
	return a
}
