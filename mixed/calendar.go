package mixed

import (
	"math"
	"time"
)

// A time says more than how late it is: hours, weekdays and seasons recur. The network therefore reads the position of a time in
// the day, the week, the month and the year, in UTC, so that other columns can depend on it. Times come first in the order of the
// columns, because other columns often depend on a time, but a time little on them.
//
// For each of the four, with a the share of it that has passed, the calendar has 2a − 1, sin 2πa and cos 2πa: the first for effects
// that jump where it begins anew, the others for periodic ones. A month counts as 31 days and a year as 366, so that a date has the
// same position in all.
const ofCalendar = 12

// calendar writes the calendar of a time, given in seconds since 1970 in UTC.
func calendar(seconds float64, to []float64) {
	const (
		day  = 86400
		last = 1 << 40 // seconds, some 35,000 years; times farther away get the calendar of that time
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
