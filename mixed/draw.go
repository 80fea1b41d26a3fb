package mixed

import (
	"math"
	"math/rand/v2"
	"slices"

	"gaussflow/graph/kernel"
)

// draw fills the missing cells of the slots in order, each given what is in its row by then. A value is drawn within the window of
// the slot in that row; weights, if not nil, are multiplied by the probability of the window.
func (m *Model) draw(t *table, order []int, within func(l law, slot int) window, weights []float64, rng *rand.Rand) error {
	for _, s := range order {
		which := t.rowsWhere(s, missing)
		err := m.laws(t, which, nil, func(r int, l law) {
			v, logShare := l.drawWithin(s, within(l, s), (float64(rng.Uint64()>>11)+0.5)/(1<<53))
			if weights != nil {
				weights[which[r]] *= math.Exp(logShare)
			}
			t.put(which[r], s, v)
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// put sets the cell of a slot to a value. If the slot is a gap and the value is missing, the column's cell must then
// stay missing.
func (t *table) put(i, slot int, v float64) {
	if g := slot - len(t.columns); g >= 0 {
		t.setGap(i, t.gaps[g], v == 1)
		if at := i*t.slots() + t.slot[t.gaps[g]]; v == 1 && t.state[at] == missing {
			t.state[at] = absent
		}
		return
	}
	t.set(i, t.columnOf(slot), v)
}

// columnOf is the column of a slot that is no gap.
func (l *layout) columnOf(slot int) int {
	if slot < l.d() {
		return l.numbers[slot]
	}
	return l.categories[slot-l.d()]
}

// A law is the distribution of each of a row's columns that the network computes from what it sees of the row.
type law struct {
	*network
	table               *table
	row                 int
	seen                []bool
	numbers, categories []float64
}

// laws calls use with the laws of the rows in which, given all their present cells except the slots in without.
func (m *Model) laws(t *table, which []int, without []int, use func(r int, l law)) error {
	seen := slices.Repeat([]bool{true}, m.net.slots())
	for _, s := range without {
		seen[s] = false
	}
	return m.run(t, which, seen, make([]float64, m.net.slots()), func(first int, outs [][]float64) {
		var numbers, categories []float64
		if m.net.d() > 0 {
			numbers, outs = outs[0], outs[1:]
		}
		if m.net.c() > 0 {
			categories = outs[0]
		}
		ofNumbers, ofCategories := 3*m.net.d()*m.net.components, m.net.total
		n := max(len(numbers)/max(ofNumbers, 1), len(categories)/max(ofCategories, 1))
		for r := range n {
			l := law{network: m.net, table: t, row: which[first+r], seen: seen}
			if numbers != nil {
				l.numbers = numbers[r*ofNumbers:][:ofNumbers]
			}
			if categories != nil {
				l.categories = categories[r*ofCategories:][:ofCategories]
			}
			use(first+r, l)
		}
	}, m.thetaFunc())
}

// axis is that of the scores of a number.
func (l law) axis(slot int) axis { return l.table.axis(l.row, slot, l.seen) }

// mixture is the distribution of a number's score; the background is its last component.
func (l law) mixture(slot int) *kernel.Mixture {
	k, part := l.components, l.d()*l.components
	at := l.numbers[slot*k:]
	logits, means, logScales := slices.Clone(at[:k]), slices.Clone(at[part:][:k]), make([]float64, k)
	for i, raw := range at[2*part:][:k] {
		logScales[i] = scaleClamp.Apply(raw)
	}
	if b := l.background; b > 0 {
		logits = append(logits, kernel.LogSumExp(logits)+math.Log(b)-math.Log1p(-b))
		means, logScales = append(means, 0), append(logScales, 0)
	}
	m := kernel.NewMixture(len(logits))
	kernel.SetMixture(m, logits, means, logScales)
	return m
}

// logProbs are the log-probabilities of a category's levels.
func (l law) logProbs(slot int) []float64 {
	logits := l.categories
	for c := range slot - l.d() {
		logits = logits[l.levels[c]:]
	}
	logits = slices.Clone(logits[:l.levels[slot-l.d()]])
	total := kernel.LogSumExp(logits)
	for i := range logits {
		logits[i] -= total
	}
	return logits
}

// drawWithin is the p-quantile, p in (0, 1), of a column within a window, and the log-probability of the window. A category's
// levels are taken in their order. If the window has no probability, the value is one at its end.
func (l law) drawWithin(slot int, w window, p float64) (v, logShare float64) {
	if slot < l.d() {
		z, logShare := truncated(l.normal(slot, w.low, false), l.normal(slot, w.high, true), p)
		return min(max(l.number(slot, z), w.low), w.high), logShare // rounding may take it slightly beyond
	}
	logProbs := l.logProbs(slot)
	first, last := w.levels(len(logProbs))
	if first > last {
		return 0, math.Inf(-1)
	}
	logProbs = logProbs[first : last+1]
	logShare = min(kernel.LogSumExp(logProbs), 0)
	sum := 0.0
	for i, logP := range logProbs {
		if sum += math.Exp(logP - logShare); sum >= p {
			return float64(first + i), logShare
		}
	}
	return float64(last), logShare // reached only by rounding, as the sum is 1
}

// normal is the normal score of the probability that a number is less than v, or with is true at most v: exact in both tails.
func (l law) normal(slot int, v float64, with bool) float64 {
	u := l.axis(slot).edge(v, with)
	if math.Abs(u) >= endless {
		return math.Inf(int(math.Copysign(1, u)))
	}
	z, _ := l.mixture(slot).At(u)
	return z
}

// number is the value of a number at the normal score z.
func (l law) number(slot int, z float64) float64 {
	u := math.Copysign(endless, z)
	if !math.IsInf(z, 0) {
		u, _ = l.mixture(slot).Inverse(z)
	}
	return l.axis(slot).value(u)
}

// truncated is the p-quantile of a standard normal restricted to the interval from lo to hi, and the log-probability of
// that interval.
func truncated(lo, hi, p float64) (z, logShare float64) {
	if lo > 0 {
		z, logShare = truncated(-hi, -lo, 1-p)
		return -z, logShare
	}
	below, upTo := kernel.LogCDF(lo), kernel.LogCDF(hi)
	if !(lo < hi) {
		return lo, math.Inf(-1)
	}
	logShare = upTo
	if !math.IsInf(below, -1) {
		logShare += math.Log1p(-math.Exp(below - upTo))
	}
	return kernel.Quantile(min(kernel.LogSumExp([]float64{below, logShare + math.Log(p)}), 0)), logShare
}

// levels are the first and the last of n levels in the window.
func (w window) levels(n int) (first, last int) {
	return int(min(max(math.Ceil(w.low), 0), float64(n))), int(min(max(math.Floor(w.high), -1), float64(n-1)))
}
