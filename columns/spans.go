package columns

import (
	"cmp"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"
)

// A length is a time span, as a layout says how it is written.
type length interface {
	seconds(cell string) (v float64, ok bool)
	append(dst []byte, v float64) []byte
}

// lengthOf is the length that a layout is for.
func lengthOf(layout string) (length, bool) {
	if d, ok := durationOf(layout); ok {
		return d, true
	}
	if s, ok := spanLike(layout); ok {
		return s, true
	}
	return nil, false
}

// A span is a length with the names of its units, such as 2h 5m, 1 hour, 30 minutes or PT1H30M. Its layout has N for each number, and
// ends with ? if parts that are 0 are left out.
type span struct {
	prefix   string // PT, or nothing
	parts    []part
	optional bool
}

// A part of a span is a number, the text up to the end of its unit, and what parts it from the next one.
type part struct {
	number  float64
	name    string
	between string
	unit    float64 // seconds
}

// spanUnits are the units by their names in lower case.
var spanUnits = func() map[string]float64 {
	units := map[string]float64{}
	for _, u := range []struct {
		size  time.Duration
		names string
	}{{24 * time.Hour, "d day days"}, {time.Hour, "h hr hrs hour hours std"}, {time.Minute, "m min mins minute minutes"}, {time.Second, "s sec secs second seconds sek"}} {
		for _, name := range strings.Fields(u.names) {
			units[name] = u.size.Seconds()
		}
	}
	return units
}()

// spanLike parses a layout.
func spanLike(layout string) (s span, ok bool) {
	layout, s.optional = strings.CutSuffix(layout, "?")
	if !strings.Contains(layout, "N") || strings.ContainsAny(layout, "0123456789") {
		return s, false
	}
	one, ok := spanOf(strings.ReplaceAll(layout, "N", "1"))
	one.optional = s.optional
	return one, ok
}

// spanOf parses a cell: whole numbers with units that get smaller.
func spanOf(cell string) (s span, ok bool) {
	rest, iso := strings.CutPrefix(cell, "PT")
	if iso {
		s.prefix = "PT"
	}
	for rest != "" {
		digits := 0
		for digits < len(rest) && isDigit(rest[digits]) {
			digits++
		}
		if digits == 0 || digits > mostDigits {
			return s, false
		}
		end := digits
		for end < len(rest) && !isDigit(rest[end]) {
			end++
		}
		p, ok := partOf(rest[:digits], rest[digits:end])
		if n := len(s.parts); !ok || n > 0 && p.unit >= s.parts[n-1].unit {
			return s, false
		}
		s.parts, rest = append(s.parts, p), rest[end:]
	}
	n := len(s.parts)
	return s, n > 0 && s.parts[n-1].between == ""
}

func partOf(digits, text string) (p part, ok bool) {
	words := strings.Fields(text)
	if len(words) == 0 || len(words) > 2 || len(words) == 2 && words[1] != "and" {
		return p, false
	}
	name := strings.TrimRight(words[0], ",")
	p.number, _ = strconv.ParseFloat(digits, 64)
	p.name = text[:strings.Index(text, name)+len(name)]
	p.between = text[len(p.name):]
	p.unit, ok = spanUnits[strings.ToLower(name)]
	return p, ok
}

// layout is how the span is written.
func (s span) layout() string {
	text := s.prefix
	for _, p := range s.parts {
		text += "N" + p.name + p.between
	}
	if s.optional {
		text += "?"
	}
	return text
}

// within reports whether all units of the span are among another's.
func (s span) within(of span) bool {
	at := 0
	for _, p := range of.parts {
		if at < len(s.parts) && s.parts[at].unit == p.unit {
			at++
		}
	}
	return at == len(s.parts) && s.prefix == of.prefix
}

func (s span) seconds(cell string) (v float64, ok bool) {
	c, ok := spanOf(cell)
	if !ok || !c.within(s) || !s.optional && len(c.parts) != len(s.parts) {
		return math.NaN(), false
	}
	for _, p := range c.parts {
		v += p.number * p.unit
	}
	return v, true
}

// append writes a span, rounded to its smallest unit. It has no sign: a negative one is written as 0.
func (s span) append(dst []byte, v float64) []byte {
	last := len(s.parts) - 1
	v = max(math.Round(v/s.parts[last].unit)*s.parts[last].unit, 0)
	dst = append(dst, s.prefix...)
	begun, between := false, ""
	for i, p := range s.parts {
		n := math.Floor(v / p.unit)
		v -= n * p.unit
		if s.optional && n == 0 && (i < last || begun) {
			continue
		}
		if begun {
			dst = append(dst, between...)
		}
		dst = append(strconv.AppendFloat(dst, n, 'f', 0, 64), p.name...)
		begun, between = true, p.between
	}
	return dst
}

// spans are the ways in which the spans of a column are written.
type spans struct {
	ways  []way
	count int
	many  bool // there are more than mostWays
}

// A way is a layout of spans, and how many cells are written by it.
type way struct {
	span
	layout string
	count  int
}

// mostWays is how many ways are counted. Names in singular and plural of up to three units, any of which may lack, are 26.
const mostWays = 64

func (t *spans) add(s span) {
	t.count++
	for i := range t.ways {
		if t.ways[i].same(s) {
			t.ways[i].count++
			return
		}
	}
	if t.many = t.many || len(t.ways) == mostWays; t.many {
		return
	}
	layout := s.layout()
	own, _ := spanLike(layout) // which does not hold the text of the cell
	t.ways = append(t.ways, way{own, layout, 1})
}

// same reports whether two spans are written alike but for their numbers.
func (s span) same(as span) bool {
	return s.prefix == as.prefix && slices.EqualFunc(s.parts, as.parts, func(a, b part) bool {
		return a.unit == b.unit && a.name == b.name && a.between == b.between
	})
}

// fullest is the way whose units include those of the most cells, and how many these are; of several the commonest. short is true if
// some of the cells lack a unit. It does not depend on the order of the cells.
func (t *spans) fullest() (best way, covers int, short bool) {
	for _, w := range t.ways {
		n, lack := 0, false
		for _, o := range t.ways {
			if o.within(w.span) {
				n, lack = n+o.count, lack || len(o.parts) < len(w.parts)
			}
		}
		if cmp.Or(cmp.Compare(n, covers), cmp.Compare(w.count, best.count), cmp.Compare(best.layout, w.layout)) > 0 {
			best, covers, short = w, n, lack
		}
	}
	return best, covers, short
}

// spanned reports whether the column consists of spans, some of them with more than one unit: those with one are numbers.
func (t *texts) spanned(f *Form) bool {
	if t.spans.many {
		return false
	}
	s, covers, short := t.spans.fullest()
	if len(s.parts) < 2 || !enough(covers, t.values()-t.marked(covers)) {
		return false
	}
	s.optional = short
	f.Layout = s.span.layout()
	return true
}
