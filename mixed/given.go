package mixed

import (
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"

	"gonum.org/v1/gonum/mat"
)

// A Condition says that a column's value lies from Low to High, both included. Low = High gives the exact value; a category's
// value is the index of its level. Either end may be infinite.
type Condition struct {
	Column    string
	Low, High float64 // of any sign; default 0: the value 0
}

// Is is the condition that a column has exactly a value.
func Is(column string, value float64) Condition { return Condition{column, value, value} }

// Validate reports ends that are NaN or in the wrong order.
func (c Condition) Validate() error {
	if !(c.Low <= c.High) {
		return fmt.Errorf("column %q is given from %v to %v, want numbers, the lower one first", c.Column, c.Low, c.High)
	}
	return nil
}

// A window is a range of a column's values.
type window struct{ low, high float64 }

var everything = window{math.Inf(-1), math.Inf(1)}

// Sample draws n rows with the columns of Columns. Values lie on the grid, are levels or atoms, and respect the bounds; cells are
// missing, NaN, as often as in the training rows. For each row it is drawn first which cells it has, and then their values.
func (m *Model) Sample(n int, rng *rand.Rand) (*mat.Dense, error) { return m.SampleGiven(nil, n, rng) }

// SampleGiven is Sample under conditions. Exact values come first in the order, then ranges in the order of the columns. The first
// range is drawn exactly, from its column's distribution restricted to it. Further ranges change the probability of the draws
// before them, so rows are drawn, and accepted with the probability of these ranges, until there are n. It returns an error if the
// ranges together are so unlikely that mostTries draws for each row are not enough.
func (m *Model) SampleGiven(given []Condition, n int, rng *rand.Rand) (*mat.Dense, error) {
	return m.sample(given, n, true, rng)
}

// SampleWhole is SampleGiven for rows without missing cells.
func (m *Model) SampleWhole(given []Condition, n int, rng *rand.Rand) (*mat.Dense, error) {
	return m.sample(given, n, false, rng)
}

func (m *Model) sample(given []Condition, n int, gapped bool, rng *rand.Rand) (*mat.Dense, error) {
	if err := m.check(); err != nil {
		return nil, fmt.Errorf("mixed: Sample: %w", err)
	}
	if n < 0 || n > mostRows {
		return nil, fmt.Errorf("mixed: Sample: got n = %d, want 0 to %d", n, mostRows)
	}
	if rng == nil {
		return nil, errors.New("mixed: Sample: rng is nil, want a *rand.Rand")
	}
	if n == 0 {
		return &mat.Dense{}, nil
	}
	e, err := m.evidenceOf(given)
	if err != nil {
		return nil, fmt.Errorf("mixed: Sample: %w", err)
	}
	out := mat.NewDense(n, len(m.net.columns), nil)
	for have, tries := 0, 0; have < n; {
		if tries > mostTries*n {
			return nil, fmt.Errorf("mixed: Sample: %d of %d rows lay in all of the ranges given, want %d: the ranges are too unlikely together", have, tries, n)
		}
		drawn, err := m.attempt(e, n-have, gapped, rng)
		if err != nil {
			return nil, fmt.Errorf("mixed: Sample: %w", err)
		}
		tries += n - have
		for _, row := range drawn {
			out.SetRow(have, row)
			have++
		}
	}
	return out, nil
}

// mostTries is how many rows are drawn at most for each one wanted; mostRows is how many rows one call may ask for.
const (
	mostTries = 1000
	mostRows  = 1 << 26
)

// evidence is what is given, for each slot.
type evidence struct {
	exact   map[int]float64
	windows map[int]window
	order   []int // the slots to draw, those with windows first
}

// has reports whether something is known of a slot.
func (e evidence) has(slot int) bool {
	_, exact := e.exact[slot]
	_, window := e.windows[slot]
	return exact || window
}

// window is the range of a slot that is known, in any row.
func (e evidence) window(_ law, slot int) window {
	if w, is := e.windows[slot]; is {
		return w
	}
	return everything
}

