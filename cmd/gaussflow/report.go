package main

import (
	"errors"
	"io"
	"path/filepath"

	"github.com/spf13/cobra"

	"gaussflow/data"
	"gaussflow/internal/files"
	"gaussflow/report"
	"gaussflow/tabular"
)

const reportLong = `Report writes a page for people who do not know flows: how the fit went, the table against samples of the model,
which rows are odd and by which columns, and how far the model can be trusted. One HTML file that needs no network.

The table is the one fitted to, or another one with all of its columns, dropped ones too, found by name.`

const reportExample = `  gaussflow report model.gflow table.csv -o report.html
  gaussflow report model.gflow new.parquet -o new.html --seed 2`

func newReport() *cobra.Command {
	var table tableFlags
	var output string
	var seed uint64
	c := &cobra.Command{
		Use:     "report MODEL DATA",
		Short:   "Write a page that shows a model",
		Long:    reportLong,
		Example: reportExample,
		Args:    arguments("MODEL", "DATA"),
		RunE: func(c *cobra.Command, args []string) error {
			p := new(paths).reads("MODEL", args[0]).reads("DATA", args[1]).writes("--output", output)
			if err := p.check(c); err != nil {
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
			if file, err = file.Select(model.Names()...); err != nil {
				return err
			}
			rows, err := file.ReadAll()
			if err != nil {
				return err
			}
			sayDropped(c, rows.Dropped)
			return writeReport(c, output, model, file, rows, seed)
		},
	}
	table.register(c)
	c.Flags().Uint64Var(&seed, "seed", 0, "seed of the samples shown")
	outputFlag(c, &output, "the page")
	return c
}

// writeReport writes the page of a model and the rows of a file.
func writeReport(c *cobra.Command, path string, model *tabular.Model, file *data.File, rows *data.Table, seed uint64) error {
	in := report.Input{Model: model, Rows: rows.X, Name: filepath.Base(file.Name()), Missing: rows.Dropped, Seed: seed}
	if rows.Dropped > 0 {
		var err error
		if in.Numbers, err = rowNumbers(file); err != nil {
			return err
		}
	}
	if path == "-" {
		return report.Write(c.OutOrStdout(), in)
	}
	return files.Replace(path, func(w io.Writer) error { return report.Write(w, in) })
}

// rowNumbers are the numbers in the file, from 1, of the rows that are not left out.
func rowNumbers(file *data.File) ([]int, error) {
	at, err := places(file)
	numbers := make([]int, len(at))
	for i := range at {
		numbers[i] = at[i].Row
	}
	return numbers, err
}

// places are where the rows stand that are not left out.
func places(file *data.File) (at []data.Place, err error) {
	rows, err := newBatches(file, nil)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for err == nil {
		var b *batch
		if b, err = rows.next(); err == nil {
			at = append(at, b.places...)
		}
	}
	if !errors.Is(err, io.EOF) {
		return nil, err
	}
	return at, nil
}
