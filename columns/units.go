package columns

import (
	"cmp"
	"math"
	"slices"
	"strings"
)

// An affix is what stands around numbers: a prefix, a zero byte and a suffix.
type affix struct {
	Level
	sizes
}

// sizes are what is known of how large some numbers are, whatever their signs.
type sizes struct {
	least, most float64 // of those that are not 0; 0 if all are
	fractions   bool    // some are not whole
}

func sizeOf(v float64) sizes {
	v = math.Abs(v)
	return sizes{v, v, v != math.Trunc(v)}
}

// and are the sizes of both.
func (s sizes) and(of sizes) sizes {
	least := min(s.least, of.least)
	if least == 0 {
		least = max(s.least, of.least)
	}
	return sizes{least, max(s.most, of.most), s.fractions || of.fractions}
}

// affixes counts a few of them.
type affixes []affix

func (a *affixes) add(text string, v float64) {
	for i := range *a {
		if l := &(*a)[i]; l.Text == text {
			l.Count, l.sizes = l.Count+1, l.and(sizeOf(v))
			return
		}
	}
	if len(*a) < mostTokens {
		*a = append(*a, affix{Level{strings.Clone(text), 1}, sizeOf(v)})
	}
}

// byCount are the affixes, the commonest first, equally common ones in alphabetical order.
func (a affixes) byCount() affixes {
	return slices.SortedStableFunc(slices.Values(a), func(a, b affix) int {
		return cmp.Or(cmp.Compare(b.Count, a.Count), cmp.Compare(a.Text, b.Text))
	})
}

// most is the commonest affix, of those that are units if units is true.
func (a affixes) most(units bool) (best affix) {
	for _, l := range a.byCount() {
		if !units || !l.bare() {
			return l
		}
	}
	return best
}

func (a affix) bare() bool { return a.Text == "\x00" }

// like reports whether two affixes are the same unit, but for the blanks around it.
func (a affix) like(b affix) bool {
	before, after, _ := strings.Cut(a.Text, "\x00")
	prefix, suffix, _ := strings.Cut(b.Text, "\x00")
	return sameUnit(before, prefix) && sameUnit(after, suffix)
}

// symbol reports a unit that is no word.
func (a affix) symbol() bool {
	prefix, suffix, _ := strings.Cut(a.Text, "\x00")
	return prefix != "" || strings.ContainsAny(suffix, "%‰°$€£¥")
}

// A unit is what is around the numbers of a column, and how many of them it is around.
type unit struct {
	affix     affix
	count     int
	bare      bool   // numbers without it are of the same unit, and counted
	multiples string // as Form.Multiples
}

// unit decides what the unit of a column is. Numbers without one, among numbers with one, are of the same if they are about as large:
// 60 beside 60%, but not 0.6; 0 beside both.
func (n *numeral) unit() unit {
	if m := n.multiples(); m.count > 0 {
		return m
	}
	u := unit{affix: n.affixes.most(false)}
	if of := n.affixes.most(true); n.shared(of) {
		u.affix, u.bare = of, true
	}
	for _, l := range n.affixes {
		if l.like(u.affix) || u.bare && l.bare() {
			u.count += l.Count
		}
	}
	return u
}

// timesAsLarge is how many times as large numbers of the same unit may be.
const timesAsLarge = 10

// shared reports whether the numbers without a unit are of this one. A word, which is around fewer than half of the numbers, may be
// the letter of a code; but zeros are of any unit.
func (n *numeral) shared(of affix) bool {
	if float64(of.Count) <= fewBad*float64(n.count) {
		return false
	}
	for _, l := range n.affixes {
		if l.bare() {
			return l.most == 0 || of.asLarge(l) && !of.hasShares(l) && (of.symbol() || of.Count > l.Count)
		}
	}
	return false
}

// asLarge reports whether two sorts of numbers are about as large.
func (a affix) asLarge(b affix) bool { return max(a.most, b.most) <= timesAsLarge*min(a.most, b.most) }

// hasShares reports whether bare numbers beside percents may be shares: 0.25 beside 8% is hardly a quarter of a percent.
func (a affix) hasShares(bare affix) bool {
	return strings.ContainsAny(a.Text, "%‰") && bare.most <= 1 && a.most > 1
}
