package main

import (
	"fmt"
	"math"
	"slices"

	"gonum.org/v1/gonum/stat"

	"gaussflow/bench"
	"gaussflow/graph"
)

// A growth measures a training step as one size grows and everything else stays the same.
type growth struct {
	size  string  // the size that grows
	unit  string  // what the time is linear in: the size, or its square
	power float64 // exponent of size in unit
	sizes []int
	what  string // describes the flow
	shape func(n int) bench.Shape
}

var growths = []growth{
	{"batch", "row", 1, []int{128, 256, 512, 1024, 2048}, "wide", func(n int) bench.Shape {
		s := shapeOf("wide")
		s.Batch = n
		return s
	}},
	{"K", "component", 1, []int{5, 10, 20, 40, 80}, "diagonal, batch 1024", func(n int) bench.Shape {
		s := shapeOf("diagonal")
		s.Batch, s.Components = 1024, n
		return s
	}},
	{"d", "d²", 2, []int{16, 32, 64, 128}, "hidden layers of 3d", func(n int) bench.Shape {
		return bench.Shape{Name: "square", Dim: n, Blocks: 2, Components: 1, Hidden: []int{3 * n, 3 * n}, Batch: 512}
	}},
}

// squareNote explains what the last growth measures.
const squareNote = "A coupling flow of 2 blocks with one component and hidden layers of 3d (as wide has, nearly): its rotations and all " +
	"matrices of its conditioners, 31 d² numbers a block, grow as d². Mixtures and activations, which grow as d, are in the time as " +
	"well, and products of small matrices run below the peak: both weigh most where d is small."

// shapeOf is bench's shape with that name.
func shapeOf(name string) bench.Shape {
	for _, s := range bench.Shapes {
		if s.Name == name {
			return s
		}
	}
	panic("report: no shape " + name)
}

// part is the section for a growth.
func (g growth) part() part {
	title := fmt.Sprintf("Training step over %s (%s), float32, one worker", g.size, g.what)
	return part{g.section(), title, func(m *meter, before *report) (section, error) {
		s := section{Unit: "µs a " + g.unit}
		if !m.wanted("linear", g.size) {
			return s, nil
		}
		if figure := before.Machine.figure("linear"); !before.hasFigure(figure) {
			s.Figure = figure
		}
		s.Cases = m.race(g.what, g.field(m))
		for i := range s.Cases {
			s.Cases[i].Value = s.Cases[i].Seconds / math.Pow(s.Cases[i].Size, g.power) * 1e6
		}
		s.Notes = g.notes(s.Cases)
		return s, nil
	}}
}

func (g growth) section() string { return "linear-" + g.size }

// field are the contestants for the sizes, which run interleaved.
func (g growth) field(m *meter) (field []contestant) {
	for _, n := range g.sizes {
		c := m.prepared(fmt.Sprintf("fused, %s = %d", g.size, n), func() (bench.Run, error) {
			return bench.Contestants[0].New(g.shape(n), graph.Float32, bench.Step, 1)
		})
		c.vital, c.size = true, float64(n)
		field = append(field, c)
	}
	return field
}

// notes say with which power of the size the time grows, and which line fits best.
func (g growth) notes(cases []result) (notes []string) {
	if g.power == 2 {
		notes = append(notes, squareNote)
	}
	if slices.ContainsFunc(cases, func(r result) bool { return r.Error != "" }) {
		return notes
	}
	n := len(cases)
	fixed, each, worst := g.line(cases)
	return append(notes,
		fmt.Sprintf("The time grows as %s to the power %.2f from the first size to the last, %.2f from the last but one. ", g.size, exponent(cases[0], cases[n-1]), exponent(cases[n-2], cases[n-1]))+
			fmt.Sprintf("Nearest line: %s + %s a %s, at most %.0f %% off.", duration(fixed), duration(each), g.unit, 100*worst))
}

// line is the line fixed + each·sizeᵖ that fits the times best, by least squares of relative errors, and the largest of
// these errors.
func (g growth) line(cases []result) (fixed, each, worst float64) {
	var x, y, weights []float64
	for _, r := range cases {
		x, y, weights = append(x, math.Pow(r.Size, g.power)), append(y, r.Seconds), append(weights, 1/(r.Seconds*r.Seconds))
	}
	fixed, each = stat.LinearRegression(x, y, weights, false)
	for i := range x {
		worst = max(worst, math.Abs((fixed+each*x[i])/y[i]-1))
	}
	return fixed, each, worst
}

// exponent is the slope from a to b on logarithmic axes.
func exponent(a, b result) float64 {
	return math.Log(b.Seconds/a.Seconds) / math.Log(b.Size/a.Size)
}
