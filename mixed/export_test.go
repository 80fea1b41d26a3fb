package mixed

import "slices"

// Knots returns the points where the pieces of a number's marginal density meet, each once.
func (m *Model) Knots(column string) []float64 {
	return slices.Compact(slices.Clone(m.net.marginals[m.net.slot[m.columnIndex(column)]].x))
}

// Border is the place of the border below a value on the grid from + k·step, or with is true above it.
func Border(from, step, v float64, with bool) float64 {
	return grid{from: from, step: step}.border(v, with)
}

// ResidualKnots are the same of what is left of the columns of a residual.
func (m *Model) ResidualKnots(k int) []float64 {
	return slices.Compact(slices.Clone(m.net.residuals[k].knots.x))
}
