package main

import (
	"fmt"
	"image/color"
	"math"
	"strings"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/font"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// series are the bars of the chart: ours, then those of each peer with its best number of threads.
var series = []struct {
	name, prefix string
	colour       color.Color
}{
	{"gaussflow", "fused", color.NRGBA{0x4c, 0x72, 0xb0, 0xff}},
	{"JAX", "JAX", color.NRGBA{0xdd, 0x84, 0x52, 0xff}},
	{"Keras", "Keras", color.NRGBA{0x55, 0xa8, 0x68, 0xff}},
	{"PyTorch", "PyTorch,", color.NRGBA{0xc4, 0x4e, 0x52, 0xff}},
	{"PyTorch compiled", "PyTorch compiled", color.NRGBA{0x81, 0x72, 0xb3, 0xff}},
}

// charted are the sections that the chart shows, with their labels.
var charted = []struct{ section, label string }{
	{"step", "step"}, {"logprob", "log p\n4096 rows"}, {"one", "log p\n1 row"}, {"sample", "sample\n4096 rows"}, {"sample-trained", "sample\ntrained"}, {"run", "whole run"},
}

// A group is a case of the chart: the times of all series, 0 if there is none.
type group struct {
	label   string
	seconds []float64
}

// draw writes the chart: how many times longer than ours each contestant takes, on a logarithmic axis. It writes
// nothing if there is nothing to draw.
func (r *report) draw(path string) error {
	groups := r.groups()
	if len(groups) == 0 {
		return nil
	}
	p := plot.New()
	plain(p)
	p.Title.Text = "Time beside gaussflow’s: lower is faster"
	p.Title.TextStyle.Font.Size, p.Title.Padding = 16, 10
	p.Y.Label.Text = "time, gaussflow = 1 (float32, best number of threads)"
	p.Y.Scale, p.Y.Tick.Marker = plot.LogScale{}, plot.LogTicks{Prec: -1}
	p.Y.Min, p.Y.Max = 0.5, 2
	p.X.Tick.Label.Font.Size, p.Y.Tick.Label.Font.Size, p.Legend.TextStyle.Font.Size = 11, 12, 13
	p.Legend.Top, p.Legend.Left = true, true
	grid := plotter.NewGrid()
	grid.Vertical.Width = 0
	p.Add(grid)
	labels := make([]string, len(groups))
	for i, g := range groups {
		labels[i] = g.label
		for _, s := range g.seconds {
			if s > 0 {
				p.Y.Min, p.Y.Max = math.Min(p.Y.Min, 0.8*s/g.seconds[0]), math.Max(p.Y.Max, 1.5*s/g.seconds[0])
			}
		}
	}
	for i := range series {
		b := &bars{groups, i}
		p.Add(b)
		p.Legend.Add(series[i].name, b)
	}
	p.NominalX(labels...)
	p.X.Min, p.X.Max = -0.6, float64(len(groups))-0.4
	return p.Save(vg.Length(max(7, len(groups)))*1.1*vg.Inch, 6*vg.Inch, path)
}

// plain sets all text of a plot in a sans-serif font.
func plain(p *plot.Plot) {
	for _, f := range []*font.Font{&p.Title.TextStyle.Font, &p.Legend.TextStyle.Font, &p.X.Label.TextStyle.Font, &p.Y.Label.TextStyle.Font, &p.X.Tick.Label.Font, &p.Y.Tick.Label.Font} {
		f.Variant = "Sans"
	}
}

// groups are the cases in float32 for which ours was measured.
func (r *report) groups() (groups []group) {
	for _, c := range charted {
		s := r.section(c.section)
		if s == nil {
			continue
		}
		for _, name := range s.caseNames() {
			shape, ok := strings.CutSuffix(name, "/float32")
			if !ok {
				continue
			}
			g := group{label: fmt.Sprintf("%s\n%s", c.label, shape), seconds: make([]float64, len(series))}
			for i, one := range series {
				if best := fastest(s.of(name), func(r result) bool { return strings.HasPrefix(r.Who, one.prefix) }); best != nil {
					g.seconds[i] = best.Seconds
				}
			}
			if g.seconds[0] > 0 {
				groups = append(groups, g)
			}
		}
	}
	return groups
}

// bars are one series in all groups, from the foot of the axis, with its ratio at the end of each bar.
type bars struct {
	groups []group
	series int
}

// Plot draws the bars.
func (b *bars) Plot(c draw.Canvas, p *plot.Plot) {
	toX, toY := p.Transforms(&c)
	width := (toX(1) - toX(0)) * 0.84 / vg.Length(len(series))
	text := p.X.Tick.Label
	text.Font.Size, text.XAlign, text.YAlign = 7, draw.XCenter, draw.YBottom
	for i, g := range b.groups {
		if g.seconds[b.series] == 0 {
			continue
		}
		ratio := g.seconds[b.series] / g.seconds[0]
		x := toX(float64(i)) + width*(vg.Length(b.series)-vg.Length(len(series))/2)
		c.FillPolygon(series[b.series].colour, box(x, toY(p.Y.Min), x+width, toY(ratio)))
		if b.series > 0 {
			c.FillText(text, vg.Point{X: x + width/2, Y: toY(ratio) + 2}, ratioText(ratio))
		}
	}
}

func ratioText(v float64) string {
	if v < 10 {
		return fmt.Sprintf("%.1f", v)
	}
	return fmt.Sprintf("%.0f", v)
}

// Thumbnail draws the legend's sample.
func (b *bars) Thumbnail(c *draw.Canvas) {
	c.FillPolygon(series[b.series].colour, box(c.Min.X, c.Min.Y, c.Max.X, c.Max.Y))
}

func box(x0, y0, x1, y1 vg.Length) []vg.Point {
	return []vg.Point{{X: x0, Y: y0}, {X: x0, Y: y1}, {X: x1, Y: y1}, {X: x1, Y: y0}}
}
