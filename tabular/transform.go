package tabular

import (
	"fmt"
	"math"

	"gonum.org/v1/gonum/mat"

	"gaussflow/rows"
)

// Kept are the names of the columns that the flow has a density of, in its order.
func (f Facts) Kept() []string {
	var names []string
	for _, j := range f.kept() {
		names = append(names, f.Columns[j].Name)
	}
	return names
}

// Reads are the columns that scoring needs of a table: Kept, and after them Given.
func (f Facts) Reads() []string { return append(f.Kept(), f.Given...) }

// Names are the columns of the table fitted to, dropped ones included.
func (f Facts) Names() []string {
	names := make([]string, len(f.Columns))
	for j, c := range f.Columns {
		names[j] = c.Name
	}
	return names
}

// Forward maps the rows of x, whose columns are those of the table and after them Given, to z, a column for each of Kept: a standard normal
// where the model is right.
func (m *Model) Forward(x mat.Matrix) (*mat.Dense, error) {
	if err := m.checkFlow("Forward"); err != nil {
		return nil, err
	}
	if err := rows.Check("tabular: Forward", x, len(m.Columns)+len(m.Given)); err != nil {
		return nil, err
	}
	z, _, err := m.Flow.Forward(take(x, m.read()))
	if err != nil {
		return nil, fmt.Errorf("tabular: Forward: %w", err)
	}
	return z, nil
}

// Inverse maps the rows of z, beside which is Given, to rows of the table's columns; dropped columns have their one value.
func (m *Model) Inverse(z mat.Matrix) (*mat.Dense, error) {
	if err := m.checkFlow("Inverse"); err != nil {
		return nil, err
	}
	x, _, err := m.Flow.Inverse(z)
	if err != nil {
		return nil, fmt.Errorf("tabular: Inverse: %w", err)
	}
	return m.whole(x), nil
}

// RoundTrip is Forward with the error of each row: how far the inverse of z is from the row, in standard deviations of the column
// where it is farthest. It is rounding error, 1e-15 or so, where the model has seen rows; where its map is nearly flat, far from all
// rows, z has lost x, and the error is as large as the flat place.
func (m *Model) RoundTrip(x mat.Matrix) (z *mat.Dense, spreads []float64, err error) {
	if err := m.checkFlow("RoundTrip"); err != nil {
		return nil, nil, err
	}
	if err := rows.Check("tabular: RoundTrip", x, len(m.Columns)+len(m.Given)); err != nil {
		return nil, nil, err
	}
	z, off, err := m.Flow.RoundTrip(take(x, m.read()))
	if err != nil {
		return nil, nil, fmt.Errorf("tabular: RoundTrip: %w", err)
	}
	off.Sub(off, take(x, m.kept()))
	return z, m.Spreads(off), nil
}

// InverseError is Inverse with the error of each row: how far its last digits, and those of all numbers on the way, can move it, in
// standard deviations of the column where that is most; see flows.Flow.InverseError.
func (m *Model) InverseError(z mat.Matrix) (x *mat.Dense, spreads []float64, err error) {
	if err := m.checkFlow("InverseError"); err != nil {
		return nil, nil, err
	}
	rows, room, err := m.Flow.InverseError(z)
	if err != nil {
		return nil, nil, fmt.Errorf("tabular: InverseError: %w", err)
	}
	return m.whole(rows), m.Spreads(room), nil
}

// Spreads is the greatest of each row of differences off, whose columns are those of Kept, in standard deviations of the columns;
// in its unit where the model knows none; infinite where one is no number, and where off has not the columns of Kept.
func (m *Model) Spreads(off *mat.Dense) []float64 {
	n, d := rows.Dims(off)
	worst := make([]float64, n)
	if m == nil || d != len(m.kept()) {
		for i := range worst {
			worst[i] = math.Inf(1)
		}
		return worst
	}
	for k, j := range m.kept() {
		unit := m.Columns[j].Std
		if !(unit > 0) { // of a flow that nobody fitted to a table
			unit = 1
		}
		for i := range n {
			worst[i] = max(worst[i], math.Abs(off.At(i, k))/unit)
		}
	}
	for i, e := range worst {
		if math.IsNaN(e) {
			worst[i] = math.Inf(1)
		}
	}
	return worst
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
