package main

import (
	"context"
	"fmt"
	"math"
	"slices"

	"github.com/spf13/cobra"
	"gonum.org/v1/gonum/mat"

	"gaussflow/columns"
	"gaussflow/data"
)

// A typedTable is the rows of a table as numbers, and the schema of its columns. If there are more rows than are held, x has some,
// drawn uniformly; the counts are of all rows.
type typedTable struct {
	name    string
	schema  *columns.Schema
	x       *mat.Dense
	places  []data.Place // positions of the rows of x
	rows    int          // number of rows from which these were drawn
	missing *gapError    // the first missing cell; nil if there is none
	holed   data.Place   // position of that row
	dropped int          // number of rows left out because of missing cells
	skipped int          // number of malformed rows
	gaps    int          // number of rows with a cell that cannot be a value of its column, and counts as missing
	gapAt   data.Place
	gapWhy  string
}

// mostGaps is the largest share of rows that may have a cell that cannot be a value of its column.
const mostGaps = 0.1

// A mistypedError reports a table in which too many cells cannot be values of their columns.
type mistypedError struct {
	gaps, rows int
	why        string
}

func (e *mistypedError) Error() string {
	return fmt.Sprintf("%d of %d rows have cells that are not what their columns are, which are too many to count as missing: %s", e.gaps, e.rows, e.why)
}

// A badRowsError reports a table with rows that cannot be read.
type badRowsError struct {
	bad  *columns.Bad
	file string // the file, if most rows cannot be read; else ""
}

func (e *badRowsError) Error() string {
	at := fmt.Sprintf("row %d", e.bad.Row)
	if e.bad.Line > 0 {
		at = fmt.Sprintf("line %d", e.bad.Line)
	}
	if e.bad.Count == 1 {
		return fmt.Sprintf("%s: %s", at, text(e.bad))
	}
	return fmt.Sprintf("%d rows cannot be read, the first in %s: %s", e.bad.Count, at, text(e.bad))
}

// readTable reads all rows and holds at most mostRows of them, drawn with a seed; malformed rows are an error, or left
// out.
func (t *tableFlags) readTable(ctx context.Context, file *data.File, schema *columns.Schema, seed uint64) (*typedTable, error) {
	rows, err := newBatches(file, schema, false, nil)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	out := &typedTable{name: file.Name(), schema: schema}
	drawn, err := newDraw(rows.dim, t.mostRows(rows.dim), seed)
	if err != nil {
		return nil, err
	}
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
			}
			out.lookAt(row, at, b.reasons[i])
			if err := drawn.add(row, at); err != nil {
				return nil, err
			}
		}
	}
	out.rows = drawn.held.Seen()
	switch n := out.rows; {
	case out.skipped > 0 && !t.skipBad:
		bad.Count = out.skipped
		return nil, in(file.Name(), &badRowsError{bad: bad})
	case n == 0:
		return nil, &data.EmptyError{File: file.Name(), What: "row", Dropped: out.dropped}
	case float64(out.gaps) > max(1, mostGaps*float64(n)):
		return nil, rowAt(file.Name(), out.gapAt, &mistypedError{out.gaps, n, out.gapWhy})
	}
	out.x, out.places = drawn.rows()
	return out, nil
}

// lookAt counts what is unusual in a row, whether or not the row will be held.
func (t *typedTable) lookAt(row []float64, at data.Place, why string) {
	if why != "" {
		if t.gaps++; t.gaps == 1 {
			t.gapAt, t.gapWhy = at, why
		}
	}
	if t.missing != nil {
		return
	}
	if j := slices.IndexFunc(row, math.IsNaN); j >= 0 {
		t.missing, t.holed = &gapError{fmt.Sprintf("no value in column %q", t.schema.Modelled()[j].Name)}, at
	}
}

// drawn reports whether some rows of the table are not held.
func (t *typedTable) drawn() bool { return len(t.places) < t.rows }

// say says what was left out of the table, what counts as missing, and for what the rows that are held are used: "fitted to".
func (t *typedTable) say(c *cobra.Command, used string) {
	sayDrawn(c, used, len(t.places), t.rows)
	if t.skipped > 0 {
		fmt.Fprintf(c.ErrOrStderr(), "gaussflow: rows left out because they cannot be read: %d\n", t.skipped)
	}
	sayDropped(c, t.dropped)
	sayRows(c, t.gaps, "rows with a cell that is not what its column is, and counts as missing", t.gapAt, t.gapWhy)
}

// whole returns an error for the first missing cell; nil if there is none.
func (t *typedTable) whole() error {
	if t.missing == nil {
		return nil
	}
	return rowAt(t.name, t.holed, t.missing)
}

// numbers are the row numbers in the file, from 1; nil if no rows were left out.
func (t *typedTable) numbers() (numbers []int) {
	if t.dropped+t.skipped == 0 && !t.drawn() {
		return nil
	}
	for _, at := range t.places {
		numbers = append(numbers, at.Row)
	}
	return numbers
}
