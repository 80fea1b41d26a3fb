package report

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"math"
	"slices"

	"gonum.org/v1/gonum/mat"

	"gaussflow/columns"
	"gaussflow/drift"
	"gaussflow/initializers"
	"gaussflow/internal/defaults"
	"gaussflow/internal/visible"
)

const (
	drawnPairs = 8   // the most pairs drawn of those that changed
	stillLines = 300 // the most lines of the table of columns that did not move
)

// driftView is the content of the page of two tables.
type driftView struct {
	A, B         string
	Differ       bool
	P            string
	Apart, SE    string // empty if there are too few rows
	Tables       []driftTable
	Moved        multiples
	MovedCount   int
	Columns      int
	Pairs        []pair
	PairsAlone   int // pairs that changed although neither column moved
	PairsMore    int // pairs that changed but are not drawn
	PairsOf      int
	Still        []driftColumn
	StillMore    int
	OnlyA, OnlyB []string
	LeftOut      []drift.LeftOut
	Oddities     []string
	Draws        int
	Level        string
}

// driftTable says how much of a table was examined.
type driftTable struct {
	Name       string
	Rows, Kept int
	Bad        int
}

// driftColumn is a line of the table of columns that did not move.
type driftColumn struct{ Name, Kind, P, Gap, Missing string }

// WriteDrift writes a page of how two tables differ to w: all of it or, on an error, nothing. r is a result of drift.Compare.
func WriteDrift(w io.Writer, r *drift.Result) error {
	switch {
	case defaults.IsNil(w):
		return errors.New("report: WriteDrift: the writer is nil")
	case !compared(r):
		return errors.New("report: WriteDrift: the Result is nil, or none of drift.Compare, whose columns and rows go together")
	}
	v, err := newDriftView(r)
	if err != nil {
		return fmt.Errorf("report: %w", err)
	}
	var b bytes.Buffer
	if err := page.ExecuteTemplate(&b, "drift", v); err != nil {
		return fmt.Errorf("report: %w", err)
	}
	_, err = io.WriteString(w, visible.Text(b.String())) // makes invisible characters in names visible; the page's own text has none
	return err
}

// compared reports whether a result has everything that the page draws.
func compared(r *drift.Result) bool {
	if r == nil || r.Schema == nil || len(r.Columns) == 0 {
		return false
	}
	for _, x := range r.Kept {
		if defaults.IsNil(x) || x.IsEmpty() {
			return false
		}
		if _, d := x.Dims(); d != len(r.Schema.Columns) {
			return false
		}
	}
	for _, c := range r.Columns {
		if _, there := r.Schema.Column(c.Name); !there {
			return false
		}
	}
	return !slices.ContainsFunc(r.Pairs, func(p drift.Pair) bool {
		_, first := r.Schema.Column(p.Names[0])
		_, second := r.Schema.Column(p.Names[1])
		return !first || !second
	})
}

func newDriftView(r *drift.Result) (v *driftView, err error) {
	v = &driftView{
		A: r.Names[0], B: r.Names[1], Differ: r.Differ(), P: r.Say(r.P), Columns: len(r.Columns), PairsOf: r.Paired, LeftOut: r.LeftOut,
		Oddities: r.Oddities(), Draws: r.Draws, Level: number(r.Level, 3), OnlyA: namesOf(r.OnlyIn[0]), OnlyB: namesOf(r.OnlyIn[1]),
	}
	if r.Apart != nil {
		v.Apart, v.SE = number(100*r.Apart.AUC, 3)+"\u00a0%", number(100*r.Apart.SE, 2)+"\u00a0%"
	}
	for side, t := range r.Tables {
		table := driftTable{Name: r.Names[side], Rows: t.Rows, Kept: t.Kept}
		if t.BadRows != nil {
			table.Bad = t.BadRows.Count
		}
		v.Tables = append(v.Tables, table)
	}
	v.still(r)
	d := &drifted{r: r, fields: map[string]*field{}}
	if v.Moved, err = d.multiples(); err != nil {
		return nil, err
	}
	v.MovedCount = len(r.Moved())
	v.Pairs, err = d.pairs()
	v.PairsMore = len(r.Pairs) - len(v.Pairs)
	for _, p := range r.Pairs {
		if p.Alone {
			v.PairsAlone++
		}
	}
	return v, err
}

func namesOf(columns []drift.OneSided) (names []string) {
	for _, c := range columns[:min(len(columns), listedColumns)] {
		names = append(names, c.Name)
	}
	return names
}

