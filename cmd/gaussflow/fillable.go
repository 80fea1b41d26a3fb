package main

import (
	"cmp"
	"fmt"
	"math"
	"slices"

	"gaussflow/columns"
)

// fillable describes the columns of a table whose missing cells can be filled.
type fillable struct {
	schema  *columns.Schema
	written []*columns.Column
	at      []int          // their indexes in the table; −1 for those that it does not have
	place   map[string]int // index of each among the written columns
	inRow   []int          // their indexes among the modelled columns; −1 for others
}

func newFillable(schema *columns.Schema, header []string) *fillable {
	f := &fillable{schema: schema, written: schema.Written(), place: map[string]int{}}
	modelled := schema.Modelled()
	for k, c := range f.written {
		f.at, f.place[c.Name] = append(f.at, slices.Index(header, c.Name)), k
		f.inRow = append(f.inRow, slices.Index(modelled, c))
	}
	return f
}

// A gappedRow is a row whose missing cells are to be filled.
type gappedRow struct {
	values []float64 // values of the written columns, NaN if missing
	wanted []bool    // whether a cell is missing and can be filled; an unreadable cell is not missing
	x      []float64 // values of the modelled columns
}

// open returns the cells to fill, by their indexes among the written columns, and says why other missing cells are not filled.
// Values that follow from sums in the row are set in x.
func (f *fillable) open(cells []string, x []float64) (open []int, why string) {
	row := gappedRow{values: make([]float64, len(f.written)), wanted: make([]bool, len(f.written)), x: x}
	limit := ""
	for k, c := range f.written {
		row.values[k] = math.NaN()
		if f.at[k] >= 0 {
			cell := cells[f.at[k]]
			v, err := c.Parse(cell)
			if f.inRow[k] >= 0 {
				v = x[f.inRow[k]] // as the table's reader has parsed it
			}
			row.values[k], row.wanted[k] = v, err == nil && math.IsNaN(v)
			if row.wanted[k] && columns.Limit(cell) { // a draw could contradict it
				row.wanted[k], limit = false, fmt.Sprintf("%s: %.60q is a limit, and stays", c.Name, cell)
			}
		}
	}
	for f.solve(&row) { // a value from one sum may complete another
		continue
	}
	why = cmp.Or(f.close(&row), limit)
	for k, is := range row.wanted {
		if is {
			open = append(open, k)
		}
	}
	return open, why
}

// solve computes the only missing part of a sum whose total and other parts are there; it reports whether it found one.
func (f *fillable) solve(row *gappedRow) bool {
	for k, c := range f.written {
		parts, without := f.parts(row, c)
		if math.IsNaN(row.values[k]) || len(without) != 1 || !row.wanted[parts[without[0]]] {
			continue
		}
		from, of := make([]float64, len(parts)), without[0]
		rest := row.values[k] - c.Relation.Offset
		for i, part := range parts {
			if from[i] = row.values[part]; i != of {
				rest -= c.Relation.Factors[i] * from[i]
			}
		}
		part := parts[of]
		from[of] = f.written[part].Round(rest / c.Relation.Factors[of])
		if math.Abs(c.Compute(from)-row.values[k]) <= c.Relation.Tolerance {
			row.values[part], row.x[f.inRow[part]] = from[of], from[of]
			return true
		}
	}
	return false
}

// close gives up cells that draws cannot fill consistently: parts of a sum that is there, if solve has left several open, and sums
// of such parts or of unreadable cells. It says why.
func (f *fillable) close(row *gappedRow) (why string) {
	for k, c := range f.written {
		parts, without := f.parts(row, c)
		if math.IsNaN(row.values[k]) {
			continue
		}
		for _, i := range without {
			if row.wanted[parts[i]] {
				row.wanted[parts[i]] = false
				why = fmt.Sprintf("%s: is there, and leaves open which parts it has: %s is %v", c.Name, c.Name, c.Relation)
			}
		}
	}
	for k, c := range f.written {
		parts, without := f.parts(row, c)
		for _, i := range without {
			if row.wanted[k] && !row.wanted[parts[i]] {
				row.wanted[k] = false
				why = fmt.Sprintf("%s: is %v, and %s has no value", c.Name, c.Relation, c.Relation.From[i])
			}
		}
	}
	return why
}

// parts are the indexes of the columns from which a derived column is computed, and those of them without a value; none
// for other columns.
func (f *fillable) parts(row *gappedRow, c *columns.Column) (parts, without []int) {
	if c.Kind != columns.Derived {
		return nil, nil
	}
	for i, name := range c.Relation.From {
		k := f.place[name]
		if parts = append(parts, k); math.IsNaN(row.values[k]) {
			without = append(without, i)
		}
	}
	return parts, without
}

// cells are the texts of the open cells of a row of the density, by their indexes in the table.
func (f *fillable) cells(open []int, x []float64) map[int]string {
	values, cells := f.schema.Complete(x), make(map[int]string, len(open))
	for _, k := range open {
		cells[f.at[k]] = string(f.written[k].Append(nil, values[k]))
	}
	return cells
}

// names are the names of the open cells' columns.
func (f *fillable) names(open []int) (names []string) {
	for _, k := range open {
		names = append(names, f.written[k].Name)
	}
	return names
}
