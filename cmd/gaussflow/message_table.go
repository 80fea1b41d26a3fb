package main

import (
	"fmt"

	"gaussflow/data"
	"gaussflow/internal/counted"
)

func badColumns(columns []data.BadColumn) string {
	c := make([]string, len(columns))
	for i, column := range columns {
		c[i] = column.String()
	}
	return listed(c, "; ")
}

func sayMissing(e *data.MissingError) string {
	return fmt.Sprintf("%s: cells that are missing or not finite numbers, in %s: %s", e.File, counted.Of(e.Rows, "row"), badColumns(e.Columns))
}

func sayCategories(e *data.CategoryError) string {
	return fmt.Sprintf("%s: columns that are text, where numbers are wanted: %s", e.File, badColumns(e.Columns))
}

func sayEmpty(e *data.EmptyError) string {
	if e.Dropped > 0 {
		return fmt.Sprintf("%s: no %s is left: a cell is missing, or not a number, in each of %s", e.File, e.What, counted.Of(e.Dropped, "row"))
	}
	return fmt.Sprintf("%s: it has no %s, want at least one", e.File, e.What)
}

func sayWrite(e *data.WriteError) string {
	if reason := e.Reason(); reason != "" {
		return e.File + ": " + reason
	}
	return "writing " + e.File + ": " + message(e.Err)
}
