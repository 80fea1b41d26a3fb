package mixed

import "slices"

// Knots returns the points where the pieces of a number's marginal density meet, each once.
func (m *Model) Knots(column string) []float64 {
	return slices.Compact(slices.Clone(m.net.marginals[m.net.slot[m.columnIndex(column)]].x))
}
