package columns

import (
	"math"
	"slices"
	"strconv"
	"strings"
)

// multiples are the names of powers of a thousand, the usual one first. A plain m is none: it is a meter or a minute as often.
var multiples = [][]string{{"K", "k", "thousand", "Tsd"}, {"M", "mn", "Mn", "Mio", "mio", "million", "Million"}, {"B", "b", "bn", "Bn", "Mrd", "billion", "Billion"}, {"T", "tn", "trillion", "Trillion"}}

// Powers of a thousand.
const (
	thousands = 1 + iota
	millions
	billions
	trillions
)

// multiple is the power of a thousand that a suffix stands for; 0 for none, ok is false if it stands for something else.
func multiple(suffix string) (power int, ok bool) {
	name := strings.Trim(suffix, blanks)
	if name == "" {
		return 0, true
	}
	for i, names := range multiples {
		if slices.Contains(names, name) {
			return i + 1, true
		}
	}
	return 0, false
}

// letter reports a name of a power that is a single letter, which may be a unit: a kelvin, a byte, a tesla.
func letter(name string) bool { return len(strings.Trim(name, blanks)) == 1 }

// only reports whether the names of powers are nothing else: behind a currency, or where one of them is a word.
func only(prefix string, names []string) bool {
	return prefix != "" || slices.ContainsFunc(names, func(name string) bool { return name != "" && !letter(name) })
}

// multiple is the power of a thousand that a suffix stands for in this column. The letters of bytes and teslas have to be among its
// multiples, if these may be units.
func (f *Form) multiple(suffix string) (power int, ok bool) {
	if power, ok = multiple(suffix); power < billions || !letter(suffix) {
		return power, ok
	}
	names := strings.Split(f.Multiples, ",")
	return power, only(f.Prefix, names) || power <= len(names) && names[power-1] != ""
}

// powers are the names of the multiples.
func (f *Form) powers() []string {
	return strings.FieldsFunc(f.Multiples, func(c rune) bool { return c == ',' })
}

// A scale is what a column shows of each power of a thousand, beginning with the numbers that have none. Its texts are the commonest names.
type scale [trillions + 1]affix

// scale sorts the numbers by their powers, those with a given prefix.
func (n *numeral) scale(prefix string) (s scale) {
	const most = 1e4 // nobody writes 12000K
	for _, l := range n.affixes.byCount() {
		before, name, _ := strings.Cut(l.Text, "\x00")
		power, ok := multiple(name)
		if !ok || before != prefix || power > 0 && l.most >= most {
			continue
		}
		if of := &s[power]; of.Count == 0 {
			*of = affix{Level{name, l.Count}, l.sizes}
		} else {
			of.Count, of.sizes = of.Count+l.Count, of.and(l.sizes)
		}
	}
	return s
}

// multiples is the unit of a column in which numbers are followed by different powers of a thousand, as in 137, 1.5K and 2M; its count
// is 0 if it is no such column. Thousands have to be among them, or two powers, and letters that may be units must make sense.
func (n *numeral) multiples() unit {
	prefix, _, _ := strings.Cut(n.affixes.most(false).Text, "\x00")
	s := n.scale(prefix)
	names, count := s.names(), 0
	for _, l := range s {
		count += l.Count
	}
	bare := s[0].Count > 0
	several := s.different() > 1 || bare && s[thousands].Count > 0
	if !several || !enough(count, n.count) || !only(prefix, names) && !s.sensible() {
		return unit{}
	}
	return unit{affix: affix{Level: Level{Text: prefix + "\x00"}}, count: count, bare: bare, multiples: strings.TrimRight(strings.Join(names, ","), ",")}
}

// names are the names of the powers, "" for those that do not occur.
func (s *scale) names() (names []string) {
	for _, l := range s[thousands:] {
		names = append(names, l.Text)
	}
	return names
}

// different is how many powers occur.
func (s *scale) different() (n int) {
	for _, l := range s[thousands:] {
		n += min(l.Count, 1)
	}
	return n
}

// sensible reports whether letters can only be powers of a thousand, judging by how large the numbers are.
func (s *scale) sensible() bool {
	if !s.ascending() || s.different() == 1 && !s.rounded() {
		return false
	}
	for power := billions; power <= trillions; power++ {
		if s[power].Count > 0 && !s.goesOn(power) {
			return false
		}
	}
	return true
}

// ascending reports whether numbers of each power are above all those of lower ones, as 1.5M is above 900K.
func (s *scale) ascending() bool {
	top := 0.0
	for power, l := range s {
		if l.most == 0 {
			continue
		}
		if scaled(l.least, power) < top {
			return false
		}
		top = scaled(l.most, power)
	}
	return true
}

// rounded reports whether numbers with a K are rounded ones above those without: 137 beside 1.5K, but 281 beside 319K are kelvins.
// Either the latter are whole up to where the former, with decimals, begin, or their digits are those of far smaller numbers.
func (s *scale) rounded() bool {
	bare, k := s[0], s[thousands]
	goesOn := k.fractions && !bare.fractions && scaled(k.least, thousands) <= timesAsLarge*bare.most
	return goesOn || k.most < bare.least && timesAsLarge*k.least <= bare.most
}

// goesOn reports whether the numbers of a power begin where those of the power below end, and are written with decimals, which bytes
// are not. Two powers beside it show that the numbers go through them.
func (s *scale) goesOn(power int) bool {
	below, at := s[power-1], s[power]
	return s.different() > 2 && below.Count > 0 && at.fractions && at.least <= below.most
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
