package report

import (
	"fmt"
	"image/color"
	"math"
	"slices"

	"gonum.org/v1/gonum/mat"
	"gonum.org/v1/plot"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

const (
	drawnColumns = 320 // the most small multiples, those that fit worst, because a page has a bounded size
	openColumns  = 24  // how many of them are shown before a reader asks for the others
)

// small is the picture of a column, with rows of the table beside samples.
type small struct {
	picture
	Name string
	Note string // how well it fits, and shares of atoms and missing cells
}

// multiples are the pictures of all columns, the worst first.
type multiples struct {
	First, More []small
	Undrawn     int
}

func (s *study) multiples(l *likenesses) (m multiples, err error) {
	order := worst(l.columns)
	drawn := order[:min(len(order), drawnColumns)]
	m.Undrawn = len(order) - len(drawn)
	for k, c := range drawn {
		pic, err := s.small(c, len(drawn) > 2*openColumns)
		if err != nil {
			return m, err
		}
		if k < openColumns {
			m.First = append(m.First, pic)
		} else {
			m.More = append(m.More, pic)
		}
	}
	return m, nil
}

// small draws column c; with coarse it uses fewer bins, for when there are many columns.
func (s *study) small(c likeness, coarse bool) (small, error) {
	f := s.fields[c.a]
	rows, samples := mat.Col(nil, c.a, s.rows), mat.Col(nil, c.a, s.samples)
	pic, err := f.beside("shares of the table's rows and of samples", rows, samples, coarse)
	return small{pic, f.name, f.note(c, rows, samples)}, err
}

// beside draws the shares of two sets of values, the second one dashed.
func (f *field) beside(of string, rows, samples []float64, coarse bool) (picture, error) {
	p := panel("", "", "")
	p.Title.Padding = 0
	height := vg.Length(150)
	if f.category() {
		f.levelBars(p, rows, samples)
		height = 40 + 17*vg.Length(f.bars())
	} else {
		f.histogram(p, rows, samples, coarse)
	}
	return one("Column "+f.name+": "+of+".", 250, height, p)
}

// levelBars draws a bar for each level, the commonest on top.
func (f *field) levelBars(p *plot.Plot, rows, samples []float64) {
	most := 0.0
	for side, v := range [][]float64{rows, samples} {
		share := make([]float64, f.bars())
		for _, x := range v {
			share[f.bar(x)] += 1 / float64(len(v))
		}
		for k, h := range share {
			b := box{x: span{0, h}, y: span{float64(k) - 0.36, float64(k) + 0.36}, colour: band, edge: line(data, 1.3)}
			if side == 1 {
				b.colour, b.edge = nil, line(model, 1.6, 4, 2)
			}
			p.Add(b)
		}
		most = max(most, slices.Max(share))
	}
	window(p, span{0, 1.05 * most}, span{f.window.hi, f.window.lo})
	p.Y.Min, p.Y.Max = f.window.lo, f.window.hi
	p.Y.Scale = plot.InvertedScale{Normalizer: plot.LinearScale{}}
	p.X.Tick.Marker, p.Y.Tick.Marker = plot.TickerFunc(shares), f.ticks(16)
}

// histogram draws the shares of bins and, beside them, of values with a probability of their own and of missing cells.
func (f *field) histogram(p *plot.Plot, rows, samples []float64, coarse bool) {
	w := f.window
	e := edges(w, f.quantum, f.anchor(rows))
	if coarse {
		e = every(e, 2)
	}
	top, spike := 0.0, 0.0
	for side, v := range [][]float64{rows, samples} {
		rest := slices.DeleteFunc(slices.Clone(v), func(x float64) bool { return math.IsNaN(x) || slices.Contains(f.atoms, x) })
		h := density(rest, e)
		for k := range h {
			h[k] *= (e[k+1] - e[k]) * float64(len(rest)) / float64(len(v))
		}
		top = max(top, slices.Max(h))
		thin := box{y: span{0, 0}, colour: data, edge: line(data, 1)}
		if side == 0 {
			p.Add(filled(e, h, band), outline(e, h, data, 1.3))
		} else {
			p.Add(outline(e, h, model, 1.5, 4, 2))
			thin.colour, thin.edge = nil, line(model, 1.5, 3, 1.5)
		}
		for _, a := range f.apart() {
			width := 0.018 * (w.hi - w.lo)
			thin.x, thin.y.hi = span{a.at - width, a.at + width}, share(v, a.value)
			spike = max(spike, thin.y.hi)
			p.Add(thin)
		}
	}
	// A spike far above the bins is cut off, so that the bins remain visible; the note gives its share.
	if top > 0 && spike > 4*top {
		spike = 4 * top
	}
	window(p, f.whole(), span{0, 1.06 * max(top, spike)})
	p.X.Tick.Marker, p.Y.Tick.Marker = f.ticks(9), plot.TickerFunc(shares)
}

// anchor is a value on the column's grid.
func (f *field) anchor(rows []float64) float64 {
	if at := slices.IndexFunc(rows, func(v float64) bool { return !math.IsNaN(v) }); at >= 0 {
		return rows[at]
	}
	return f.window.lo
}

// every joins n neighbouring bins.
func every(edges []float64, n int) (out []float64) {
	for k := 0; k < len(edges); k += n {
		out = append(out, edges[k])
	}
	if last := edges[len(edges)-1]; out[len(out)-1] != last {
		out = append(out, last)
	}
	return out
}

// standing is a value that has a bar of its own, and the position of that bar.
type standing struct{ value, at float64 }

func (f *field) apart() (all []standing) {
	for _, a := range f.atoms {
		all = append(all, standing{a, a})
	}
	if f.missing {
		all = append(all, standing{math.NaN(), f.edge()})
	}
	return all
}

// share is the share of v that equals value.
func share(v []float64, value float64) float64 {
	n := 0
	for _, x := range v {
		if x == value || math.IsNaN(x) && math.IsNaN(value) {
			n++
		}
	}
	return float64(n) / float64(len(v))
}

// note says how far the column is off, and explains the bars beside the histogram.
func (f *field) note(c likeness, rows, samples []float64) (text string) {
	if gap := c.gap(); gap >= 0.015 {
		text = "off by " + wholePercent(gap)
	}
	if f.category() && !f.missing {
		return text
	}
	for _, a := range f.apart() {
		if math.IsNaN(a.value) || !f.category() {
			if text != "" {
				text += "; "
			}
			text += fmt.Sprintf("%s: %s of rows, %s of samples", f.say(a.value), wholePercent(share(rows, a.value)), wholePercent(share(samples, a.value)))
		}
	}
	return text
}

// shares are ticks for shares, in per cent.
func shares(lo, hi float64) (t []plot.Tick) {
	for _, k := range ticks(100*lo, 100*hi) {
		t = append(t, plot.Tick{Value: k.Value / 100, Label: k.Label + "\u00a0%"})
	}
	if len(t) > 4 {
		t = everySecond(t)
	}
	return t
}

// box is a rectangle, clipped to the window.
type box struct {
	x, y   span
	colour color.Color // of the inside; nil for none
	edge   draw.LineStyle
}

// Plot implements plot.Plotter.
func (b box) Plot(c draw.Canvas, p *plot.Plot) {
	tx, ty := p.Transforms(&c)
	corners := []vg.Point{
		{X: tx(b.x.lo), Y: ty(b.y.lo)}, {X: tx(b.x.hi), Y: ty(b.y.lo)}, {X: tx(b.x.hi), Y: ty(b.y.hi)}, {X: tx(b.x.lo), Y: ty(b.y.hi)},
	}
	if b.colour != nil {
		c.FillPolygon(b.colour, c.ClipPolygonXY(corners))
	}
	c.StrokeLines(b.edge, c.ClipLinesXY(append(corners, corners[0]))...)
}
