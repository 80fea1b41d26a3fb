package main

import (
	"bytes"
	"image/color"
	"math"
	"strconv"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/font"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
	"gonum.org/v1/plot/vg/vgimg"
)

// The colours of the notebook (seaborn's deep palette).
var (
	blue   = color.NRGBA{R: 0x4c, G: 0x72, B: 0xb0, A: 0xff}
	orange = color.NRGBA{R: 0xdd, G: 0x84, B: 0x52, A: 0xff}
	green  = color.NRGBA{R: 0x55, G: 0xa8, B: 0x68, A: 0xff}
	red    = color.NRGBA{R: 0xc4, G: 0x4e, B: 0x52, A: 0xff}
	grey   = color.NRGBA{R: 0xc4, G: 0xc8, B: 0xce, A: 0xff}
	black  = color.NRGBA{A: 0xff}
	white  = color.NRGBA{R: 0xff, G: 0xff, B: 0xff, A: 0xe8}
)

func withAlpha(c color.NRGBA, a uint8) color.NRGBA { c.A = a; return c }

const (
	panelWidth = 7 * vg.Inch
	square     = 7 * vg.Inch
	barHeight  = 5.5 * vg.Inch
	dpi        = 110
)

// tile is a plot and the width at which it is drawn.
type tile struct {
	*plot.Plot
	width vg.Length
}

// render draws tiles side by side as PNG, their data areas at one height.
func render(height vg.Length, tiles ...tile) ([]byte, error) {
	const margin = 0.18 * vg.Inch
	total := vg.Length(0)
	for _, t := range tiles {
		total += t.width
	}
	image := vgimg.NewWith(vgimg.UseWH(total, height), vgimg.UseDPI(dpi))
	canvases := make([]draw.Canvas, len(tiles))
	left := vg.Length(0)
	for i, t := range tiles {
		canvases[i] = draw.Crop(draw.New(image), left+margin, left+t.width-total-margin, margin, -margin)
		left += t.width
	}
	bottom, top := vg.Length(0), height
	for i, t := range tiles {
		data := t.DataCanvas(canvases[i])
		bottom, top = max(bottom, data.Min.Y), min(top, data.Max.Y)
	}
	for i, t := range tiles {
		data := t.DataCanvas(canvases[i])
		t.Title.Padding += data.Max.Y - top // so that the titles stay at one height
		t.Draw(draw.Crop(canvases[i], 0, 0, bottom-data.Min.Y, 0))
	}
	var b bytes.Buffer
	_, err := vgimg.PngCanvas{Canvas: image}.WriteTo(&b)
	return b.Bytes(), err
}

// panel is an empty plot in the page's style.
func panel(title, x, y string) tile {
	p := plot.New()
	for _, f := range []*font.Font{
		&p.Title.TextStyle.Font, &p.Legend.TextStyle.Font, &p.X.Label.TextStyle.Font, &p.Y.Label.TextStyle.Font, &p.X.Tick.Label.Font, &p.Y.Tick.Label.Font,
	} {
		f.Variant = "Sans"
	}
	p.Title.Text, p.X.Label.Text, p.Y.Label.Text = title, x, y
	p.Title.TextStyle.Font.Size, p.Title.Padding = 18, 8
	for _, a := range []*plot.Axis{&p.X, &p.Y} {
		a.Label.TextStyle.Font.Size, a.Tick.Label.Font.Size = 15, 13
		a.Padding = 4
		a.Tick.Marker = plot.TickerFunc(roundTicks)
	}
	p.Legend.TextStyle.Font.Size = 14
	grid := plotter.NewGrid()
	grid.Horizontal.Color, grid.Vertical.Color = grey, grey
	p.Add(grid)
	return tile{p, panelWidth}
}

// window shows [−limit, limit]², with five ticks on each axis.
func (t tile) window(limit float64) {
	var ticks []plot.Tick
	for q := -4; q <= 4; q++ {
		tick := plot.Tick{Value: float64(q) / 4 * limit}
		if q%2 == 0 {
			tick.Label = strconv.FormatFloat(tick.Value, 'g', 3, 64)
		}
		ticks = append(ticks, tick)
	}
	for _, a := range []*plot.Axis{&t.X, &t.Y} {
		a.Min, a.Max, a.Tick.Marker = -limit, limit, plot.ConstantTicks(ticks)
	}
}

// roundTicks are about five ticks at multiples of a round step. The default ticks of gonum/plot are rounded only in
// their labels: 1.15 is labelled 1.2.
func roundTicks(lo, hi float64) (ticks []plot.Tick) {
	step := roundLimit((hi - lo) / 6)
	for k := math.Ceil(lo / step); k*step <= hi; k++ {
		ticks = append(ticks, plot.Tick{Value: k * step, Label: strconv.FormatFloat(k*step, 'g', 4, 64)})
	}
	return ticks
}

// roundLimit is the least number of the form 1, 2 or 5 times a power of ten that is at least v.
func roundLimit(v float64) float64 {
	power := math.Pow(10, math.Floor(math.Log10(v)))
	for _, m := range []float64{1, 2, 5} {
		if m*power >= v {
			return m * power
		}
	}
	return 10 * power
}

// key is a legend with a frame, drawn in the upper left corner over the plot.
type key struct {
	names   []string
	colours []color.NRGBA
}

// Plot draws the legend.
func (k key) Plot(c draw.Canvas, p *plot.Plot) {
	const pad, line = 8, 21
	text := p.Legend.TextStyle
	width := vg.Length(0)
	for _, name := range k.names {
		width = max(width, text.Width(name))
	}
	box := vg.Rectangle{Min: vg.Point{X: c.Min.X + pad, Y: c.Max.Y - 2*pad - line*vg.Length(len(k.names))}, Max: vg.Point{X: c.Min.X + 4*pad + width + 10, Y: c.Max.Y - pad}}
	corners := []vg.Point{box.Min, {X: box.Min.X, Y: box.Max.Y}, box.Max, {X: box.Max.X, Y: box.Min.Y}, box.Min}
	c.FillPolygon(white, corners)
	c.StrokeLines(draw.LineStyle{Color: grey, Width: 1}, corners)
	text.YAlign = draw.YCenter
	for i, name := range k.names {
		at := vg.Point{X: box.Min.X + pad + 5, Y: box.Max.Y - pad/2 - line*(vg.Length(i)+0.5)}
		c.DrawGlyph(draw.GlyphStyle{Color: k.colours[i], Radius: 5, Shape: draw.CircleGlyph{}}, at)
		c.FillText(text, vg.Point{X: at.X + pad + 5, Y: at.Y}, name)
	}
}
