package columns

import (
	"math"
	"regexp"
	"strconv"
	"strings"
	"time"
)

// dates and clocks are the layouts that are tried; of equally good ones the first is taken. A time is a date, a clock, or both with
// one of seams between them.
var (
	dates = []string{"2006-01-02", "2006/01/02", "2006.01.02", "1/2/2006", "2/1/2006", "01/02/2006", "02/01/2006", "02-01-2006",
		"01-02-2006", "2.1.2006", "02.01.2006", "1/2/06", "2/1/06", "01/02/06", "02/01/06", "02.01.06", "2-Jan-2006", "02-Jan-2006", "2-Jan-06", "02-Jan-06",
		"2 Jan 2006", "02 Jan 2006", "2 January 2006", "Jan 2, 2006", "Jan 02, 2006", "Jan 2 2006", "January 2, 2006", "January 02, 2006",
		"02 January 2006", "2. January 2006", "02. January 2006", "Monday, January 2, 2006", "Mon, 02 Jan 2006", "Mon 02 Jan 2006", "Mon 2 Jan 2006", "02/Jan/2006", "2006-01", "Jan 2006", "January 2006", "20060102", "2006/1/2", "2006-1-2", "2006.1.2"}
	clocks = []string{"15:04", "15:04:05", "15:04:05.000", "15:04:05.000000", "15:04:05.000000000", shortHour + ":04", shortHour + ":04:05", "3:04 PM", "3:04:05 PM",
		"03:04 PM", "03:04:05 PM", "3:04PM", "03:04PM"}
	seams = []string{" ", "T"}
	zones = []string{"", "-07:00", "Z07:00", " -0700", "-0700", " UTC", " GMT"}
)

// shortHour is an hour from 0 to 23 without a leading zero, as spreadsheets write it; package time has no name for it.
const shortHour = "H"

// layouts are all of them.
var layouts = func() (all []string) {
	all = append(all, dates...)
	for _, clock := range clocks {
		for _, zone := range zones {
			for _, seam := range seams {
				for _, date := range dates {
					all = append(all, date+seam+clock+zone)
				}
			}
		}
	}
	all = append(append(all, clocks...), durations...)
	return append(all, "2006 Jan", "2006 January", "2006-Jan", "Jan-2006", "20060102T150405", "20060102T150405Z07:00", "02/Jan/2006:15:04:05 -0700", time.RFC1123, time.RFC1123Z, time.ANSIC, time.UnixDate)
}()

// longestTime limits the length of a cell that is examined.
const longestTime = 40

// mayBeTime quickly rules out most cells that are no time.
func mayBeTime(cell string) bool {
	if len(cell) < 4 || len(cell) > longestTime {
		return false
	}
	digits, marks := 0, 0
	for i := range len(cell) {
		switch c := cell[i]; {
		case c >= '0' && c <= '9':
			digits++
		case strings.IndexByte("-/.:, T", c) >= 0 && i > 0:
			marks++
		}
	}
	return digits >= 3 && marks > 0 || digits == 8 && len(cell) == 8
}

// shape replaces the digits and letters of a cell by one of each, so that cells of one layout have few shapes.
func shape(cell string) string {
	b := []byte(cell)
	for i, c := range b {
		switch {
		case c >= '0' && c <= '9':
			b[i] = '0'
		case c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' && c != 'T' && c != 'Z':
			b[i] = 'a'
		}
	}
	return string(b)
}

// The range of years that a table is likely to contain: eight digits that would be a date in another year are a number.
const (
	firstYear = 1800
	lastYear  = 2200
)

// seconds reads a time: in seconds since 1970-01-01 UTC, for a clock without a date since midnight, for a duration its length. A
// time without a zone is taken as UTC. ok is false if the cell is no time in this layout.
func seconds(cell, layout string) (v float64, ok bool) {
	cell = strings.TrimSpace(cell)
	if d, ok := lengthOf(layout); ok {
		return d.seconds(cell)
	}
	t, err := time.Parse(strings.Replace(layout, shortHour, "15", 1), cell) // 15 also accepts hours with one digit
	if err != nil || !sameDigits(cell, layout, t) {
		return math.NaN(), false
	}
	if layout == "20060102" && (t.Year() < firstYear || t.Year() > lastYear) {
		return math.NaN(), false
	}
	return sinceStart(t, layout), true
}

// standard reads a time in one of several layouts, with any fraction of a second, which time.Parse accepts after whole ones.
func standard(cell string, layouts ...string) (v float64, ok bool) {
	for _, layout := range layouts {
		if t, err := time.Parse(layout, cell); err == nil {
			return sinceStart(t, layout), true
		}
	}
	return math.NaN(), false
}

// sinceStart is a time in seconds since 1970-01-01, or since midnight if the layout has no year.
func sinceStart(t time.Time, layout string) float64 {
	if !strings.Contains(layout, "06") {
		t = t.AddDate(1970, 0, 0)
	}
	return float64(t.Unix()) + float64(t.Nanosecond())/1e9
}

// sameDigits distinguishes 01/02 from 1/2, and a fraction of a second from none, which time.Parse accepts alike.
func sameDigits(cell, layout string, t time.Time) bool {
	return len(cell) == len(appendLayout(nil, t, layout))
}

