package columns

import (
	"math"
	"slices"
	"strconv"
)

// What a relation must be before it is believed.
const (
	fewestRelated = 20   // rows in which it can be tried
	mostBroken    = 0.01 // share of the rows in which it does not hold
	mostTerms     = 8    // columns that another is made of
	mostPairs     = 2000 // columns up to which each is compared with each
	mostSums      = 256  // columns up to which sums are looked for
	mostTries     = 3    // choices of rows, of which one at least will have no broken one
)

// relate finds the columns that are made of others, and checks in all rows that they are.
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

// related is the sample of the columns that may be made of others or others of them.
type related struct {
	columns []*Column
	rows    [][]float64
	derived []bool
	found   []found
}

// found is a column that was found to be made of others, and what it was before.
type found struct {
	*Column
	before Column
}

// undo makes it again what it was.
func (f found) undo() { *f.Column = f.before }

// related reports a column that others may be made of.
func (c *Column) related() bool { return c.Kind == Numbers || c.Kind == Grid || c.Kind == Time }

// relatable takes the columns that may be made of each other.
func (p *profile) relatable() *related {
	m := &related{}
	var at []int
	for i, j := range p.read {
		if c := &p.schema.Columns[j]; c.related() {
			m.columns, at = append(m.columns, c), append(at, i)
		}
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

// pairs looks for columns that are another one, times a factor, plus an offset: y = f·x + o.
func (m *related) pairs() {
	for j := range m.columns {
		for i := 0; i < j && !m.derived[j]; i++ {
			if !m.derived[i] {
				m.line(i, j)
			}
		}
	}
}

// line tries y = f·x + o by the rows where x is farthest apart, leaving out more and more of the farthest.
func (m *related) line(i, j int) {
	if len(m.columns) > manyPairs && !m.collinear(i, j) { // most pairs end here; a broken row among three is rare
		return
	}
	var both [][]float64
	for _, row := range m.rows {
		if row[i] == row[i] && row[j] == row[j] {
			both = append(both, row)
		}
	}
	if len(both) < fewestRelated || 2*len(both) < len(m.rows) {
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

// manyPairs is from how many columns on pairs are not looked at closely which three rows show to be none.
const manyPairs = 64

// collinear compares the slopes of the first three rows that have both values.
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

// accept makes column j a derived one if the relation holds to the printed digits in all rows but few, with factors as short as do.
func (m *related) accept(r *Relation, from []int, j int, rows [][]float64) bool {
	y := m.columns[j]
	r.Tolerance = m.tolerance(r, from, j, rows)
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
	m.derived[j] = true
	m.found = append(m.found, derive(y, r))
	return true
}

// derive makes a column one that is made of others.
func derive(c *Column, r *Relation) found {
	f := found{c, *c}
	c.Kind, c.Relation, c.Atoms = Derived, r, nil
	return f
}

// tolerance is half a step of what is printed, of the column itself and of those that it is made of; of numbers with all their digits
// some units in the last place.
func (m *related) tolerance(r *Relation, from []int, j int, rows [][]float64) float64 {
	largest := math.Abs(r.Offset)
	tolerance := 0.5001 * m.columns[j].Step
	for t, i := range from {
		c := m.columns[i]
		largest = max(largest, math.Abs(r.Factors[t])*max(math.Abs(c.Min), math.Abs(c.Max)))
		if m.columns[j].Step > 0 {
			tolerance += 0.5001 * math.Abs(r.Factors[t]) * c.Step
		}
	}
	if spread := m.columns[j].Max - m.columns[j].Min; tolerance > 0.01*spread {
		tolerance = 0 // a step so coarse that anything would hold: to the digits, or not at all
	}
	largest = max(largest, math.Abs(m.columns[j].Min), math.Abs(m.columns[j].Max))
	return tolerance + 16*unitOf(largest)
}

// holds reports whether the relation holds in all rows but few, and in many.
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

// shorten takes the fewest digits of a factor with which the relation holds.
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

// confirm is the third reading: it counts the rows in which the relations do not hold, and gives up those with too many.
func (p *profile) confirm(all []found) error {
	checks, err := p.schema.relations(p.names)
	if err != nil {
		return err
	}
	err = p.pass(func(r Pass) {
		for _, c := range checks {
			if off, text := c.broken(r); off {
				c.Relation.Broken = c.Relation.Broken.more(placeOf(r), text)
			}
		}
	}, ignore)
	for _, f := range all {
		if b := f.Relation.Broken; b != nil && float64(b.Count) > mostBroken*float64(p.schema.Rows) {
			f.undo()
		}
	}
	return err
}
