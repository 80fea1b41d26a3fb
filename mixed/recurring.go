package mixed

import (
	"math"

	"gaussflow/columns"
	"gaussflow/graph/kernel"
)

// Many columns have few values that come again and again, on no grid of their own: weights that were asked for in pounds and written in
// kilograms, temperatures in two units, amounts that people round. Between them lies hardly anything. Such a column's marginal has a bin
// for each of its values; of numbers they are atoms.

// How recurring is decided: on every judgeEvery-th value, of judgedValues at most, for a column of mostOwn distinct values at most.
const (
	judgeEvery   = 5
	judgedValues = 20_000
	mostOwn      = 2000
)

// recurring reports whether a marginal of a bin for each value is likelier than one through quantiles, on a part of the values that
// neither has seen. A density is compared as the probability of a step of the column; without one a column is continuous.
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

// separate gives each value a bin of its own, and what lies between them the probability of values that were not seen, for which those
// that were seen once stand (Good 1953, Biometrika 40, 237–264). Values that are on no grid are atoms.
func (t *tally) separate() {
	for i := range t.of {
		d := &t.of[i]
		d.own, d.atom = true, t.step == 0
		if d.count == 1 {
			t.unseen++
		}
	}
}

// meanLogProb is the mean log-probability of values, a density as that of a step.
func (m *marginal) meanLogProb(values []float64, step float64) float64 {
	sum := 0.0
	for _, v := range values {
		switch i, ok := m.of(v); {
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
