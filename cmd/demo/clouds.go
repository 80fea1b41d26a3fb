package main

import (
	"image/color"
	"math"

	"gonum.org/v1/gonum/mat"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// cloud draws the first two columns of m as points.
func cloud(m *mat.Dense, c color.NRGBA, radius vg.Length) *plotter.Scatter {
	n, _ := m.Dims()
	points := make(plotter.XYs, n)
	for i := range points {
		points[i].X, points[i].Y = m.At(i, 0), m.At(i, 1)
	}
	return &plotter.Scatter{XYs: points, GlyphStyle: draw.GlyphStyle{Color: c, Radius: radius, Shape: draw.CircleGlyph{}}}
}

// overlay shows the diagonal flow's cloud under the coupling flow's.
func (e *experiment) overlay(z *mat.Dense, title, name string) tile {
	p := panel(title, "z₁", "z₂")
	p.Add(cloud(e.zDiagonal, withAlpha(green, 0x8c), 2.2), cloud(z, withAlpha(blue, 0x99), 1.2))
	p.Add(key{[]string{"diagonal flow", name}, []color.NRGBA{green, blue}})
	p.window(4)
	return p
}

// deltas draws a − b on axes with their own scale, with two lines through the origin.
func deltas(a, b *mat.Dense, title string) tile {
	var d mat.Dense
	d.Sub(a, b)
	n, _ := d.Dims()
	limit := 1e-15
	for i := range n {
		limit = math.Max(limit, math.Max(math.Abs(d.At(i, 0)), math.Abs(d.At(i, 1))))
	}
	limit = roundLimit(limit)
	p := panel(title, "Δz₁", "Δz₂")
	for _, ends := range []plotter.XYs{{{X: -limit}, {X: limit}}, {{Y: -limit}, {Y: limit}}} {
		p.Add(&plotter.Line{XYs: ends, LineStyle: draw.LineStyle{Color: withAlpha(black, 0x99), Width: 0.8}})
	}
	p.Add(cloud(&d, withAlpha(red, 0x99), 1.8))
	p.window(limit)
	return p
}
