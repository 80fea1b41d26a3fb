package columns

import (
	"fmt"
	"math"
	"strings"
)

// settle decides what a column is after its values have been read: t are its texts, sample is some of its values, said is the kind
// that a person gave it, or empty.
func (c *Column) settle(t *texts, v *Values, sample []float64, said Kind) {
	c.Min, c.Max = v.Min, v.Max
	if t.stored > 0 && v.Whole() {
		c.Form.Decimals = 0
	}
	switch free := said == ""; {
	case v.Count == 0:
		c.Kind = Empty
	case c.coarse(t, v):
		c.Kind, c.Note = Identifier, tooManyDigits
	case v.Distinct() == 1 || rounding(v):
		c.same(t, v)
	case said == Category && c.categorize(v):
	case free && c.boolean(t, v):
	case free && c.identifies(v):
		c.Kind = Identifier
	case free && c.codes(t, v):
	default:
		if c.Kind == Time {
			c.Step = v.grid.step()
			return
		}
		c.Step = v.Quantum()
		c.Atoms = atomsOf(v, sample, c.Step)
		c.bound(v)
		if c.Step > 0 && (said == Grid || free && c.gridded(v)) {
			c.Kind = Grid
		}
	}
}

// Reasons for which a column is left out, whatever a person says.
const (
	tooManyDigits = "more digits than a number of 64 bits has"
	tooLong       = "texts too long for a category"
)

// MayBe reports whether a column that is left out can have kind k, Numbers or Category, if a person says so: numbers that identify
// rows can have either, words can be a category if there are at most MostLevels.
func (c *Column) MayBe(k Kind) bool {
	switch {
	case c == nil || c.Kind != Identifier && c.Kind != Text || c.Note == tooManyDigits || c.Note == tooLong:
		return false
	case k == Numbers:
		return c.Kind == Identifier && c.Min < c.Max
	}
	return k == Category
}

// categorize makes a column of stored numbers a category; it reports whether there are few enough different ones.
func (c *Column) categorize(v *Values) bool {
	if !v.distinct.exact() || v.Distinct() > mostLevels {
		return false
	}
	c.Kind, c.Min, c.Max = Category, 0, 0
	for _, value := range v.distinct.sorted() {
		c.Levels = append(c.Levels, Level{string(c.Form.append(nil, value)), v.distinct.counts.of(value)})
	}
	return true
}

// fewUnits is how many units in the last place values may differ and still be one value that was computed in different ways.
const fewUnits = 32

// mostWhole is 2^53; above it float64 does not represent all integers.
const mostWhole = 1 << 53

// coarse reports values that differ in more digits than float64 has, such as 64-bit identifiers or nanoseconds within one
// second.
func (c *Column) coarse(t *texts, v *Values) bool {
	apart := t.different != nil && t.different.number() > 1 // judging by the texts
	if c.Kind == Time {
		return rounding(v) || v.Distinct() == 1 && apart
	}
	if v.Distinct() == 1 && math.Abs(v.Min) > mostWhole {
		return t.digits || apart && !t.numbers().exponents
	}
	largest := max(math.Abs(v.Min), math.Abs(v.Max))
	if !v.Whole() || largest <= mostWhole || v.Distinct() == 1 || t.numbers().exponents {
		return false
	}
	if t.stored > 0 && largest > 1<<64 { // no integers of 64 bits, and all floating-point numbers of that size are whole
		return false
	}
	return 2*v.Distinct() > v.Count || apart && t.different.number() > v.Distinct()
}

func rounding(v *Values) bool {
	return v.Max-v.Min <= fewUnits*max(unitOf(v.Min), unitOf(v.Max)) && v.Max != v.Min
}

// same makes a column with a single value a constant.
func (c *Column) same(t *texts, v *Values) {
	if v.Distinct() > 1 {
		c.Note = "its values differ by rounding alone"
	}
	text := t.first
	if v.Distinct() > 1 {
		text = string(c.Append(nil, v.Min))
	}
	if s, n := commonestText(t); n > 0 {
		text = s
	}
	c.Levels = []Level{{text, v.Count}}
	c.single()
}

func commonestText(t *texts) (text string, n int) {
	if t.different == nil {
		return "", 0
	}
	for s, count := range t.different.most().all() {
		if count > n || count == n && s < text {
			text, n = s, count
		}
	}
	return text, n
}

