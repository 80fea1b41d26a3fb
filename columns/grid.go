package columns

import (
	"math"
	"slices"
)

// A decimalGrid finds the step of values that are decimal fractions, one value at a time: the greatest common divisor of their
// distances from the first, in whole units of the last place.
type decimalGrid struct {
	begun  bool
	places int   // decimal places that all values have, at least 0; past maxPlaces: none do
	first  int64 // value, in 10^−places
	gcd    int64 // of the distances from it
}

const (
	maxPlaces = 9
	// A decimal fraction of so many digits is told from its neighbours by a float64, and of so many by a float32; a value that has
	// more could be anything.
	doubleDigits = 1e15
	singleDigits = 1e6
)

func (g *decimalGrid) add(v float64) {
	for g.places <= maxPlaces {
		n, ok := g.units(v)
		if !ok {
			g.refine()
			continue
		}
		if !g.begun {
			g.begun, g.first = true, n
		}
		g.gcd = gcd(g.gcd, n-g.first)
		return
	}
}

// units is v in 10^−places, if it is a whole number of them.
func (g *decimalGrid) units(v float64) (n int64, ok bool) {
	scale := math.Pow10(g.places)
	whole := math.Round(v * scale)
	size := math.Abs(whole)
	switch {
	case g.places == 0:
		return int64(whole), whole == v && size < 1<<62
	case size <= singleDigits && float64(float32(whole/scale)) == v:
		return int64(whole), true
	}
	return int64(whole), size <= doubleDigits && whole/scale == v
}

// refine takes a decimal place more.
func (g *decimalGrid) refine() {
	const most = math.MaxInt64 / 20 // so that distances fit as well
	g.places++
	if max(g.first, -g.first, g.gcd) > most {
		g.places = maxPlaces + 1
	}
	g.first, g.gcd = 10*g.first, 10*g.gcd
}

// step is the step, 0 of other values or of one.
func (g *decimalGrid) step() float64 {
	if g.places > maxPlaces {
		return 0
	}
	return float64(g.gcd) / math.Pow10(g.places)
}

// gcd is the greatest common divisor of a ≥ 0 and the size of b.
func gcd(a, b int64) int64 {
	b = max(b, -b)
	for b != 0 {
		a, b = b, a%b
	}
	return a
}

// gapsOf are the distances between ascending values.
func gapsOf(sorted []float64) []float64 {
	gaps := make([]float64, len(sorted)-1)
	for i := range gaps {
		gaps[i] = sorted[i+1] - sorted[i]
	}
	return gaps
}

const (
	// gridTolerance is how far off a point of the grid a value may be, as a share of the step: fractions are rounded. More would take
	// −128, 0 and 127 for a grid of 127.
	gridTolerance = 1e-5
	// finest is how many steps the least distance may have: chance makes a grid that is finer.
	finest = 1000
)

// gridThrough is the step near to one that is guessed of the grid that ascending values lie on, 0 where they do not. The first and the
// last value say it best: what rounding did to them is shared by all steps between. Below the
// distance between neighbouring numbers everything lies on any grid.
func gridThrough(sorted []float64, guess float64) (step float64) {
	first, last := sorted[0], sorted[len(sorted)-1]
	step = (last - first) / math.Round((last-first)/guess)
	if !(step >= max(unitOf(first), unitOf(last))) || math.IsInf(step, 1) {
		return 0
	}
	for _, v := range sorted {
		steps := (v - first) / step
		if math.Abs(steps-math.Round(steps)) > gridTolerance {
			return 0
		}
	}
	return step
}

// unitOf is the distance from a number to the next one further from 0.
func unitOf(v float64) float64 {
	v = math.Abs(v)
	return math.Nextafter(v, math.Inf(1)) - v
}

// divisorOf is the greatest common divisor of gaps, by Euclid; what is less than a ten-thousandth of the least gap is taken for
// rounding.
func divisorOf(gaps []float64) float64 {
	step := slices.Min(gaps)
	rounding := 1e-4 * step
	for _, gap := range gaps {
		for a, b := gap, step; ; a, b = b, math.Abs(math.Remainder(a, b)) {
			if !(b > rounding) { // also where gaps are so far apart that they overflow
				step = a
				break
			}
		}
	}
	return step
}
