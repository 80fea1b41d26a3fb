package report

import (
	"cmp"
	"errors"
	"fmt"
	"image/color"
	"math"
	"slices"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"

	"gaussflow/columns"
	"gaussflow/info"
)

const (
	sharedColumns = 24   // the most columns in the picture, the most dependent ones, so that the time for a page is bounded
	sharedRows    = 2000 // rows that are used
	sharedListed  = 5    // pairs that are listed in words
	numbered      = 8    // the most columns for which the cells show their number
)

// shared shows how much every two columns tell of each other.
type shared struct {
	picture
	Rows, Of, Shown int // rows measured, columns of the density, columns in the picture
	Strongest       []sharedPair
	Constant        []string // columns with a single value in these rows
	Unknown         int      // number of pairs for which there is no estimate
	Few             bool     // there are too few rows for any estimate
	Losses          *layerLosses
}

// sharedPair describes a pair in words.
type sharedPair struct{ Names, Value, Note string }

// shared is nil if there is only one column.
func (s *study) shared(l *likenesses) (*shared, error) {
	if len(s.names) < 2 {
		return nil, nil
	}
	n, _ := s.plain.Dims()
	rows := evenly(n, sharedRows)
	out := &shared{Rows: len(rows), Of: len(s.names)}
	x := choose(s.plain, rows, nil)
	sample, err := info.OfTable(s.schema(), x, info.Config{Seed: s.Seed, Remainder: info.Neighbours})
	var few *info.FewRowsError
	switch {
	case errors.As(err, &few):
		out.Few = true
		return out, nil
	case err != nil:
		return nil, err
	}
	chosen := s.dependent(l, func(j int) bool {
		if sample.Constant(j) {
			out.Constant = append(out.Constant, s.names[j])
		}
		return !sample.Constant(j)
	})
	out.Shown = len(chosen)
	if len(chosen) > 1 {
		pairs, err := sample.Pairwise(chosen...)
		if err != nil {
			return nil, err
		}
		out.strongest(s.named(chosen), pairs)
		if out.picture, err = s.dependences(chosen, pairs); err != nil {
			return nil, err
		}
	}
	out.Losses, err = s.layerLosses()
	return out, err
}

// schema describes the density's columns.
func (s *study) schema() *columns.Schema {
	schema := &columns.Schema{}
	for _, f := range s.fields {
		c := columns.Column{Name: f.name, Kind: columns.Numbers, Step: f.quantum}
		if f.column != nil {
			c = *f.column
		}
		schema.Columns = append(schema.Columns, c)
	}
	return schema
}

func (s *study) named(columns []int) []string {
	names := make([]string, len(columns))
	for i, j := range columns {
		names[i] = s.names[j]
	}
	return names
}

// dependent are the columns to show, in the model's order: all, or those that depend most on another one according to the
// comparison of pairs.
func (s *study) dependent(l *likenesses, measurable func(int) bool) (chosen []int) {
	most := make([]float64, len(s.names))
	for _, p := range l.pairs {
		most[p.a], most[p.b] = max(most[p.a], p.inTable), max(most[p.b], p.inTable)
	}
	for j := range s.names {
		if measurable(j) {
			chosen = append(chosen, j)
		}
	}
	slices.SortStableFunc(chosen, func(a, b int) int { return cmp.Compare(most[b], most[a]) })
	chosen = chosen[:min(len(chosen), sharedColumns)]
	slices.Sort(chosen)
	return chosen
}

