package columns

import "math"

// fewPoints is how many values a grid has at most of which all that there are have been seen.
const fewPoints = 50

// Drawn is v as rows drawn from a density may have it: on a grid of few points no further than the least and the greatest value that
// the table has. A density knows no end of such a column, of which there may be rows yet to come, but there is no month 13.
func (c *Column) Drawn(v float64) float64 {
	if c == nil || c.Kind != Grid || !(c.Min < c.Max) || (c.Max-c.Min)/c.Step > fewPoints {
		return v
	}
	return min(max(v, c.Min), c.Max) // NaN stays
}

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
