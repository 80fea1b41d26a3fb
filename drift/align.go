package drift

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"gaussflow/columns"
)

// An aligned column is a pair of columns, one of each table, together with how both are read as one column.
type aligned struct {
	of     [2]columns.Column // equal except for how times are written
	others bool              // the last level stands for all texts that are no level
	note   string
}

// alignment says which columns of two tables can be compared and which cannot.
type alignment struct {
	columns []aligned
	onlyIn  [2][]OneSided
	leftOut []LeftOut
}

func align(a, b *columns.Schema) *alignment {
	out := &alignment{}
	for i := range a.Columns {
		of := &a.Columns[i]
		with, there := b.Column(of.Name)
		if !there {
			out.onlyIn[0] = append(out.onlyIn[0], OneSided{of.Name, of.Kind})
			continue
		}
		common, why := meet(of, with)
		if why != "" {
			out.leftOut = append(out.leftOut, LeftOut{of.Name, why})
			continue
		}
		out.columns = append(out.columns, common)
	}
	for i := range b.Columns {
		if of := &b.Columns[i]; !has(a, of.Name) {
			out.onlyIn[1] = append(out.onlyIn[1], OneSided{of.Name, of.Kind})
		}
	}
	return out
}

func has(s *columns.Schema, name string) bool {
	_, there := s.Column(name)
	return there
}

// meet combines two columns into one, or says why that is impossible.
func meet(a, b *columns.Column) (c aligned, why string) {
	if a.Kind == columns.Ignored || b.Kind == columns.Ignored {
		return c, "is ignored"
	}
	if !telling(a) && !telling(b) {
		if a.Kind == b.Kind {
			return c, map[columns.Kind]string{
				columns.Text: "is text that hardly ever comes twice", columns.Identifier: "is the name or number of a row", columns.Empty: "has no value in either table",
			}[a.Kind]
		}
		return c, differ(a, b)
	}
	timely := a.Kind == columns.Time || b.Kind == columns.Time
	switch {
	case a.Kind == columns.Empty:
		return aligned{of: whole(b), note: "without a value in A"}, ""
	case b.Kind == columns.Empty:
		return aligned{of: whole(a), note: "without a value in B"}, ""
	case a.Kind == columns.Time && b.Kind == columns.Time:
		c.of = [2]columns.Column{*a, *b}
	case timely && a.Kind == columns.Constant:
		c.of = [2]columns.Column{*b, *b}
	case timely && b.Kind == columns.Constant:
		c.of = [2]columns.Column{*a, *a}
	case timely:
		return c, differ(a, b)
	case numeric(a) && numeric(b) && !(few(a) && few(b)):
		c = numbers(a, b)
	case levelled(a) || levelled(b):
		return levels(a, b)
	default:
		return c, differ(a, b)
	}
	return c, ""
}

// whole is how to read a column whose counterpart has no value.
func whole(c *columns.Column) [2]columns.Column {
	if few(c) {
		return [2]columns.Column{*c, *c}
	}
	if c.Kind == columns.Constant && !numeric(c) {
		of, _ := levels(c, c)
		return of.of
	}
	return [2]columns.Column{plain(c), plain(c)}
}

// differ says that two columns are of different kinds.
func differ(a, b *columns.Column) string {
	return fmt.Sprintf("is %s in A and %s in B", a.Kind, b.Kind)
}

// telling reports a column whose values carry information by themselves.
func telling(c *columns.Column) bool {
	return c.Modelled() || c.Kind == columns.Derived || c.Kind == columns.Constant
}

// levelled reports a column with few texts.
func levelled(c *columns.Column) bool {
	return c.Kind == columns.Boolean || c.Kind == columns.Category || c.Kind == columns.Constant
}

// few reports a column with few different texts.
func few(c *columns.Column) bool { return c.Kind == columns.Boolean || c.Kind == columns.Category }

// numeric reports a column whose values are numbers, even if they are few, all equal, or unique to each row.
func numeric(c *columns.Column) bool {
	switch c.Kind {
	case columns.Numbers, columns.Grid, columns.Derived:
		return true
	case columns.Identifier:
		return c.Min < c.Max
	case columns.Constant:
		return isNumber(c, c.Value)
	case columns.Boolean:
		return !slices.ContainsFunc(c.Levels, func(l columns.Level) bool { return !isNumber(c, l.Text) })
	}
	return false
}

// isNumber reports whether a text is a number as the column would write it.
func isNumber(c *columns.Column, text string) bool {
	one := plain(c)
	v, err := one.Parse(text)
	return err == nil && !math.IsNaN(v)
}

// plain is how to read all values of a column: a number that is computed from other columns is read like any other.
func plain(c *columns.Column) columns.Column {
	p := *c
	switch c.Kind {
	case columns.Derived, columns.Constant, columns.Identifier, columns.Boolean:
		p.Kind, p.Relation, p.Levels, p.Note = columns.Numbers, nil, nil, ""
	}
	return p
}

// numbers combines two columns of numbers, to be written as in A.
func numbers(a, b *columns.Column) (c aligned) {
	p := plain(a)
	if a.Kind == columns.Identifier || levelled(a) {
		p.Form = b.Form
	}
	p.Min, p.Max = min(a.Min, b.Min), max(a.Max, b.Max)
	p.Lower, p.Upper, p.Kind = nil, nil, columns.Numbers
	if a.Step != b.Step {
		p.Step = 0
	}
	if p.Step > 0 && a.Kind == columns.Grid && b.Kind == columns.Grid {
		p.Kind = columns.Grid
	}
	if p.Form.Decimals >= 0 && (b.Form.Decimals < 0 || b.Form.Decimals > p.Form.Decimals) {
		p.Form.Decimals = b.Form.Decimals
	}
	c.of = [2]columns.Column{p, p}
	if (a.Kind == columns.Derived) != (b.Kind == columns.Derived) {
		c.note = fmt.Sprintf("made of other columns (= %v) in one of the tables only", relation(a, b))
	}
	return c
}

func relation(a, b *columns.Column) *columns.Relation {
	if a.Kind == columns.Derived {
		return a.Relation
	}
	return b.Relation
}

// levels combines two columns at least one of which has few texts.
func levels(a, b *columns.Column) (c aligned, why string) {
	p := columns.Column{Name: a.Name, Kind: columns.Category, Form: columns.Form{Missing: a.Form.Missing}}
	seen := map[string]bool{}
	known := func(text string) string { return text }
	if a.Kind == columns.Boolean || b.Kind == columns.Boolean { // one program writes True where another writes true
		known = strings.ToLower
	}
	for _, of := range []*columns.Column{a, b} {
		list := of.Levels
		switch {
		case of.Kind == columns.Constant:
			list = []columns.Level{{Text: of.Value}}
		case of.Kind == columns.Text || of.Kind == columns.Identifier && !numeric(of):
			c.others, c.note = true, "texts that hardly ever come twice in one of the tables"
		case !levelled(of):
			return c, differ(a, b)
		}
		for _, l := range list {
			if !seen[known(l.Text)] {
				seen[known(l.Text)] = true
				p.Levels = append(p.Levels, l)
			}
		}
	}
	if c.others {
		p.Levels = append(p.Levels, columns.Level{Text: unused("other values", seen)})
	}
	if (a.Kind == columns.Boolean || b.Kind == columns.Boolean) && len(p.Levels) == 2 {
		p.Kind = columns.Boolean
	}
	c.of = [2]columns.Column{p, p}
	return c, ""
}

// unused returns a text that is not among those in of, starting from text.
func unused(text string, of map[string]bool) string {
	for of[text] {
		text += "…"
	}
	return text
}