// appendLayout writes a time by a layout of package time, or by one with a shortHour.
func appendLayout(dst []byte, t time.Time, layout string) []byte {
	before, after, short := strings.Cut(layout, shortHour)
	dst = t.AppendFormat(dst, before)
	if !short {
		return dst
	}
	return t.AppendFormat(strconv.AppendInt(dst, int64(t.Hour()), 10), after)
}

// appendTime writes seconds by a layout, rounded to its unit.
func appendTime(dst []byte, v float64, layout string) []byte {
	if d, ok := lengthOf(layout); ok {
		return d.append(dst, v)
	}
	whole := math.Floor(v)
	unit := math.Pow10(9 - fractionDigits(layout))
	nano := int64(math.Round((v-whole)*1e9/unit) * unit)
	return appendLayout(dst, time.Unix(int64(whole), nano).UTC(), layout)
}

// fractionDigits is how many digits after the second a layout has.
func fractionDigits(layout string) int {
	_, fraction, _ := strings.Cut(layout, "05.")
	return len(fraction) - len(strings.TrimLeft(fraction, "0"))
}

// Dated reports whether the layout has a day, and whether it has a time of day. A duration has neither.
func (f *Form) Dated() (day, clock bool) {
	if f == nil {
		return false, false
	}
	if _, length := lengthOf(f.Layout); length {
		return false, false
	}
	shows := func(d time.Duration) bool {
		return string(appendTime(nil, 0, f.Layout)) != string(appendTime(nil, d.Seconds(), f.Layout))
	}
	return shows(24 * time.Hour), shows(time.Hour)
}

// zone finds the zone in a layout.
var zone = regexp.MustCompile("07|MST|UTC|GMT")

// Zoned reports whether times are written with their zone, so that they are the same everywhere.
func (f *Form) Zoned() bool {
	return f != nil && zone.MatchString(f.Layout)
}

// FractionDigits is how many digits of a second times are written with.
func (f *Form) FractionDigits() int {
	if f == nil {
		return 0
	}
	return fractionDigits(f.Layout)
}

// timely counts which layouts can read the cells of a column.
type timely struct {
	counts map[string]int     // cells read, for each layout that has read one
	shapes map[string]*shaped // cells by their shape
	read   int                // cells that some layout can read
	chosen string             // the layout that was decided on where two are equally good; "" for none
	order  Reading            // how dates that leave it open are read; "" if that is not known
}

// shaped are the cells of one shape, and how many of them each layout has read.
type shaped struct {
	layouts []string
	counts  []int
	cells   int
}

// mostShapes limits the ways of writing a time that are examined in one column.
const mostShapes = 32

// add examines a cell that may be a time.
func (t *timely) add(cell string) {
	form := shape(cell)
	of, known := t.shapes[form]
	if !known {
		if len(t.shapes) >= mostShapes {
			return
		}
		layouts := readers(cell)
		of = &shaped{layouts: layouts, counts: make([]int, len(layouts))}
		if t.shapes == nil {
			t.shapes, t.counts = map[string]*shaped{}, map[string]int{}
		}
		t.shapes[form] = of
	}
	read := false
	of.cells++
	for i, layout := range of.layouts {
		if _, ok := seconds(cell, layout); ok {
			t.counts[layout]++
			of.counts[i]++
			read = true
		}
	}
	if read {
		t.read++
	}
}

// readers are the layouts with the same marks between digits and words as the cell, which could read it if its numbers were
// suitable.
func readers(cell string) (found []string) {
	marks := strings.Replace(marksOf(strings.TrimPrefix(cell, "-")), " +", " ", 1) // a duration may be negative
	for _, layout := range layouts {
		if layoutMarks[layout] == marks {
			found = append(found, layout)
		}
	}
	return found
}

var layoutMarks = func() map[string]string {
	marks := make(map[string]string, len(layouts))
	for _, l := range layouts {
		marks[l] = marksOf(l)
	}
	return marks
}()

// marksOf is the text between runs of digits and of letters, without a time zone at the end.
func marksOf(s string) string {
	s = withoutZone(s)
	var b strings.Builder
	for i := range len(s) {
		c := s[i]
		letter := c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z'
		if seam := c == 'T' && i > 0 && isDigit(s[i-1]); !letter && !isDigit(c) || seam {
			b.WriteByte(c)
		}
	}
	return b.String()
}

func isDigit(c byte) bool { return c >= '0' && c <= '9' }

// withoutZone removes Z, UTC, GMT, +02:00, +0200 or their layouts from a time.
func withoutZone(s string) string {
	clock := strings.IndexByte(s, ':')
	if clock < 0 {
		return s
	}
	for _, zone := range []string{"Z07:00", " UTC", " GMT"} {
		if before, is := strings.CutSuffix(s, zone); is {
			return before
		}
	}
	for _, size := range []int{6, 5} {
		if at := len(s) - size; at > clock && (s[at] == '+' || s[at] == '-') {
			return strings.TrimRight(s[:at], " ")
		}
	}
	return strings.TrimSuffix(s, "Z")
}

// best is the layout that can read the most cells.
func (t *timely) best() (layout string, count int) {
	if len(t.counts) == 0 || t.chosen != "" {
		return t.chosen, t.counts[t.chosen]
	}
	for _, l := range layouts {
		if n := t.counts[l]; n > count {
			layout, count = l, n
		}
	}
	return layout, count
}
