package columns

import (
	"fmt"
	"strconv"
	"strings"

	"gaussflow/internal/counted"
)

// Describe describes the values of the column in words: their range, their step, their levels.
func (c *Column) Describe() string {
	if c == nil {
		return ""
	}
	var parts []string
	add := func(format string, args ...any) { parts = append(parts, fmt.Sprintf(format, args...)) }
	switch c.Kind {
	case Numbers, Grid, Time:
		add("%s to %s", c.Show(c.Min), c.Show(c.Max))
		if c.Step > 0 && c.Kind == Time {
			add("every %s", spell(c.Step))
		} else if c.Step > 0 {
			add("step %s", strconv.FormatFloat(c.Step, 'g', gridDigits, 64))
		}
		for _, a := range c.Atoms {
			add("%s in %.3g %%", c.Show(a.Value), 100*a.Share)
		}
		if c.Form.Bare {
			add("%s or none", strings.Trim(c.Form.Prefix+c.Form.Suffix, blanks))
		}
		if c.Form.Multiples != "" {
			add("%s as thousands", strings.Join(c.Form.powers(), ", "))
		}
		if c.Form.Decimal == "," {
			add("decimal comma")
		}
		if c.Form.Layout != "" {
			add("written %s", strings.Join(append([]string{c.Form.Layout}, c.Form.others()...), " or "))
		}
	case Boolean, Category:
		add("%s", c.listed())
	case Constant:
		add("%s", strconv.Quote(c.Value))
	case Derived:
		add("= %s", c.Relation)
	}
	if c.Note != "" {
		add("%s", c.Note)
	}
	return strings.Join(parts, "; ")
}

// Show writes a value as the column does, even one beyond its bounds, and shortened if it has many digits.
func (c *Column) Show(v float64) string {
	if c == nil {
		return strconv.FormatFloat(v, 'g', 6, 64)
	}
	if len(c.Levels) == 0 && c.Form.Layout == "" && c.Form.Decimals < 0 && c.Step == 0 {
		return string(c.Form.appendDigits(nil, strconv.FormatFloat(v, 'g', 6, 64)))
	}
	plain := *c
	plain.Form = *c.written()
	plain.Kind, plain.Lower, plain.Upper, plain.Step = Numbers, nil, nil, 0
	if plain.Form.Single {
		plain.Form.Single, v = false, shortest(v)
	}
	return string(plain.Append(nil, v))
}

// spell writes a number of seconds in words.
func spell(seconds float64) string {
	for _, u := range []struct {
		name string
		size float64
	}{{"day", 86400}, {"hour", 3600}, {"minute", 60}} {
		if n := seconds / u.size; n >= 1 && n == float64(int(n)) {
			return strings.TrimPrefix(counted.Of(int(n), u.name), "1 ") // every day, every 2 days
		}
	}
	return fmt.Sprintf("%g s", seconds)
}

// listedLevels is how many levels are listed.
const listedLevels = 6

// listed lists the levels with their counts, the commonest first.
func (c *Column) listed() string {
	levels := c.commonest()
	var b strings.Builder
	if n := len(levels); n > listedLevels {
		fmt.Fprintf(&b, "%d levels: ", n)
	}
	for i, l := range levels[:min(len(levels), listedLevels)] {
		if i > 0 {
			b.WriteString(", ")
		}
		fmt.Fprintf(&b, "%.40s", l.Text)
		if l.Count > 0 {
			fmt.Fprintf(&b, " (%d)", l.Count)
		}
	}
	if len(levels) > listedLevels {
		b.WriteString(", …")
	}
	return b.String()
}

// String writes the relation as a sum: 2.54 a + 7.
func (r *Relation) String() string {
	if r == nil {
		return ""
	}
	var b strings.Builder
	for i, name := range r.From {
		f := 1.0
		if i < len(r.Factors) {
			f = r.Factors[i]
		}
		term(&b, f, name)
	}
	if r.Offset != 0 || len(r.From) == 0 {
		term(&b, r.Offset, "")
	}
	return b.String()
}

// term writes a further summand.
func term(b *strings.Builder, f float64, name string) {
	sign, first := " + ", b.Len() == 0
	if f < 0 {
		sign, f = " − ", -f
		if first {
			sign = "−"
		}
	} else if first {
		sign = ""
	}
	b.WriteString(sign)
	switch number := string(AppendNumber(nil, f)); {
	case name == "":
		b.WriteString(number)
	case f == 1:
		b.WriteString(name)
	default:
		b.WriteString(number + " " + name)
	}
}
