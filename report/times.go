package report

import (
	"math"
	"time"

	"gonum.org/v1/plot"
)

// farTime is a number of seconds that package time can still represent.
const farTime = 1e12

// timeTicks are two to five ticks of an axis in seconds since 1970-01-01 UTC, at the beginnings of years, months, days, hours or
// minutes.
func timeTicks(lo, hi float64) (t []plot.Tick) {
	if !(math.Abs(lo) < farTime && math.Abs(hi) < farTime && lo < hi) {
		return ticks(lo, hi)
	}
	length := hi - lo
	const day = 86400.0
	switch {
	case length > 3*365*day:
		return yearTicks(lo, hi)
	case length > 70*day:
		months := 1
		for length/(30.4*day)/float64(months) > 4 {
			months = map[int]int{1: 2, 2: 3, 3: 6, 6: 12}[months]
			if months == 12 {
				break
			}
		}
		at := time.Unix(int64(lo), 0).UTC()
		for at = time.Date(at.Year(), 1, 1, 0, 0, 0, 0, time.UTC); float64(at.Unix()) <= hi; at = at.AddDate(0, months, 0) {
			if float64(at.Unix()) >= lo {
				t = append(t, plot.Tick{Value: float64(at.Unix()), Label: at.Format("Jan 2006")})
			}
		}
		return t
	}
	steps := []float64{1, 5, 15, 60, 300, 900, 3600, 3 * 3600, 6 * 3600, 12 * 3600, day, 2 * day, 7 * day, 14 * day, 28 * day}
	step := steps[len(steps)-1]
	for _, s := range steps {
		if length/s <= 4 {
			step = s
			break
		}
	}
	layout := "2 Jan"
	switch {
	case step < 60:
		layout = "15:04:05"
	case step < day && length < day:
		layout = "15:04"
	case step < day:
		layout = "2 Jan 15:04"
	}
	for k := math.Ceil(lo / step); k*step <= hi; k++ {
		t = append(t, plot.Tick{Value: k * step, Label: time.Unix(int64(k*step), 0).UTC().Format(layout)})
	}
	return t
}

// yearTicks are at multiples of 1, 2 or 5 times a power of ten years.
func yearTicks(lo, hi float64) (t []plot.Tick) {
	first, last := time.Unix(int64(lo), 0).UTC().Year(), time.Unix(int64(hi), 0).UTC().Year()
	step := max(1, int(round(float64(last-first)/4)))
	for y := first - first%step - step; y <= last; y += step {
		if at := float64(time.Date(y, 1, 1, 0, 0, 0, 0, time.UTC).Unix()); at >= lo && at <= hi {
			t = append(t, plot.Tick{Value: at, Label: time.Date(y, 1, 1, 0, 0, 0, 0, time.UTC).Format("2006")})
		}
	}
	return t
}
