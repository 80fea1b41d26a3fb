package columns

import (
	"cmp"
	"math"
	"slices"
	"strconv"
)

// The conditions under which a relation is accepted.
const (
	fewestRelated = 20   // the fewest rows in which it can be tested
	mostBroken    = 0.01 // the largest share of the rows in which it may fail
	mostTerms     = 8    // the most columns that another is computed from
	mostPairs     = 2000 // the most columns among which all pairs are compared
	mostSums      = 256  // the most columns among which sums are sought
	mostTries     = 3    // choices of rows, at least one of which will be without broken rows
	mostOpen      = 5    // values of a column that those it is computed from, as they are printed, leave open
)

// relate finds the columns that are computed from others, and checks this in all rows.
func (p *profile) relate() error {
	m := p.relatable()
	if len(m.columns) < 2 || len(m.rows) < fewestRelated {
		return nil
	}
	m.pairs()
	m.sums()
	m.turn()
	if len(m.found) == 0 {
		return nil
	}
	return p.confirm(m.found)
}

// related is the sample of the columns that may be computed from others or enter such a computation.
type related struct {
	columns []*Column
	rows    [][]float64
	derived []bool
	found   []found
	gap     int // missing cells fewer than which make no difference
}

// found is a column that was found to be computed from others, with its description before.
type found struct {
	*Column
	before Column
}

// undo restores the column's description.
func (f found) undo() { *f.Column = f.before }

// related reports whether other columns may be computed from this one.
func (c *Column) related() bool { return c.Kind == Numbers || c.Kind == Grid || c.Kind == Time }

// relatable selects the columns that may be related, those with the fewest missing cells first: a column is computed from columns
// before it, and lacks its value where one of them does.
func (p *profile) relatable() *related {
	m := &related{gap: 1 + int(fewBad*float64(p.schema.Rows))}
	var at []int
	for i, j := range p.read {
		if p.schema.Columns[j].related() {
			at = append(at, i)
		}
	}
	column := func(i int) *Column { return &p.schema.Columns[p.read[i]] }
	slices.SortStableFunc(at, func(a, b int) int { return cmp.Compare(m.gaps(column(a)), m.gaps(column(b))) })
	for _, i := range at {
		m.columns = append(m.columns, column(i))
	}
	m.derived = make([]bool, len(m.columns))
	if len(at) < 2 || len(at) > mostPairs || p.sample == nil {
		return m
	}
	n, _ := p.sample.Dims()
	for k := range n {
		row, picked := p.sample.RawRowView(k), make([]float64, len(at))
		for i, j := range at {
			picked[i] = row[j]
		}
		m.rows = append(m.rows, picked)
	}
	return m
}

// gaps are the missing cells of a column, in units of as many as make a difference.
func (m *related) gaps(c *Column) int { return c.Missing / m.gap }

// pairs looks for columns that are a linear function of another: y = f·x + o.
func (m *related) pairs() {
	for j := range m.columns {
		for i := 0; i < j && !m.derived[j]; i++ {
			if !m.derived[i] {
				m.line(i, j)
			}
		}
	}
}

// line tries y = f·x + o, determined by the two rows in which x is farthest apart; if it fails, these rows are left
// out, and so on.
func (m *related) line(i, j int) {
	if len(m.columns) > manyPairs && !m.collinear(i, j) { // most pairs are ruled out here; it is rare that one of the three rows is broken
		return
	}
	var both [][]float64
	known := 0
	for _, row := range m.rows {
		if row[j] == row[j] {
			known++
			if row[i] == row[i] {
				both = append(both, row)
			}
		}
	}
	if len(both) < fewestRelated || 2*len(both) < known { // y would be lost where x is missing
		return
	}
	slices.SortFunc(both, func(a, b []float64) int {
		if a[i] < b[i] {
			return -1
		}
		return 1
	})
	for try := range mostTries {
		cut := try * len(both) / 20
		lo, hi := both[cut], both[len(both)-1-cut]
		if hi[i] == lo[i] {
			return
		}
		f := (hi[j] - lo[j]) / (hi[i] - lo[i])
		r := &Relation{From: []string{m.columns[i].Name}, Factors: []float64{f}, Offset: lo[j] - f*lo[i]}
		if m.accept(r, []int{i}, j, both) {
			return
		}
	}
}

// manyPairs is the number of columns from which on pairs are skipped if three rows show that they are not related.
const manyPairs = 64

