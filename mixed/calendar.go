package mixed

import (
	"math"
	"time"
)

// A time tells more than how late it is: hours, weekdays and seasons come again. So the network sees where in the day, the week, the
// month and the year a time lies, in UTC, and other columns can depend on it. Times stand first in the order of the columns, as much that a
// table says beside a time follows from it, and it from little.
//
// Of each of the four, a the share of it that has passed, the calendar has 2a − 1, sin 2πa and cos 2πa: the first for what jumps where it
// begins anew, the others for what does not. A month counts as 31 days and a year as 366, so that a date is at one place in all of them.
const ofCalendar = 12

// calendar writes the calendar of a time, seconds since 1970 in UTC.
func calendar(seconds float64, to []float64) {
	const (
		day  = 86400
		last = 1 << 40 // seconds, some 35,000 years: what is farther away has the calendar of then
	)
	seconds = min(max(seconds, -last), last)
	whole := math.Floor(seconds)
	t := time.Unix(int64(whole), 0).UTC()
	passed := (seconds - math.Floor(seconds/day)*day) / day
	for i, a := range [...]float64{
		passed,
		(float64(t.Weekday()) + passed) / 7,
		(float64(t.Day()-1) + passed) / 31,
		(float64(t.YearDay()-1) + passed) / 366,
	} {
		sin, cos := math.Sincos(2 * math.Pi * a)
		to[3*i], to[3*i+1], to[3*i+2] = 2*a-1, sin, cos
	}
}
