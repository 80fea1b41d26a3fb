package main

import (
	"fmt"
	"math"
	"slices"

	"gaussflow/columns"
)

// fillable are the columns of a table whose missing cells can be filled.
type fillable struct {
	schema  *columns.Schema
	written []*columns.Column
	at      []int          // their places in the table, −1 of those that it has not
	place   map[string]int // of each among those written
	inRow   []int          // their places among those that are modelled, −1 of others
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

// A gappedRow is a row whose missing cells are looked for.
type gappedRow struct {
	values []float64 // of the columns written, NaN where there is none
	wanted []bool    // whether a cell is missing and can be filled; one that cannot be read is not missing
	x      []float64 // the modelled ones among values
}

// open are the cells to fill, by their places among the columns written, and why others that are missing are not. What follows from
// the sums that the row has is set in x.
func (f *fillable) open(cells []string, x []float64) (open []int, why string) {
	row := gappedRow{values: make([]float64, len(f.written)), wanted: make([]bool, len(f.written)), x: x}
	for k, c := range f.written {
		row.values[k] = math.NaN()
		if f.at[k] >= 0 {
			v, err := c.Parse(cells[f.at[k]])
			if f.inRow[k] >= 0 {
				v = x[f.inRow[k]] // as the reader of the table has it, which knows what spaces mean
			}
			row.values[k], row.wanted[k] = v, err == nil && math.IsNaN(v)
		}
	}
	for f.solve(&row) { // what one sum gives may be wanted by another
		continue
	}
	why = f.close(&row)
	for k, is := range row.wanted {
		if is {
			open = append(open, k)
		}
	}
	return open, why
}

// solve sets the only part of a sum that is missing, where the sum and all others are there; it reports whether there was one.
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

// close gives up cells that no draw fits: the parts of a sum that is there, of which solve has left some open, and sums of these or of
// cells that cannot be read. It says why.
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

// parts are the places of what a derived column is made of, and which of these have no value; none of other columns.
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

// cells are the texts of the open cells of a row of the density, by their places in the table.
func (f *fillable) cells(open []int, x []float64) map[int]string {
	values, cells := f.schema.Complete(x), make(map[int]string, len(open))
	for _, k := range open {
		cells[f.at[k]] = string(f.written[k].Append(nil, values[k]))
	}
	return cells
}

// names are those of the open cells.
func (f *fillable) names(open []int) (names []string) {
	for _, k := range open {
		names = append(names, f.written[k].Name)
	}
	return names
}
