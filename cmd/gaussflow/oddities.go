package main

import (
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"gaussflow/columns"
	"gaussflow/internal/counted"
)

// oddities lists the rows and cells that are malformed, and what was decided about others.
func oddities(s *columns.Schema) (odd []string) {
	if odd = append(malformed(s), taken(s)...); len(odd) > 0 {
		odd[0] = "\n" + odd[0]
	}
	return odd
}

// malformed lists rows that cannot be read and cells that are not of their column.
func malformed(s *columns.Schema) (lines []string) {
	add := func(b *columns.Bad, format string, args ...any) { lines = appendBad(lines, b, format, args...) }
	add(s.BadRows, "%s cannot be read: %s", counted.Of(count(s.BadRows), "row"), text(s.BadRows))
	for i := range s.Columns {
		c := &s.Columns[i]
		add(c.Bad, "column %q: %s of another kind: %q", c.Name, counted.Of(count(c.Bad), "cell"), text(c.Bad))
		if c.Relation != nil {
			add(c.Relation.Broken, "column %q: %s not %v: %q", c.Name, counted.Of(count(c.Relation.Broken), "cell"), c.Relation, text(c.Relation.Broken))
		}
	}
	return lines
}

// taken lists what cells, levels and a last row are taken as that a person may have meant as something else.
func taken(s *columns.Schema) (lines []string) {
	add := func(b *columns.Bad, format string, args ...any) { lines = appendBad(lines, b, format, args...) }
	for i := range s.Columns {
		c := &s.Columns[i]
		add(c.Infinite, "column %q: %s, taken as missing: %q", c.Name, counted.Of(count(c.Infinite), "infinite cell"), text(c.Infinite))
		add(c.Limits, "column %q: %s with a limit for a number, taken as missing: %q", c.Name, counted.Of(count(c.Limits), "cell"), text(c.Limits))
		add(c.Words, "column %q: %s among %s, taken as missing: %q", c.Name, counted.Of(count(c.Words), "word"), others(c), text(c.Words))
	}
	if t := s.Total; t != nil {
		lines = append(lines, fmt.Sprintf("the last row, %d, sums up those above by its cell %q, and is taken as any other: if it is none, it has no place in the table", t.Row, text(t)))
	}
	return append(append(lines, doubts(s)...), twins(s)...)
}

// appendBad appends a line about cells or rows, with where the first of them is; nothing if there are none.
func appendBad(lines []string, b *columns.Bad, format string, args ...any) []string {
	if b == nil {
		return lines
	}
	at := fmt.Sprintf("row %d", b.Row)
	if b.Line > 0 {
		at += fmt.Sprintf(" (line %d)", b.Line)
	}
	return append(lines, fmt.Sprintf(format, args...)+", the first in "+at)
}

// doubts are the decisions about columns that their cells leave open, and how to decide otherwise.
func doubts(s *columns.Schema) (lines []string) {
	for i := range s.Columns {
		if c := &s.Columns[i]; c.Doubt != nil && !decided(c) {
			d := c.Doubt
			lines = append(lines, fmt.Sprintf("column %q: %q is taken as %s, which the table leaves open; --as %s takes it as %s", c.Name, d.Text, d.Taken, inShell(c.Name+"="+d.As), d.Other))
		}
	}
	return lines
}

// twins are categories with levels that differ in nothing but case or blanks, which a person may not have meant to.
func twins(s *columns.Schema) (lines []string) {
	for i := range s.Columns {
		c := &s.Columns[i]
		first := make(map[string]string, len(c.Levels))
		for _, l := range c.Levels {
			key := strings.ToLower(strings.Join(strings.Fields(l.Text), " "))
			if other, twice := first[key]; twice {
				lines = append(lines, fmt.Sprintf("column %q: %.60q and %.60q are taken as two levels", c.Name, other, l.Text))
				break
			}
			first[key] = l.Text
		}
	}
	return lines
}

// decided reports whether a person has decided, in the file of a schema, what a column's cells leave open, or whether it makes no
// difference, because the column's values are not read.
func decided(c *columns.Column) bool {
	switch {
	case !c.Modelled() && c.Kind != columns.Derived:
		return true
	case columns.Kind(c.Doubt.As) == columns.Numbers:
		return c.Kind != columns.Category
	}
	return columns.Reading(c.Doubt.As) == c.Reading()
}

// sayTaken says it where no table of the columns is printed.
func sayTaken(c *cobra.Command, s *columns.Schema) {
	for _, line := range taken(s) {
		fmt.Fprintln(c.ErrOrStderr(), "gaussflow: "+line)
	}
}

// others are what a column has beside words.
func others(c *columns.Column) string {
	if c.Form.Layout != "" {
		return "times"
	}
	return "numbers"
}

func text(b *columns.Bad) string {
	if b == nil {
		return ""
	}
	return strings.ToValidUTF8(b.Text, "�")
}

func count(b *columns.Bad) int {
	if b == nil {
		return 0
	}
	return b.Count
}
