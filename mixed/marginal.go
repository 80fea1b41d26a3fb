package mixed

import (
	"math"
	"sort"

	"gaussflow/columns"
	"gaussflow/graph/kernel"
)

// A marginal maps a column of numbers to normal scores, u = S(x), and back. S passes through knots (x_i, u_i) with slopes δ_i by
// the rational quadratics of Gregory & Delbourgo 1982 (IMA J. Numer. Anal. 2, 123–130). Beyond the outermost knots it continues as
// u_K + log(1 + δ_K·(x − x_K)), which gives the tails of log-normals, or, towards a bound L of the column, as u_0 + δ_0·(x_0 −
// L)·log((x − L)/(x_0 − L)), so that the bound has an infinite score. Two knots with the same x are an atom, to which the scores
// between them belong. A column of recurring values has knots around each of them.
//
// In a column on a grid a value has the interval of scores from half a step below it to half a step above.
type marginal struct {
	x, u, slope  []float64
	lower, upper float64 // bounds, ±Inf if there are none
	grid
}

// A grid is the values from + k·step. If step is 0 there is no grid: the column is continuous.
type grid struct{ from, step float64 }

// index is the k of the grid value nearest to x, and at is the value for a k; for k ± ½ it is the border between two
// values.
func (g grid) index(x float64) float64 { return math.Round((x - g.from) / g.step) }
func (g grid) at(k float64) float64    { return g.from + k*g.step }

// on reports whether x is a value of the grid, as closely as a grid is found.
func (g grid) on(x float64) bool {
	return math.Abs(x-g.at(g.index(x))) <= columns.Slack(x, g.from, g.step)
}

// border is the place of the border between the values less than v, or with is true at most v, and the others.
func (g grid) border(v float64, with bool) float64 {
	switch place := (v - g.from) / g.step; {
	case g.on(v) && with:
		return g.index(v) + 0.5
	case g.on(v):
		return g.index(v) - 0.5
	case with:
		return math.Floor(place) + 0.5
	default:
		return math.Ceil(place) - 0.5
	}
}

// An interval of normal scores represents a cell of a table; it is a point if lo = hi. logSlope is log du/dx at a point, and 0
// for an interval whose probability has no units.
type interval struct{ lo, hi, logSlope float64 }

// endless is a score that stands for infinity: graph.Builder.Intervals treats it so, and a float32 can hold it.
const endless = 1e30

func (i interval) point() bool { return i.lo == i.hi }

// middle is the normal score that halves the probability of the interval.
func (i interval) middle() float64 {
	if i.point() {
		return i.lo
	}
	if i.lo > 0 {
		return -interval{lo: -i.hi, hi: -i.lo}.middle()
	}
	pair := []float64{kernel.LogCDF(i.lo), kernel.LogCDF(i.hi)}
	return kernel.Quantile(kernel.LogSumExp(pair) - math.Ln2)
}

// score is S(x) and log S′(x). At an atom it is the end of the atom's interval.
func (m *marginal) score(x float64) (u, logSlope float64) {
	last := len(m.x) - 1
	switch {
	case x < m.x[0]:
		return m.tail(m.x[0]-x, m.x[0]-m.lower, m.u[0], m.slope[0], -1)
	case x >= m.x[last]:
		return m.tail(x-m.x[last], m.upper-m.x[last], m.u[last], m.slope[last], 1)
	}
	i := sort.Search(last, func(i int) bool { return m.x[i+1] > x }) // x_i ≤ x < x_{i+1}
	w, h := m.x[i+1]-m.x[i], m.u[i+1]-m.u[i]
	xi := (x - m.x[i]) / w
	s, rest := h/w, 1-xi
	d := s*(xi*xi+rest*rest) + (m.slope[i]+m.slope[i+1])*xi*rest
	u = m.u[i] + h*xi*(s*xi+m.slope[i]*rest)/d
	q := s / d
	return u, math.Log(q) + math.Log(q*(m.slope[i+1]*xi*xi+2*s*xi*rest+m.slope[i]*rest*rest))
}

// tail is S and log S′ at distance e beyond an outermost knot, whose distance from its bound is room. side is −1 below and 1
// above.
func (m *marginal) tail(e, room, u, slope, side float64) (float64, float64) {
	if math.IsInf(room, 1) {
		return u + side*math.Log1p(slope*e), math.Log(slope) - math.Log1p(slope*e)
	}
	return u - side*slope*room*math.Log1p(-e/room), math.Log(slope) - math.Log1p(-e/room)
}

// inverse is the x whose score is u.
func (m *marginal) inverse(u float64) float64 {
	last := len(m.u) - 1
	switch {
	case u < m.u[0]:
		return m.x[0] - m.reach(m.u[0]-u, m.slope[0], m.x[0]-m.lower)
	case u >= m.u[last]:
		return m.x[last] + m.reach(u-m.u[last], m.slope[last], m.upper-m.x[last])
	}
	i := sort.Search(last, func(i int) bool { return m.u[i+1] > u })
	w, h := m.x[i+1]-m.x[i], m.u[i+1]-m.u[i]
	if w == 0 {
		return m.x[i]
	}
	s, y := h/w, u-m.u[i]
	both := y * (m.slope[i] + m.slope[i+1] - 2*s)
	a, b, c := h*(s-m.slope[i])+both, h*m.slope[i]-both, -s*y
	xi := 2 * c / (-b - math.Sqrt(math.Max(b*b-4*a*c, 0)))
	return m.x[i] + w*min(max(xi, 0), 1)
}

// reach is the distance beyond an outermost knot at which the score differs from the knot's by v; room is the knot's
// distance from its bound.
func (m *marginal) reach(v, slope, room float64) float64 {
	switch {
	case math.IsInf(room, 1):
		return math.Expm1(v) / slope
	case room == 0:
		return 0
	}
	return -room * math.Expm1(-v/slope/room)
}

// newMarginal makes a marginal with the bounds and the grid of a column, without knots yet.
func newMarginal(c *columns.Column) *marginal {
	m := &marginal{}
	m.lower, m.upper = boundsOf(c)
	if c.Kind == columns.Grid || c.Kind == columns.Time {
		m.grid = grid{c.Min, c.Step}
	}
	return m
}

// boundsOf are the bounds that a schema gives a column.
func boundsOf(c *columns.Column) (lower, upper float64) {
	lower, upper = math.Inf(-1), math.Inf(1)
	if c.Lower != nil {
		lower = *c.Lower
	}
	if c.Upper != nil {
		upper = *c.Upper
	}
	return lower, upper
}
