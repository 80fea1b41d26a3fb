package columns

import (
	"math"
	"strconv"
	"strings"
)

// An affix is what stands around numbers: a prefix, a zero byte and a suffix. most is the largest size of such a number.
type affix struct {
	Level
	most float64
}

// affixes counts a few of them.
type affixes []affix

func (a *affixes) add(text string, size float64) {
	for i := range *a {
		if l := &(*a)[i]; l.Text == text {
			l.Count, l.most = l.Count+1, max(l.most, size)
			return
		}
	}
	if len(*a) < mostTokens {
		*a = append(*a, affix{Level{strings.Clone(text), 1}, size})
	}
}

// most is the commonest affix, of those that are units if units is true.
func (a affixes) most(units bool) (best affix) {
	for _, l := range a {
		if units && l.bare() {
			continue
		}
		if l.Count > best.Count || l.Count == best.Count && l.Text < best.Text {
			best = l
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
// 60 beside 60%, but not 0.6.
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
// the letter of a code.
func (n *numeral) shared(of affix) bool {
	for _, l := range n.affixes {
		if l.bare() {
			alike := max(l.most, of.most) <= timesAsLarge*min(l.most, of.most)
			return alike && float64(of.Count) > fewBad*float64(n.count) && (of.symbol() || of.Count > l.Count)
		}
	}
	return false
}

// multiples are the names of powers of a thousand, the usual one first.
var multiples = [][]string{{"K", "k", "thousand", "Tsd"}, {"M", "m", "mn", "Mn", "Mio", "mio", "million", "Million"}, {"B", "b", "bn", "Bn", "Mrd", "billion", "Billion"}, {"T", "tn", "trillion", "Trillion"}}

// multiple is the power of a thousand that a suffix stands for; 0 for none, ok is false if it stands for something else.
func multiple(suffix string) (power int, ok bool) {
	name := strings.Trim(suffix, blanks)
	if name == "" {
		return 0, true
	}
	for i, names := range multiples {
		for _, n := range names {
			if n == name {
				return i + 1, true
			}
		}
	}
	return 0, false
}

// multiples is the unit of a column in which numbers are followed by different powers of a thousand, as in 137, 1.5K and 2M; its count
// is 0 if it is no such column. A single letter may be a unit: thousands have to be among them, or two powers.
func (n *numeral) multiples() (u unit) {
	u.affix = n.affixes.most(false)
	prefix, _, _ := strings.Cut(u.affix.Text, "\x00")
	names, counts, powers := make([]string, len(multiples)), make([]int, len(multiples)), 0
	for _, l := range n.affixes {
		before, after, _ := strings.Cut(l.Text, "\x00")
		power, ok := multiple(after)
		if !ok || before != prefix || power > 0 && l.most >= 1e4 {
			continue
		}
		if u.count += l.Count; power == 0 {
			u.bare = true
			continue
		}
		if counts[power-1] == 0 {
			powers++
		}
		if l.Count > counts[power-1] {
			names[power-1], counts[power-1] = after, l.Count
		}
	}
	if powers < 2 && !(u.bare && counts[0] > 0) || !enough(u.count, n.count) {
		return unit{}
	}
	u.affix.Text, u.multiples = prefix+"\x00", strings.TrimRight(strings.Join(names, ","), ",")
	return u
}

// scaled is a number with the power of a thousand behind it.
func scaled(v float64, power int) float64 {
	if power == 0 {
		return v
	}
	return Number(strconv.FormatFloat(v, 'f', -1, 64) + "e" + strconv.Itoa(3*power)) // a product would be rounded
}

// inThousands is how a number is written with one of the column's multiples: what stands before it, and the multiple.
func (f *Form) inThousands(v float64) (mantissa float64, suffix string) {
	names := strings.Split(f.Multiples, ",")
	for i := len(names) - 1; i >= 0; i-- {
		size := math.Pow(1000, float64(i+1))
		roundsUp := 0.5 * math.Pow10(-3-max(f.Places, f.Decimals, 0)) // 999,960 is 1.0M rather than 1000.0K
		if names[i] != "" && math.Abs(v) >= size*(1-roundsUp) {
			return v / size, names[i]
		}
	}
	return v, ""
}
