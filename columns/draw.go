package columns

import (
	"math"
	"math/rand/v2"
)

// Written are the columns of rows drawn from a density, in the schema's order: those that are modelled, those computed from
// them, and constants. Columns that a density leaves out have no values to write.
func (s *Schema) Written() (columns []*Column) {
	if s == nil {
		return nil
	}
	for i := range s.Columns {
		if c := &s.Columns[i]; c.Modelled() || c.Kind == Derived || c.Kind == Constant {
			columns = append(columns, c)
		}
	}
	return columns
}

// Complete returns the values of Written for x, the values of the modelled columns in order: modelled values are rounded to what
// their columns can hold (see Column.Round), derived columns are computed from them, and a constant is its number, or NaN if it is
// none. It returns nil if x does not have one value for each modelled column.
func (s *Schema) Complete(x []float64) []float64 {
	modelled := s.Modelled()
	if len(x) != len(modelled) {
		return nil
	}
	value := make(map[string]float64, len(x))
	for i, c := range modelled {
		value[c.Name] = x[i]
		if len(c.Levels) == 0 {
			value[c.Name] = c.Round(x[i])
		}
	}
	written := s.Written()
	out := make([]float64, len(written))
	for i, c := range written {
		switch c.Kind {
		case Derived:
			from := make([]float64, len(c.Relation.From))
			for k, name := range c.Relation.From {
				from[k] = value[name]
			}
			out[i] = c.Compute(from)
		case Constant:
			v, why := newCell(c).number(c.Value)
			if out[i] = v; why != "" {
				out[i] = math.NaN()
			}
		default:
			out[i] = value[c.Name]
		}
	}
	return out
}

// Draw is Complete for a row drawn from a density: a derived column also lacks its value as often as in the table, though those that
// it is computed from have theirs.
func (s *Schema) Draw(x []float64, rng *rand.Rand) []float64 {
	out := s.Complete(x)
	if out == nil || rng == nil {
		return out
	}
	for i, c := range s.Written() {
		if c.Kind == Derived && c.Relation.Missing > 0 && out[i] == out[i] && rng.Float64() < c.Relation.Missing {
			out[i] = math.NaN()
		}
	}
	return out
}
