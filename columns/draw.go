package columns

import "math"

// Written are the columns that rows drawn from a density have: those that are modelled, those that are computed from these, and
// constants, in the schema's order. What is left out of a density has no values to write.
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

// Complete are the values of Written for those of the modelled columns, in order: each as its column can have it (see Column.Round),
// derived columns computed from these, and of a constant its number, NaN where it is none. It is nil where x has not a value for each.
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
