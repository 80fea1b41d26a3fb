package report

import (
	"math"
	"strconv"
	"strings"
)

// minus replaces hyphens by minus signs.
func minus(s string) string { return strings.ReplaceAll(s, "-", "−") }

// number writes v with so many significant digits.
func number(v float64, digits int) string {
	switch {
	case v == 0:
		return "0"
	case math.IsNaN(v):
		return "not a number"
	case math.IsInf(v, 0):
		return minus(strings.Replace(strconv.FormatFloat(v, 'g', -1, 64), "Inf", "∞", 1))
	}
	if size := math.Abs(v); size >= 1e-4 && size < 1e7 {
		decimals := max(0, digits-1-int(math.Floor(math.Log10(size))))
		s := strconv.FormatFloat(v, 'f', decimals, 64)
		if strings.Contains(s, ".") {
			s = strings.TrimRight(strings.TrimRight(s, "0"), ".")
		}
		return minus(s)
	}
	mantissa, exponent, _ := strings.Cut(strconv.FormatFloat(v, 'e', digits-1, 64), "e")
	power, _ := strconv.Atoi(exponent) // as FormatFloat writes it
	if strings.Contains(mantissa, ".") {
		mantissa = strings.TrimRight(strings.TrimRight(mantissa, "0"), ".")
	}
	return minus(mantissa) + " × 10" + superscript(power)
}

// superscript is n in superscript digits.
func superscript(n int) (s string) {
	if n < 0 {
		return "⁻" + superscript(-n)
	}
	digits := []rune("⁰¹²³⁴⁵⁶⁷⁸⁹")
	for ; n >= 10; n /= 10 {
		s = string(digits[n%10]) + s
	}
	return string(digits[n]) + s
}

// value writes a cell of the table.
func value(v float64) string { return number(v, 5) }

// nats writes a log-density with two decimals.
func nats(v float64) string {
	if math.IsNaN(v) || math.IsInf(v, 0) || math.Abs(v) >= 1e6 {
		return number(v, 4)
	}
	return minus(strconv.FormatFloat(v, 'f', 2, 64))
}

// count writes n with its thousands separated.
func count(n int) string {
	s := strconv.Itoa(n)
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "\u202f" + s[i:]
	}
	return s
}

// times writes a factor ≥ 1 with two digits.
func times(v float64) string {
	if v < 10 || v >= 1e6 {
		return number(v, 2)
	}
	unit := math.Pow(10, math.Floor(math.Log10(v))-1)
	return count(int(math.Round(v/unit) * unit))
}

// list joins names as "a, b and c".
func list(names []string) string {
	if n := len(names) - 1; n > 0 {
		return strings.Join(names[:n], ", ") + " and " + names[n]
	}
	return strings.Join(names, "")
}

// many is a number with its noun.
func many(n int, singular, plural string) string {
	if n == 1 {
		return "1 " + singular
	}
	return count(n) + " " + plural
}

// percent writes a share of some rows.
func percent(share float64) string {
	switch {
	case share == 0:
		return "none"
	case share < 0.001:
		return "less than 0.1\u00a0%"
	}
	return number(100*share, 3) + "\u00a0%"
}
