package report

import (
	"image/color"
	"math"
	"slices"
	"strconv"

	"gonum.org/v1/gonum/mat"
	"gonum.org/v1/plot"
	"gonum.org/v1/plot/palette"
	"gonum.org/v1/plot/palette/moreland"
	"gonum.org/v1/plot/plotter"

	"gaussflow/flows"
)

const (
	mapCells = 180
	mapDepth = 25.0 // the colours of the log-density map end so many nats below the highest point
)

// maps shows the density of a flow of two columns, and its logarithm.
type maps struct {
	Density, Log picture
	Mass         string // integral of the density over the window
	Depth        int
	Highest      string // log p at the highest point of the window
}

// lattice holds a value at the centre of each cell.
type lattice struct {
	x, y span
	n    int
	z    []float64 // row after row
}

// Dims is the number of columns and rows.
func (l *lattice) Dims() (c, r int) { return l.n, l.n }

// X is the centre of column c.
func (l *lattice) X(c int) float64 { return l.x.lo + (float64(c)+0.5)/float64(l.n)*(l.x.hi-l.x.lo) }

// Y is the centre of row r.
func (l *lattice) Y(r int) float64 { return l.y.lo + (float64(r)+0.5)/float64(l.n)*(l.y.hi-l.y.lo) }

// Z is the value of a cell.
func (l *lattice) Z(c, r int) float64 { return l.z[r*l.n+c] }

// logDensity evaluates a flow of two columns on n×n cells.
func logDensity(f *flows.Flow, x, y span, n int) (l *lattice, err error) {
	l = &lattice{x: x, y: y, n: n}
	points := mat.NewDense(n*n, 2, nil)
	for r := range n {
		for c := range n {
			points.SetRow(r*n+c, []float64{l.X(c), l.Y(r)})
		}
	}
	l.z, err = f.LogProb(points)
	return l, err
}

// maps is nil if the model is no flow of two columns.
func (s *study) maps() (*maps, error) {
	if s.flow == nil || len(s.names) != 2 {
		return nil, nil
	}
	x, y := s.fields[0].window.grow(0.1), s.fields[1].window.grow(0.1)
	l, err := logDensity(s.flow, x, y, mapCells)
	if err != nil {
		return nil, err
	}
	finite, _ := onlyFinite(l.z)
	if len(finite) == 0 {
		return nil, nil
	}
	top := slices.Max(finite)
	m := &maps{Depth: int(mapDepth), Highest: nats(top)}
	density := &lattice{x: x, y: y, n: l.n, z: make([]float64, len(l.z))}
	mass := 0.0
	for i, v := range l.z {
		density.z[i] = math.Exp(v)
		mass += density.z[i] * (x.hi - x.lo) / mapCells * (y.hi - y.lo) / mapCells
		l.z[i] = math.Max(v, top-mapDepth)
	}
	m.Mass = strconv.FormatFloat(mass, 'f', 4, 64)
	if m.Density, err = s.heat("density, per unit of area", density, span{0, math.Exp(top)}); err != nil {
		return nil, err
	}
	m.Log, err = s.heat("log-density, nats", l, span{top - mapDepth, top})
	return m, err
}

// heat draws a lattice with its colour scale.
func (s *study) heat(title string, l *lattice, z span) (picture, error) {
	if z = z.wide(); !(z.lo < z.hi) {
		return picture{}, nil
	}
	colours := viridis()
	colours.SetMin(z.lo)
	colours.SetMax(z.hi)
	p := blank(title, short(s.names[0], 26), short(s.names[1], 26))
	h := plotter.NewHeatMap(l, colours.Palette(256))
	h.Min, h.Max, h.Rasterized = z.lo, z.hi, true
	h.Overflow, h.NaN = colours.Palette(256).Colors()[255], color.Gray{Y: 128}
	p.Add(struct{ plot.Plotter }{h}) // hides the HeatMap's method that asks for a margin
	window(p, l.x, l.y)
	scale := blank("", "", "")
	bar := &plotter.ColorBar{ColorMap: colours, Vertical: true, Colors: 128}
	scale.Add(struct{ plot.Plotter }{bar})
	window(scale, span{0, 1}, z)
	scale.HideX()
	scale.Y.Padding = 0
	return withScale("Map of the "+title+", over "+s.names[0]+" and "+s.names[1]+".", 420, 340, p, scale)
}

// viridis is matplotlib's default colour map (Smith & van der Walt 2015, CC0), interpolated from five of its colours:
// from dark to light in even steps, for readers of any colour vision.
func viridis() palette.ColorMap {
	colours := []color.Color{
		color.NRGBA{R: 0x44, G: 0x01, B: 0x54, A: 255}, color.NRGBA{R: 0x3b, G: 0x52, B: 0x8b, A: 255},
		color.NRGBA{R: 0x21, G: 0x91, B: 0x8c, A: 255}, color.NRGBA{R: 0x5e, G: 0xc9, B: 0x62, A: 255},
		color.NRGBA{R: 0xfd, G: 0xe7, B: 0x25, A: 255},
	}
	m, err := moreland.NewLuminance(colours)
	if err != nil { // cannot happen: luminance ascends
		panic("report: viridis: " + err.Error())
	}
	return m
}
