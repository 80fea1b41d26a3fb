package info

import (
	"errors"
	"fmt"
	"math"

	"gonum.org/v1/gonum/mat"

	"gaussflow/columns"
	"gaussflow/rows"
)

// OfTable takes the rows of a table as columns.Rows reads them (n×d, a column for each of the schema's that is modelled): numbers, dates and
// grids are measured by their order, booleans and categories as names. A cell may be missing, NaN: each measure is of the rows that have all
// cells it is about, so that of two columns is of more rows than that of all. Names of the Config are the schema's where it has none.
func OfTable(schema *columns.Schema, x mat.Matrix, c Config) (*Sample, error) {
	if schema == nil {
		return nil, errors.New("info: OfTable: the schema is nil, want what the columns are")
	}
	if err := c.Validate(); err != nil {
		return nil, err
	}
	modelled := schema.Modelled()
	n, d := rows.Dims(x)
	switch {
	case d != len(modelled) || d == 0:
		return nil, fmt.Errorf("info: OfTable: got %d columns, the schema has %d that are modelled, want as many and one at least", d, len(modelled))
	case n < minRows:
		return nil, &FewRowsError{Rows: n, Columns: d, Want: minRows}
	case c.Names != nil && len(c.Names) != d:
		return nil, fmt.Errorf("info: OfTable: got %d names for %d columns, want one each", len(c.Names), d)
	}
	values, kinds := make([][]float64, d), make([]kind, d)
	own := make([]string, d)
	for j, column := range modelled {
		own[j], kinds[j] = column.Name, kind{name: len(column.Levels) > 0, step: column.Step}
		values[j] = mat.Col(nil, j, x)
		for i, v := range values[j] {
			if math.IsInf(v, 0) {
				return nil, fmt.Errorf("info: OfTable: row %d, column %d (from 0) is %v, want a number, NaN where a cell is missing", i, j, v)
			}
		}
	}
	if c.Names == nil {
		c.Names = own
	}
	return newSample(c, values, kinds), nil
}
