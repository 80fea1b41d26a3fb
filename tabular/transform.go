package tabular

import (
	"fmt"
	"math"

	"gonum.org/v1/gonum/mat"

	"gaussflow/rows"
)

// Kept are the names of the columns that the flow has, in its order.
func (f Facts) Kept() []string {
	var names []string
	for _, j := range f.kept() {
		names = append(names, f.Columns[j].Name)
	}
	return names
}

// Reads are the columns of a table that scoring needs: Kept, then Given.
func (f Facts) Reads() []string { return append(f.Kept(), f.Given...) }

// Names are the columns of the table that the model was fitted to, including dropped ones.
func (f Facts) Names() []string {
	names := make([]string, len(f.Columns))
	for j, c := range f.Columns {
		names[j] = c.Name
	}
	return names
}

// Forward maps the rows of x, whose columns are those of the table and then Given, to z with one column for each of Kept. If the
// model is right, z is standard normal.
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

// Inverse maps the rows of z, which have Given beside them, to rows of the table's columns; dropped columns have their
// constant value.
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

// RoundTrip is Forward together with the error of each row: how far the inverse of z is from the row, in standard deviations of the
// column for which that is most. For rows like those the model was fitted to it is rounding error, about 1e-15. Where the map is
// nearly flat, far from all such rows, z does not determine x, and the error is as large as the flat region.
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

// InverseError is Inverse together with the error of each row: how far rounding errors in z, and in all numbers on the way, can
// move it, in standard deviations of the column for which that is most; see flows.Flow.InverseError.
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

// Spreads is, for each row of off, the largest of its differences in standard deviations of their columns, which are those of
// Kept. If the model does not know a standard deviation, the difference itself counts. It is infinite if a difference is NaN or
// off does not have these columns.
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
		if !(unit > 0) { // unknown: the flow was not fitted to a table
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

// whole is rows of the kept columns with the dropped columns inserted.
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