// gapsBut are the gaps of the columns of which nothing is known.
func (m *Model) gapsBut(e evidence) (slots []int) {
	for _, j := range m.net.gaps {
		if !e.has(m.net.slot[j]) {
			slots = append(slots, m.net.gap[j])
		}
	}
	return slots
}

func (m *Model) evidenceOf(given []Condition) (e evidence, err error) {
	e = evidence{exact: map[int]float64{}, windows: map[int]window{}}
	for _, c := range given {
		j := m.columnIndex(c.Column)
		if j < 0 {
			return e, m.unknown(c.Column)
		}
		s := m.net.slot[j]
		if e.has(s) {
			return e, fmt.Errorf("column %q is given twice", c.Column)
		}
		if err := m.checkCondition(c, s); err != nil {
			return e, err
		}
		if c.Low == c.High {
			e.exact[s] = c.Low
		} else {
			e.windows[s] = window{c.Low, c.High}
		}
	}
	for _, in := range []bool{true, false} {
		for _, s := range m.order {
			if _, is := e.windows[s]; is == in && (in || !e.has(s)) {
				e.order = append(e.order, s)
			}
		}
	}
	return e, nil
}

func (m *Model) checkCondition(c Condition, slot int) error {
	if err := c.Validate(); err != nil {
		return err
	}
	t := m.net.emptyTable(1)
	t.put(0, slot, c.Low)
	if c.Low == c.High && t.at(0, slot) != present {
		return fmt.Errorf("column %q is given as %v, which it cannot be by its schema", c.Column, c.Low)
	}
	return nil
}

// attempt draws n rows and returns those that are accepted.
func (m *Model) attempt(e evidence, n int, gapped bool, rng *rand.Rand) (accepted [][]float64, err error) {
	x := mat.NewDense(n, len(m.net.columns), nil)
	t := m.net.emptyTable(n)
	t.values = x
	for i := range n {
		for j := range m.net.columns {
			x.Set(i, j, math.NaN())
		}
		for s, v := range e.exact {
			t.put(i, s, v)
		}
		for j, s := range m.net.slot {
			if gapped && e.has(s) {
				t.setGap(i, j, false)
			}
		}
	}
	first := slices.Repeat([]float64{1}, n) // the first window is drawn exactly, so that its probability matters only if it is zero
	one := min(len(e.windows), 1)
	if err := m.draw(t, e.order[:one], e.window, first, rng); err != nil {
		return nil, err
	}
	if gapped {
		if err := m.draw(t, m.gapsBut(e), e.window, nil, rng); err != nil {
			return nil, err
		}
	}
	others := slices.Repeat([]float64{1}, n)
	if err := m.draw(t, e.order[one:], e.window, others, rng); err != nil {
		return nil, err
	}
	for i, w := range others {
		if first[i] > 0 && (len(e.windows) < 2 || rng.Float64() < w) {
			accepted = append(accepted, x.RawRowView(i))
		}
	}
	return accepted, nil
}

// LogProbGiven is log p of each row of x conditional on the row's own values in some columns: log p of the other cells that are
// there, as in LogProb. It is NaN if a given value is impossible for its column. A missing cell is not conditioned on.
func (m *Model) LogProbGiven(x mat.Matrix, given ...string) ([]float64, error) {
	if err := m.checkRows("LogProbGiven", x); err != nil {
		return nil, err
	}
	seen := make([]bool, m.net.slots())
	for _, name := range given {
		j := m.columnIndex(name)
		if j < 0 {
			return nil, fmt.Errorf("mixed: LogProbGiven: %w", m.unknown(name))
		}
		seen[m.net.slot[j]] = true
	}
	t := m.net.newTable(x, false)
	out, err := m.chain(t, seen)
	for s, is := range seen {
		for _, i := range t.rowsWhere(s, impossible) {
			if is {
				out[i] = math.NaN()
			}
		}
	}
	return out, err
}

// columnIndex is the index of the column with that name, −1 if there is none.
func (m *Model) columnIndex(name string) int { return slices.Index(m.Columns(), name) }

func (m *Model) unknown(name string) error {
	return fmt.Errorf("no column is called %q, want one of %q", name, m.Columns())
}
