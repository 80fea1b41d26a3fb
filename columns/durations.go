package columns

import (
	"math"
	"strconv"
	"strings"
	"time"
)

// durations are the layouts of time spans, which are tried after those of points in time. Package time has no name for an arbitrary
// number of hours, minutes or days: an N stands for it, with one N for each digit that it has at least. The rest is a layout of
// that package.
var durations = func() (all []string) {
	for _, fraction := range []string{"", ".0", ".00", ".000", ".000000", ".000000000"} {
		for _, n := range []string{"N", "NN"} {
			all = append(all, n+":04:05"+fraction)
			if fraction != "" {
				all = append(all, n+":05"+fraction)
			}
		}
		all = append(all, "N days 15:04:05"+fraction) // as pandas writes them
	}
	return append(all, "N:04", "NN:04")
}()

// A duration is the parsed layout of a time span.
type duration struct {
	least int     // the least number of digits of N
	rest  string  // the layout after N
	unit  float64 // the seconds in one unit of N
	days  bool
}

func durationOf(layout string) (d duration, ok bool) {
	d.rest = strings.TrimLeft(layout, "N")
	if d.least = len(layout) - len(d.rest); d.least == 0 {
		return d, false
	}
	switch {
	case strings.HasPrefix(d.rest, " days "):
		d.unit, d.days = 86400, true
	case strings.HasPrefix(d.rest, ":04"):
		d.unit = 3600
	case strings.HasPrefix(d.rest, ":05"):
		d.unit = 60
	default:
		return d, false
	}
	return d, true
}

// mostDigits limits the digits of N, so that float64 can still represent the seconds.
const mostDigits = 9

// seconds reads a time span. A negative one has a minus before it; one with days may instead have a negative number of days and a
// plus before the rest of the day, as pandas writes it.
func (d duration) seconds(cell string) (v float64, ok bool) {
	digits, negative := strings.CutPrefix(cell, "-")
	end := 0
	for end < len(digits) && isDigit(digits[end]) {
		end++
	}
	n, err := strconv.Atoi(digits[:end])
	if err != nil || end > mostDigits {
		return math.NaN(), false
	}
	rest := digits[end:]
	if negative && d.days {
		rest = strings.Replace(rest, " +", " ", 1)
	}
	t, err := time.Parse(d.rest, rest)
	if err != nil {
		return math.NaN(), false
	}
	whole, of := float64(n)*d.unit*1e9, float64(t.Sub(t.Truncate(24*time.Hour))) // in nanoseconds, so that the result is the float64 nearest to the decimal fraction
	switch {
	case negative && d.days:
		v = (of - whole) / 1e9
	case negative:
		v = -(whole + of) / 1e9
	default:
		v = (whole + of) / 1e9
	}
	return v, string(d.append(nil, v)) == cell
}

// append writes a time span, rounded to the unit of its layout.
func (d duration) append(dst []byte, v float64) []byte {
	unit := math.Pow10(-fractionDigits(d.rest))
	if !strings.Contains(d.rest, "05") {
		unit = 60
	}
	v = math.Round(v/unit) * unit
	if v < 0 && !d.days {
		dst, v = append(dst, '-'), -v
	}
	n := math.Floor(v / d.unit)
	if v-n*d.unit > d.unit-unit/2 { // a fraction of a second was rounded up to a whole unit
		n++
	}
	of := max(v-n*d.unit, 0)
	digits := strconv.FormatFloat(math.Abs(n), 'f', 0, 64)
	rest := d.rest
	if n < 0 {
		dst, rest = append(dst, '-'), strings.Replace(rest, " days ", " days +", 1)
	}
	dst = append(append(dst, strings.Repeat("0", max(d.least-len(digits), 0))...), digits...)
	whole := math.Floor(of + unit/2)
	return time.Unix(int64(whole), int64(math.Round(max(of-whole, 0)/unit)*math.Round(unit*1e9))).UTC().AppendFormat(dst, rest)
}
