package drift

import (
	"fmt"
	"strings"
)

// Moved are the columns that moved.
func (r *Result) Moved() (moved []Column) {
	if r == nil {
		return nil
	}
	for _, c := range r.Columns {
		if c.Moved {
			moved = append(moved, c)
		}
	}
	return moved
}

// Differ reports whether the tables differ at the level Level.
func (r *Result) Differ() bool { return r != nil && r.P <= r.Level }

// Verdict is the answer in a sentence.
func (r *Result) Verdict() string {
	if r.Differ() {
		return "The tables differ."
	}
	return "No difference can be seen."
}

// Say writes a p-value with its relation: = 0.043, or ≤ 0.001 if no draw was as extreme.
func (r *Result) Say(p float64) string {
	if r != nil && r.Draws > 0 && p <= 1/float64(r.Draws+1) {
		return fmt.Sprintf("≤ %.2g", p)
	}
	return fmt.Sprintf("= %.2g", p)
}

// Strength describes the change of the dependence: rank correlation 0.82 → 0.11, or end − start: median 0:10:00 → 0:12:00.
func (p Pair) Strength() string {
	if p.Rest != nil && p.Rest.How != "" {
		return p.Rest.Name + ": " + p.Rest.How
	}
	what := "dependence"
	if p.Signed {
		what = "rank correlation"
	}
	return strings.ReplaceAll(fmt.Sprintf("%s %.2f → %.2f", what, p.Dependence[0], p.Dependence[1]), "-", "−")
}

// Oddities says which columns are not quite of the same kind in both tables, which cells could not be read, and which pairs were
// not examined.
func (r *Result) Oddities() (odd []string) {
	if r == nil {
		return nil
	}
	for _, c := range r.Columns {
		if c.Note != "" {
			odd = append(odd, fmt.Sprintf("column %q: %s", c.Name, c.Note))
		}
		for side, u := range c.Unread {
			if u != nil {
				odd = append(odd, fmt.Sprintf("column %q: cells of %s that are not what the column is, and count as missing: %d of %d; the first: %s",
					c.Name, r.Names[side], u.Count, r.Tables[side].Kept, u.Why))
			}
		}
	}
	if len(r.Columns) > pairedColumns && r.Paired > 0 {
		odd = append(odd, fmt.Sprintf("of the %d pairs of columns %d were looked at: those of the %d columns that depend most on others",
			len(r.Columns)*(len(r.Columns)-1)/2, r.Paired, pairedColumns))
	}
	return odd
}
