package main

import (
	"image/color"
	"math"
	"os"

	"gonum.org/v1/gonum/mat"
	"gonum.org/v1/plot"
	"gonum.org/v1/plot/palette"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
	"gonum.org/v1/plot/vg/vgimg"

	"gaussflow/flows"
)

func logOf(v float64) float64 { return math.Log(v) }

// colours that can be distinguished in greyscale too.
var colours = []color.RGBA{{0, 68, 136, 255}, {187, 85, 102, 255}, {221, 170, 51, 255}, {34, 136, 51, 255}, {120, 120, 120, 255}}

// A curve is a line of a figure.
type curve struct {
	name   string
	y      []float64 // at 0, 1, …
	dashed bool
}

// lines draws curves over a common x axis 0, 1, …; the y axis starts at least at least.
func lines(title, x, y string, least float64, curves ...curve) (*plot.Plot, error) {
	p := plot.New()
	p.Title.Text, p.X.Label.Text, p.Y.Label.Text = title, x, y
	p.Add(plotter.NewGrid())
	for i, c := range curves {
		var points plotter.XYs
		for at, v := range c.y {
			if v >= least {
				points = append(points, plotter.XY{X: float64(at), Y: v})
			}
		}
		line, err := plotter.NewLine(points)
		if err != nil {
			return nil, err
		}
		line.Color, line.Width = colours[i%len(colours)], vg.Points(1.6)
		if c.dashed {
			line.Dashes, line.Color = []vg.Length{vg.Points(4), vg.Points(3)}, colours[len(colours)-1]
		}
		p.Add(line)
		p.Legend.Add(c.name, line)
	}
	p.Legend.XOffs, p.Legend.YOffs = vg.Points(-6), vg.Points(6)
	return p, nil
}

// constant is a curve of one value.
func constant(name string, v float64, n int) curve {
	c := curve{name: name, dashed: true}
	for range n {
		c.y = append(c.y, v)
	}
	return c
}

// scatter draws the rows of x, which has two columns.
func scatter(title string, x *mat.Dense) (*plot.Plot, error) {
	p := plot.New()
	p.Title.Text = title
	n, _ := x.Dims()
	var points plotter.XYs
	for i := 0; i < n; i += max(n/2000, 1) {
		points = append(points, plotter.XY{X: x.At(i, 0), Y: x.At(i, 1)})
	}
	s, err := plotter.NewScatter(points)
	if err != nil {
		return nil, err
	}
	s.Radius, s.Shape, s.Color = vg.Points(0.7), draw.CircleGlyph{}, colours[0]
	p.Add(plotter.NewGrid(), s)
	return p, nil
}

// A field is a density on a square grid.
type field struct {
	n     int
	reach float64
	value []float64
}

func (f field) Dims() (c, r int)   { return f.n, f.n }
func (f field) X(c int) float64    { return f.reach * (2*float64(c)/float64(f.n-1) - 1) }
func (f field) Y(r int) float64    { return f.X(r) }
func (f field) Z(c, r int) float64 { return f.value[r*f.n+c] }

// density draws a flow's density on [−2.6, 2.6]².
func density(title string, flow *flows.Flow) (*plot.Plot, error) {
	f := field{n: 130, reach: 2.6}
	grid := mat.NewDense(f.n*f.n, 2, nil)
	for r := range f.n {
		for c := range f.n {
			grid.SetRow(r*f.n+c, []float64{f.X(c), f.Y(r)})
		}
	}
	logProb, err := flow.LogProb(grid)
	if err != nil {
		return nil, err
	}
	for _, l := range logProb {
		f.value = append(f.value, math.Sqrt(math.Exp(l))) // the square root makes low densities visible
	}
	p := plot.New()
	p.Title.Text = title
	p.Add(plotter.NewHeatMap(f, shades{}))
	return p, nil
}

// shades is a palette from white to dark blue.
type shades struct{}

func (shades) Colors() (all []color.Color) {
	for i := range 64 {
		t := float64(i) / 63
		all = append(all, color.RGBA{uint8(255 - 255*t), uint8(255 - 200*t), uint8(255 - 140*t), 255})
	}
	return all
}

var _ palette.Palette = shades{}

// save writes plots, arranged in rows, as one figure.
func save(path string, width, height vg.Length, rows ...[]*plot.Plot) error {
	img := vgimg.New(width, height)
	tiles := draw.Tiles{Rows: len(rows), Cols: len(rows[0]), PadX: vg.Points(10), PadY: vg.Points(10), PadTop: vg.Points(6), PadBottom: vg.Points(6), PadLeft: vg.Points(6), PadRight: vg.Points(12)}
	for r, canvases := range plot.Align(rows, tiles, draw.New(img)) {
		for c, canvas := range canvases {
			rows[r][c].Draw(canvas)
		}
	}
	f, err := os.Create(path)
	if err != nil {
		return err
	}
	if _, err := (vgimg.PngCanvas{Canvas: img}).WriteTo(f); err != nil {
		f.Close()
		return err
	}
	return f.Close()
}
