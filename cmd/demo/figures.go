package main

import (
	"bytes"
	"fmt"
	"image/color"
	"math"
	"os"
	"path/filepath"

	"gonum.org/v1/gonum/mat"
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
	grey   = color.NRGBA{R: 0xdd, G: 0xdd, B: 0xdd, A: 0xff}
)

func withAlpha(c color.NRGBA, a uint8) color.NRGBA { c.A = a; return c }

// figure is a PNG that the page shows.
type figure struct {
	file, title, caption string
	png                  []byte
}

// draw renders every figure into memory.
func (e *experiment) draw() ([]figure, error) {
	after := fmt.Sprintf("after %d epochs", e.report.CouplingTrained.Epochs)
	var figures []figure
	add := func(file, title, caption string, height vg.Length, panels ...*plot.Plot) error {
		png, err := render(panels, height)
		if err != nil {
			return fmt.Errorf("%s: %w", file, err)
		}
		figures = append(figures, figure{file, title, caption, png})
		return nil
	}
	err := add("equal_at_init.png", "Equal at the warm start",
		"Left: where the two flows send the training rows. The clouds lie on each other, point for point. Right: the difference of each pair of points; mind the scale of the axes.",
		square, e.overlay(e.zInit, "Push-forwards overlaid", "coupling flow"), deltas(e.zInit, e.zDiagonal, "Δz = z coupling − z diagonal"))
	if err != nil {
		return nil, err
	}
	err = add("broken_after_training.png", "Training breaks the equality",
		"The same two panels "+after+" of training the coupling flow; the diagonal flow was left alone. The conditioners have learnt how one coordinate depends on the other, which no diagonal flow can express.",
		square, e.overlay(e.zTrained, "Push-forwards overlaid ("+after+")", "coupling flow (trained)"), deltas(e.zTrained, e.zDiagonal, "Δz "+after))
	if err != nil {
		return nil, err
	}
	eq := e.report.Equivalence
	err = add("errors.png", "The size of the difference",
		"Median and largest difference between the two flows over all training rows, before and after training, on a logarithmic axis that spans the whole range of float64 rounding. A difference of exactly zero is drawn as the stump at the foot of the axis.",
		barHeight,
		bars("Push-forward: ‖z coupling − z diagonal‖", "distance", after, eq.AtInit.Push, eq.AfterTraining.Push),
		bars("Log-density: |log p coupling − log p diagonal|", "nats", after, eq.AtInit.LogProb, eq.AfterTraining.LogProb))
	if err != nil {
		return nil, err
	}
	if e.report.Data.Cols == 2 {
		density, mass, err := e.densityMap()
		if err != nil {
			return nil, err
		}
		err = add("density.png", "What the flow has learnt",
			fmt.Sprintf("Left: the log-density of the trained coupling flow on [−4, 4]²; only the colours end at −25 nats, the map itself is smooth and finite everywhere. Summed over a grid on [−6, 6]² the density is %.4f. Right: mean loss of each epoch.", mass),
			square, density, e.lossCurve())
		if err != nil {
			return nil, err
		}
	}
	return figures, nil
}

const (
	panelWidth = 7 * vg.Inch
	square     = 7 * vg.Inch
	barHeight  = 5.5 * vg.Inch
	dpi        = 110
)

// render draws panels side by side as PNG.
func render(panels []*plot.Plot, height vg.Length) ([]byte, error) {
	c := vgimg.NewWith(vgimg.UseWH(panelWidth*vg.Length(len(panels)), height), vgimg.UseDPI(dpi))
	tiles := draw.Tiles{Rows: 1, Cols: len(panels), PadX: 0.35 * vg.Inch, PadTop: 0.15 * vg.Inch, PadBottom: 0.15 * vg.Inch, PadLeft: 0.15 * vg.Inch, PadRight: 0.25 * vg.Inch}
	canvases := plot.Align([][]*plot.Plot{panels}, tiles, draw.New(c))
	for i, p := range panels {
		p.Draw(canvases[0][i])
	}
	var b bytes.Buffer
	_, err := vgimg.PngCanvas{Canvas: c}.WriteTo(&b)
	return b.Bytes(), err
}

// panel is an empty plot in the house style.
func panel(title, x, y string) *plot.Plot {
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
	}
	p.Legend.Top, p.Legend.Left = true, true
	p.Legend.TextStyle.Font.Size, p.Legend.Padding = 14, 4
	p.Legend.XOffs, p.Legend.YOffs = 8, -8
	grid := plotter.NewGrid()
	grid.Horizontal.Color, grid.Vertical.Color = grey, grey
	p.Add(grid)
	return p
}

func window(p *plot.Plot, limit float64) {
	p.X.Min, p.X.Max, p.Y.Min, p.Y.Max = -limit, limit, -limit, limit
}

