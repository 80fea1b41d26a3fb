package columns

import (
	"math"
	"slices"
	"strconv"
	"strings"
)

// Append writes a value as a cell of the column, unquoted: rounded to its grid and bounds, with its digits and its unit; NaN as the
// column writes missing cells. The value of a category is the index of a level; an invalid index is written as missing.
func (c *Column) Append(dst []byte, v float64) []byte {
	if c == nil {
		return dst
	}
	switch {
	case c.Kind == Constant:
		return append(dst, c.Value...)
	case v != v || math.IsInf(v, 0):
		return append(dst, c.Form.Missing...)
	case len(c.Levels) > 0:
		if i := int(math.Round(v)); i >= 0 && i < len(c.Levels) {
			return append(dst, c.Levels[i].Text...)
		}
		return append(dst, c.Form.Missing...)
	}
	v = c.Round(v)
	if c.Form.Layout != "" {
		if math.Abs(v) > farthest {
			return append(dst, c.Form.Missing...)
		}
		return appendTime(dst, v, c.Form.Layout)
	}
	return c.written().append(dst, v)
}

// written is how a value is written. On a grid, and where it follows from others, all its digits count, however few those of the table have:
// 12500 beside 1e3, a sum that is larger than all of the table. Those of a float32 do not.
func (c *Column) written() *Form {
	if c.Form.Significant == 0 || c.Form.Single || c.Step == 0 && c.Kind != Derived {
		return &c.Form
	}
	all := c.Form
	all.Significant = 0
	return &all
}

// farthest is a number of seconds up to which package time can write dates.
const farthest = 1e12

// Round is the value of the column that is nearest to v: within its bounds and, if the column has a Step, on the grid through Min. A derived
// column keeps what follows from others also beyond its bounds, because at them its relation would not hold.
func (c *Column) Round(v float64) float64 {
	if c == nil {
		return v
	}
	if v = c.onGrid(v); c.Kind == Derived {
		return v
	}
	if c.Lower != nil {
		v = max(v, *c.Lower)
	}
	if c.Upper != nil {
		v = min(v, *c.Upper)
	}
	return v
}

// onGrid is v, on the grid through Min if the column has a Step; an atom stays where it is.
func (c *Column) onGrid(v float64) float64 {
	if c.Step <= 0 || slices.ContainsFunc(c.Atoms, func(a Atom) bool { return v == a.Value }) {
		return v
	}
	from := c.Min
	if c.Kind != Time { // seconds are no decimal fractions that were rounded
		from = decimal(from, c.Step)
	}
	return onStep(v, from, c.Step)
}

// onStep is the grid point nearest to v, without the rounding error of a multiplication.
func onStep(v, from, step float64) float64 {
	places := placesOf(step, 1e-9)
	at := from + math.Round((v-from)/step)*step
	if places <= maxPlaces && math.Abs(at) < doubleDigits/math.Pow10(places) {
		short, _ := strconv.ParseFloat(strconv.FormatFloat(at, 'f', max(places, placesOf(from, 1e-15)), 64), 64)
		return short
	}
	short, _ := strconv.ParseFloat(strconv.FormatFloat(at, 'g', gridDigits, 64), 64)
	return short
}

// decimal is the first value v of a grid with as many decimal places as the step has, if it is a float32 that stands for such a fraction.
func decimal(v, step float64) float64 {
	places := placesOf(step, 1e-9)
	if slack := singleSlack(v); slack == 0 || slack > step/10 || places > maxPlaces {
		return v
	}
	if short, _ := strconv.ParseFloat(strconv.FormatFloat(v, 'f', places, 64), 64); float64(float32(short)) == v {
		return short
	}
	return v
}

// gridDigits is how many digits of a point on a grid with no decimal step are significant; the rest is rounding error.
const gridDigits = 12