// collinear compares the slopes between the first three rows that have both values.
func (m *related) collinear(i, j int) bool {
	var three [3][]float64
	n := 0
	for at := 0; at < len(m.rows) && n < len(three); at++ {
		if row := m.rows[at]; row[i] == row[i] && row[j] == row[j] {
			three[n] = row
			n++
		}
	}
	if n < len(three) {
		return false
	}
	a, b, c := three[0], three[1], three[2]
	left, right := (b[i]-a[i])*(c[j]-a[j]), (c[i]-a[i])*(b[j]-a[j])
	return math.Abs(left-right) <= 0.02*max(math.Abs(left), math.Abs(right))+math.SmallestNonzeroFloat64
}

// accept makes column j a derived one if the relation holds, to the printed digits, in all rows but a few. It shortens the factors
// as far as the relation still holds.
func (m *related) accept(r *Relation, from []int, j int, rows [][]float64) bool {
	y := m.columns[j]
	own, all := m.tolerances(r, from, j)
	r.Tolerance = all
	if !r.holds(from, j, rows) {
		return false
	}
	for i := range r.Factors {
		r.shorten(&r.Factors[i], from, j, rows)
	}
	r.shorten(&r.Offset, from, j, rows)
	if slices.Contains(r.Factors, 0) {
		return false
	}
	if 2*all > mostOpen*own {
		if r.Tolerance = own; !r.holds(from, j, rows) {
			return false
		}
	}
	m.derived[j] = true
	m.found = append(m.found, derive(y, r))
	return true
}

// derive makes a column a derived one.
func derive(c *Column, r *Relation) found {
	f := found{c, *c}
	c.Kind, c.Relation, c.Atoms = Derived, r, nil
	return f
}

// tolerances are a step of the printed digits of the column, own, which rounding and truncating keep to, and half a step of it and of
// those that it is computed from, all. If these are so much coarser that they leave several of its values open, as degrees Fahrenheit
// without decimals do of degrees Celsius with one, the relation must hold to its own step. For numbers with all their digits both
// are a few units in the last place.
func (m *related) tolerances(r *Relation, from []int, j int) (own, all float64) {
	const half = 0.5001
	y := m.columns[j]
	largest := math.Abs(r.Offset)
	own, all = y.Step, half*y.Step
	for t, i := range from {
		c := m.columns[i]
		largest = max(largest, math.Abs(r.Factors[t])*max(math.Abs(c.Min), math.Abs(c.Max)))
		if y.Step > 0 {
			all += half * math.Abs(r.Factors[t]) * c.Step
		}
	}
	if all > 0.01*(y.Max-y.Min) {
		own, all = 0, 0 // the step is so coarse that any relation would hold, so demand an exact one
	}
	least := 16 * unitOf(max(largest, math.Abs(y.Min), math.Abs(y.Max)))
	return own + least, all + least
}

// holds reports whether the relation holds in enough rows, and in all but a few.
func (r *Relation) holds(from []int, j int, rows [][]float64) bool {
	tried, broken := 0, 0
	x := make([]float64, len(from))
	for _, row := range rows {
		for t, i := range from {
			x[t] = row[i]
		}
		off := math.Abs(r.of(x) - row[j])
		if off != off {
			continue
		}
		tried++
		if off > r.Tolerance {
			if broken++; float64(broken) > mostBroken*float64(len(rows)) {
				return false
			}
		}
	}
	return tried >= fewestRelated+2*len(from)
}

// of is the value of the relation, unrounded.
func (r *Relation) of(x []float64) float64 {
	sum := r.Offset
	for i, f := range r.Factors {
		sum += f * x[i]
	}
	return sum
}

// shorten gives a factor the fewest digits for which the relation holds.
func (r *Relation) shorten(factor *float64, from []int, j int, rows [][]float64) {
	full := *factor
	if *factor = 0; r.holds(from, j, rows) {
		return
	}
	for digits := 1; digits <= 15; digits++ {
		*factor, _ = strconv.ParseFloat(strconv.FormatFloat(full, 'g', digits, 64), 64)
		if r.holds(from, j, rows) {
			return
		}
	}
	*factor = full
}

// confirm is the third pass: it counts the rows in which the relations do not hold, and drops relations with too many.
func (p *profile) confirm(all []found) error {
	checks, err := p.schema.relations(p.names)
	if err != nil {
		return err
	}
	err = p.pass(func(r Pass) {
		for _, c := range checks {
			y, computed := c.both(r)
			c.count(y, computed)
			if c.off(y, computed) {
				c.Relation.Broken = c.Relation.Broken.more(placeOf(r), string(r.Text(c.at)))
			}
		}
	}, ignore)
	for _, c := range checks {
		c.Relation.Missing = float64(c.lacking) / float64(max(c.whole, 1))
	}
	for _, f := range all {
		if b := f.Relation.Broken; b != nil && float64(b.Count) > mostBroken*float64(p.schema.Rows) {
			f.undo()
		}
	}
	return err
}
