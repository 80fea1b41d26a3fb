package columns

import (
	"strings"
	"time"
)

// A Reading is one of two ways to read cells that by themselves can be read in both, such as 1,234 or 03/04/2021.
type Reading string

// The readings, of numbers and of dates.
const (
	DecimalPoint Reading = "decimal-point" // 1,234 is more than a thousand
	DecimalComma Reading = "decimal-comma" // 1,234 is less than two
	MonthFirst   Reading = "month-first"   // 03/04/2021 is in March
	DayFirst     Reading = "day-first"     // 03/04/2021 is in April
)

// Readings are all of them.
var Readings = []Reading{DecimalPoint, DecimalComma, MonthFirst, DayFirst}

// A Doubt is a decision about a column that its cells leave open.
type Doubt struct {
	Text  string `json:"text"`  // a cell that could be something else
	Taken string `json:"taken"` // what it is taken as
	Other string `json:"other"` // what else it could be
	As    string `json:"as"`    // the Kind or the Reading that says so
}

// A convention is how the columns of a table that can be read in one way only are written. It decides about the others, because
// one program writes all columns alike. A Reading is empty where no column shows it, or where they contradict each other.
type convention struct {
	numbers, dates Reading
	commas         bool // cells are separated by commas
}

// convention finds what the columns of the table show.
func (p *profile) convention() convention {
	var numbers, dates []Reading
	for j := range p.texts {
		numbers, dates = append(numbers, p.texts[j].decimal()), append(dates, p.texts[j].order())
	}
	of, may := p.table.(CommaTable)
	return convention{agreed(numbers), agreed(dates), may && of.Commas()}
}

// agreed is the one reading that is among those that are not empty.
func agreed(readings []Reading) (one Reading) {
	for _, r := range readings {
		if r != "" && one != "" && r != one {
			return ""
		}
		if r != "" {
			one = r
		}
	}
	return one
}

// decimal is how the numbers of a column have to be read; "" if it has none, or if both readings are possible.
func (t *texts) decimal() Reading {
	if t.comma == nil || t.comma.count == t.point.count {
		return ""
	}
	if t.comma.count > t.point.count {
		return t.onlyIf(DecimalComma, t.comma.count)
	}
	return t.onlyIf(DecimalPoint, t.point.count)
}

// order is how the dates of a column have to be read; "" if it has none, or if both readings are possible.
func (t *texts) order() Reading {
	layout, count := t.times.best()
	if other, order := mirrored(layout); other != "" && t.times.counts[other] < count {
		return t.onlyIf(order, count)
	}
	return ""
}

// onlyIf is r if enough cells can be read so, and else "".
func (t *texts) onlyIf(r Reading, count int) Reading {
	if count == 0 || !enough(count, t.values()-t.limited()-t.marked(count)) {
		return ""
	}
	return r
}

// decide chooses between two readings of the column: as a person says, or else as the other columns of the table are written.
// What they leave open stays as it is, and is a doubt.
func (t *texts) decide(said Reading, of convention) {
	t.decideNumbers(said, of)
	t.decideDates(said, of.dates)
}

func (t *texts) decideNumbers(said Reading, of convention) {
	switch clear := t.decimal(); {
	case t.comma == nil:
	case said == DecimalComma && t.onlyIf(said, t.comma.count) != "", said == DecimalPoint && t.onlyIf(said, t.point.count) != "":
		t.commas = said == DecimalComma
	case clear != "":
		t.commas = clear == DecimalComma
	default:
		t.commas = of.numbers == DecimalComma
		t.doubtful = of.numbers == "" && t.comma.count == t.point.count && (t.grouped() || !of.commas && t.dotted())
	}
}

func (t *texts) decideDates(said, of Reading) {
	if t.times.order = of; said == MonthFirst || said == DayFirst {
		t.times.order = said
	}
	layout, count := t.times.best()
	other, order := mirrored(layout)
	switch both := t.times.counts[other] == count; {
	case other == "" || said == order:
	case said == reversed(order) && t.onlyIf(said, t.times.counts[other]) != "", both && of == reversed(order):
		t.times.chosen = other
	default:
		t.doubtful = t.doubtful || both && of == ""
	}
}

// fewestGrouped is how many numbers with three digits after a comma, beside whole ones without, are none with decimals, of which
// a tenth would have fewer digits.
const fewestGrouped = 20

// grouped reports whether the numbers have commas that might be decimal commas.
func (t *texts) grouped() bool {
	mark, n := t.point.marks.most()
	return mark == "," && (t.comma.decimals[0] > 0 || n < fewestGrouped)
}

// dotted reports whether the numbers have points that might separate thousands.
func (t *texts) dotted() bool {
	mark, _ := t.comma.marks.most()
	return mark == "."
}

// doubt describes the decision about a column of numbers or times that its texts leave open; nil if they do not.
func (t *texts) doubt(f *Form) *Doubt {
	if !t.doubtful || t.different == nil {
		return nil
	}
	var least *Doubt // of the first text in alphabetical order, so that the same table gives the same words
	for s := range t.different.counts.all() {
		if d := doubtOf(s, f); d != nil && (least == nil || s < least.Text) {
			least = d
		}
	}
	return least
}

// doubtOf is what else a cell could be; nil if it is the same in both readings.
func doubtOf(s string, f *Form) *Doubt {
	if f.Layout == "" {
		point, isPoint := read(s, false)
		comma, isComma := read(s, true)
		if !isPoint || !isComma || point.value == comma.value {
			return nil
		}
		d := &Doubt{s, string(AppendNumber(nil, point.value)), string(AppendNumber(nil, comma.value)), string(DecimalComma)}
		if f.Decimal == "," {
			d.Taken, d.Other, d.As = d.Other, d.Taken, string(DecimalPoint)
		}
		return d
	}
	other, order := mirrored(f.Layout)
	v, ok := seconds(s, f.Layout)
	w, okOther := seconds(s, other)
	if !ok || !okOther || v == w {
		return nil
	}
	return &Doubt{s, inWords(v), inWords(w), string(reversed(order))}
}

// inWords is a day that cannot be misread.
func inWords(v float64) string { return time.Unix(int64(v), 0).UTC().Format("2 January 2006") }

// orders are the layouts of dates of which one has the month first and the other the day.
var orders = [][2]string{{"1/2/2006", "2/1/2006"}, {"01/02/2006", "02/01/2006"}, {"01-02-2006", "02-01-2006"}, {"1/2/06", "2/1/06"}, {"01/02/06", "02/01/06"}}

// mirrored is the layout with day and month exchanged, and which of them is first in the given one; "" if it has no such layout.
func mirrored(layout string) (other string, order Reading) {
	for _, pair := range orders {
		if rest, found := strings.CutPrefix(layout, pair[0]); found {
			return pair[1] + rest, MonthFirst
		}
		if rest, found := strings.CutPrefix(layout, pair[1]); found {
			return pair[0] + rest, DayFirst
		}
	}
	return "", ""
}

func reversed(order Reading) Reading {
	if order == MonthFirst {
		return DayFirst
	}
	return MonthFirst
}

// Reading is how the cells of a column of numbers or times are read; "" if there is only one way.
func (c *Column) Reading() Reading {
	if c == nil {
		return ""
	}
	switch _, order := mirrored(c.Form.Layout); {
	case order != "":
		return order
	case !c.related() || c.Form.Layout != "":
		return ""
	case c.Form.Decimal == ",":
		return DecimalComma
	}
	return DecimalPoint
}