// still lists the columns that did not move.
func (v *driftView) still(r *drift.Result) {
	for _, c := range r.Columns {
		switch {
		case c.Moved:
		case len(v.Still) == stillLines:
			v.StillMore++
		default:
			line := driftColumn{Name: c.Name, Kind: kindWords[c.Kind], P: r.Say(c.Corrected), Gap: wholePercent(c.Gap)}
			if c.Missing[0]+c.Missing[1] > 0 {
				line.Missing = percent(c.Missing[0]) + " → " + percent(c.Missing[1])
			}
			v.Still = append(v.Still, line)
		}
	}
}

// drifted draws columns of two tables.
type drifted struct {
	r      *drift.Result
	fields map[string]*field
}

// values are those of a column in both tables.
func (d *drifted) values(name string) (v [2][]float64) {
	at := slices.IndexFunc(d.r.Schema.Columns, func(c columns.Column) bool { return c.Name == name })
	for side, x := range d.r.Kept {
		v[side] = mat.Col(nil, at, x)
	}
	return v
}

// field describes a column with a window that holds most values of either table.
func (d *drifted) field(name string) *field {
	if f := d.fields[name]; f != nil {
		return f
	}
	v := d.values(name)
	column, _ := d.r.Schema.Column(name)
	f := newField(name, column, 0, append(slices.Clone(v[0]), v[1]...), nil)
	if !f.category() {
		a, b := newField(name, column, 0, v[0], v[1]), newField(name, column, 0, v[1], v[0])
		f.window = span{math.Min(a.window.lo, b.window.lo), math.Max(a.window.hi, b.window.hi)}
	}
	d.fields[name] = f
	return f
}

// multiples are the pictures of the columns that moved, the most moved first.
func (d *drifted) multiples() (m multiples, err error) {
	moved := d.r.Moved()
	drawn := moved[:min(len(moved), drawnColumns)]
	m.Undrawn = len(moved) - len(drawn)
	for k, c := range drawn {
		v := d.values(c.Name)
		pic, err := d.field(c.Name).beside("shares of the rows of "+d.r.Names[0]+" and of "+d.r.Names[1], v[0], v[1], len(drawn) > 2*openColumns)
		if err != nil {
			return m, err
		}
		s := small{pic, c.Name, fmt.Sprintf("%s; off by %s, p %s", c.How, wholePercent(c.Gap), d.r.Say(c.Corrected))}
		if k < openColumns {
			m.First = append(m.First, s)
		} else {
			m.More = append(m.More, s)
		}
	}
	return m, nil
}

// pairs draws pairs that changed, first those neither of whose columns moved.
func (d *drifted) pairs() (drawn []pair, err error) {
	order := slices.Clone(d.r.Pairs)
	slices.SortStableFunc(order, func(p, q drift.Pair) int {
		switch {
		case p.Alone == q.Alone:
			return 0
		case p.Alone:
			return -1
		}
		return 1
	})
	for _, p := range order[:min(len(order), drawnPairs)] {
		x, y := p.Names[0], p.Names[1]
		if d.field(x).category() && !d.field(y).category() { // levels have longer labels, so they go on the vertical axis
			x, y = y, x
		}
		out := pair{Names: x + " and " + y, Note: p.Strength() + "; p " + d.r.Say(p.Corrected)}
		if !p.Alone {
			out.Note += "; a column of it moved, too"
		}
		if out.Rows, err = d.cloud(0, x, y); err != nil {
			return nil, err
		}
		if out.Samples, err = d.cloud(1, x, y); err != nil {
			return nil, err
		}
		drawn = append(drawn, out)
	}
	return drawn, nil
}

// cloud draws two columns of one of the tables, with equally many rows of each table.
func (d *drifted) cloud(side int, x, y string) (picture, error) {
	u, v := d.field(x), d.field(y)
	xs, ys := d.values(x)[side], d.values(y)[side]
	points := min(len(d.values(x)[0]), len(d.values(x)[1]), pairPoints)
	if points < fewestHalved { // too few for equal numbers: draw all rows
		points = min(len(xs), pairPoints)
	}
	paint := data
	if side == 1 {
		paint = model
	}
	dots, rng := newDots(points, paint), initializers.NewRand(0, uint64(side))
	for k := range points {
		row := k * len(xs) / points
		dots.x2y(u.place(xs[row], rng.Float64()), v.place(ys[row], rng.Float64()))
	}
	return scatter(short(d.r.Names[side], 40), u, v, dots)
}
