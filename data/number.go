package data

import (
	"math"
	"strconv"
	"strings"
)

// finite is v, or NaN if v is infinite.
func finite(v float64) float64 {
	if math.IsInf(v, 0) {
		return math.NaN()
	}
	return v
}

// exactly reports whether v equals the number in a cell, if that is an integer: float64 cannot represent 9007199254740993.
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