// strongest lists the pairs that share most, and counts those without an estimate.
func (v *shared) strongest(names []string, pairs [][]info.Estimate) {
	type place struct{ i, j int }
	var order []place
	for i := range pairs {
		for j := range i {
			switch e := pairs[i][j]; {
			case math.IsNaN(e.Value):
				v.Unknown++
			case e.Lo > 0:
				order = append(order, place{i, j})
			}
		}
	}
	slices.SortStableFunc(order, func(a, b place) int { return cmp.Compare(pairs[b.i][b.j].Value, pairs[a.i][a.j].Value) })
	for _, at := range order[:min(len(order), sharedListed)] {
		e := pairs[at.i][at.j]
		p := sharedPair{Names: names[at.j] + " and " + names[at.i], Value: "infinite", Note: "one determines the order of the other in every row"}
		if !math.IsInf(e.Value, 1) {
			p.Value, p.Note = fmt.Sprintf("%.2f ± %.2f nats", e.Value, e.SE), "as a correlation of "+degree(correlation(e.Value))
			if e.Rows < v.Rows {
				p.Note += "; " + count(e.Rows) + " rows"
			}
		}
		v.Strongest = append(v.Strongest, p)
	}
}

// correlation is the correlation of two normal columns with the same mutual information (Linfoot 1957, Information and
// Control 1): from 0 to 1.
func correlation(nats float64) float64 { return math.Sqrt(-math.Expm1(-2 * max(nats, 0))) }

// dependences draws the matrix, with the first column on the left and at the top.
func (s *study) dependences(chosen []int, pairs [][]info.Estimate) (picture, error) {
	d := len(chosen)
	p := blank("", "", "")
	for i := range d {
		for j := range d {
			c := cell{at: span{float64(j), float64(i)}, edge: line(faint, 0.7)}
			switch e := pairs[i][j]; {
			case i == j:
				c.paint = faint
			case math.IsNaN(e.Value):
				c.text = "?"
			case math.IsInf(e.Value, 1):
				c.paint, c.text = shade(1), "∞"
			default:
				c.paint = shade(correlation(e.Value))
				if d <= numbered {
					c.text = degree(max(e.Value, 0))
				}
			}
			p.Add(c)
		}
	}
	ends := span{-0.5, float64(d) - 0.5}
	window(p, ends, ends)
	p.Y.Scale = plot.InvertedScale{Normalizer: plot.LinearScale{}}
	ticks := make([]plot.Tick, d)
	for i, j := range chosen {
		ticks[i] = plot.Tick{Value: float64(i), Label: short(s.names[j], 18)}
	}
	for _, a := range []*plot.Axis{&p.X, &p.Y} {
		a.Tick.Marker, a.Tick.Length, a.LineStyle.Width = plot.ConstantTicks(ticks), 0, 0
	}
	p.X.Padding = 9
	p.X.Tick.Label.Rotation, p.X.Tick.Label.XAlign, p.X.Tick.Label.YAlign = math.Pi/2, draw.XRight, draw.YCenter
	scale := blank("", "", "")
	const steps = 60
	for k := range steps {
		scale.Add(box{x: span{0, 1}, y: span{float64(k) / steps, float64(k+1) / steps}, colour: shade((float64(k) + 0.5) / steps), edge: line(shade((float64(k)+0.5)/steps), 0)})
	}
	window(scale, span{0, 1}, span{0, 1})
	scale.HideX()
	scale.Y.Padding = 0
	side := vg.Length(max(300, min(600, 130+26*d)))
	return withScale("How far every two columns depend on each other, a square of a cell for each pair.", side+70, side, p, scale)
}

// cell is a square of a matrix, with a text in it.
type cell struct {
	at    span // its column and row
	paint color.Color
	edge  draw.LineStyle
	text  string
}

// Plot implements plot.Plotter.
func (c cell) Plot(to draw.Canvas, p *plot.Plot) {
	box{x: span{c.at.lo - 0.5, c.at.lo + 0.5}, y: span{c.at.hi - 0.5, c.at.hi + 0.5}, colour: c.paint, edge: c.edge}.Plot(to, p)
	if c.text == "" {
		return
	}
	x, y := p.Transforms(&to)
	style := p.Y.Tick.Label
	style.Color, style.XAlign, style.YAlign = ink, draw.XCenter, draw.YCenter
	to.FillText(style, vg.Point{X: x(c.at.lo), Y: y(c.at.hi)}, c.text)
}
