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

// single reports whether a number of so many significant digits is a float32 written with more digits than it needs.
func single(v float64, digits int) bool {
	f := float64(float32(v))
	if digits < fewestSingle || !(math.Abs(f-v) <= 1e-9*math.Abs(v)) {
		return false
	}
	return strconv.FormatFloat(f, 'g', digits, 64) == strconv.FormatFloat(v, 'g', digits, 64)
}

// shortest is the number with the fewest digits that float32 rounds as v.
func shortest(v float64) float64 {
	v, _ = strconv.ParseFloat(strconv.FormatFloat(float64(float32(v)), 'g', -1, 32), 64)
	return v
}
