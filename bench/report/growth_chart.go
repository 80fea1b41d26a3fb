package main

import (
	"image/color"
	"math"
	"os"
	"strconv"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
	"gonum.org/v1/plot/vg/vgimg"
)

// growthFigure shows all growths that were measured.
const growthFigure = "linear.png"

// drawGrowths writes the figure, a panel a growth; nothing where none was measured.
func (r *report) drawGrowths(path string) error {
	var panels []*plot.Plot
	for _, g := range growths {
		s := r.section(g.section())
		if s == nil {
			continue
		}
		p, err := g.panel(s.Cases)
		if err != nil {
			return err
		}
		panels = append(panels, p)
	}
	if len(panels) == 0 {
		return nil
	}
	img := vgimg.New(vg.Length(len(panels))*3.6*vg.Inch, 3.4*vg.Inch)
	tiles := draw.Tiles{Rows: 1, Cols: len(panels), PadX: 18, PadTop: 6, PadBottom: 6, PadLeft: 6, PadRight: 14}
	for i, c := range plot.Align([][]*plot.Plot{panels}, tiles, draw.New(img))[0] {
		panels[i].Draw(c)
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

// panel sets the times beside the line through the first of them along which the maths says they grow.
func (g growth) panel(cases []result) (*plot.Plot, error) {
	p := plot.New()
	plain(p)
	p.Title.Text = g.size + ": " + g.what
	p.X.Label.Text, p.Y.Label.Text = g.size, "ms a step"
	p.X.Scale, p.Y.Scale = plot.LogScale{}, plot.LogScale{}
	p.Y.Tick.Marker = plot.TickerFunc(roundTicks)
	p.Legend.Top, p.Legend.Left = true, true
	var times, line plotter.XYs
	var ticks []plot.Tick
	for _, r := range cases {
		if r.Error != "" {
			continue
		}
		times = append(times, plotter.XY{X: r.Size, Y: 1e3 * r.Seconds})
		line = append(line, plotter.XY{X: r.Size, Y: times[0].Y * math.Pow(r.Size/times[0].X, g.power)})
		ticks = append(ticks, plot.Tick{Value: r.Size, Label: strconv.Itoa(int(r.Size))})
	}
	if len(times) == 0 {
		return p, nil
	}
	p.X.Tick.Marker = plot.ConstantTicks(ticks)
	law, err := plotter.NewLine(line)
	if err != nil {
		return nil, err
	}
	law.Color, law.Width, law.Dashes = color.Gray{0x70}, 1.5, []vg.Length{5, 4}
	measured, points, err := plotter.NewLinePoints(times)
	if err != nil {
		return nil, err
	}
	measured.Color, measured.Width = series[0].colour, 2
	points.Color, points.Shape, points.Radius = series[0].colour, draw.CircleGlyph{}, 4
	p.Add(plotter.NewGrid(), law, measured, points)
	p.Legend.Add("measured", measured, points)
	p.Legend.Add("slope "+strconv.Itoa(int(g.power)), law)
	p.Y.Max *= 2.2 // room for the legend
	return p, nil
}

// roundTicks are 1, 2 and 5 times the powers of ten.
func roundTicks(least, most float64) (ticks []plot.Tick) {
	for power := math.Floor(math.Log10(least)); math.Pow(10, power) <= most; power++ {
		for _, v := range []float64{1, 2, 5} {
			if v *= math.Pow(10, power); v >= least && v <= most {
				ticks = append(ticks, plot.Tick{Value: v, Label: strconv.FormatFloat(v, 'g', 3, 64)})
			}
		}
	}
	return ticks
}