// boolean makes a column of 0 and 1 a boolean, and reports whether it is one.
func (c *Column) boolean(t *texts, v *Values) bool {
	if v.Min != 0 || v.Max != 1 || v.Distinct() != 2 || c.Kind == Time || c.Form.Prefix+c.Form.Suffix != "" {
		return false
	}
	if t.stored > 0 {
		zeros := v.distinct.counts.of(0)
		c.Levels = []Level{{"0", zeros}, {"1", v.Count - zeros}}
	} else if c.levels(t); len(c.Levels) != 2 || c.Bad != nil {
		c.Levels = nil
		return false
	}
	c.Kind, c.Min, c.Max = Boolean, 0, 0
	return true
}

// The conditions under which whole numbers identify rows.
const (
	fewestIDs   = 5
	fewestInRow = 20   // the fewest ascending numbers that are not so by chance
	consecutive = 1.05 // the range of the numbers divided by the number of rows, at most
	loose       = 20   // the same, for ascending numbers
)

// identifies reports whether each row has a value of its own that identifies it, and notes why.
func (c *Column) identifies(v *Values) bool {
	unique := v.sorted() || v.distinct.exact() && v.Distinct() == v.Count || !v.distinct.exact() && float64(v.Distinct()) > 0.9*float64(v.Count)
	if !unique || c.Missing > 0 || c.Bad != nil || v.Count < fewestIDs {
		return false
	}
	if c.Kind == Time {
		if _, length := lengthOf(c.Form.Layout); length || !v.sorted() || v.Count < fewestInRow {
			return false
		}
		c.Note = "one moment a row, in order"
		return true
	}
	steps := (v.Max-v.Min)/1 + 1
	switch rows := float64(v.Count); {
	case !v.Whole():
		return false
	case steps <= consecutive*rows:
		c.Note = fmt.Sprintf("a number of its own in each row, from %.15g to %.15g", v.Min, v.Max)
	case v.sorted() && v.Count >= fewestInRow && steps <= loose*rows:
		c.Note = "a number of its own in each row, in order"
	case namesRows(c.Name):
		c.Note = "by its name, and a number of its own in each row"
	default:
		return false
	}
	return true
}

// namesRows reports whether a column's name is typical of identifiers.
func namesRows(name string) bool {
	lower := strings.ToLower(strings.TrimSpace(name))
	switch lower {
	case "id", "ids", "idx", "index", "key", "row", "rowid", "rowname", "rownames", "uuid", "guid", "nr", "no", "number", "unnamed: 0", "serial":
		return true
	}
	return strings.HasSuffix(lower, "_id") || strings.HasSuffix(lower, " id") || strings.HasSuffix(lower, "_no") || strings.HasSuffix(name, "ID") || strings.HasSuffix(name, "Id")
}

// fewCells is how many points a grid of integers may have, whatever the number of rows.
const fewCells = 1000

// gridded reports whether the values other than atoms lie on a grid on which many coincide or could coincide.
func (c *Column) gridded(v *Values) bool {
	rows, different := float64(v.Count), float64(v.Distinct()-len(c.Atoms))
	for _, a := range c.Atoms {
		rows -= a.Share * float64(v.Count)
	}
	cells := (c.Max-c.Min)/c.Step + 1
	return 2*different < rows && cells <= sparse*different || v.Whole() && cells <= fewCells
}

// fewestBounded is the fewest rows for which a bound is accepted.
const fewestBounded = 20

// bound sets the bounds that values have by their meaning: 0 if no value is negative, 1 for shares and 100 for percentages.
func (c *Column) bound(v *Values) {
	if v.Count < fewestBounded || v.Min < 0 {
		return
	}
	zero := 0.0
	c.Lower = &zero
	lower := strings.ToLower(c.Name)
	percent := strings.TrimSpace(c.Form.Suffix) == "%" || strings.Contains(lower, "percent") || strings.Contains(lower, "pct") || strings.Contains(lower, "%")
	top := 0.0
	switch {
	case percent && v.Max <= 100 && v.Max > 1:
		top = 100
	case v.Max <= 1 && !v.Whole() && v.Max-v.Min > 0.3:
		top = 1
	default:
		return
	}
	c.Upper = &top
}
