package columns

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"gaussflow/internal/counted"
)

// draft is what a column seems to be judging by its texts alone: Numbers or Time, whose values have to be read, or a kind that
// is certain.
func (t *texts) draft(name string) Column {
	c := Column{Name: name, Missing: t.missing, Infinite: t.infinite}
	c.Form.Missing, _ = t.absent.most()
	if t.stored > 0 {
		c.Kind, c.Form.Decimals = Numbers, -1
		return c
	}
	switch layout, timed := t.times.best(); {
	case t.values() == 0:
		c.Kind = Empty
	case layout == "20060102" && timed == t.values() && timed >= 8, layout != "20060102" && enough(timed, t.values()-t.marked(timed)):
		c.Kind, c.Form.Layout = Time, layout
		if !enough(timed, t.values()) {
			c.absentWords(t)
		}
		c.Doubt = t.doubt(&c.Form)
	case t.ways(&c.Form), t.spanned(&c.Form):
		if c.Kind = Time; !enough(max(t.times.read, t.spans.count), t.values()) && t.worded != nil {
			c.absentWords(t)
		}
	case t.numeric(&c.Form):
		c.Kind, c.Limits = Numbers, t.limits
		c.Missing += t.limited()
		if n := t.numbers().count; !enough(n, t.values()-t.limited()) {
			c.absentWords(t)
		}
		c.Doubt = t.doubt(&c.Form)
	default:
		t.words(&c)
	}
	return c
}

// ways reports whether the column consists of dates that are written in several ways, each of which is certain.
func (t *texts) ways(f *Form) bool {
	layouts, count := t.times.several()
	if len(layouts) < 2 || !enough(count, t.values()-t.marked(count)) {
		return false
	}
	f.Layout, f.Also = layouts[0], strings.Join(layouts[1:], between)
	return true
}

// fewBad is the share of a column's cells that may be something else, such as a typo; one cell may in any case.
const fewBad = 0.05

// enough reports whether good cells out of values decide what a column is.
func enough(good, values int) bool {
	bad := values - good
	return bad == 0 || good >= 4 && float64(bad) <= max(1, fewBad*float64(values))
}

// numeric reports whether the column consists of numbers, and finds how they are written.
func (t *texts) numeric(f *Form) bool {
	n := t.numbers()
	u := n.unit()
	codes := n.padded*50 > n.count // 007, 01234
	if codes || !enough(u.count, t.values()-t.limited()-t.marked(u.count)) || t.limits != nil && !t.beside() {
		return false
	}
	f.Prefix, f.Suffix, _ = strings.Cut(u.affix.Text, "\x00")
	f.Bare, f.Multiples = u.bare && u.multiples == "", u.multiples
	f.Thousands, _ = n.marks.most()
	f.Lakhs = n.lakhs > 0
	f.Negative, _ = n.negatives.most()
	if t.commas {
		f.Decimal = ","
	}
	f.Decimals = n.decimals[1]
	if n.exponents || n.decimals[0] != n.decimals[1] {
		f.Decimals = -1
		f.Single = n.singles >= fewestSingles && !n.doubles
		f.Significant, f.Places = n.precision(f.Single)
	}
	if power, all := n.powers.most(); all == n.count && n.mantissa[0] == n.mantissa[1] {
		f.Exponent, f.Decimals, f.Significant = power, n.mantissa[0], 0
	}
	return true
}

// precision is how many digits computed numbers have. As many after the point as the table's say how exactly something is known or counted, and
// all digits before it count: 110.37 where no number of the table is above 99.99. With powers of ten, in floating-point numbers with all
// their digits and in a float32 the number of significant digits does.
func (n *numeral) precision(single bool) (significant, places int) {
	floating := n.decimals[1] > maxPlaces && n.significant >= fewestSingle
	switch {
	case n.exponents, floating && !single:
		return n.significant, 0
	case single:
		return n.significant, n.decimals[1]
	}
	return 0, n.decimals[1]
}

// pairs are the pairs of values of a boolean, in lower case.
var pairs = [][2]string{{"false", "true"}, {"no", "yes"}, {"n", "y"}, {"f", "t"}, {"off", "on"}, {"0", "1"}, {"nein", "ja"}, {"nej", "ja"},
	{"non", "oui"}, {"no", "si"}, {"no", "sí"}, {"absent", "present"}, {"negative", "positive"}}