// cloud is the first two columns of m as points.
func cloud(m *mat.Dense, c color.NRGBA, radius vg.Length) *plotter.Scatter {
	n, _ := m.Dims()
	points := make(plotter.XYs, n)
	for i := range points {
		points[i].X, points[i].Y = m.At(i, 0), m.At(i, 1)
	}
	return &plotter.Scatter{XYs: points, GlyphStyle: draw.GlyphStyle{Color: c, Radius: radius, Shape: draw.CircleGlyph{}}}
}

// overlay shows the diagonal flow's cloud under the coupling flow's.
func (e *experiment) overlay(z *mat.Dense, title, name string) *plot.Plot {
	p := panel(title, "z₁", "z₂")
	diagonal := cloud(e.zDiagonal, withAlpha(green, 0x8c), 2.6)
	coupling := cloud(z, withAlpha(blue, 0x8c), 1.1)
	p.Add(diagonal, coupling)
	p.Legend.Add("diagonal flow", marker{green})
	p.Legend.Add(name, marker{blue})
	window(p, 4)
	return p
}

// marker is a dot of the legend, large enough to show its colour.
type marker struct{ colour color.NRGBA }

// Thumbnail draws the dot.
func (m marker) Thumbnail(c *draw.Canvas) {
	c.DrawGlyph(draw.GlyphStyle{Color: m.colour, Radius: 5, Shape: draw.CircleGlyph{}}, c.Center())
}

func deltas(a, b *mat.Dense, title string) *plot.Plot {
	var d mat.Dense
	d.Sub(a, b)
	n, _ := d.Dims()
	limit := 1e-15
	for i := range n {
		limit = math.Max(limit, 1.1*math.Max(math.Abs(d.At(i, 0)), math.Abs(d.At(i, 1))))
	}
	p := panel(title, "Δz₁", "Δz₂")
	p.Add(cloud(&d, withAlpha(red, 0x99), 2))
	window(p, limit)
	return p
}

// foot is where bars of a logarithmic axis begin, below the rounding of float64.
const foot = 1e-18

// bars compares the spreads before and after on a logarithmic axis.
func bars(title, y, after string, before, then spread) *plot.Plot {
	p := panel(title, "", y)
	const width = 60
	for i, series := range []struct {
		name   string
		colour color.NRGBA
		values [2]float64
	}{
		{"median", blue, [2]float64{before.Median, then.Median}},
		{"max", orange, [2]float64{before.Max, then.Max}},
	} {
		b := &logBars{values: series.values, colour: series.colour, width: width, offset: width * (vg.Length(i) - 0.5)}
		p.Add(b)
		p.Legend.Add(series.name, b)
	}
	p.NominalX("at the warm start", after)
	p.X.Tick.Label.Font.Size = 15
	p.X.Min, p.X.Max = -0.6, 1.6
	p.Y.Scale, p.Y.Tick.Marker = plot.LogScale{}, decades{}
	p.Y.Min, p.Y.Max = foot, 1e3
	return p
}

// logBars are bars from the foot of a logarithmic axis, with their values written above.
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

// Thumbnail draws the legend's sample.
func (b *logBars) Thumbnail(c *draw.Canvas) {
	c.FillPolygon(b.colour, []vg.Point{c.Min, {X: c.Min.X, Y: c.Max.Y}, c.Max, {X: c.Max.X, Y: c.Min.Y}})
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

func (e *experiment) lossCurve() *plot.Plot {
	p := panel("Training", "epoch", "loss, nats")
	line := func(name string, v []float64, c color.NRGBA) {
		points := make(plotter.XYs, len(v))
		for i, y := range v {
			points[i].X, points[i].Y = float64(i+1), y
		}
		l := &plotter.Line{XYs: points, LineStyle: draw.LineStyle{Color: c, Width: 2}}
		p.Add(l)
		p.Legend.Add(name, l)
	}
	line("train", e.history.Loss, blue)
	if len(e.history.ValLoss) > 0 {
		line("validation", e.history.ValLoss, orange)
	}
	if e.hasTruth {
		truth := plotter.NewFunction(func(float64) float64 { return -e.truth.Train })
		truth.LineStyle = draw.LineStyle{Color: green, Width: 1.5, Dashes: []vg.Length{5, 4}}
		p.Add(truth)
		p.Legend.Add("the true density, training rows", truth)
		p.Y.Min = math.Min(p.Y.Min, -e.truth.Train-0.02)
	}
	p.Legend.Left = false
	p.Legend.XOffs = -8
	p.X.Max = math.Max(p.X.Max, 2)
	return p
}

// write stores the figures, the report and the page.
func (e *experiment) write() error {
	figures, err := e.draw()
	if err != nil {
		return err
	}
	for _, f := range figures {
		if err := os.WriteFile(filepath.Join(e.options.out, f.file), f.png, 0o644); err != nil {
			return err
		}
	}
	if err := e.report.write(filepath.Join(e.options.out, "report.json")); err != nil {
		return err
	}
	return e.writePage(filepath.Join(e.options.out, "index.html"), figures)
}
