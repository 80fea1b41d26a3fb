package main

import (
	"image/color"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/vg"
)

// draws draws the curve, and the best possible one.
func draws(curve []point, path string) error {
	p := plot.New()
	p.Title.Text = "What fairness costs"
	p.X.Label.Text = "shared with the attribute, nats"
	p.Y.Label.Text = "mean squared error"
	var trained, limit plotter.XYs
	for _, c := range curve {
		trained = append(trained, plotter.XY{X: c.shared.Value, Y: c.error})
	}
	for i := range 200 {
		e, shared := best(float64(i) * float64(i) / 2000)
		limit = append(limit, plotter.XY{X: shared, Y: e})
	}
	line, err := plotter.NewLine(limit)
	if err != nil {
		return err
	}
	line.Color = color.RGBA{120, 120, 120, 255}
	points, err := plotter.NewScatter(trained)
	if err != nil {
		return err
	}
	points.Radius = vg.Points(4)
	points.Color = color.RGBA{31, 119, 180, 255}
	p.Add(plotter.NewGrid(), line, points)
	p.Legend.Add("the best there is", line)
	p.Legend.Add("trained", points)
	p.Legend.Top = true
	return p.Save(14*vg.Centimeter, 10*vg.Centimeter, path)
}
