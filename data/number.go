package data

import (
	"math"
	"strconv"
	"strings"
)

// missing are the texts that Missing knows, in lower case.
var missing = []string{"", "na", "n/a", "#n/a", "nan", "null", "none", "nil", "?", "-", ".",
	"inf", "+inf", "-inf", "infinity", "+infinity", "-infinity"}

// Missing reports whether a cell that is no finite number stands for a missing one rather than for text: it is empty
// or, in any case, NA, N/A, #N/A, NaN, null, none, nil, ?, -, . or an infinity.
func Missing(cell string) bool {
	cell = strings.TrimSpace(cell)
	for _, m := range missing {
		if strings.EqualFold(cell, m) {
			return true
		}
	}
	return false
}

// number is the value of a cell, exactly as strconv.ParseFloat rounds it; NaN where it is not a finite number. Digits parted by
// _, which are a number in Go, are an identifier in a table.
func number(cell string) float64 {
	if strings.Contains(cell, "_") {
		return math.NaN()
	}
	v, err := strconv.ParseFloat(strings.TrimSpace(cell), 64)
	if err != nil {
		return math.NaN()
	}
	return finite(v)
}

// finite is v, NaN for an infinity.
func finite(v float64) float64 {
	if math.IsInf(v, 0) {
		return math.NaN()
	}
	return v
}

// appendNumber writes v so that it reads back exactly, in the fewest digits; with an exponent only where there would be many zeros.
func appendNumber(dst []byte, v float64) []byte {
	format := byte('f')
	if size := math.Abs(v); size != 0 && (size < 1e-4 || size >= 1e21) {
		format = 'e'
	}
	return strconv.AppendFloat(dst, v, format, -1, 64)
}

// exactly reports whether v is the number that a cell says, where that is whole: a float64 has no place for 9007199254740993.
func exactly(v float64, cell string) bool {
	if math.Abs(v) < 1<<53 {
		return true
	}
	digits := strings.TrimLeft(strings.TrimSpace(cell), "+-")
	if strings.Trim(digits, "0123456789") != "" {
		return true
	}
	return strings.TrimLeft(digits, "0") == strconv.FormatFloat(math.Abs(v), 'f', 0, 64)
}
