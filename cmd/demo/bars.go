package main

import (
	"fmt"
	"image/color"
	"math"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// foot is where bars on a logarithmic axis begin, below the rounding error of float64.
const foot = 1e-18

// bars compares two spreads on a logarithmic axis. It draws the labels itself, because gonum/plot places them badly
// there.
func bars(title, after string, before, then spread) tile {
	p := panel(title, "", "")
	const width = 60
	for i, series := range []struct {
		colour color.NRGBA
		values [2]float64
	}{
		{blue, [2]float64{before.Median, then.Median}},
		{orange, [2]float64{before.Max, then.Max}},
	} {
		b := &logBars{values: series.values, colour: series.colour, width: width, offset: width * (vg.Length(i) - 0.5)}
		p.Add(b)
	}
	p.Add(key{[]string{"median", "max"}, []color.NRGBA{blue, orange}})
	p.NominalX("at the warm start", after)
	p.Y.Padding = 4
	p.X.Tick.Label.Font.Size = 15
	p.X.Min, p.X.Max = -0.6, 1.6
	p.Y.Scale, p.Y.Tick.Marker = plot.LogScale{}, decades{}
	p.Y.Min, p.Y.Max = foot, 1e3
	return p
}

// logBars are bars from the foot of a logarithmic axis, with their values written above them.
type logBars struct {
	values        [2]float64
	colour        color.NRGBA
	width, offset vg.Length
}

// Plot draws the bars.
func (b *logBars) Plot(c draw.Canvas, p *plot.Plot) {
	toX, toY := p.Transforms(&c)
	text := p.X.Tick.Label
	text.Font.Size, text.XAlign, text.YAlign = 12, draw.XCenter, draw.YBottom
	for i, v := range b.values {
		x, top := toX(float64(i))+b.offset, toY(math.Max(v, foot*2))
		c.FillPolygon(b.colour, []vg.Point{
			{X: x - b.width/2, Y: c.Min.Y}, {X: x - b.width/2, Y: top}, {X: x + b.width/2, Y: top}, {X: x + b.width/2, Y: c.Min.Y},
		})
		c.FillText(text, vg.Point{X: x, Y: top + 3}, scientific(v))
	}
}

// decades labels every third power of ten.
type decades struct{}

// Ticks lists the powers of ten between lo and hi.
func (decades) Ticks(lo, hi float64) (ticks []plot.Tick) {
	for k := int(math.Ceil(math.Log10(lo))); k <= int(math.Floor(math.Log10(hi))); k++ {
		t := plot.Tick{Value: math.Pow10(k)}
		if k%3 == 0 {
			t.Label = fmt.Sprintf("1e%d", k)
		}
		ticks = append(ticks, t)
	}
	return ticks
}
