package main

import (
	"math"
	"os"
	"path/filepath"
	"testing"
)

// along returns the cases of a growth whose times are fixed + each·sizeᵖ.
func (g growth) along(fixed, each float64) (cases []result) {
	for _, n := range g.sizes {
		r := result{Case: g.what, Size: float64(n)}
		r.fill([]float64{fixed + each*math.Pow(float64(n), g.power)})
		cases = append(cases, r)
	}
	return cases
}

func TestLineOfAGrowthIsFound(t *testing.T) {
	for _, g := range growths {
		fixed, each, worst := g.line(g.along(0.003, 0.0002))
		if math.Abs(fixed-0.003) > 1e-9 || math.Abs(each-0.0002) > 1e-12 || worst > 1e-9 {
			t.Errorf("%s: %g + %g a unit, %g off; want 0.003 + 0.0002, 0", g.size, fixed, each, worst)
		}
		exact := g.along(0, 0.0002)
		if e := exponent(exact[0], exact[len(exact)-1]); math.Abs(e-g.power) > 1e-9 {
			t.Errorf("%s: exponent %g, want %g", g.size, e, g.power)
		}
	}
}

func TestSquareFlowTrains(t *testing.T) {
	g := growths[2]
	m := newMeter(options{})
	for _, c := range g.field(m)[:3] {
		if l, err := c.do(1); err != nil || l.seconds <= 0 {
			t.Errorf("%s: %g s, %v", c.who, l.seconds, err)
		}
	}
}

func TestGrowthsAreDrawn(t *testing.T) {
	path := filepath.Join(t.TempDir(), "linear.png")
	r := &report{}
	if err := r.drawGrowths(path); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(path); err == nil {
		t.Error("a figure of nothing")
	}
	for _, g := range growths {
		r.Sections = append(r.Sections, section{Name: g.section(), Cases: g.along(0.001, 1e-4)})
	}
	if err := r.drawGrowths(path); err != nil {
		t.Fatal(err)
	}
	if info, err := os.Stat(path); err != nil || info.Size() == 0 {
		t.Errorf("the figure: %v", err)
	}
}
