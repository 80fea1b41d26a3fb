package main

import (
	"errors"
	"io"

	"github.com/spf13/cobra"

	"gaussflow/data/sql"
	"gaussflow/flows"
	"gaussflow/internal/files"
	"gaussflow/report"
	"gaussflow/tabular"
)

const reportLong = `Report writes a page about a model for readers who do not know flows: how well samples can stand in for rows of the
table; the distribution of each column and of the most dependent pairs, next to the table's; the mutual information of
every two columns, and how much of it each layer removes; which rows are unusual, and because of which columns;
whether this is the table that the model was fitted to; and how the fit went. The page is one HTML file that needs no
network.

The table is the one that the model was fitted to, or another one with all of its columns, including those that the
fit left out. Columns are found by name.`

const reportExample = `  gaussflow report model.gflow table.csv -o report.html
  gaussflow report model.gflow new.parquet -o new.html --seed 2`

func newReport() *cobra.Command {
	var table tableFlags
	var output string
	var seed uint64
	c := &cobra.Command{
		Use:     "report MODEL DATA",
		Short:   "Write a page that describes a model",
		Long:    reportLong,
		Example: reportExample,
		Args:    arguments("MODEL", "DATA"),
		RunE: func(c *cobra.Command, args []string) error {
			p := new(paths).reads("MODEL", args[0]).reads("DATA", args[1]).writes("--output", output)
			if err := errors.Join(table.checkRows(c), p.check(c)); err != nil {
				return err
			}
			model, err := tabular.Load(args[0])
			if err != nil {
				return err
			}
			file, err := table.open(c, args[1])
			if err != nil {
				return err
			}
			schema := model.Schema
			if schema == nil {
				schema = numbersSchema(model.Names())
			}
			if file, err = columnsOf(file, schema); err != nil {
				return err
			}
			rows, err := table.readTable(c.Context(), file, schema, seed)
			if err != nil {
				return err
			}
			if model.Mixed == nil {
				if err = rows.whole(); err != nil {
					return err
				}
			}
			rows.say(c, "the page shows")
			return writeReport(c, output, model, rows, seed)
		},
	}
	table.registerWhole(c)
	table.rowsFlag(c, "show")
	c.Flags().Uint64Var(&seed, "seed", 0, "seed of the samples shown")
	outputFlag(c, &output, "the page")
	return c
}

// writeReport writes the page for a model and the rows of a table.
func writeReport(c *cobra.Command, path string, model *tabular.Model, rows *typedTable, seed uint64) error {
	in := report.Input{Model: model, Rows: rows.x, Name: sql.ShortName(rows.name), Missing: rows.dropped + rows.skipped, Numbers: rows.numbers(), Of: rows.rows, Seed: seed}
	if path == "-" {
		return rows.locate(model, report.Write(c.OutOrStdout(), in))
	}
	return rows.locate(model, files.Replace(path, func(w io.Writer) error { return report.Write(w, in) }))
}

// locate adds to the error of a row without a finite log p where the row is. A page scores other points as well, whose numbers
// are not those of rows; therefore the row is scored again.
func (t *typedTable) locate(model *tabular.Model, err error) error {
	var row *flows.RowError
	if !errors.As(err, &row) || row.Row < 0 || row.Row >= len(t.places) {
		return err
	}
	if _, again := model.LogProb(t.x.Slice(row.Row, row.Row+1, 0, t.x.RawMatrix().Cols)); again == nil {
		return err
	}
	return rowAt(t.name, t.places[row.Row], row)
}