// MostLevels is how many levels a category may have.
const MostLevels = 1 << 10

// Limits of a category.
const (
	mostLevels   = MostLevels
	clearlyFew   = 20  // up to so many levels, each may have fewer than two rows
	nearlyUnique = 0.9 // share of different values above which texts are identifiers or prose
)

// words makes a column of texts a category, a text or one of the kinds between.
func (t *texts) words(c *Column) {
	different, values := t.different.number(), t.values()
	share := float64(different) / float64(values)
	switch {
	case different == 1 && !t.long:
		c.levels(t)
		c.single()
	case t.long || !t.different.exact() || different > mostLevels || share >= nearlyUnique && values >= 4:
		c.unlisted(t, share)
	case 2*different <= values || different <= clearlyFew:
		c.Kind = Category
		c.levels(t)
		if c.pair() {
			c.Kind = Boolean
		}
		if different > clearlyFew {
			c.Note = t.mixed()
		}
	default:
		c.unlisted(t, share)
	}
}

// unlisted decides what a column is that has more different texts than a category; it is left out of the density.
func (c *Column) unlisted(t *texts, share float64) {
	c.Kind, c.Note = Text, "words that hardly ever come twice"
	switch n, mixed := t.numbers(), t.mixed(); {
	case t.long:
		c.Note = tooLong
	case mixed != "":
		c.Note = mixed
	case 2*n.count >= t.values():
		c.Note = fmt.Sprintf("numbers in %d of %s", n.count, counted.Of(t.values(), "cell"))
	case 2*t.times.read >= t.values():
		c.Note = fmt.Sprintf("times in %d of %s", t.times.read, counted.Of(t.values(), "cell"))
	case share < nearlyUnique:
		c.Note = "more different words than a category has"
	case !t.spaced():
		c.Kind, c.Note = Identifier, "nearly every row has its own"
	}
}

// mixed says what keeps texts that are nearly all numbers, or nearly all times, from being a column of them; "" if they are not.
func (t *texts) mixed() string {
	switch n := t.numbers(); {
	case n.padded == 0 && enough(n.count, t.values()-t.limited()):
		return n.unlike()
	case enough(t.times.read, t.values()):
		layout, count := t.times.best()
		return fmt.Sprintf("times written in several ways, %s in %d of %s", layout, count, counted.Of(t.values(), "cell"))
	}
	return ""
}

// unlike says that numbers have different units, the commonest first.
func (n *numeral) unlike() string {
	var parts []string
	for _, l := range n.affixes.byCount() {
		unit := strings.Trim(strings.ReplaceAll(l.Text, "\x00", " "), blanks)
		if unit == "" {
			unit = "none"
		}
		parts = append(parts, fmt.Sprintf("%s in %d", unit, l.Count))
	}
	return "numbers of different units: " + strings.Join(parts, ", ")
}

// spaced reports whether most of the stored texts contain spaces: they are prose, not codes.
func (t *texts) spaced() bool {
	n := 0
	for s := range t.different.counts.all() {
		if strings.Contains(s, " ") {
			n++
		}
	}
	return 2*n > t.different.counts.used
}

// levels makes the texts the levels of a category.
func (c *Column) levels(t *texts) {
	for _, s := range t.different.sorted() {
		c.Levels = append(c.Levels, Level{s, t.different.counts.of(s)})
	}
}

// pair reports whether the levels are the two values of a boolean.
func (c *Column) pair() bool {
	if len(c.Levels) != 2 {
		return false
	}
	two := [2]string{strings.ToLower(c.Levels[0].Text), strings.ToLower(c.Levels[1].Text)}
	return slices.Contains(pairs, two)
}

// single makes a column with one level a constant or, if cells are missing, a category in which only that is random.
func (c *Column) single() {
	if c.Kind = Category; c.Missing == 0 {
		c.Kind, c.Value, c.Levels = Constant, c.Levels[0].Text, nil
	}
}

// commonest are the levels, those with the most rows first.
func (c *Column) commonest() []Level {
	levels := slices.Clone(c.Levels)
	slices.SortStableFunc(levels, func(a, b Level) int { return cmp.Compare(b.Count, a.Count) })
	return levels
}
