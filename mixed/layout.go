package mixed

import (
	"math"
	"slices"

	"gonum.org/v1/gonum/mat"

	"gaussflow/columns"
	"gaussflow/graph/kernel"
)

// A layout says where each column of a table is in the network's input and output: the column's slot. Numbers come first, then
// categories. After them each column that had missing cells has a gap, a category of two levels that says whether its cell is
// missing.
type layout struct {
	columns    []columns.Column // the modelled columns, in the schema's order
	marginals  []*marginal      // one for each number
	numbers    []int            // indexes of the columns that are numbers
	categories []int
	gaps       []int       // indexes of the columns that have a gap
	levels     []int       // number of levels of each category, then of each gap
	slot       []int       // slot of each column
	gap        []int       // slot of each column's gap; −1 if it has none
	times      []int       // slots of the times whose calendar the network reads
	waves      bool        // the network reads the waves of numbers
	residuals  []*residual // of numbers that nearly determine each other, the tightest first
	total      int         // total number of levels
}

// isCategory reports whether a column's values are indices of levels.
func isCategory(c *columns.Column) bool {
	return c.Kind == columns.Category || c.Kind == columns.Boolean
}

// newLayout makes the layout of columns; those listed in gaps had missing cells, and calendar says whether the network
// reads the calendar of times.
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

// order is the order of the columns' slots in the chain of LogProb: times that have a calendar first, else as in the schema.
func (l *layout) order() []int {
	rest := slices.DeleteFunc(slices.Clone(l.slot), func(s int) bool { return slices.Contains(l.times, s) })
	return append(slices.Clone(l.times), rest...)
}

// The number of numbers, and the number of categories with gaps.
func (l *layout) d() int { return len(l.numbers) }
func (l *layout) c() int { return len(l.levels) }

// slots is the number of slots.
func (l *layout) slots() int { return l.d() + l.c() }

// rowWidth is the width of a row of the network's graph: values, whether they are seen, and codes; then what is asked for: lo, hi,
// codes, weights; and last the calendars, the waves and the residuals that are seen.
func (l *layout) rowWidth() int  { return l.calendars() + l.beside() }
func (l *layout) calendars() int { return 5*l.d() + 3*l.c() }
func (l *layout) firstWave() int { return l.calendars() + ofCalendar*len(l.times) }

// beside is how many numbers the network reads beside the cells: calendars, waves and residuals.
func (l *layout) beside() int {
	n := ofCalendar*len(l.times) + len(l.residuals)
	if l.waves {
		n += ofWaves * l.d()
	}
	return n
}

// inputs is how many numbers of a row the network reads.
func (l *layout) inputs() int { return 2*l.d() + l.total + l.beside() }

// A table is rows as the network reads them, by slot: for a number its interval of scores and the middle of that, for a category
// the code, 1 + the level's index.
type table struct {
	*layout
	n      int
	state  []state    // state of each cell
	value  []float64  // what the network reads of each cell
	of     []interval // for each number, on its own axis
	x      []float64  // the numbers themselves
	values *mat.Dense // the cells themselves, by column, if needed; set updates it
	gapped bool       // a cell without a value is known to be missing; if false, its value is merely unknown
}

// A state says what is known of a cell.
type state uint8

const (
	missing state = iota
	present
	impossible // it has a value that the column cannot have
	absent     // it is to stay missing
)

// most is the largest score that the network reads; scores beyond look the same to it. That limits the effect of a wild cell on
// the distributions of the others; the cell's own density is not affected.
const most = 4

// limited is how the network reads a score.
func limited(u float64) float64 { return most * math.Tanh(u/most) }

// newTable reads the rows of x, which has a column for each of the layout's; gapped is as in table.
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

// emptyTable is n rows in which all cells are missing.
func (l *layout) emptyTable(n int) *table {
	cells := n * l.slots()
	return &table{layout: l, n: n, state: make([]state, cells), value: make([]float64, cells), of: make([]interval, n*l.d()), x: make([]float64, n*l.d())}
}

// set sets a cell to a value; NaN is a missing one.
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
		in, ok := t.marginals[s].axis().of(v)
		t.state[at], t.of[i*t.d()+s], t.x[i*t.d()+s] = impossible, in, v
		if ok {
			t.state[at], t.value[at] = present, limited(in.middle())
		}
	}
}

// setGap sets whether a cell is missing.
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

// fill writes row i for the network: seen are the slots that it reads, weights how much the log-probability of each slot counts.
// For a slot that does not count any value at all is asked for, which has log-probability 0.
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
				in := t.interval(i, s, seen)
				lo[s], hi[s] = in.lo, in.hi
			}
			if shown {
				row[s], row[d+s] = v, 1
				if t.waves {
					wavesOf(v, row[t.firstWave()+ofWaves*s:][:ofWaves])
				}
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
			calendar(t.x[i*d+s], row[t.calendars()+ofCalendar*k:][:ofCalendar])
		}
	}
	for k, r := range t.residuals {
		row[len(row)-len(t.residuals)+k] = r.read(t, i, seen)
	}
}

// interval is that of a number that is present, on the axis that it has if the slots seen are known.
func (t *table) interval(i, slot int, seen []bool) interval {
	a := t.axis(i, slot, seen)
	if a.knots == a.own {
		return t.of[i*t.d()+slot]
	}
	in, ok := a.of(t.x[i*t.d()+slot])
	if !ok { // so far out that the ends of its cell are one number; a density would not be a probability
		in.hi = math.Nextafter(in.lo, math.Inf(1))
	}
	return in
}

// logUnits is log du/dx of a cell if the slots seen are known, which converts its log-density from scores to the column's units; 0
// for a probability.
func (t *table) logUnits(i, slot int, seen []bool) float64 {
	if slot >= t.d() {
		return 0
	}
	return t.interval(i, slot, seen).logSlope
}

// scaleClamp limits the log scales of a number's mixture, in scores.
var scaleClamp = kernel.Clamp{Kind: kernel.ClampSigmoid, Lo: -6, Hi: 2}
