package main

import (
	"fmt"
	"math"

	"github.com/spf13/cobra"

	"gaussflow/columns"
	"gaussflow/internal/counted"
)

// sayStrays names the columns with values that are not as a schema says that a person may have edited, or that was found from another
// table: beyond its least and greatest, or between its steps. Rows drawn from the model would have none of these.
func sayStrays(c *cobra.Command, t *typedTable) {
	for j, column := range t.schema.Modelled() {
		if len(column.Levels) > 0 || column.Min >= column.Max {
			continue
		}
		var strays *columns.Bad
		for i, at := range t.places {
			if v := t.x.At(i, j); strayed(column, v) {
				if strays == nil {
					strays = &columns.Bad{Row: at.Row, Line: at.Line, Text: plainly(column, v)}
				}
				strays.Count++
			}
		}
		if strays != nil {
			fmt.Fprintf(c.ErrOrStderr(), "gaussflow: column %q: %s not as its schema says, %s: %s, the first in row %d; inspect --schema writes what they are\n",
				column.Name, counted.Of(strays.Count, "value"), column.Describe(), strays.Text, strays.Row)
		}
	}
}

// offStep is how far a value may be from a step, as a share of it.
const offStep = 1e-3

// strayed reports a value that its column cannot have.
func strayed(c *columns.Column, v float64) bool {
	return v < c.Min || v > c.Max || math.Abs(c.Round(v)-v) > max(offStep*c.Step, columns.Slack(v, c.Min, c.Step))
}

// plainly writes a value of a column without rounding it to a step.
func plainly(c *columns.Column, v float64) string {
	free := *c
	free.Step, free.Lower, free.Upper = 0, nil, nil
	if c.Form.Layout == "" {
		free.Form.Decimals = -1
	}
	return free.Show(v)
}
