package columns

import (
	"math"
	"slices"
)

// A decimalGrid finds the step of values that are decimal fractions, one value at a time: the greatest common divisor of their
// distances from the first, in units of the last decimal place.
type decimalGrid struct {
	begun  bool
	places int   // the decimal places that all values fit in; above maxPlaces if there are none
	first  int64 // the first value, in units of 10^−places
	gcd    int64 // gcd of the distances from first
}

const (
	maxPlaces = 9
	// A decimal fraction with so many digits is distinguishable from its neighbours in float64, or in float32; a value with more
	// digits could be anything.
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

// units is v in units of 10^−places, if that is an integer.
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

// refine adds a decimal place.
func (g *decimalGrid) refine() {
	const most = math.MaxInt64 / 20 // so that differences fit too
	g.places++
	if max(g.first, -g.first, g.gcd) > most {
		g.places = maxPlaces + 1
	}
	g.first, g.gcd = 10*g.first, 10*g.gcd
}

// step is the step; 0 if the values are no decimal fractions or are all equal.
func (g *decimalGrid) step() float64 {
	if g.places > maxPlaces {
		return 0
	}
	return float64(g.gcd) / math.Pow10(g.places)
}

// gcd is the greatest common divisor of a ≥ 0 and |b|.
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
	// finest is how many steps the smallest distance may have: a finer grid fits by chance.
	finest = 1000
)

// gridTolerance is how far a value may be from a point of the grid, as a share of the step, to allow for rounded fractions. If it were
// larger, −128, 0 and 127 would look like a grid of step 127.
const gridTolerance = 1e-5

// Slack is how far from a point of the grid of a column a value may lie that is on it. A decimal fraction is rounded as in float64 or,
// where the value or the first one of the grid is a float32, as in float32, up to a tenth of a step.
func Slack(v, from, step float64) float64 {
	return max(gridTolerance*step, min(step/10, singleSlack(v)+singleSlack(from))) + 1e-12*math.Abs(v)
}

// gridThrough is the step, near guess, of the grid on which ascending values lie; 0 if they do not lie on one. It is determined
// from the first and the last value, since their rounding errors are divided by the number of steps between them. Below the
// distance between neighbouring float64 numbers every value lies on any grid.
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

// unitOf is the distance from |v| to the next larger float64.
func unitOf(v float64) float64 {
	v = math.Abs(v)
	return math.Nextafter(v, math.Inf(1)) - v
}

// divisorOf is the greatest common divisor of gaps, by Euclid's algorithm; remainders below a ten-thousandth of the smallest
// gap count as rounding errors.
func divisorOf(gaps []float64) float64 {
	step := slices.Min(gaps)
	rounding := 1e-4 * step
	for _, gap := range gaps {
		for a, b := gap, step; ; a, b = b, math.Abs(math.Remainder(a, b)) {
			if !(b > rounding) { // also true if gaps overflow
				step = a
				break
			}
		}
	}
	return step
}
