package columns

import (
	"fmt"
	"math"
)

// A check compares a derived column of a row with the value computed from the columns it is derived from.
type check struct {
	*cell
	at             int
	from           []*cell
	ats            []int
	x              []float64
	whole, lacking int // rows with all values that the column is computed from, and those of them in which its own is missing
}

// relations are the checks of the derived columns for a table whose columns have these names.
func (s *Schema) relations(names []string) (checks []*check, err error) {
	place := make(map[string]int, len(names))
	for j, name := range names {
		place[name] = j
	}
	for i := range s.Columns {
		c := &s.Columns[i]
		if c.Kind != Derived || c.Relation == nil {
			continue
		}
		at, there := place[c.Name]
		if !there {
			continue
		}
		k := &check{cell: newCell(c), at: at, x: make([]float64, len(c.Relation.From))}
		for _, name := range c.Relation.From {
			of, known := s.Column(name)
			j, there := place[name]
			if !known || !there {
				return nil, &SchemaError{Where: fmt.Sprintf("column %q", c.Name), What: fmt.Sprintf("is made of %q, which is not there", name)}
			}
			k.from, k.ats = append(k.from, newCell(of)), append(k.ats, j)
		}
		checks = append(checks, k)
	}
	return checks, nil
}

// broken reports whether the current row has a value other than the computed one, and that value. A missing cell is never broken.
func (k *check) broken(p Pass) (off bool, text string) {
	if !k.off(k.both(p)) {
		return false, ""
	}
	return true, string(p.Text(k.at))
}

// off reports whether a value is another one than the computed one; NaN is not.
func (k *check) off(y, computed float64) bool { return math.Abs(computed-y) > k.Relation.Tolerance }

// both are the value of the current row and the computed one, NaN where there is none.
func (k *check) both(p Pass) (y, computed float64) {
	y, _ = k.of(p, k.at)
	for i, c := range k.from {
		k.x[i], _ = c.of(p, k.ats[i])
	}
	return y, k.Relation.of(k.x)
}

// count counts a row, by its value and the computed one.
func (k *check) count(y, computed float64) {
	if computed != computed {
		return
	}
	if k.whole++; y != y {
		k.lacking++
	}
}

// same reports whether a text is the value of a constant column, or missing.
func (k *check) same(text string) bool {
	if text == k.Value || Missing(text) {
		return true
	}
	v, why := k.number(text)
	one, unread := k.number(k.Value)
	return why == "" && unread == "" && math.Abs(v-one) <= fewUnits*unitOf(one)
}

// Column is the column with that name.
func (s *Schema) Column(name string) (c *Column, ok bool) {
	if s == nil {
		return nil, false
	}
	for i := range s.Columns {
		if s.Columns[i].Name == name {
			return &s.Columns[i], true
		}
	}
	return nil, false
}
