package columns

import (
	"fmt"
	"math"
	"slices"
	"strings"
)

// A cell converts the cells of one column to values.
type cell struct {
	*Column
	level  map[string]int
	valued map[float64]int // levels that are numbers, as a table with types stores them
	also   []string        // further layouts of times
}

func newCell(c *Column) *cell {
	r := &cell{Column: c, also: c.Form.others()}
	if len(c.Levels) > 0 {
		r.level, r.valued = make(map[string]int, len(c.Levels)), make(map[float64]int, len(c.Levels))
		for i, l := range c.Levels {
			r.level[c.levelKey(l.Text)] = i
			if v := Number(l.Text); v == v {
				r.valued[v] = i
			}
		}
	}
	return r
}

// levelKey is by what a level is known: the text of a boolean in any case, because one program writes True where another writes true.
func (c *Column) levelKey(text string) string {
	if c.Kind == Boolean {
		return strings.ToLower(text)
	}
	return text
}

// text is the value of a cell's text; NaN if it is missing, and also if why says that it cannot be a value of the
// column.
func (c *cell) text(s string) (v float64, why string) {
	if c.level != nil {
		if i, known := c.level[c.levelKey(s)]; known { // a level that looks like a missing value comes first
			return float64(i), ""
		}
	}
	if Missing(s) || s == c.Form.Missing || slices.Contains(c.Absent, s) {
		return math.NaN(), ""
	}
	switch {
	case c.level != nil:
		return math.NaN(), fmt.Sprintf("%.60q is none of its values", s)
	case c.Form.Layout != "":
		if v, ok := c.moment(s); ok {
			return v, ""
		}
		return math.NaN(), fmt.Sprintf("%.60q is no time as %s", s, c.Form.Layout)
	case c.Kind == Constant && s == c.Value:
		return 0, ""
	case c.Limits != nil && Limit(s):
		return math.NaN(), ""
	}
	return c.number(s)
}

// moment reads a time as the column writes it, or as a table with types does, in ISO 8601, which cannot be read in two ways.
func (c *cell) moment(s string) (v float64, ok bool) {
	if v, ok = seconds(s, c.Form.Layout); ok {
		return v, true
	}
	for _, layout := range c.also {
		if v, ok = seconds(s, layout); ok {
			return v, true
		}
	}
	switch day, clock := c.Form.Dated(); {
	case day && clock:
		return standard(s, "2006-01-02T15:04:05", "2006-01-02T15:04:05Z07:00")
	case day:
		return standard(s, "2006-01-02")
	case clock:
		return standard(s, "15:04:05")
	}
	return v, false
}

// number reads a number in the way in which the column writes numbers. One without the column's currency or unit is
// refused, and so is a negative number in parentheses if the column does not write negative numbers so.
func (c *cell) number(s string) (v float64, why string) {
	r, ok := read(s, c.Form.Decimal == ",")
	if !ok {
		return math.NaN(), fmt.Sprintf("%.60q is no number", s)
	}
	if r.thousands != "" && r.thousands != c.Form.Thousands { // 1,234 of a table that has no such numbers may be 1.234
		if other, ambiguous := read(s, c.Form.Decimal != ","); ambiguous && other.value != r.value {
			return math.NaN(), fmt.Sprintf("%.60q can be read in two ways, and numbers here are written as %s", s, c.Form.example())
		}
	}
	power, fits := c.Form.fits(r)
	if !fits || r.booked && r.negative != c.Form.Negative {
		return math.NaN(), fmt.Sprintf("%.60q is not written as %s", s, c.Form.example())
	}
	return c.meant(scaled(r.value, power)), ""
}

// fits reports whether a number has the unit of the column, and by which power of a thousand it is to be multiplied.
func (f *Form) fits(r reading) (power int, ok bool) {
	switch {
	case f.Bare && r.prefix+r.suffix == "":
		return 0, true
	case f.Multiples != "":
		power, ok = f.multiple(r.suffix)
		return power, ok && sameUnit(r.prefix, f.Prefix)
	}
	return 0, sameUnit(r.prefix, f.Prefix) && sameUnit(r.suffix, f.Suffix)
}

// meant is the number that v stands for, which is another one in a column of float32.
func (c *cell) meant(v float64) float64 {
	if c.Form.Single {
		return unrounded(v)
	}
	return v
}

// sameUnit reports whether two units are the same but for the blanks around them: 5% and 5 %.
func sameUnit(a, b string) bool { return a == b || strings.Trim(a, blanks) == strings.Trim(b, blanks) }

// stored is the value of a number in a table that stores numbers.
func (c *cell) stored(v float64) (_ float64, why string) {
	if c.level == nil || v != v {
		return c.meant(v), ""
	}
	if i, known := c.valued[v]; known {
		return float64(i), ""
	}
	return c.text(string(AppendNumber(nil, v)))
}

// of is the value of column j of the current row.
func (c *cell) of(p Pass, j int) (v float64, why string) {
	if v, ok := p.Number(j); ok {
		return c.stored(v)
	}
	return c.text(string(p.Text(j)))
}

// in is the value of column j of row i of a block.
func (c *cell) in(b *block, i, j int) (v float64, why string) {
	if v, ok := b.number(i, j); ok {
		return c.stored(v)
	}
	return c.text(b.cell(i, j))
}

// Parse is the value of a cell of the column: a number, the seconds of a time, the index of a level; NaN for a missing cell. The
// error says why the cell is none of these.
func (c *Column) Parse(text string) (float64, error) {
	if c == nil {
		return math.NaN(), fmt.Errorf("columns: Parse: the Column is nil")
	}
	v, why := c.Reader()(text)
	if why != "" {
		return v, fmt.Errorf("columns: column %q: %s", c.Name, why)
	}
	return v, nil
}

// Reader returns a function that does what Parse does, prepared for many cells. why says, without the column's name, what is wrong
// with a cell that has no value. The function may be called from several goroutines. For a nil Column all cells are missing.
func (c *Column) Reader() (read func(text string) (v float64, why string)) {
	if c == nil {
		return func(string) (float64, string) { return math.NaN(), "" }
	}
	return newCell(c).text
}
