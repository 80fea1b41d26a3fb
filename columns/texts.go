package columns

import (
	"math"
	"slices"
	"strings"
)

// texts is what the texts of a column's cells show in the first pass, before it is known what they are.
type texts struct {
	cells, missing, stored int // cells; those without a value; those stored as numbers
	absent                 tokens
	point                  numeral
	comma                  *numeral // with a decimal comma; nil if it is equal to the other, as for whole numbers
	times                  timely
	spans                  spans
	different              *distinct[string]
	first                  string // text of the first stored number
	last                   string // the last cell, and where it is
	lastAt                 place
	long                   bool   // some texts are too long to be a level of a category
	digits                 bool   // stored numbers differ in their digits, though perhaps not as float64
	infinite               *Bad   // infinite cells, which are among the missing ones
	limits                 *Bad   // cells that say only that a value is below or above a number
	limitTexts             tokens // their texts
	worded                 *Bad   // cells without a digit that are not missing
	wordTexts              tokens // their texts
	commas                 bool   // numbers are read with a decimal comma
	doubtful               bool   // the texts can be read in two ways, and nothing decides
}

// Limits on what is stored for one column.
const (
	longestLevel = 128 // bytes of a text that is stored
	mostTokens   = 8   // affixes, or ways to write a missing value
)

// tokens counts a few texts. It is a list, which takes less memory than a map, because a table may have many columns.
type tokens []Level

// add counts a text; once there are many, new ones are not added.
func (t *tokens) add(s string) {
	for i := range *t {
		if (*t)[i].Text == s {
			(*t)[i].Count++
			return
		}
	}
	if len(*t) < mostTokens {
		*t = append(*t, Level{strings.Clone(s), 1})
	}
}

// most is the commonest text; of equally common ones the first in alphabetical order.
func (t tokens) most() (best string, n int) {
	for _, l := range t {
		if l.Count > n || l.Count == n && l.Text < best {
			best, n = l.Text, l.Count
		}
	}
	return best, n
}

// numeral counts the cells that are numbers with one decimal separator.
type numeral struct {
	count, padded int
	lakhs         int // numbers grouped as in India, minus those grouped in threes that would differ then
	affixes       affixes
	marks         tokens // thousands separators
	negatives     tokens // how negative numbers are written, as in Form.Negative
	decimals      [2]int // the fewest and the most decimals
	exponents     bool
	powers        tokens // e or E
	mantissa      [2]int // the fewest and the most decimals before an exponent
	significant   int    // the most significant digits
	singles       int    // numbers that are a float32 written with more digits than it needs
	doubles       bool   // some with as many digits are no float32
}

func (n *numeral) clone() *numeral {
	c := *n
	c.affixes, c.marks, c.negatives, c.powers = slices.Clone(n.affixes), slices.Clone(n.marks), slices.Clone(n.negatives), slices.Clone(n.powers)
	return &c
}

func (n *numeral) add(r reading) {
	if n.count++; n.count == 1 {
		n.decimals = [2]int{max(r.decimals, 0), r.decimals}
	}
	if r.padded {
		n.padded++
	}
	n.significant = max(n.significant, r.significant)
	if r.single {
		n.singles++
	} else if !n.doubles {
		n.doubles = r.significant >= fewestSingle && long(r.value)
	}
	if r.decimals < 0 {
		if !n.exponents {
			n.mantissa = [2]int{r.mantissa, r.mantissa}
		}
		n.exponents, n.mantissa = true, [2]int{min(n.mantissa[0], r.mantissa), max(n.mantissa[1], r.mantissa)}
		n.powers.add(r.power)
	} else {
		n.decimals = [2]int{min(n.decimals[0], r.decimals), max(n.decimals[1], r.decimals)}
	}
	n.affixes.add(r.prefix+"\x00"+r.suffix, r.value)
	if r.value < 0 {
		n.negatives.add(r.negative)
	}
	if r.thousands != "" {
		n.marks.add(r.thousands)
	}
	switch {
	case r.lakhs:
		n.lakhs++
	case r.thousands != "" && math.Abs(r.value) >= 1e5:
		n.lakhs--
	}
}

// block examines column j of a block of rows.
func (t *texts) block(b *block, j, held int) {
	for i := range b.rows {
		if v, ok := b.number(i, j); ok {
			t.number(v, b.cell(i, j), b.places[i])
		} else {
			t.add(b.cell(i, j), held, b.places[i])
		}
	}
	if last := b.rows - 1; last >= 0 {
		t.last, t.lastAt = strings.Clone(b.cell(last, j)), b.places[last]
	}
}

// number examines a number of a table that stores numbers. text is how it is written, for the first one and those that float64
// may round.
func (t *texts) number(v float64, text string, at place) {
	t.cells++
	switch t.stored++; {
	case math.IsInf(v, 0):
		t.missing++
		t.infinite = t.infinite.more(at, text)
	case v != v:
		t.missing++
	case t.first == "":
		t.first = strings.Clone(text)
	case math.Abs(v) > mostWhole && text != t.first:
		t.digits = true
	}
}

// add examines a cell, at most longestLevel+1 bytes of it.
func (t *texts) add(s string, held int, at place) {
	t.cells++
	if !t.plain(s) {
		if Missing(s) {
			t.missing++
			t.absent.add(s)
			if infinite(s) {
				t.infinite = t.infinite.more(at, s)
			}
			return
		}
		t.wordy(s, at)
	}
	if t.different == nil {
		t.different = newTexts(held)
	}
	t.different.add(s)
}

// plain examines a plain number, of which everything needed shows at once; it reports whether the cell is one.
func (t *texts) plain(s string) bool {
	p, ok := plainly(s)
	if !ok {
		return false
	}
	r := p.reading(p.about())
	if p.decimals > 0 {
		comma, isComma := reading{}, false
		if p.grouped() {
			comma, isComma = read(s, true)
		}
		t.readings(r, true, comma, isComma)
		return true
	}
	t.readings(r, true, r, true)
	if mayBeTime(s) { // eight digits may be a date
		t.times.add(s)
	}
	return true
}

// readings examines a cell that can be read with a decimal point, a decimal comma, or both.
func (t *texts) readings(point reading, isPoint bool, comma reading, isComma bool) {
	if t.comma == nil && (isPoint != isComma || isPoint && point != comma) {
		t.comma = t.point.clone()
	}
	if isPoint {
		t.point.add(point)
	}
	if isComma && t.comma != nil {
		t.comma.add(comma)
	}
}

// wordy examines any other cell that has a value.
func (t *texts) wordy(s string, at place) {
	if len(s) > longestLevel {
		t.long = true
	}
	if !hasDigit(s) {
		t.worded = t.worded.more(at, s)
		t.wordTexts.add(s)
		return
	}
	if Limit(s) {
		t.limits = t.limits.more(at, s)
		t.limitTexts.add(s)
		return
	}
	if span, ok := spanOf(strings.TrimSpace(s)); ok {
		t.spans.add(span)
	}
	point, isPoint := read(s, false)
	comma, isComma := read(s, true)
	t.readings(point, isPoint, comma, isComma)
	if mayBeTime(s) {
		t.times.add(s)
	}
}

// values is how many cells have a value.
func (t *texts) values() int { return t.cells - t.missing }

// numbers is the way of writing that was decided on.
func (t *texts) numbers() *numeral {
	if t.commas && t.comma != nil {
		return t.comma
	}
	return &t.point
}
