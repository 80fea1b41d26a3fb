package mixed

import (
	"math"

	"gaussflow/columns"
	"gaussflow/graph/kernel"
)

// Many columns have few values that recur, but lie on no grid: weights reported in pounds and stored in kilograms, temperatures in
// two units, amounts that people round. Hardly any values lie between them. The marginal of such a column has a bin for each of its
// values; for numbers without a step they are atoms.

// Recurring values are detected on every judgeEvery-th value, up to judgedValues of them, in a column with at most mostOwn distinct
// values.
const (
	judgeEvery   = 5
	judgedValues = 20_000
	mostOwn      = 2000
)

// recurring reports whether a marginal with a bin for each value is likelier than one through quantiles, on values that neither was
// fitted to. A density is compared as the probability of one step of the column; a column without a step is continuous.
func recurring(c *columns.Column, values []float64) bool {
	if !(c.Step > 0) {
		return false
	}
	values = values[:min(len(values), judgedValues)]
	var fitted, judged []float64
	for i, v := range values {
		if i%judgeEvery == 0 {
			judged = append(judged, v)
		} else {
			fitted = append(fitted, v)
		}
	}
	if n := len(tallyOf(c, newMarginal(c), fitted).of); n < 2 || n > mostOwn || n > len(fitted)/2 {
		return false
	}
	gain := marginalOf(c, fitted, true).meanLogProb(judged, c.Step) - marginalOf(c, fitted, false).meanLogProb(judged, c.Step)
	return gain > 0
}

// separate gives each value a bin of its own. The space between gets the estimated probability of unseen values, which is the share
// of values seen once (Good 1953, Biometrika 40, 237–264). Values that are on no grid are atoms.
func (t *tally) separate() {
	for i := range t.of {
		d := &t.of[i]
		d.own, d.atom = true, t.step == 0
		if d.count == 1 {
			t.unseen++
		}
	}
}

// Atoms are the values of a column of numbers that have a probability of their own, ascending: those of the schema, bounds that the
// column reaches, and all values of a column where they recur. log p of such a cell is a probability, also where it is a density for
// the column's other values. nil for other columns, and for those on a grid, whose values all have one.
func (m *Model) Atoms(column string) (values []float64) {
	if m.check() != nil {
		return nil
	}
	j := m.columnIndex(column)
	if j < 0 || isCategory(&m.net.columns[j]) {
		return nil
	}
	g := m.net.marginals[m.net.slot[j]]
	for i := range len(g.x) - 1 {
		if g.x[i] == g.x[i+1] {
			values = append(values, g.x[i])
		}
	}
	return values
}

// meanLogProb is the mean log-probability of values; a density counts as the probability of one step.
func (m *marginal) meanLogProb(values []float64, step float64) float64 {
	sum := 0.0
	for _, v := range values {
		switch i, ok := m.axis().of(v); {
		case !ok:
			return math.Inf(-1)
		case i.point():
			sum += kernel.LogPDF(i.lo) + i.logSlope + math.Log(step)
		default:
			_, logShare := truncated(i.lo, i.hi, 0.5)
			sum += logShare
		}
	}
	return sum / float64(len(values))
}
