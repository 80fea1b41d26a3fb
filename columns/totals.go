package columns

import (
	"slices"
	"strings"
)

// totals are words, in lower case, that begin the cell of a last row that sums up those above it.
var totals = []string{"total", "totals", "sum", "grand total", "subtotal", "average", "mean", "gesamt", "summe", "mittelwert", "somme", "moyenne", "suma"}

// ending finds a last row that is a total of those above: a cell of it says so that comes only once in its column.
func (p *profile) ending() *Bad {
	for j := range p.texts {
		t := &p.texts[j]
		word := strings.Trim(strings.ToLower(t.last), " :")
		if slices.Contains(totals, word) && t.different != nil && t.different.exact() && t.different.counts.of(t.last) == 1 {
			return (*Bad)(nil).more(t.lastAt, t.last)
		}
	}
	return nil
}
