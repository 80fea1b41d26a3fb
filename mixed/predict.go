package mixed

import (
	"fmt"
	"math"

	"gonum.org/v1/gonum/mat"

	"gaussflow/graph/kernel"
)

// Quantiles are, for each row of x, the quantiles at the levels, in (0, 1), of a column of numbers given the row's other cells
// that are there: N×levels. The column's own cell is ignored.
func (m *Model) Quantiles(x mat.Matrix, column string, levels ...float64) (*mat.Dense, error) {
	t, slot, err := m.predictor("Quantiles", x, column, false)
	if err != nil {
		return nil, err
	}
	for _, p := range levels {
		if !(p > 0 && p < 1) {
			return nil, fmt.Errorf("mixed: Quantiles: got the level %v, want more than 0 and less than 1", p)
		}
	}
	if len(levels) == 0 {
		return nil, fmt.Errorf("mixed: Quantiles: got no level, want at least one, 0.5 say")
	}
	out := mat.NewDense(t.n, len(levels), nil)
	err = m.laws(t, t.all(), []int{slot}, func(r int, l law) {
		for k, p := range levels {
			out.Set(r, k, l.number(slot, kernel.Quantile(math.Log(p))))
		}
	})
	return out, err
}

// Probabilities are, for each row of x, the probabilities of a category's levels, in their order, given the row's other cells
// that are there: N×levels. The category's own cell is ignored.
func (m *Model) Probabilities(x mat.Matrix, column string) (*mat.Dense, error) {
	t, slot, err := m.predictor("Probabilities", x, column, true)
	if err != nil {
		return nil, err
	}
	out := mat.NewDense(t.n, m.net.levels[slot-m.net.d()], nil)
	err = m.laws(t, t.all(), []int{slot}, func(r int, l law) {
		for k, p := range l.logProbs(slot) {
			out.Set(r, k, math.Exp(p))
		}
	})
	return out, err
}

// predictor makes the table of x and finds the slot of a column, which must be a category if category is true and else
// a number.
func (m *Model) predictor(op string, x mat.Matrix, column string, category bool) (t *table, slot int, err error) {
	if err := m.checkRows(op, x); err != nil {
		return nil, 0, err
	}
	j := m.columnIndex(column)
	switch {
	case j < 0:
		return nil, 0, fmt.Errorf("mixed: %s: %w", op, m.unknown(column))
	case isCategory(&m.net.columns[j]) != category:
		other := map[bool]string{true: "Quantiles are", false: "Probabilities are"}[category]
		return nil, 0, fmt.Errorf("mixed: %s: column %q is of kind %s: %s for it", op, column, m.net.columns[j].Kind, other)
	}
	t, slot = m.net.newTable(x, false), m.net.slot[j]
	for i := range t.n {
		t.put(i, slot, math.NaN())
	}
	if err := t.checkPossible(nil); err != nil {
		return nil, 0, fmt.Errorf("mixed: %s: %w", op, err)
	}
	return t, slot, nil
}

func (t *table) all() []int {
	which := make([]int, t.n)
	for i := range which {
		which[i] = i
	}
	return which
}

// An Explanation says how usual the cells of rows are given the other cells of their rows.
type Explanation struct {
	// LogProb is log p of each cell given all other cells of its row that are there, in the units of Model.LogProb; NaN for a
	// missing cell.
	LogProb *mat.Dense
	// Tail is the probability, given the other cells, of a value as far out or farther: for a number twice the probability of the
	// tail beyond the value, at most 1; for a category the probability of all levels at most as likely. Small values are unusual.
	Tail *mat.Dense
	// Usual is a usual value of the cell: the median of a number, the likeliest level of a category. Low and High are the 5 %
	// and the 95 % quantile of a number; for a category they equal Usual.
	Usual, Low, High *mat.Dense
}

// Explain explains the rows of x. A value that its column cannot have has log p −Inf and tail 0, and is ignored for the other
// cells.
func (m *Model) Explain(x mat.Matrix) (*Explanation, error) {
	if err := m.checkRows("Explain", x); err != nil {
		return nil, err
	}
	t := m.net.newTable(x, false)
	n, d := x.Dims()
	make5 := func() *mat.Dense { return mat.NewDense(n, d, nil) }
	e := &Explanation{LogProb: make5(), Tail: make5(), Usual: make5(), Low: make5(), High: make5()}
	for j := range d {
		s := m.net.slot[j]
		if err := m.laws(t, t.all(), []int{s}, func(i int, l law) { e.cell(t, l, i, j, x.At(i, j)) }); err != nil {
			return nil, fmt.Errorf("mixed: Explain: %w", err)
		}
	}
	return e, nil
}

// cell explains one cell by its distribution given the others.
func (e *Explanation) cell(t *table, l law, i, j int, v float64) {
	s := t.slot[j]
	logP, tail := math.NaN(), math.NaN()
	switch t.at(i, s) {
	case impossible:
		logP, tail = math.Inf(-1), 0
	case present:
		logP, tail = l.oddity(s, v)
	}
	e.LogProb.Set(i, j, logP)
	e.Tail.Set(i, j, tail)
	if s < t.d() {
		for to, p := range map[*mat.Dense]float64{e.Low: 0.05, e.Usual: 0.5, e.High: 0.95} {
			to.Set(i, j, l.number(s, kernel.Quantile(math.Log(p))))
		}
		return
	}
	best, logProbs := 0, l.logProbs(s)
	for k, p := range logProbs {
		if p > logProbs[best] {
			best = k
		}
	}
	for _, to := range []*mat.Dense{e.Low, e.Usual, e.High} {
		to.Set(i, j, float64(best))
	}
}

// oddity is log p of a present cell, and its tail probability.
func (l law) oddity(slot int, v float64) (logP, tail float64) {
	if slot >= l.d() {
		logProbs := l.logProbs(slot)
		logP = logProbs[int(v)]
		for _, p := range logProbs {
			if p <= logP {
				tail += math.Exp(p)
			}
		}
		return logP, min(tail, 1)
	}
	in, theta := l.table.interval(l.row, slot, l.seen), make([]float64, 0, 3*l.components)
	for part := range 3 {
		theta = append(theta, l.numbers[(part*l.d()+slot)*l.components:][:l.components]...)
	}
	out := []float64{0}
	kernel.NewIntervals[float64](1, l.components, scaleClamp, l.background).Forward([]float64{in.lo}, []float64{in.hi}, theta, out)
	below, above := math.Exp(kernel.LogCDF(l.normal(slot, v, true))), math.Exp(kernel.LogCDF(-l.normal(slot, v, false)))
	return out[0] + in.logSlope, min(2*min(below, above), 1)
}
