package mixed

import (
	"math"
	"sort"
)

// An axis says where the values of a number lie among normal scores in one row: at the score that knots give to factor·B(x) + rest.
// For most numbers the knots are the column's own and factor·B(x) + rest is x; for a number that others of the row nearly determine
// it is what is left of it, see residual. Scores increase with x. The bounds are always the column's own, so that an interval of
// scores that is a cell's, or a probability, is exact on either axis.
type axis struct {
	own, knots   *marginal
	grid              // of the values
	even         bool // the grid is that of the digits of a continuous column, which has the same density all over a cell
	factor, rest float64
	bends        bends
}

// axis is a column's own.
func (m *marginal) axis() axis { return axis{own: m, knots: m, grid: m.grid, factor: 1} }

// side is the sign of factor; the score of the knots is multiplied by it.
func (a axis) side() float64 { return math.Copysign(1, a.factor) }

// score is the score of x, and the logarithm of its derivative. At an atom it is the end of the atom's interval.
func (a axis) score(x float64) (u, logSlope float64) {
	y, logBend := a.bends.of(x)
	u, logSlope = a.knots.score(a.factor*y + a.rest)
	return a.side() * u, logSlope + math.Log(math.Abs(a.factor)) + logBend
}

func (a axis) inverse(u float64) float64 {
	return a.bends.inverse((a.knots.inverse(a.side()*u) - a.rest) / a.factor)
}

// of is the interval of the value x; ok is false if the column cannot have that value.
func (a axis) of(x float64) (i interval, ok bool) {
	m := a.own
	if !(x >= m.lower && x <= m.upper) || math.IsInf(x, 0) {
		return interval{}, false
	}
	if i, is := a.atom(x); is {
		return i, true
	}
	if a.step > 0 {
		return a.cell(x)
	}
	u, logSlope := a.score(x)
	if math.IsInf(u, 0) || math.IsInf(logSlope, 0) {
		return interval{}, false
	}
	return interval{u, u, logSlope}, true
}

// atom is the interval of a value that has a probability: where two of the column's own knots lie. At a bound it extends to infinity;
// on other knots such values are bounds alone, and what the knots have beyond is the bound's.
func (a axis) atom(x float64) (i interval, is bool) {
	m := a.own
	if a.step > 0 {
		return i, false
	}
	at := sort.SearchFloat64s(m.x, x)
	if at+1 >= len(m.x) || m.x[at] != x || m.x[at+1] != x {
		return i, false
	}
	if i = (interval{lo: m.u[at], hi: m.u[at+1]}); a.knots != m {
		i.lo, _ = a.score(x)
		i.hi = i.lo
	}
	if x == m.lower {
		i.lo = -endless
	}
	if x == m.upper {
		i.hi = endless
	}
	return i, true
}

// cell is the interval of a value on the grid; logSlope makes its probability a density, unless the cell is that of a bound that has a
// probability.
func (a axis) cell(x float64) (i interval, ok bool) {
	k := a.index(x)
	if !a.even && !a.on(x) {
		return interval{}, false
	}
	i = interval{lo: -endless, hi: endless}
	left, right := a.at(k-0.5), a.at(k+0.5)
	if left > a.own.lower {
		i.lo, _ = a.score(left)
	}
	if right < a.own.upper {
		i.hi, _ = a.score(right)
	}
	if m := a.own; a.even && !(left <= m.lower && m.x[0] == m.lower || right >= m.upper && m.x[len(m.x)-1] == m.upper) {
		i.logSlope = -math.Log(min(right, m.upper) - max(left, m.lower))
	}
	return i, i.lo < i.hi
}

// edge is the score that separates the values less than v, or with is true at most v, from the others: ±endless if
// there are none, or all are.
func (a axis) edge(v float64, with bool) float64 {
	m := a.own
	switch {
	case v < m.lower || !with && v == m.lower || math.IsInf(v, -1):
		return -endless
	case v > m.upper || with && v == m.upper || math.IsInf(v, 1):
		return endless
	}
	if a.step > 0 { // the border between two values of the grid
		if v = a.at(a.border(v, with)); v <= m.lower {
			return -endless
		}
		if v >= m.upper {
			return endless
		}
	} else if i, ok := a.of(v); ok {
		if with {
			return i.hi
		}
		return i.lo
	}
	u, _ := a.score(v)
	return u
}

// value is the x whose score is u, or the atom or grid value whose interval contains u.
func (a axis) value(u float64) float64 {
	m, x := a.own, a.inverse(u)
	if a.step > 0 {
		const slack = 1e-6 // share of a step: a bound on the grid is a grid value in spite of rounding
		first, last := math.Ceil((m.lower-a.from)/a.step-slack), math.Floor((m.upper-a.from)/a.step+slack)
		k := min(max(a.index(x), first), last)
		if x = a.at(k); a.even && (x <= m.lower && m.x[0] > m.lower || x >= m.upper && m.x[len(m.x)-1] < m.upper) {
			x = (max(a.at(k-0.5), m.lower) + min(a.at(k+0.5), m.upper)) / 2 // there is no density at a bound, only beside it
		}
	}
	return min(max(x, m.lower), m.upper) // rounding may take x slightly beyond a bound
}
