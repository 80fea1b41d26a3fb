package drift

import (
	"fmt"
	"strings"
)

// An EmptyError reports a table without a readable row.
type EmptyError struct{ Name string }

func (e *EmptyError) Error() string { return "drift: " + e.Name + ": it has no row that can be read" }

// An IncomparableError reports two tables without a common column that can be compared.
type IncomparableError struct {
	OnlyIn  [2][]OneSided
	LeftOut []LeftOut
}

func (e *IncomparableError) Error() string { return "drift: " + e.Reason() }

// Reason is the error in words for a reader.
func (e *IncomparableError) Reason() string {
	parts := []string{"they have no column in common that can be compared"}
	for side, name := range []string{"A", "B"} {
		if names := quoted(e.OnlyIn[side]); names != "" {
			parts = append(parts, "only "+name+" has "+names)
		}
	}
	for _, l := range e.LeftOut[:min(len(e.LeftOut), mostNamed)] {
		parts = append(parts, fmt.Sprintf("%q %s", l.Name, l.Why))
	}
	return strings.Join(parts, "; ")
}

// mostNamed is how many columns an error lists.
const mostNamed = 10

// quoted are the names of columns.
func quoted(columns []OneSided) string {
	var names []string
	for _, c := range columns[:min(len(columns), mostNamed)] {
		names = append(names, fmt.Sprintf("%q", c.Name))
	}
	if more := len(columns) - mostNamed; more > 0 {
		names = append(names, fmt.Sprintf("and %d more", more))
	}
	return strings.Join(names, ", ")
}
