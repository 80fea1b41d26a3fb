package drift

import (
	"fmt"
	"math"
	"strings"

	"gaussflow/columns"
)

// Limits of what is described.
const (
	plainly = 3.0 // standard deviations from which a further change is described in addition to the greatest one
	named   = 3   // the most levels named in a sentence
)

// how describes what changed most in a column; z are the z-scores of its features. "" if nothing did.
func (c *Column) how(of *aligned, b block, z []float64) string {
	if c.Gap == 0 {
		return ""
	}
	var parts []string
	values, gaps := 0.0, 0.0
	for k := b.from; k < b.to; k++ {
		if k == b.missing {
			gaps = math.Abs(z[k])
		} else {
			values = max(values, math.Abs(z[k]))
		}
	}
	if values > 0 && (values >= gaps || values > plainly) {
		if len(c.Levels) > 0 {
			parts = append(parts, c.levelsMoved()...)
		} else if text := c.numbersMoved(&of.of[0], b, z); text != "" {
			parts = append(parts, text)
		}
	}
	if c.Missing[0] != c.Missing[1] && (gaps > values || gaps > plainly) {
		parts = append(parts, fmt.Sprintf("missing %s → %s", percent(c.Missing[0]), percent(c.Missing[1])))
	}
	return strings.Join(parts, "; ")
}

// numbersMoved describes how values moved: by a value that many rows have exactly, if that is most of the change; else by the
// median or, if that shows less, by the middle half or the ends.
func (c *Column) numbersMoved(of *columns.Column, b block, z []float64) string {
	q := c.Quantiles
	if len(q[0]) == 0 || len(q[1]) == 0 || b.location < 0 {
		return ""
	}
	location, other := math.Abs(z[b.location]), 0.0
	for k := b.location + 1; k < b.to; k++ {
		other = max(other, math.Abs(z[k]))
	}
	for _, a := range c.Atoms {
		if math.Abs(a.by()) > c.Gap/2 {
			return fmt.Sprintf("%s in %s → %s", a.Text, percent(a.Shares[0]), percent(a.Shares[1]))
		}
	}
	show := of.Show
	changed := func(i int) bool { return show(q[0][i]) != show(q[1][i]) }
	switch {
	case location >= other && changed(2):
		return fmt.Sprintf("median %s → %s", show(q[0][2]), show(q[1][2]))
	case changed(1) || changed(3):
		return fmt.Sprintf("middle half %s to %s → %s to %s", show(q[0][1]), show(q[0][3]), show(q[1][1]), show(q[1][3]))
	case changed(0) || changed(4):
		return fmt.Sprintf("90 %% within %s to %s → %s to %s", show(q[0][0]), show(q[0][4]), show(q[1][0]), show(q[1][4]))
	case of.Kind != columns.Time && c.Mean[0] != c.Mean[1]:
		return fmt.Sprintf("mean %.4g → %.4g", c.Mean[0], c.Mean[1])
	}
	return "the shape of its distribution"
}

// levelsMoved says which levels are new, which are gone, and which of the others moved most.
func (c *Column) levelsMoved() (parts []string) {
	isNew, isGone := map[string]bool{}, map[string]bool{}
	for _, t := range c.New {
		isNew[t] = true
	}
	for _, t := range c.Gone {
		isGone[t] = true
	}
	var added, gone, moved []string
	for _, l := range c.Levels {
		switch {
		case isNew[l.Text]:
			added = append(added, fmt.Sprintf("%.40s (%s)", l.Text, percent(l.Shares[1])))
		case isGone[l.Text]:
			gone = append(gone, fmt.Sprintf("%.40s (was %s)", l.Text, percent(l.Shares[0])))
		case len(moved) == 0 && l.by() != 0:
			moved = append(moved, fmt.Sprintf("%.40s %s → %s", l.Text, percent(l.Shares[0]), percent(l.Shares[1])))
		}
	}
	if len(added) > 0 {
		parts = append(parts, "new: "+first(added))
	}
	if len(gone) > 0 {
		parts = append(parts, "gone: "+first(gone))
	}
	return append(parts, moved...)
}

// first lists the first texts and the number of the others.
func first(texts []string) string {
	if more := len(texts) - named; more > 0 {
		return strings.Join(texts[:named], ", ") + fmt.Sprintf(" and %d more", more)
	}
	return strings.Join(texts, ", ")
}

// percent writes a share with few digits.
func percent(share float64) string {
	if share > 0 && share < 0.001 {
		return "under 0.1 %"
	}
	if share >= 0.995 && share < 1 {
		return "over 99 %"
	}
	if share >= 0.0995 {
		return fmt.Sprintf("%.0f %%", 100*share)
	}
	return fmt.Sprintf("%.2g %%", 100*share)
}
