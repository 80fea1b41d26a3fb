package main

import (
	"image/color"
	"math"
	"os"
	"slices"
	"strconv"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
	"gonum.org/v1/plot/vg/vgimg"
)

// drawGrowths writes the figure, one panel for each growth; nothing if none was measured.
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

// panel shows the times and the fitted line over that power of the size with which they should grow.
func (g growth) panel(cases []result) (*plot.Plot, error) {
	p := plot.New()
	plain(p)
	p.Title.Text = g.size + ": " + g.what
	p.X.Label.Text, p.Y.Label.Text = g.unit, "ms a step"
	if g.power == 1 {
		p.X.Label.Text += "s"
	}
	p.Y.Tick.Marker = plot.TickerFunc(plainTicks)
	p.X.Min, p.Y.Min = 0, 0
	p.Legend.Top, p.Legend.Left = true, true
	cases = slices.DeleteFunc(slices.Clone(cases), func(r result) bool { return r.Error != "" })
	if len(cases) < 2 {
		return p, nil
	}
	var times plotter.XYs
	for _, r := range cases {
		times = append(times, plotter.XY{X: math.Pow(r.Size, g.power), Y: 1e3 * r.Seconds})
	}
	p.X.Tick.Marker = plot.ConstantTicks(g.ticks(cases))
	fixed, each, _ := g.line(cases)
	last := times[len(times)-1].X
	law, err := plotter.NewLine(plotter.XYs{{X: 0, Y: 1e3 * fixed}, {X: last, Y: 1e3 * (fixed + each*last)}})
	if err != nil {
		return nil, err
	}
	law.Color, law.Width, law.Dashes = color.Gray{0x70}, 1.5, []vg.Length{5, 4}
	points, err := plotter.NewScatter(times)
	if err != nil {
		return nil, err
	}
	points.Color, points.Shape, points.Radius = series[0].colour, draw.CircleGlyph{}, 4
	p.Add(plotter.NewGrid(), law, points)
	p.Legend.Add("measured", points)
	p.Legend.Add("nearest line", law)
	p.Y.Max *= 1.25 // room for the legend
	return p, nil
}

// ticks are the sizes; a tick whose label would overlap with the previous one has none.
func (g growth) ticks(cases []result) (ticks []plot.Tick) {
	const room = 0.09 // share of the axis
	last, power := math.Inf(-1), ""
	if g.power == 2 {
		power = "²"
	}
	for _, r := range cases {
		tick := plot.Tick{Value: math.Pow(r.Size, g.power)}
		if tick.Value-last > room*math.Pow(cases[len(cases)-1].Size, g.power) {
			last, tick.Label = tick.Value, strconv.Itoa(int(r.Size))+power
		}
		ticks = append(ticks, tick)
	}
	return ticks
}

// plainTicks are gonum's default ticks, labelled with no more digits than necessary.
func plainTicks(least, most float64) []plot.Tick {
	ticks := plot.DefaultTicks{}.Ticks(least, most)
	for i, t := range ticks {
		if !t.IsMinor() {
			ticks[i].Label = strconv.FormatFloat(t.Value, 'g', 4, 64)
		}
	}
	return ticks
}
