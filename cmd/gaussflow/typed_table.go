package main

import (
	"context"
	"fmt"
	"math"

	"github.com/spf13/cobra"
	"gonum.org/v1/gonum/mat"

	"gaussflow/columns"
	"gaussflow/data"
)

// A typedTable is the rows of a table as numbers, and what its columns are.
type typedTable struct {
	name    string
	schema  *columns.Schema
	x       *mat.Dense
	places  []data.Place // of the rows of x
	dropped int          // rows left out because of missing cells
	skipped int          // rows that are none
	gaps    int          // rows with a cell that is not what its column is, and counts as missing
	gapAt   data.Place
	gapWhy  string
}

// mostGaps is the share of rows that may have a cell that is not what its column is.
const mostGaps = 0.1

// A mistypedError is a table in which too many cells are not what their columns are said to be.
type mistypedError struct {
	gaps, rows int
	why        string
}

func (e *mistypedError) Error() string {
	return fmt.Sprintf("%d of %d rows have cells that are not what their columns are, which are too many to count as missing: %s", e.gaps, e.rows, e.why)
}

// A badRowsError is a table with rows that cannot be read.
type badRowsError struct {
	bad  *columns.Bad
	file string // where no row can be read, else ""
}

func (e *badRowsError) Error() string {
	at := fmt.Sprintf("row %d", e.bad.Row)
	if e.bad.Line > 0 {
		at = fmt.Sprintf("line %d", e.bad.Line)
	}
	if e.bad.Count == 1 {
		return fmt.Sprintf("%s %s", at, text(e.bad))
	}
	return fmt.Sprintf("%d rows cannot be read, the first in %s, which %s", e.bad.Count, at, text(e.bad))
}

// readTable reads all rows; those that are none are an error, or left out.
func (t *tableFlags) readTable(ctx context.Context, file *data.File, schema *columns.Schema) (*typedTable, error) {
	rows, err := newBatches(file, schema, false, nil)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	out := &typedTable{name: file.Name(), schema: schema}
	var values []float64
	var bad *columns.Bad
	for b, err := range rows.all(ctx) {
		if err != nil {
			return nil, err
		}
		for i, at := range b.places {
			row := b.x.RawRowView(i)
			switch {
			case b.faults[i]:
				if out.skipped++; bad == nil {
					bad = &columns.Bad{Row: at.Row, Line: at.Line, Text: b.reasons[i]}
				}
				continue
			case t.options.DropMissing && hasGap(row):
				out.dropped++
				continue
			case b.reasons[i] != "":
				if out.gaps++; out.gaps == 1 {
					out.gapAt, out.gapWhy = at, b.reasons[i]
				}
			}
			values = append(values, row...)
			out.places = append(out.places, at)
		}
	}
	n := len(out.places)
	switch {
	case out.skipped > 0 && !t.skipBad:
		bad.Count = out.skipped
		return nil, in(file.Name(), &badRowsError{bad: bad})
	case n == 0:
		return nil, &data.EmptyError{File: file.Name(), What: "row", Dropped: out.dropped}
	case float64(out.gaps) > max(1, mostGaps*float64(n)):
		return nil, rowAt(file.Name(), out.gapAt, &mistypedError{out.gaps, n, out.gapWhy})
	}
	out.x = mat.NewDense(n, rows.dim, values)
	return out, nil
}

// say says what was left out of the table, and what counts as missing.
func (t *typedTable) say(c *cobra.Command) {
	if t.skipped > 0 {
		fmt.Fprintf(c.ErrOrStderr(), "gaussflow: rows left out because they cannot be read: %d\n", t.skipped)
	}
	sayDropped(c, t.dropped)
	sayRows(c, t.gaps, "rows with a cell that is not what its column is, and counts as missing", t.gapAt, t.gapWhy)
}

// whole is an error of the first cell without a value, and nil where there is none.
func (t *typedTable) whole() error {
	for i, at := range t.places {
		for j, v := range t.x.RawRowView(i) {
			if math.IsNaN(v) {
				return rowAt(t.name, at, &gapError{fmt.Sprintf("no value in column %q", t.schema.Modelled()[j].Name)})
			}
		}
	}
	return nil
}

// numbers are those of the rows in the file, from 1, where some were left out.
func (t *typedTable) numbers() (numbers []int) {
	if t.dropped+t.skipped == 0 {
		return nil
	}
	for _, at := range t.places {
		numbers = append(numbers, at.Row)
	}
	return numbers
}
