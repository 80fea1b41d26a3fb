package report

import (
	"math"
	"strconv"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/font"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// panel is an empty plot in the page's style, with a grid.
func panel(title, x, y string) *plot.Plot {
	p := blank(title, x, y)
	p.Add(grid{})
	return p
}

// blank is a panel without a grid. Its text is measured in Liberation Sans, whose widths are those of Arial
// and Helvetica.
func blank(title, x, y string) *plot.Plot {
	p := plot.New()
	p.BackgroundColor = nil
	for _, f := range []*font.Font{
		&p.Title.TextStyle.Font, &p.X.Label.TextStyle.Font, &p.Y.Label.TextStyle.Font, &p.X.Tick.Label.Font, &p.Y.Tick.Label.Font,
	} {
		f.Variant = "Sans"
	}
	p.Title.Text, p.X.Label.Text, p.Y.Label.Text = title, x, y
	p.Title.TextStyle.Font.Size, p.Title.Padding, p.Title.TextStyle.Color = 13, 6, ink
	for _, a := range []*plot.Axis{&p.X, &p.Y} {
		a.Label.TextStyle.Font.Size, a.Tick.Label.Font.Size = 12, 11
		a.Label.TextStyle.Color, a.Tick.Label.Color = ink, soft
		a.LineStyle.Color, a.Tick.LineStyle.Color = soft, soft
		a.Padding, a.Tick.Length = 3, 4
		a.Tick.Marker = plot.TickerFunc(ticks)
	}
	return p
}

// window fixes the axes' ranges. gonum/plot cannot draw an empty range, so a range of one point is widened.
func window(p *plot.Plot, x, y span) {
	x, y = x.wide(), y.wide()
	p.X.Min, p.X.Max, p.Y.Min, p.Y.Max = x.lo, x.hi, y.lo, y.hi
}

// bare leaves an axis without numbers.
func bare(a *plot.Axis) {
	marker := a.Tick.Marker
	a.Tick.Marker = plot.TickerFunc(func(lo, hi float64) []plot.Tick {
		t := marker.Ticks(lo, hi)
		for i := range t {
			t[i].Label = ""
		}
		return t
	})
}

// ticks are about four ticks at multiples of 1, 2 or 5 times a power of ten, labelled with as many digits as
// distinguish them.
func ticks(lo, hi float64) (t []plot.Tick) {
	step := round((hi - lo) / 5)
	if !(step > 0) || math.IsInf(step, 0) {
		return nil
	}
	for k := math.Ceil(lo / step); k*step <= hi && len(t) < 12; k++ {
		v := k*step + 0 // +0 makes −0 a 0
		t = append(t, plot.Tick{Value: v, Label: tickLabel(v, step)})
	}
	return t
}

// tickLabel is v, a multiple of step, written as short as possible.
func tickLabel(v, step float64) string {
	if big := math.Abs(v); v == 0 || big < 1e6 && step >= 1e-4 {
		return minus(strconv.FormatFloat(v, 'f', max(0, -int(math.Floor(math.Log10(step)+1e-9))), 64))
	}
	digits := 1 + int(math.Round(math.Max(0, math.Floor(math.Log10(math.Abs(v))+1e-9)-math.Floor(math.Log10(step)+1e-9))))
	return number(v, min(digits, 15))
}

// round is the least number of the form 1, 2 or 5 times a power of ten that is at least v > 0.
func round(v float64) float64 {
	power := math.Pow(10, math.Floor(math.Log10(v)))
	for _, m := range []float64{1, 2, 5} {
		if m*power >= v {
			return m * power
		}
	}
	return 10 * power
}

// grid draws thin lines at the labelled ticks.
type grid struct{}

// Plot implements plot.Plotter.
func (grid) Plot(c draw.Canvas, p *plot.Plot) {
	x, y := p.Transforms(&c)
	line := draw.LineStyle{Color: faint, Width: 0.7}
	for _, t := range p.X.Tick.Marker.Ticks(p.X.Min, p.X.Max) {
		c.StrokeLine2(line, x(t.Value), c.Min.Y, x(t.Value), c.Max.Y)
	}
	for _, t := range p.Y.Tick.Marker.Ticks(p.Y.Min, p.Y.Max) {
		c.StrokeLine2(line, c.Min.X, y(t.Value), c.Max.X, y(t.Value))
	}
}

// short shortens a name that would not fit in a figure.
func short(name string, most int) string {
	runes := []rune(name)
	if len(runes) <= most {
		return name
	}
	return string(runes[:most-1]) + "…"
}

// wideWidth is the width of a figure by itself.
const wideWidth = vg.Length(640)
