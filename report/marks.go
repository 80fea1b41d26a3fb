package report

import (
	"image/color"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// dots draws points as one path of lines of length zero, to which the style sheet gives round ends; that takes a tenth
// of the bytes of circles. Points outside the window are left out.
type dots struct {
	x, y   []float64
	size   vg.Length
	colour color.Color
}

// Plot implements plot.Plotter.
func (d dots) Plot(c draw.Canvas, p *plot.Plot) {
	tx, ty := p.Transforms(&c)
	var path vg.Path
	for i := range d.x {
		at := vg.Point{X: tx(d.x[i]), Y: ty(d.y[i])}
		if c.Contains(at) {
			path.Move(at)
			path.Line(at)
		}
	}
	stroke(c, path, draw.LineStyle{Color: d.colour, Width: d.size})
}

// curve joins points by lines, clipped to the window.
type curve struct {
	x, y []float64
	draw.LineStyle
}

// Plot implements plot.Plotter.
func (l curve) Plot(c draw.Canvas, p *plot.Plot) {
	tx, ty := p.Transforms(&c)
	points := make([]vg.Point, len(l.x))
	for i := range points {
		points[i] = vg.Point{X: tx(l.x[i]), Y: ty(l.y[i])}
	}
	c.StrokeLines(l.LineStyle, c.ClipLinesXY(points)...)
}

// rule is a vertical line at x through the whole window.
type rule struct {
	x float64
	draw.LineStyle
}

// Plot implements plot.Plotter.
func (r rule) Plot(c draw.Canvas, p *plot.Plot) {
	if x, _ := p.Transforms(&c); c.ContainsX(x(r.x)) {
		c.StrokeLine2(r.LineStyle, x(r.x), c.Min.Y, x(r.x), c.Max.Y)
	}
}

// area fills the region between two curves over x.
type area struct {
	x, low, high []float64
	colour       color.Color
}

// Plot implements plot.Plotter.
func (a area) Plot(c draw.Canvas, p *plot.Plot) {
	tx, ty := p.Transforms(&c)
	var points []vg.Point
	for i := range a.x {
		points = append(points, vg.Point{X: tx(a.x[i]), Y: ty(a.low[i])})
	}
	for i := len(a.x) - 1; i >= 0; i-- {
		points = append(points, vg.Point{X: tx(a.x[i]), Y: ty(a.high[i])})
	}
	c.FillPolygon(a.colour, c.ClipPolygonXY(points))
}

func stroke(c draw.Canvas, path vg.Path, style draw.LineStyle) {
	if len(path) == 0 {
		return
	}
	c.SetLineStyle(style)
	c.Stroke(path)
}

// line is a line style; dashes distinguish it from others without colour.
func line(colour color.Color, width vg.Length, dashes ...vg.Length) draw.LineStyle {
	return draw.LineStyle{Color: colour, Width: width, Dashes: dashes}
}
