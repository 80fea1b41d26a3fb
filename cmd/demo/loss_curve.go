package main

import (
	"image/color"
	"math"
	"slices"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// lossCurve is the mean loss of each epoch.
func (e *experiment) lossCurve() tile {
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
	p.Legend.Top, p.Legend.Padding = true, 4
	p.Legend.XOffs, p.Legend.YOffs = -8, -8
	p.X.Max = math.Max(p.X.Max, 2)
	p.X.Tick.Marker = plot.TickerFunc(wholeTicks)
	return p
}

// wholeTicks are the round ticks at whole numbers.
func wholeTicks(lo, hi float64) []plot.Tick {
	return slices.DeleteFunc(roundTicks(lo, hi), func(t plot.Tick) bool { return t.Value != math.Trunc(t.Value) })
}
