package main

import (
	"math"

	"gonum.org/v1/gonum/mat"
	"gonum.org/v1/plot/palette/moreland"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/vg"

	"gaussflow/flows"
)

// lattice is a square of side 2·limit with n×n points at the centres of its cells.
type lattice struct {
	limit float64
	n     int
	z     []float64
}

// Dims is the number of columns and rows.
func (l *lattice) Dims() (c, r int) { return l.n, l.n }

// X is the centre of column c.
func (l *lattice) X(c int) float64 { return -l.limit + (float64(c)+0.5)*l.cell() }

// Y is the centre of row r.
func (l *lattice) Y(r int) float64 { return l.X(r) }

// Z is the value of a cell.
func (l *lattice) Z(c, r int) float64 { return l.z[r*l.n+c] }

func (l *lattice) cell() float64 { return 2 * l.limit / float64(l.n) }

// logDensity evaluates the flow of two columns on a lattice over [−limit, limit]².
func logDensity(f *flows.Flow, limit float64, n int) (*lattice, error) {
	l := &lattice{limit: limit, n: n}
	var err error
	l.z, err = f.LogProb(l.points())
	return l, err
}

// points are the centres, row after row.
func (l *lattice) points() *mat.Dense {
	x := mat.NewDense(l.n*l.n, 2, nil)
	for r := range l.n {
		for c := range l.n {
			x.SetRow(r*l.n+c, []float64{l.X(c), l.Y(r)})
		}
	}
	return x
}

// integral is ∫p over the lattice, by the midpoint rule.
func (l *lattice) integral() float64 {
	sum := 0.0
	for _, v := range l.z {
		sum += math.Exp(v)
	}
	return sum * l.cell() * l.cell()
}

// densityMap draws log p on [−4, 4]² with its colour scale, and integrates p over [−6, 6]².
func (e *experiment) densityMap() (p, scale tile, mass float64, err error) {
	wide, err := logDensity(e.coupling, 6, 480)
	if err != nil {
		return p, scale, 0, err
	}
	l, err := logDensity(e.coupling, 4, 320)
	if err != nil {
		return p, scale, 0, err
	}
	const least = -25.0
	top := least
	for i, v := range l.z {
		l.z[i] = math.Max(v, least)
		top = math.Max(top, v)
	}
	colours := moreland.ExtendedBlackBody()
	colours.SetMin(least)
	colours.SetMax(top)
	p = panel("log p of the trained flow", "x₁", "x₂")
	heat := plotter.NewHeatMap(l, colours.Palette(256))
	heat.Rasterized = true
	p.Add(heat)
	p.window(4)

	scale = panel("nats", "", "")
	scale.Title.TextStyle.Font.Size = 15
	scale.width = 1.1 * vg.Inch
	scale.Add(&plotter.ColorBar{ColorMap: colours, Vertical: true})
	scale.HideX()
	return p, scale, wide.integral(), nil
}
