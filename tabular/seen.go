package tabular

import (
	"errors"
	"fmt"
	"slices"

	"gonum.org/v1/gonum/mat"

	"gaussflow/columns"
)

// mostRounds is how often rows with values outside the table's ranges are drawn again; after that they are kept.
const mostRounds = 20

// DrawSeen returns n rows from draw, a function that draws rows of the model's columns, with all numbers, and those that follow from
// them, between the least and the greatest value that their column had in the table, and what is left of numbers that nearly
// determine each other within its range. Beyond that range a heavy tail is extrapolation, and one row in a thousand may have a cell
// that could not occur in the table. Rows outside are drawn again, a few times; the columns in given are not checked. A model
// without a Schema does not know the ranges, and the rows are returned as drawn. gaussflow sample and package serve draw rows with
// it.
func (m *Model) DrawSeen(n int, draw func(n int) (*mat.Dense, error), given ...string) (*mat.Dense, error) {
	if m == nil || draw == nil || n < 1 {
		return nil, errors.New("tabular: DrawSeen: the Model or draw is nil, or n less than 1")
	}
	var rows []float64
	width, bands := 0, m.bands(given)
	for have, round := 0, 1; have < n; round++ {
		x, err := draw(n - have)
		if err != nil {
			return nil, err
		}
		if x == nil || x.IsEmpty() {
			return nil, errors.New("tabular: DrawSeen: draw made no rows")
		}
		drawn, columns := x.Dims()
		switch {
		case drawn != n-have:
			return nil, fmt.Errorf("tabular: DrawSeen: draw made %d rows, want the %d that it was asked for", drawn, n-have)
		case columns < len(m.Names()) || width > 0 && columns != width:
			return nil, errors.New("tabular: DrawSeen: draw made rows of other columns than the Model's")
		}
		width = columns
		for i := range drawn {
			if row := x.RawRowView(i); round >= mostRounds || m.seen(row, given) && !slices.ContainsFunc(bands, func(b band) bool { return b.beyond(row) }) {
				rows = append(rows, row...)
				have++
			}
		}
	}
	return mat.NewDense(n, width, rows), nil
}

// seen reports whether the numbers of a row are in the ranges that the table had.
func (m *Model) seen(row []float64, given []string) bool {
	for j, name := range m.Names() {
		c, there := m.Schema.Column(name)
		if there && c.Min < c.Max && !slices.Contains(given, name) && (row[j] < c.Min || row[j] > c.Max) {
			return false
		}
	}
	return m.derivedSeen(row, given)
}

// A band is the range in which what is left of columns that nearly determine each other was in the table: a trip does not end before it
// began if none did.
type band struct {
	columns   []int
	of        []*columns.Column // which round what is written
	factors   []float64
	low, high float64
}

// bands are those of which not all columns are given.
func (m *Model) bands(given []string) (bands []band) {
	if m.Mixed == nil {
		return nil
	}
	names := m.Names()
	for _, r := range m.Mixed.Residuals() {
		b := band{factors: r.Factors, low: r.Low, high: r.High}
		free := false
		for _, name := range r.Columns {
			c, _ := m.Schema.Column(name)
			b.columns, b.of = append(b.columns, slices.Index(names, name)), append(b.of, c)
			free = free || !slices.Contains(given, name)
		}
		if free {
			bands = append(bands, b)
		}
	}
	return bands
}

// beyond reports whether a row lies outside; one with a missing cell does not.
func (b band) beyond(row []float64) bool {
	v := 0.0
	for k, j := range b.columns {
		v += b.factors[k] * b.of[k].Round(row[j])
	}
	return v < b.low || v > b.high
}

// derivedSeen reports whether the columns that are computed from those of a row are in the ranges that they had in the table.
func (m *Model) derivedSeen(row []float64, given []string) bool {
	derived := func(c *columns.Column) bool { return c.Kind == columns.Derived && !slices.Contains(given, c.Name) }
	written := m.Schema.Written()
	if !slices.ContainsFunc(written, derived) {
		return true
	}
	for j, v := range m.Schema.Complete(row[:len(m.Names())]) {
		if c := written[j]; derived(c) && c.Min < c.Max && (v < c.Min || v > c.Max) {
			return false
		}
	}
	return true
}
