package mixed

import (
	"math"
	"slices"

	"gonum.org/v1/gonum/mat"

	"gaussflow/columns"
	"gaussflow/rows"
)

// Some numbers nearly determine each other: when a trip began and when it ended, an odometer before and after, the highest and the
// lowest price of a day. The normal score of one, given another, is then known to so many digits that no network finds them. The
// residual r = Σ factor·x of such numbers has a marginal of its own. Where all of them but one are seen, the distribution of that
// one is that of r: its axis maps x to the score of r, so that densities, probabilities of cells and ranges remain exact. The numbers
// of a continuous column whose digits have a step have the mean density of their cell there, because differences of such numbers
// recur, and between the digits there is nothing to fit. Where they are not all seen the column has its own axis, so that the order of
// the columns stays free. Where all are seen the network reads the score of r, because other columns depend on it: a price on how long
// a trip took.
type residual struct {
	slots     []int
	factors   []float64
	widths    []float64 // of the bends of each number
	knots     *marginal
	low, high float64 // the least and the greatest of the table
}

const (
	// leftOver is the share of a number's spread of which no more is left if another nearly determines it: of a table of two such
	// columns and two groups of rows, the network finds the spread of either group to a tenth from shares of 0.15 on, and at less
	// takes them for equal.
	leftOver = 0.1
	// tieRows is how many rows residuals are sought in, evenly spaced.
	tieRows = 4000
	// A number is in at most partners residuals, its tightest, and a table has at most mostResiduals.
	partners      = 8
	mostResiduals = 256
)

// fitResiduals finds the residuals of x, in the rows chosen, and their marginals.
func (l *layout) fitResiduals(x mat.Matrix, chosen []int) {
	var eligible []int
	for s, j := range l.numbers {
		if !l.marginals[s].atomsWithin() {
			eligible = append(eligible, j)
		}
	}
	uses := map[int]int{}
	for _, t := range rows.Ties(rowsOf{x, spaced(chosen, tieRows)}, eligible, leftOver) {
		if uses[t.A] >= partners || uses[t.B] >= partners || len(l.residuals) == mostResiduals {
			continue
		}
		uses[t.A]++
		uses[t.B]++
		l.residuals = append(l.residuals, l.fitResidual(t, x, chosen))
	}
}

// spaced are at most so many of index, evenly spaced.
func spaced(index []int, most int) (kept []int) {
	n := min(len(index), most)
	for k := range n {
		kept = append(kept, index[k*len(index)/n])
	}
	return kept
}

// atomsWithin reports whether some values other than bounds have a probability of their own, which what is left does not show.
func (m *marginal) atomsWithin() bool {
	for i := range len(m.x) - 1 {
		if v := m.x[i]; v == m.x[i+1] && v != m.lower && v != m.upper {
			return true
		}
	}
	return false
}

func (l *layout) fitResidual(t rows.Tie, x mat.Matrix, chosen []int) *residual {
	left := func(x mat.Matrix) []float64 { return slices.DeleteFunc(t.Rest(x), math.IsNaN) }
	all, values := left(x), left(rowsOf{x, chosen})
	r := &residual{slots: []int{l.slot[t.A], l.slot[t.B]}, factors: []float64{-t.Slope, 1}, low: slices.Min(all), high: slices.Max(all)}
	c := columns.Column{Kind: columns.Numbers, Min: slices.Min(values), Max: slices.Max(values)}
	if step := commonStep(l.columns[t.A].Step, l.columns[t.B].Step); step > 0 && math.Abs(t.Slope) == 1 {
		c.Kind, c.Step = columns.Grid, step
		r.low, r.high = r.low-step/2, r.high+step/2 // differences of decimals are rounded
	} else {
		settle(values)
	}
	r.knots = fitMarginal(&c, values)
	for k, s := range r.slots {
		r.widths = append(r.widths, bendWidth(l.marginals[s], rows.Spread(values)/math.Abs(r.factors[k])))
	}
	return r
}

// settle rounds values to the digits that say something about how they are spread: equal differences of numbers differ in their last
// digits, between which there would be knots.
func settle(values []float64) {
	const digits = 1e9
	if unit := rows.Spread(values) / digits; unit > 0 {
		for i, v := range values {
			values[i] = math.Round(v/unit) * unit
		}
	}
}

// commonStep is the step of the grid on which differences of numbers with these steps lie; 0 if there is none.
func commonStep(a, b float64) float64 {
	fine, coarse := min(a, b), max(a, b)
	if ratio := coarse / fine; !(fine > 0) || math.Abs(ratio-math.Round(ratio)) > 1e-9*ratio {
		return 0
	}
	return fine
}

// digits are the grid on which a number is written; without a step if there is none.
func (l *layout) digits(slot int) grid {
	c := &l.columns[l.columnOf(slot)]
	return grid{c.Min, c.Step}
}

// written is a number of row i as it is written: one that is drawn from a continuous column has more digits.
func (t *table) written(i, slot int) float64 {
	v := t.x[i*t.d()+slot]
	if g := t.digits(slot); g.step > 0 {
		return g.at(g.index(v))
	}
	return v
}

// axis is the axis of slot in row i of t, if the residual is about it and its other numbers are all seen.
func (r *residual) axis(t *table, i, slot int, seen []bool) (a axis, ok bool) {
	if !slices.Contains(r.slots, slot) {
		return a, false
	}
	a = axis{own: t.marginals[slot], knots: r.knots, grid: t.marginals[slot].grid}
	if g := t.digits(slot); a.step == 0 && g.step > 0 {
		a.grid, a.even = g, true
	}
	for k, s := range r.slots {
		switch {
		case s == slot:
			if a.factor = r.factors[k]; a.step == 0 {
				a.bends = bendsOf(a.own, r.widths[k])
			}
		case !seen[s] || t.at(i, s) != present:
			return a, false
		default:
			a.rest += r.factors[k] * t.written(i, s)
		}
	}
	return a, true
}

// axis is that of a number in row i if the slots seen are known: by the tightest of the residuals that say something of it there,
// or else its column's own.
func (t *table) axis(i, slot int, seen []bool) axis {
	for _, r := range t.residuals {
		if a, ok := r.axis(t, i, slot, seen); ok {
			return a
		}
	}
	return t.marginals[slot].axis()
}

// read is what the network reads of a residual in row i: 0 where not all of its numbers are seen.
func (r *residual) read(t *table, i int, seen []bool) float64 {
	v := 0.0
	for k, s := range r.slots {
		if !seen[s] || t.at(i, s) != present {
			return 0
		}
		v += r.factors[k] * t.written(i, s)
	}
	u, _ := r.knots.score(v)
	return limited(u)
}

// A Residual is what is left of numbers that nearly determine each other: r = Σ Factors[i]·Columns[i].
type Residual struct {
	Columns   []string
	Factors   []float64
	Low, High float64 // the least and the greatest of the rows of the fit
}

// Residuals are those of the columns that nearly determine each other, the tightest first.
func (m *Model) Residuals() (all []Residual) {
	if m.check() != nil {
		return nil
	}
	for _, r := range m.net.residuals {
		out := Residual{Factors: slices.Clone(r.factors), Low: r.low, High: r.high}
		for _, s := range r.slots {
			out.Columns = append(out.Columns, m.net.columns[m.net.columnOf(s)].Name)
		}
		all = append(all, out)
	}
	return all
}
