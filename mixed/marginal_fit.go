package mixed

import (
	"math"
	"slices"

	"gonum.org/v1/gonum/stat"

	"gaussflow/columns"
	"gaussflow/graph/kernel"
)

// Parameters of the fit of a marginal. A bin between knots has at least leastBin values, and there are about mostBins bins, so that
// the noise in the knots of n values costs about mostBins/2n nats. A value that at least one in ownShare rows has, and at least
// leastBin rows, gets a bin of its own. Towards either end bins are smaller, 1, 2, 4, … values, so that a wild value has a bin to
// itself. A normal with the column's median and quartiles counts as priorRows additional rows, which determine what few values
// leave open.
const (
	leastBin  = 30
	mostBins  = 16
	ownShare  = 256
	priorRows = 5
)

// fitMarginal puts knots at quantiles of values, the column's values without missing ones, or around each distinct value if
// recurring says so.
func fitMarginal(c *columns.Column, values []float64) *marginal {
	return marginalOf(c, values, recurring(c, values))
}

func marginalOf(c *columns.Column, values []float64, each bool) *marginal {
	m := newMarginal(c)
	t := tallyOf(c, m, values)
	if each {
		t.separate()
	}
	m.knots(t, t.bins())
	return m
}

// A tally is the distinct values of a column with their counts, ascending.
type tally struct {
	grid
	lower    float64
	upper    float64
	of       []distinct
	n        float64
	centre   float64 // median
	scale    float64 // standard deviation of the normal with the same quartiles
	smallest int     // number of values in a bin, in the middle
	unseen   float64 // number of values that the bins between values' own bins count for together
}

type distinct struct {
	value float64
	count int
	atom  bool // the value has a probability
	own   bool // the value has a bin of its own
}

func tallyOf(c *columns.Column, m *marginal, values []float64) *tally {
	sorted := slices.Clone(values)
	if m.step > 0 {
		for i, v := range sorted {
			sorted[i] = m.at(m.index(v))
		}
	} else {
		sorted = append(sorted, boundsSeen(c, sorted)...)
	}
	slices.Sort(sorted)
	t := &tally{grid: m.grid, lower: m.lower, upper: m.upper, n: float64(len(sorted)), smallest: max(leastBin, len(sorted)/mostBins)}
	for _, v := range sorted {
		if last := len(t.of) - 1; last >= 0 && t.of[last].value == v {
			t.of[last].count++
			continue
		}
		bound := v == m.lower || v == m.upper // a value at a bound must be an atom, since there is no density there
		atom := m.step == 0 && (bound || slices.ContainsFunc(c.Atoms, func(a columns.Atom) bool { return a.Value == v }))
		t.of = append(t.of, distinct{value: v, count: 1, atom: atom})
	}
	for i := range t.of {
		t.of[i].own = t.of[i].atom || t.of[i].count >= max(leastBin, len(sorted)/ownShare)
	}
	t.spread(sorted)
	return t
}

// boundsSeen are the bounds that the column is known to reach although none of values does. The rows that do are not in the
// training set, but need a probability, as there is no density at a bound.
func boundsSeen(c *columns.Column, values []float64) (bounds []float64) {
	if len(values) == 0 || c.Min == c.Max {
		return nil
	}
	if c.Lower != nil && *c.Lower == c.Min && !slices.Contains(values, c.Min) {
		bounds = append(bounds, c.Min)
	}
	if c.Upper != nil && *c.Upper == c.Max && !slices.Contains(values, c.Max) {
		bounds = append(bounds, c.Max)
	}
	return bounds
}

// spread finds centre and scale. If most values are equal, the scale is that of all; for a single value it is one that shows in
// its digits.
func (t *tally) spread(sorted []float64) {
	t.scale = 1
	if len(sorted) == 0 {
		return
	}
	t.centre = stat.Quantile(0.5, stat.Empirical, sorted, nil)
	t.scale = (stat.Quantile(0.75, stat.Empirical, sorted, nil) - stat.Quantile(0.25, stat.Empirical, sorted, nil)) / 1.349
	if !(t.scale > 0) {
		_, t.scale = stat.PopMeanStdDev(sorted, nil)
	}
	if !(t.scale > 1e-9*math.Abs(t.centre)) {
		t.scale = max(t.step, 1e-3*math.Abs(t.centre))
	}
	if t.scale == 0 {
		t.scale = 1
	}
}

// A bin is the x from left to right with the number of values there; an atom has no width.
type bin struct{ left, right, count float64 }

// left and right are the ends of a value's cell: on a grid half a step from it, else halfway to its neighbour, and for an atom the
// value itself.
func (t *tally) left(i int) float64 {
	switch d := t.of[i]; {
	case t.step > 0:
		return t.at(t.index(d.value) - 0.5)
	case d.atom:
		return d.value
	case i == 0:
		return max(d.value-t.gap(0)/2, d.value/2+t.lower/2)
	default:
		return t.right(i - 1)
	}
}

