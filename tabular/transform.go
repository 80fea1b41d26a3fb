package tabular

import (
	"fmt"

	"gonum.org/v1/gonum/mat"

	"gaussflow/graph"
)

// Kept are the names of the columns that the flow has, in its order: all that scoring needs of a table.
func (f Facts) Kept() []string {
	var names []string
	for _, j := range f.kept() {
		names = append(names, f.Columns[j].Name)
	}
	return names
}

// Names are the columns of the table fitted to, dropped ones included.
func (f Facts) Names() []string {
	names := make([]string, len(f.Columns))
	for j, c := range f.Columns {
		names[j] = c.Name
	}
	return names
}

// Forward maps the rows of x, whose columns are those of the table, to z, a column for each of Kept: a standard normal
// where the model is right.
func (m *Model) Forward(x mat.Matrix) (*mat.Dense, error) {
	if err := graph.CheckRows("tabular: Forward", x, len(m.Columns)); err != nil {
		return nil, err
	}
	z, _, err := m.Flow.Forward(take(x, m.kept()))
	if err != nil {
		return nil, fmt.Errorf("tabular: Forward: %w", err)
	}
	return z, nil
}

// Inverse maps the rows of z to rows of the table's columns; dropped columns have their one value.
func (m *Model) Inverse(z mat.Matrix) (*mat.Dense, error) {
	x, _, err := m.Flow.Inverse(z)
	if err != nil {
		return nil, fmt.Errorf("tabular: Inverse: %w", err)
	}
	return m.whole(x), nil
}

// whole is rows of the kept columns with the dropped ones in their places.
func (m *Model) whole(rows *mat.Dense) *mat.Dense {
	kept := m.kept()
	if len(kept) == len(m.Columns) {
		return rows
	}
	n, _ := rows.Dims()
	x := mat.NewDense(n, len(m.Columns), nil)
	for j, c := range m.Columns {
		for i := range n {
			x.Set(i, j, c.Mean) // a constant's mean is its value
		}
	}
	for k, j := range kept {
		for i := range n {
			x.Set(i, j, rows.At(i, k))
		}
	}
	return x
}
