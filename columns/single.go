package columns

import (
	"math"
	"strconv"
)

// fewestSingle is how many digits show that a number has been rounded to float32 and written as a float64: 14.3999996185303 for 14.4.
// A float32 needs at most nine.
const fewestSingle = 10

// fewestSingles is how many such numbers, and no other ones with as many digits, a column of them has at least.
const fewestSingles = 3

// long reports whether a number has more digits than a float32 needs, not counting zeros at its end: 1.0000000000 has one.
func long(v float64) bool {
	short, _ := strconv.ParseFloat(strconv.FormatFloat(v, 'g', fewestSingle-1, 64), 64)
	return short != v
}

// near reports whether v is a float32, but for digits that were left out. None is near what float32 cannot hold.
func near(v float64) bool { return math.Abs(float64(float32(v))-v) <= 1e-9*math.Abs(v) }

// single reports whether a number of so many significant digits is a float32 written with more digits than it needs.
func single(v float64, digits int) bool {
	if digits < fewestSingle || !near(v) || !long(v) {
		return false
	}
	return strconv.FormatFloat(float64(float32(v)), 'g', digits, 64) == strconv.FormatFloat(v, 'g', digits, 64)
}

// shortest is the number with the fewest digits that float32 rounds as v.
func shortest(v float64) float64 {
	v, _ = strconv.ParseFloat(strconv.FormatFloat(v, 'g', -1, 32), 64)
	return v
}

// unrounded is the number that v stands for in a column of float32: 14.4 for 14.3999996185303. What has no more digits than a float32
// needs, or is none, stands for itself.
func unrounded(v float64) float64 {
	if near(v) && long(v) {
		return shortest(v)
	}
	return v
}

// rounded is the float32 that stands for v, or v where that would be read as another number.
func rounded(v float64) float64 {
	if math.Abs(v) > math.MaxFloat32 || !long(v) && shortest(v) != v {
		return v
	}
	return float64(float32(v))
}

// singleSlack is how far v may be from the decimal fraction that it stands for if it is a float32; a whole number stands for itself.
func singleSlack(v float64) float64 {
	if float64(float32(v)) != v || v == math.Trunc(v) {
		return 0
	}
	return math.Abs(v) / (1 << 24)
}
