package columns

import (
	"math"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Number is the value of a cell that is a plain number, possibly with spaces around it, rounded as strconv.ParseFloat does. It is
// NaN for any other cell, and for a number that is not finite. Forms that only programs use, _ between digits and hexadecimal, are
// not accepted.
func Number(cell string) float64 {
	if strings.ContainsAny(cell, "_xXpP") {
		return math.NaN()
	}
	v, err := strconv.ParseFloat(strings.TrimSpace(cell), 64)
	if err != nil || math.IsInf(v, 0) {
		return math.NaN()
	}
	return v
}

// A reading is the result of reading a cell as a number that a person wrote.
type reading struct {
	value          float64
	prefix, suffix string
	thousands      string // separator between groups of digits; "" for none
	lakhs          bool   // digits before the last three are in groups of two, as in India
	decimals       int    // digits after the point; −1 if there is an exponent
	power          string // e or E, if there is an exponent, and the digits after the point before it
	mantissa       int
	significant    int    // digits from the first that is not 0
	single         bool   // a float32 written with more digits than it needs
	padded         bool   // there is a 0 before other digits, as in a code
	digits         string // as they are written
	signed         bool   // with + or −
	booked         bool   // negative, but written without a minus before it
	negative       string // for a negative number: how it is written, as in Form.Negative
}

// currencies may stand before a number.
var currencies = []string{"US$", "A$", "C$", "R$", "$", "€", "£", "¥", "₹", "₩", "₽", "CHF", "USD", "EUR", "GBP", "JPY", "Rs.", "Rs", "kr"}

// blanks may stand between groups of digits and before a unit: of full width, of fixed width, thin.
const blanks = " \u00a0\u202f\u2009\u2007"

// longestNumber limits what is examined: numbers that people write are shorter.
const longestNumber = 64

// read reads a cell as a number whose decimal separator is a comma, or else a point. ok is false if it is none: for example if
// digits follow a unit, groups do not have three digits, or it is not finite.
func read(cell string, comma bool) (r reading, ok bool) {
	if p, ok := plainly(cell); ok && (!comma || p.decimals == 0) {
		return p.reading(p.value()), true
	}
	if len(cell) > longestNumber || !hasDigit(cell) {
		return r, false
	}
	cell = strings.TrimSpace(cell)
	if r, ok = readSigned(cell, comma); ok {
		return r, true
	}
	rest, marked := unmarked(cell)
	if !marked {
		return r, false
	}
	r, ok = readSigned(rest, comma)
	before, after, whole := strings.Cut(cell, r.digits)
	mark := strings.HasSuffix(cell, "-") && r.decimals == 0 // but 2- may be a school grade
	r.value, r.negative, r.booked = 0-r.value, before+"1"+after, true
	return r, ok && whole && !r.signed && !mark
}

// unmarked removes the marks with which bookkeeping writes negative numbers: parentheses, or a minus at the end.
func unmarked(cell string) (rest string, marked bool) {
	if rest, marked = strings.CutSuffix(cell, "-"); marked {
		return rest, true
	}
	before, rest, opened := strings.Cut(cell, "(")
	inner, after, closed := strings.Cut(rest, ")")
	return before + inner + after, opened && closed
}

// readSigned reads a number whose sign, if any, stands before its digits or its currency.
func readSigned(cell string, comma bool) (r reading, ok bool) {
	rest, sign := cutSign(cell)
	rest, r.prefix = cutCurrency(rest)
	inner := ""
	if sign == "" && r.prefix != "" {
		rest, inner = cutSign(rest)
	}
	r.digits, rest = cutNumber(rest)
	if r.suffix, ok = cutUnit(rest); !ok {
		return r, false
	}
	plain, ok := r.plain(r.digits, comma)
	if !ok {
		return r, false
	}
	if r.value = Number(sign + inner + plain); inner == "-" {
		r.negative = r.prefix + "-1" + r.suffix
	}
	r.signed, r.single = sign+inner != "", single(r.value, r.significant)
	return r, r.value == r.value
}

// hasDigit reports whether a text can be a number or a time, rather than words.
func hasDigit(s string) bool {
	for i := range len(s) {
		if isDigit(s[i]) {
			return true
		}
	}
	return false
}

func cutSign(s string) (rest, sign string) {
	switch {
	case strings.HasPrefix(s, "-"), strings.HasPrefix(s, "+"):
		return s[1:], s[:1]
	case strings.HasPrefix(s, "−"):
		return s[len("−"):], "-"
	}
	return s, ""
}

// cutCurrency cuts off a currency and the space after it.
func cutCurrency(s string) (rest, prefix string) {
	for _, c := range currencies {
		if after, found := strings.CutPrefix(s, c); found {
			trimmed := strings.TrimLeft(after, " ")
			return trimmed, s[:len(s)-len(trimmed)]
		}
	}
	return s, ""
}

// cutNumber cuts off digits, the separators among them, and an exponent.
func cutNumber(s string) (digits, rest string) {
	end := 0
	for at := 0; at < len(s); {
		c, size := utf8.DecodeRuneInString(s[at:])
		if c >= '0' && c <= '9' || end == 0 && c == '.' {
			end = at + size
		} else if !strings.ContainsRune(".,'’"+blanks, c) {
			break
		}
		at += size
	}
	if end < len(s) && (s[end] == '.' || s[end] == ',') { // "5." is a number
		if tail := s[end+1:]; tail == "" || tail[0] == 'e' || tail[0] == 'E' {
			end++
		}
	}
	return s[:end+exponent(s[end:])], s[end+exponent(s[end:]):]
}

// exponent is the length of the exponent at the start of s.
func exponent(s string) int {
	if s == "" || s[0] != 'e' && s[0] != 'E' {
		return 0
	}
	at := 1
	if at < len(s) && (s[at] == '+' || s[at] == '-') {
		at++
	}
	from := at
	for at < len(s) && s[at] >= '0' && s[at] <= '9' {
		at++
	}
	if at == from {
		return 0
	}
	return at
}

// cutUnit reports whether the text after a number can be its unit: nothing, a percent sign or a short word.
func cutUnit(s string) (suffix string, ok bool) {
	word := strings.TrimLeft(s, blanks)
	letters := 0
	for _, c := range word {
		switch {
		case unicode.IsLetter(c):
			letters++
		case strings.ContainsRune("%‰°/²³µ$€£¥\"' ", c):
		default:
			return s, false
		}
	}
	return s, letters <= 12
}

// plain is the number as programs write it.
func (r *reading) plain(digits string, comma bool) (plain string, ok bool) {
	end := len(digits)
	if e := strings.IndexAny(digits, "eE"); e >= 0 {
		end = e
	}
	point := "."
	if comma {
		point = ","
	}
	whole, fraction, pointed := strings.Cut(digits[:end], point)
	if fraction != "" && !allDigits(fraction) || whole == "" && fraction == "" {
		return "", false
	}
	if whole, ok = r.ungroup(whole); !ok {
		return "", false
	}
	r.padded = len(whole) > 1 && whole[0] == '0'
	r.decimals, r.significant = len(fraction), significant(whole+fraction)
	if end < len(digits) {
		r.decimals, r.mantissa, r.power = -1, len(fraction), digits[end:end+1]
	}
	if !pointed {
		return whole + digits[end:], true
	}
	return whole + "." + fraction + digits[end:], true
}

// ungroup removes the separators between groups of three digits or, as in India, of two digits before a last group of
// three.
func (r *reading) ungroup(whole string) (digits string, ok bool) {
	if allDigits(whole) {
		return whole, true
	}
	at := strings.IndexFunc(whole, func(c rune) bool { return c < '0' || c > '9' })
	_, size := utf8.DecodeRuneInString(whole[at:])
	r.thousands = whole[at : at+size]
	groups := strings.Split(whole, r.thousands)
	last, between := len(groups)-1, 3
	if r.lakhs = last > 1 && len(groups[1]) == 2; r.lakhs {
		between = 2
	}
	for i, g := range groups {
		if first := i == 0 && 0 < len(g) && len(g) <= between && g[0] != '0'; !allDigits(g) || !first && (i == 0 || i < last && len(g) != between || i == last && len(g) != 3) {
			return "", false
		}
	}
	return strings.Join(groups, ""), true
}

// significant is how many digits there are from the first that is not 0.
func significant(digits string) int {
	for i := range len(digits) {
		if c := digits[i]; c != '0' && c != '.' && c != '-' {
			return len(digits) - i
		}
	}
	return 0
}

func allDigits(s string) bool {
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return false
		}
	}
	return true
}
