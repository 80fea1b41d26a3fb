package columns

import (
	"slices"
	"strings"
)

// limits stand before a number that a value is only known to be below or above.
var limits = []string{"<=", ">=", "<", ">", "≤", "≥"}

// Limit reports whether a cell says only that its value is below or above a number: <0.01, as a laboratory writes what is beyond
// what it can detect, or 90+.
func Limit(cell string) bool {
	cell = strings.TrimSpace(cell)
	for _, mark := range limits {
		if rest, found := strings.CutPrefix(cell, mark); found {
			return either(rest)
		}
	}
	rest, found := strings.CutSuffix(cell, "+") // 90+
	return found && either(rest)
}

// either reports whether a text is a number, with a decimal point or a decimal comma.
func either(s string) bool {
	_, point := read(s, false)
	_, comma := read(s, true)
	return point || comma
}

// infinities are the texts of infinite numbers, in lower case.
var infinities = []string{"inf", "infinity"}

// infinite reports whether a cell is an infinite number.
func infinite(cell string) bool {
	digits := strings.ToLower(strings.TrimLeft(strings.TrimSpace(cell), "+-"))
	return slices.Contains(infinities, digits)
}

// limited is how many cells are limits.
func (t *texts) limited() int {
	if t.limits == nil {
		return 0
	}
	return t.limits.Count
}

// beside reports whether a column has too many different numbers beside limits and words for a category. One such as <5, 5, 6, 7, 8, 9
// is a category: as one it keeps how often it is <5.
func (t *texts) beside() bool {
	return t.different.number()-len(t.limitTexts)-len(t.wordTexts) > clearlyFew
}
