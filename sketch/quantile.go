package sketch

import (
	"cmp"
	"fmt"
	"math"
	"slices"
)

// Rank is an interval that is certain to contain the share of the values that are at most v. It is [NaN, NaN] if the Column is
// empty or v is NaN. Its width is the uncertainty of the summary there.
func (c *Column) Rank(v float64) (low, high float64) {
	if c.Count() == 0 || math.IsNaN(v) {
		return math.NaN(), math.NaN()
	}
	c.compress()
	for _, k := range c.cells {
		if k.high <= v {
			low += k.count
		}
		if k.low <= v {
			high += k.count
		}
		if k.low <= v && v < k.high { // the value at low is at most v, the one at high is not
			low++
			high--
		}
	}
	return low / c.n, high / c.n
}

// Error is half the greatest width of Rank over all v: the most by which the middle of the interval can be off. NaN if the
// Column is empty.
func (c *Column) Error() float64 {
	if c.Count() == 0 {
		return math.NaN()
	}
	c.compress()
	type change struct{ at, by float64 } // a change of n times the width of Rank
	var changes []change
	for _, k := range c.cells {
		if k.high > k.low {
			changes = append(changes, change{k.low, k.count - 2}, change{k.high, 2 - k.count})
		}
	}
	slices.SortFunc(changes, func(a, b change) int { return cmp.Or(cmp.Compare(a.at, b.at), cmp.Compare(a.by, b.by)) })
	width, widest := 0.0, 0.0
	for _, e := range changes {
		width += e.by
		widest = max(widest, width)
	}
	return widest / 2 / c.n
}

// Quantile is the value below which the share p of the values lies, interpolated linearly between the means of cells, with the
// least and the greatest value at the ends. It is NaN if the Column is empty or p is outside [0, 1].
func (c *Column) Quantile(p float64) float64 {
	if c.Count() == 0 || !(p >= 0 && p <= 1) {
		return math.NaN()
	}
	c.compress()
	return c.walk([]float64{p})[0]
}

// Values returns n values that represent the column: its quantiles at (i+½)/n, ascending. If the column has at most n values, each
// in a cell of its own, they are these values.
func (c *Column) Values(n int) ([]float64, error) {
	switch {
	case c.Count() == 0:
		return nil, fmt.Errorf("sketch: Values: the Column is empty, want at least one value in it")
	case n < 1 || n > 1<<28:
		return nil, fmt.Errorf("sketch: Values: n = %d, want 1 to 2^28", n)
	}
	c.compress()
	shares := make([]float64, n)
	for i := range shares {
		shares[i] = (float64(i) + 0.5) / float64(n)
	}
	return c.walk(shares), nil
}

// walk finds the quantiles for ascending shares.
func (c *Column) walk(shares []float64) []float64 {
	at, below, out := 0, 0.0, make([]float64, len(shares)) // below is the number of values in cells before at
	for i, p := range shares {
		place := p * c.n
		for at < len(c.cells)-1 && below+c.cells[at].count <= place {
			below += c.cells[at].count
			at++
		}
		out[i] = c.within(at, place-below)
	}
	for i := 1; i < len(out); i++ { // cells may overlap after a merge
		out[i] = max(out[i], out[i-1])
	}
	return out
}

// within is the value at a place, from 0 to its count, in cell i: linear from the cell's lower edge to its mean and on to its upper
// edge. An edge is halfway to the neighbour's mean, or the end of the column.
func (c *Column) within(i int, place float64) float64 {
	k := c.cells[i]
	if k.count == 1 || k.low == k.high {
		return k.mean
	}
	low, high := k.low, k.high
	if i > 0 {
		low = max(low, min((c.cells[i-1].mean+k.mean)/2, k.mean))
	}
	if i < len(c.cells)-1 {
		high = min(high, max((c.cells[i+1].mean+k.mean)/2, k.mean))
	}
	half := k.count / 2
	if place < half {
		return low + (k.mean-low)*place/half
	}
	return k.mean + (high-k.mean)*min((place-half)/half, 1)
}
