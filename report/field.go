package report

import (
	"math"
	"slices"
	"strconv"
	"unicode/utf8"

	"gonum.org/v1/plot"

	"gaussflow/columns"
)

const shownLevels = 8 // the most levels of a category that are shown; the others share a bar

// field is a column of the model as the page shows it.
type field struct {
	name    string
	column  *columns.Column // nil if the model knows only that the column is numeric
	quantum float64         // step of its grid; 0 if there is none
	atoms   []float64       // values with a probability of their own
	levels  []int           // for a category: the levels shown, the table's commonest first
	other   bool            // there are rows with a level that is not shown
	missing bool            // some cell is missing, in the table or in the samples
	window  span            // where most values lie; for a category, the places of its bars
}

// newField describes a column of the table and of the samples.
func newField(name string, column *columns.Column, quantum float64, rows, samples []float64) *field {
	f := &field{name: name, column: column, quantum: quantum}
	f.missing = slices.ContainsFunc(rows, math.IsNaN) || slices.ContainsFunc(samples, math.IsNaN)
	if column != nil {
		if f.quantum == 0 {
			f.quantum = column.Step
		}
		for _, a := range column.Atoms[:min(len(column.Atoms), 3)] {
			f.atoms = append(f.atoms, a.Value)
		}
	}
	if f.category() {
		f.countLevels(rows, samples)
		return f
	}
	values, _ := onlyFinite(rows)
	if len(values) == 0 {
		values, _ = onlyFinite(samples)
	}
	if len(values) == 0 {
		values = []float64{0}
	}
	slices.Sort(values)
	f.window = middle(values, 0.99)
	if f.quantum > 0 {
		f.window.lo, f.window.hi = f.window.lo-f.quantum/2, f.window.hi+f.quantum/2
	}
	f.window = f.window.wide()
	return f
}

func (f *field) category() bool { return f.column != nil && len(f.column.Levels) > 0 }

func (f *field) time() bool { return f.column != nil && f.column.Kind == columns.Time }

// countLevels chooses the levels to show.
func (f *field) countLevels(rows, samples []float64) {
	counts := make([]int, len(f.column.Levels))
	for _, v := range rows {
		if k, ok := f.level(v); ok {
			counts[k]++
		}
	}
	f.levels = orAll(nil, len(counts))
	slices.SortStableFunc(f.levels, func(a, b int) int { return counts[b] - counts[a] })
	f.levels = f.levels[:min(len(f.levels), shownLevels)]
	unseen := func(v float64) bool { return !math.IsNaN(v) && f.bar(v) == len(f.levels) }
	f.other = slices.ContainsFunc(rows, unseen) || slices.ContainsFunc(samples, unseen)
	f.window = span{-0.5, float64(f.bars()) - 0.5}
}

// level is the index of a value's level.
func (f *field) level(v float64) (k int, ok bool) {
	if !(v >= 0 && v < float64(len(f.column.Levels))) {
		return 0, false
	}
	return int(v), true
}

// bar is the index of the bar for a category's value: first those of the levels, then one for all others, then one for missing
// cells.
func (f *field) bar(v float64) int {
	if math.IsNaN(v) {
		if f.other {
			return len(f.levels) + 1
		}
		return len(f.levels)
	}
	if k, ok := f.level(v); ok {
		if at := slices.Index(f.levels, k); at >= 0 {
			return at
		}
	}
	return len(f.levels)
}

// bars is the number of bars.
func (f *field) bars() int {
	n := len(f.levels)
	if f.other {
		n++
	}
	if f.missing {
		n++
	}
	return n
}

// say writes a value as the table does, or, if the model has no schema, in the page's own way.
func (f *field) say(v float64) string {
	switch {
	case math.IsNaN(v):
		return "missing"
	case f.column == nil || !f.category() && f.column.Form.Layout == "" && f.column.Form.Prefix+f.column.Form.Suffix+f.column.Form.Decimal == "":
		return value(v)
	}
	text := string(f.column.Append(nil, v))
	if text == "" || !utf8.ValidString(text) {
		text = strconv.Quote(text)
	}
	return short(text, 40)
}

// edge is the position of missing cells, to the right of a number's window.
func (f *field) edge() float64 { return f.window.hi + 0.1*(f.window.hi-f.window.lo) }

// whole is the window including the position of missing cells.
func (f *field) whole() span {
	if f.missing && !f.category() {
		return span{f.window.lo, f.window.hi + 0.17*(f.window.hi-f.window.lo)}
	}
	return f.window
}

// place is the position of a value on an axis. u, from 0 to 1, spreads equal values over the width that the column
// gives them.
func (f *field) place(v, u float64) float64 {
	switch {
	case f.category():
		return float64(f.bar(v)) + 0.7*(u-0.5)
	case math.IsNaN(v):
		return f.edge() + 0.08*(u-0.5)*(f.window.hi-f.window.lo)
	}
	return v + f.quantum*(u-0.5)
}

// ticks are the ticks of the column's axis.
func (f *field) ticks(most int) plot.Ticker {
	return plot.TickerFunc(func(_, _ float64) (t []plot.Tick) {
		switch {
		case f.category():
			for i, k := range f.levels {
				t = append(t, plot.Tick{Value: float64(i), Label: short(visibleText(f.column.Levels[k].Text), most)})
			}
			if f.other {
				t = append(t, plot.Tick{Value: float64(len(f.levels)), Label: "others"})
			}
		case f.time():
			t = timeTicks(f.window.lo, f.window.hi)
		default:
			t = ticks(f.window.lo, f.window.hi)
			if len(t) > 4 && most < 12 {
				t = everySecond(t)
			}
		}
		if f.missing {
			at := f.edge()
			if f.category() {
				at = float64(f.bars() - 1)
			}
			for len(t) > 0 && !f.category() && t[len(t)-1].Value > f.window.hi-0.12*(f.window.hi-f.window.lo) {
				t = t[:len(t)-1] // its label would overlap with this one
			}
			t = append(t, plot.Tick{Value: at, Label: "missing"})
		}
		return t
	})
}

func everySecond(t []plot.Tick) (kept []plot.Tick) {
	for i := 0; i < len(t); i += 2 {
		kept = append(kept, t[i])
	}
	return kept
}

// visibleText is a level's text, or a sign that stands for an empty one.
func visibleText(s string) string {
	if s == "" {
		return "“”"
	}
	return s
}
