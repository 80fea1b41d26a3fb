package mixed

import (
	"math"
	"slices"

	"gonum.org/v1/gonum/mat"

	"gaussflow/columns"
	"gaussflow/graph/kernel"
)

// A layout says where the columns of a table are in what the network reads and says: a column's slot. Numbers come first, then
// categories, and after them for each column that had missing cells a category of two levels, its gap: is the cell there, or missing?
type layout struct {
	columns    []columns.Column // those that are modelled, in the schema's order
	marginals  []*marginal      // of the numbers
	numbers    []int            // the columns that are numbers
	categories []int
	gaps       []int // the columns that have one
	levels     []int // of the categories, then of the gaps
	slot       []int // of each column
	gap        []int // the slot of each column's gap, −1: it has none
	times      []int // the slots of the times whose calendar the network sees
	total      int   // of all levels
}

// isCategory reports whether a column's values are indices of levels.
func isCategory(c *columns.Column) bool {
	return c.Kind == columns.Category || c.Kind == columns.Boolean
}

// newLayout is of columns of which those at gaps had missing cells; calendar says whether the network sees that of times.
func newLayout(modelled []columns.Column, gaps []int, calendar bool) *layout {
	l := &layout{columns: modelled, gaps: gaps, slot: make([]int, len(modelled)), gap: slices.Repeat([]int{-1}, len(modelled))}
	for j := range modelled {
		if isCategory(&modelled[j]) {
			l.categories = append(l.categories, j)
			l.levels = append(l.levels, len(modelled[j].Levels))
			l.total += len(modelled[j].Levels)
		} else {
			l.numbers = append(l.numbers, j)
		}
	}
	for s, j := range append(append([]int{}, l.numbers...), l.categories...) {
		l.slot[j] = s
	}
	for s, j := range l.numbers {
		if calendar && modelled[j].Kind == columns.Time {
			l.times = append(l.times, s)
		}
	}
	for g, j := range gaps {
		l.gap[j] = len(modelled) + g
		l.levels = append(l.levels, 2)
		l.total += 2
	}
	return l
}

// order is that of the columns' slots in the chain of LogProb: times that have a calendar first, else as the schema has them.
func (l *layout) order() []int {
	rest := slices.DeleteFunc(slices.Clone(l.slot), func(s int) bool { return slices.Contains(l.times, s) })
	return append(slices.Clone(l.times), rest...)
}

// Widths of what the network reads: of a number a value and whether it is seen, of a category a code.
func (l *layout) d() int { return len(l.numbers) }
func (l *layout) c() int { return len(l.levels) }

// slots is how many there are.
func (l *layout) slots() int { return l.d() + l.c() }

// rowWidth is that of a row of the network's graph: values, seen, codes, then what is asked for: lo, hi, codes, weights, and last the
// calendars, which are seen.
func (l *layout) rowWidth() int  { return l.calendars() + ofCalendar*len(l.times) }
func (l *layout) calendars() int { return 5*l.d() + 3*l.c() }

// inputs is how many numbers the network reads of a row.
func (l *layout) inputs() int { return 2*l.d() + l.total + ofCalendar*len(l.times) }

// A table is rows in the numbers that the network reads, by slot: of a number the interval of scores and its middle, of a category
// the code, 1 + the level's index.
type table struct {
	*layout
	n      int
	state  []state    // of each cell
	value  []float64  // what the network reads of it
	of     []interval // of a number
	clock  []float64  // of the layout's times, seconds
	values *mat.Dense // the cells themselves, by column, where they are wanted; set keeps it up
	gapped bool       // whether it is known of a cell without a value that it is missing; else it is only not known
}

// A state is what is known of a cell.
type state uint8

const (
	missing state = iota
	present
	impossible // a value that the column cannot have
	absent     // is to stay without a value
)

// most is how far out the network sees a score: what is beyond looks alike to it. It bounds what one wild cell does to the law of
// the others; the cell's own density is not touched.
const most = 4

// newTable reads the rows of x, a column of it for each of the layout's; gapped is as the table's.
func (l *layout) newTable(x mat.Matrix, gapped bool) *table {
	n, _ := x.Dims()
	t := l.emptyTable(n)
	t.gapped = gapped
	for i := range n {
		for j := range l.columns {
			t.set(i, j, x.At(i, j))
		}
	}
	return t
}

// emptyTable is n rows in which all is missing.
func (l *layout) emptyTable(n int) *table {
	cells := n * l.slots()
	return &table{layout: l, n: n, state: make([]state, cells), value: make([]float64, cells), of: make([]interval, n*l.d()), clock: make([]float64, n*len(l.times))}
}

// set puts a value into a cell; NaN is a missing one.
func (t *table) set(i, j int, v float64) {
	s := t.slot[j]
	at := i*t.slots() + s
	t.value[at], t.state[at] = 0, missing
	if t.values != nil {
		t.values.Set(i, j, v)
	}
	if t.gapped {
		t.setGap(i, j, math.IsNaN(v))
	}
	switch {
	case math.IsNaN(v):
	case s >= t.d():
		t.state[at] = impossible
		if v == math.Trunc(v) && v >= 0 && v < float64(t.levels[s-t.d()]) {
			t.state[at], t.value[at] = present, 1+v
		}
	default:
		if k := slices.Index(t.times, s); k >= 0 {
			t.clock[i*len(t.times)+k] = v
		}
		in, ok := t.marginals[s].of(v)
		t.state[at], t.of[i*t.d()+s] = impossible, in
		if ok {
			t.state[at], t.value[at] = present, most*math.Tanh(in.middle()/most)
		}
	}
}

// setGap says whether a cell is missing.
func (t *table) setGap(i, j int, is bool) {
	if s := t.gap[j]; s >= 0 {
		at := i*t.slots() + s
		t.state[at], t.value[at] = present, 1
		if is {
			t.value[at] = 2
		}
	}
}

func (t *table) at(i, slot int) state { return t.state[i*t.slots()+slot] }

// fill writes row i for the network: seen are the slots that it sees, weights how much the log-probability of each slot counts. What
// does not count is asked for as any value at all, which costs nothing.
func (t *table) fill(row []float64, i int, seen []bool, weights []float64) {
	clear(row)
	d, c := t.d(), t.c()
	values := t.value[i*(d+c):][:d+c]
	lo, hi, asked := row[2*d+c:][:d], row[3*d+c:][:d], row[4*d+c:][:c]
	for s, v := range values {
		there, counts := t.at(i, s) == present, weights[s] != 0
		shown := seen[s] && there
		switch {
		case s < d:
			lo[s], hi[s] = -endless, endless
			if there && counts {
				lo[s], hi[s] = t.of[i*d+s].lo, t.of[i*d+s].hi
			}
			if shown {
				row[s], row[d+s] = v, 1
			}
		default:
			if shown {
				row[2*d+s-d] = v
			}
			if counts {
				asked[s-d] = v
			}
		}
	}
	copy(row[4*d+2*c:], weights)
	for k, s := range t.times {
		if seen[s] && t.at(i, s) == present {
			calendar(t.clock[i*len(t.times)+k], row[t.calendars()+ofCalendar*k:][:ofCalendar])
		}
	}
}

// logUnits is the log du/dx of a cell: what takes its log-density from scores to the column's units; 0 of a probability.
func (t *table) logUnits(i, slot int) float64 {
	if slot >= t.d() {
		return 0
	}
	return t.of[i*t.d()+slot].logSlope
}

// scaleClamp bounds the log scales of a number's mixture, in scores.
var scaleClamp = kernel.Clamp{Kind: kernel.ClampSigmoid, Lo: -6, Hi: 2}
