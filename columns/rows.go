package columns

import (
	"fmt"
	"math"
	"strings"

	"gaussflow/internal/defaults"
)

// Rows reads the modelled columns of a table as numbers, in the schema's order: a number, the seconds of a time, the index of a
// level, and NaN for a cell that is missing or cannot be a value of its column. Such cells are no error: Reason says in words what
// could not be read.
type Rows struct {
	pass   Pass
	cells  []*cell
	at     []int
	checks []*check
	fixed  []*check // constants
	values []float64
	reason string
	broken string
}

// Modelled are the columns that have a coordinate in a density, in order.
func (s *Schema) Modelled() (columns []*Column) {
	if s == nil {
		return nil
	}
	for i := range s.Columns {
		if s.Columns[i].Modelled() {
			columns = append(columns, &s.Columns[i])
		}
	}
	return columns
}

// Open starts a pass over a table that contains the schema's modelled columns, found by name, in any order and among
// others.
func (s *Schema) Open(t Table) (*Rows, error) {
	if defaults.IsNil(t) {
		return nil, &SchemaError{What: "there is no table to read"}
	}
	if err := s.Validate(); err != nil {
		return nil, err
	}
	names := t.Names()
	place := make(map[string]int, len(names))
	for j, name := range names {
		place[name] = j
	}
	r := &Rows{}
	for _, c := range s.Modelled() {
		j, there := place[c.Name]
		if !there {
			return nil, &SchemaError{fmt.Sprintf("column %q", c.Name), "is not in the table"}
		}
		r.cells, r.at = append(r.cells, newCell(c)), append(r.at, j)
	}
	var err error
	if r.checks, err = s.relations(names); err != nil {
		return nil, err
	}
	for i := range s.Columns {
		c := &s.Columns[i]
		if j, there := place[c.Name]; there && c.Kind == Constant {
			r.fixed = append(r.fixed, &check{cell: newCell(c), at: j})
		}
	}
	r.values = make([]float64, len(r.cells))
	r.pass, err = t.Pass()
	return r, err
}

// Next reads the next row; it returns io.EOF after the last one.
func (r *Rows) Next() error {
	if r == nil || r.pass == nil {
		return &SchemaError{What: "the rows are zero: Schema.Open makes some"}
	}
	if err := r.pass.Next(); err != nil {
		return err
	}
	r.reason, r.broken = r.pass.Fault(), ""
	if r.reason != "" {
		for i := range r.values {
			r.values[i] = math.NaN()
		}
		return nil
	}
	var reasons, broken []string
	for i, c := range r.cells {
		v, why := c.of(r.pass, r.at[i])
		if r.values[i] = v; why != "" {
			reasons = append(reasons, c.Name+": "+why)
		}
	}
	for _, k := range r.checks {
		if off, text := k.broken(r.pass); off {
			broken = append(broken, fmt.Sprintf("%s: %s is not %v", k.Name, text, k.Relation))
		}
	}
	for _, k := range r.fixed {
		if text := string(r.pass.Text(k.at)); !k.same(text) {
			broken = append(broken, fmt.Sprintf("%s: %.60q is not %q, its one value", k.Name, text, k.Value))
		}
	}
	r.reason, r.broken = strings.Join(reasons, "; "), strings.Join(broken, "; ")
	return nil
}

// Fault says why the current row is malformed, for example cut short; "" if it is not, whatever its cells are.
func (r *Rows) Fault() string {
	if r == nil || r.pass == nil {
		return ""
	}
	return r.pass.Fault()
}

// Values are the values of the current row, one for each modelled column. They are valid until the next row.
func (r *Rows) Values() []float64 {
	if r == nil {
		return nil
	}
	return r.values
}

// Reason says what in the current row could not be read; "" if everything could.
func (r *Rows) Reason() string {
	if r == nil {
		return ""
	}
	return r.reason
}

// Broken says what in the current row contradicts the schema: a relation between columns that does not hold, or another value in a
// constant column; "" if there is nothing.
func (r *Rows) Broken() string {
	if r == nil {
		return ""
	}
	return r.broken
}

// Place is the position of the current row: its number, from 1, and its line, 0 if the format has no lines.
func (r *Rows) Place() (row, line int) {
	if r == nil || r.pass == nil {
		return 0, 0
	}
	return r.pass.Place()
}

// Close ends the pass.
func (r *Rows) Close() error {
	if r == nil || r.pass == nil {
		return nil
	}
	return r.pass.Close()
}

// Compute is the value of a derived column for the values x of the columns it is computed from, in the relation's order, rounded as
// the column is. It is NaN if one of them is missing or the column is not derived.
func (c *Column) Compute(x []float64) float64 {
	if c == nil || c.Relation == nil || len(x) != len(c.Relation.Factors) {
		return math.NaN()
	}
	return c.Round(c.Relation.of(x))
}