func (t *tally) right(i int) float64 {
	switch d := t.of[i]; {
	case t.step > 0:
		return t.at(t.index(d.value) + 0.5)
	case d.atom:
		return d.value
	case i == len(t.of)-1:
		return min(d.value+t.gap(i-1)/2, d.value/2+t.upper/2)
	case t.of[i+1].atom:
		return t.of[i+1].value
	default:
		return d.value + (t.of[i+1].value-d.value)/2
	}
}

// gap is the distance from value i to the next, at most one scale.
func (t *tally) gap(i int) float64 {
	if i < 0 || i+1 >= len(t.of) {
		return t.scale
	}
	return min(t.of[i+1].value-t.of[i].value, t.scale)
}

// bins divides the values into adjacent bins. Next to a value's own bin, space without values becomes a bin of its own; elsewhere
// it is part of a bin.
func (t *tally) bins() (bins []bin) {
	open, before, ownLast := bin{}, 0.0, false
	shut := func(right float64, own bool) {
		if open.count > 0 {
			open.right = right
			bins, open, ownLast = append(bins, open), bin{}, own
		}
	}
	for i, d := range t.of {
		if d.own && i > 0 {
			shut(t.right(i-1), false)
		}
		if open.count == 0 {
			open.left = t.left(i)
			if last := len(bins) - 1; last >= 0 && bins[last].right < open.left {
				if d.own || ownLast {
					bins = append(bins, bin{left: bins[last].right, right: open.left})
				} else {
					open.left = bins[last].right
				}
			}
		}
		open.count += float64(d.count)
		before += float64(d.count)
		if d.own || open.count >= t.size(before) {
			shut(t.right(i), d.own)
		}
	}
	shut(t.end(), false)
	t.spreadUnseen(bins)
	return bins
}

// spreadUnseen divides unseen equally among the bins without values.
func (t *tally) spreadUnseen(bins []bin) {
	empty := 0.0
	for _, b := range bins {
		if b.count == 0 {
			empty++
		}
	}
	for i := range bins {
		if bins[i].count == 0 {
			bins[i].count = t.unseen / empty
		}
	}
}

// end is the right end of the last value's cell.
func (t *tally) end() float64 {
	if len(t.of) == 0 {
		return t.centre + t.scale
	}
	return t.right(len(t.of) - 1)
}

// size is how many values a bin should have if before values precede it.
func (t *tally) size(before float64) float64 {
	return min(float64(t.smallest), max(1, (min(before, t.n-before)+1)/2))
}

// knots sets knots and slopes from the bins.
func (m *marginal) knots(t *tally, bins []bin) {
	if len(bins) == 0 {
		bins = []bin{{left: t.centre - t.scale, right: t.centre + t.scale}}
	}
	const leastCount = 0.01 // for a bin without values, which still needs a width in scores
	below := m.prior(t, bins[0].left)
	sums := []float64{0.5 + priorRows*below}
	m.x = []float64{bins[0].left}
	for i, b := range bins {
		next := m.prior(t, b.right)
		m.x = append(m.x, b.right)
		sums = append(sums, sums[i]+max(b.count+priorRows*(next-below), leastCount))
		below = next
	}
	total := sums[len(bins)] + 0.5 + priorRows*(1-below)
	for _, s := range sums {
		m.u = append(m.u, kernel.Quantile(math.Log(s/total)))
	}
	m.slopes(t)
}

// prior is the distribution function at x of the normal with the same median and quartiles, restricted to the bounds.
func (m *marginal) prior(t *tally, x float64) float64 {
	at := func(x float64) float64 { return kernel.CDF((x - t.centre) / t.scale) }
	lo, hi := at(m.lower), at(m.upper)
	return min(max((at(x)-lo)/(hi-lo), 0), 1)
}

// slopes are, at each knot, the geometric mean of the slopes of the straight lines on both sides.
func (m *marginal) slopes(t *tally) {
	last := len(m.x) - 1
	secant := func(i int) float64 { return (m.u[i+1] - m.u[i]) / (m.x[i+1] - m.x[i]) } // +Inf for an atom
	m.slope = make([]float64, len(m.x))
	for i := range m.slope {
		before, after := math.Inf(1), math.Inf(1)
		if i > 0 {
			before = secant(i - 1)
		}
		if i < last {
			after = secant(i)
		}
		switch {
		case !math.IsInf(before, 1) && !math.IsInf(after, 1):
			m.slope[i] = math.Sqrt(before) * math.Sqrt(after)
		case math.IsInf(before, 1) && math.IsInf(after, 1):
			m.slope[i] = 1 / t.scale
		default:
			m.slope[i] = min(before, after)
		}
	}
	const reach = 5 // knots from the end, about 30 values, whose spread determines the width of a tail
	m.slope[0] = min(m.slope[0], m.across(0, min(reach, last), t))
	m.slope[last] = min(m.slope[last], m.across(max(last-reach, 0), last, t))
}

// across is the slope of the straight line between two knots.
func (m *marginal) across(i, j int, t *tally) float64 {
	if m.x[j] == m.x[i] {
		return 1 / t.scale
	}
	return (m.u[j] - m.u[i]) / (m.x[j] - m.x[i])
}
