package main

import (
	"errors"
	"strings"

	"gaussflow/data"
	"gaussflow/tabular"
)

// hint names the flag that lets an error pass, "" where there is none.
func hint(err error) string {
	var category *data.CategoryError
	var missing *data.MissingError
	var cell *data.CellError
	var constant *tabular.ConstantError
	switch {
	case errors.As(err, &category):
		names := make([]string, len(category.Columns))
		for i, c := range category.Columns {
			names[i] = c.Name
		}
		return "--except " + strings.Join(names, ",") + " leaves these columns out"
	case errors.As(err, &missing), errors.As(err, &cell):
		return "--drop-missing leaves such rows out, and says how many"
	case errors.As(err, &constant) && !constant.All:
		return "--drop-constant leaves these columns out"
	}
	return ""
}