// placesOf is how many decimal places a number has, up to a relative error, or maxPlaces + 1 if it has more. Steps may be estimates; the
// error of a value has to be much smaller, because it may be large beside its fraction, as 1599998400.5 is.
func placesOf(v, tolerance float64) int {
	for places := range maxPlaces + 1 {
		if scaled := v * math.Pow10(places); math.Abs(scaled-math.Round(scaled)) <= tolerance*math.Abs(scaled) {
			return places
		}
	}
	return maxPlaces + 1
}

// append writes a number.
func (f *Form) append(dst []byte, v float64) []byte {
	if f.Multiples != "" {
		one := *f
		one.Multiples = ""
		v, one.Suffix = f.inThousands(v)
		return one.append(dst, v)
	}
	digits := ""
	switch places := min(f.Decimals, maxDecimals); {
	case places < 0:
		digits = string(AppendNumber(nil, f.shorten(v)))
	case f.Exponent != "":
		digits = strings.Replace(strconv.FormatFloat(v, 'e', places, 64), "e", f.Exponent, 1)
	default:
		digits = strconv.FormatFloat(v, 'f', places, 64)
	}
	return f.appendDigits(dst, digits)
}

// shorten is v with no more digits than the numbers of the column have, so that a computed one does not have 17.
func (f *Form) shorten(v float64) float64 {
	if f.Single {
		v = rounded(v)
	}
	if f.Significant > 0 && f.Significant < fullDigits {
		v, _ = strconv.ParseFloat(strconv.FormatFloat(v, 'g', f.Significant, 64), 64)
	}
	if f.Places > 0 && f.Places < maxDecimals {
		v, _ = strconv.ParseFloat(strconv.FormatFloat(v, 'f', f.Places, 64), 64)
	}
	return v
}

// fullDigits is how many digits a number may need to be distinguished from all others.
const fullDigits = 17

// appendDigits writes a number given as digits, which may contain a point and a minus.
func (f *Form) appendDigits(dst []byte, digits string) []byte {
	before, after := f.Prefix, f.Suffix
	if rest, negative := strings.CutPrefix(digits, "-"); negative {
		if digits = rest; strings.Trim(digits, "0.") != "" {
			before, after = f.negative()
		}
	}
	whole, fraction, pointed := strings.Cut(digits, ".")
	dst = append(append(dst, before...), f.group(whole)...)
	if pointed {
		point := "."
		if f.Decimal != "" {
			point = f.Decimal
		}
		dst = append(append(dst, point...), fraction...)
	}
	return append(dst, after...)
}

// Plain reports whether all numbers are written as programs write them: with a point, and nothing around the digits.
func (f *Form) Plain() bool {
	return f == nil || f.Prefix+f.Suffix+f.Multiples+f.Negative+f.Thousands+f.Layout == "" && f.Decimal != ","
}

// negative is the text before and after the digits of a negative number.
func (f *Form) negative() (before, after string) {
	if f.Negative == "" {
		return "-" + f.Prefix, f.Suffix
	}
	before, after, _ = strings.Cut(f.Negative, "1")
	return before, after
}

// maxDecimals limits what a schema can ask for.
const maxDecimals = 30

// group inserts the thousands separator between groups of digits.
func (f *Form) group(whole string) string {
	if f.Thousands == "" || !allDigits(whole) {
		return whole
	}
	var groups []string
	for size := 3; len(whole) > size; {
		groups, whole = append(groups, whole[len(whole)-size:]), whole[:len(whole)-size]
		if f.Lakhs {
			size = 2
		}
	}
	groups = append(groups, whole)
	slices.Reverse(groups)
	return strings.Join(groups, f.Thousands)
}

// example is a number written as in the column.
func (f *Form) example() string {
	return string(f.append(nil, 1234.5))
}

// AppendNumber writes v with the fewest digits that read back exactly; it uses an exponent only to avoid many zeros.
func AppendNumber(dst []byte, v float64) []byte {
	format := byte('f')
	if size := math.Abs(v); size != 0 && (size < 1e-4 || size >= 1e21) {
		format = 'e'
	}
	return strconv.AppendFloat(dst, v, format, -1, 64)
}
