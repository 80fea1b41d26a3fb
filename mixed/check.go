package mixed

import (
	"errors"
	"fmt"
	"math"

	"gonum.org/v1/gonum/mat"

	"gaussflow/columns"
	"gaussflow/rows"
)

// checkTable returns the columns that are modelled.
func checkTable(schema columns.Schema, x mat.Matrix) (modelled []columns.Column, err error) {
	for _, c := range schema.Columns {
		if c.Modelled() {
			modelled = append(modelled, c)
		}
	}
	n, d := rows.Dims(x)
	switch {
	case len(modelled) == 0:
		return nil, errors.New("no column of the schema is modelled: want numbers, a grid, a time, a category or a boolean among them")
	case n < 4 || d != len(modelled):
		return nil, fmt.Errorf("got a %s matrix, want at least 4 rows of %d columns, one for each column that is modelled", rows.ShapeOf(x), len(modelled))
	}
	return modelled, errors.Join(checkColumns(modelled), checkNames(schema))
}

func checkNames(schema columns.Schema) error {
	seen := map[string]bool{}
	for _, c := range schema.Columns {
		if seen[c.Name] {
			return fmt.Errorf("two columns are called %q: want a name for each", c.Name)
		}
		seen[c.Name] = true
	}
	return nil
}

// checkColumns reports columns for which there can be no density.
func checkColumns(modelled []columns.Column) error {
	for _, c := range modelled {
		lower, upper := boundsOf(&c)
		switch {
		case isCategory(&c) && len(c.Levels) == 0:
			return fmt.Errorf("column %q is a %s without levels", c.Name, c.Kind)
		case (c.Kind == columns.Grid || c.Kind == columns.Time) && !(c.Step > 0 && !math.IsInf(c.Step, 0)):
			return fmt.Errorf("column %q is a %s with step %v, want a positive one", c.Name, c.Kind, c.Step)
		case !(lower < upper):
			return fmt.Errorf("column %q has bounds %v and %v, want the lower one below the upper one", c.Name, lower, upper)
		}
	}
	return nil
}

func checkValues(c *columns.Column, values []float64) error {
	for _, v := range values {
		if !(math.Abs(v) <= 1e150) { // so that squares are finite
			return fmt.Errorf("column %q has the value %v, want finite numbers up to 1e150", c.Name, v)
		}
	}
	return nil
}

// checkPossible reports the first cell with a value that its column cannot have. index are the row numbers to report; nil if they
// are t's own.
func (t *table) checkPossible(index []int) error {
	if index == nil {
		index = t.all()
	}
	for i := range t.n {
		for j, c := range t.columns {
			if t.at(i, t.slot[j]) == impossible {
				return fmt.Errorf("row %d (from 0), column %q: a value that the column cannot have by its schema: off its step, beyond its bounds, or the index of no level", index[i], c.Name)
			}
		}
	}
	return nil
}
