package main

import (
	"fmt"
	"path/filepath"
	"slices"

	"github.com/spf13/cobra"

	"gaussflow/data"
)

const imputeLong = `Impute writes the rows of a table unchanged and in their order, with a value in each missing cell: a draw from the
distribution of that cell given the cells of the row that are present. The same seed gives the same draws. With
--draws 20 each row is written 20 times in succession, each time with new draws, and the column draw numbers them:
computing a result from each draw and comparing them shows how uncertain the result is because of the missing cells.
--mean writes no single draw but, for a number, the mean of 100 draws, rounded to the steps of its column, and for a
category the level drawn most often.

Numbers are drawn between the smallest and the largest value of their column in the table fitted to.

A cell that is only a limit, such as <0.01, stays. A column that follows from others, as total = a + b, is computed
from them. A missing part of such a sum is computed
if the total and all other parts are present; if two parts are missing, they stay empty. Cells that are not missing
are not changed: a cell that cannot be read stays as it is, and a row with a value that its column cannot have is
written without imputed values. The number of such rows is reported at the end. --mark adds the column filled, which
lists the columns whose cells were filled, separated by semicolons.

The model must be any-order: one of a table with categories or missing cells, or one fitted with --family any-order.
The output is CSV, or TSV if -o names a .tsv file; present cells are written as they were read. Rows are streamed:
memory use does not depend on the size of the table.`

const imputeExample = `  gaussflow impute model.gflow table.csv -o filled.csv
  gaussflow impute model.gflow table.csv --mean --mark
  gaussflow impute model.gflow table.csv --draws 20 --seed 1 -o filled.csv.gz`

// mostDraws limits --draws, because the draws of a batch are held in memory.
const mostDraws = 1000

func newImpute() *cobra.Command {
	var table tableFlags
	var output string
	f := filling{}
	c := &cobra.Command{
		Use:     "impute MODEL DATA",
		Short:   "Fill the missing cells of a table",
		Long:    imputeLong,
		Example: imputeExample,
		Args:    arguments("MODEL", "DATA"),
		RunE: func(c *cobra.Command, args []string) error {
			if err := f.check(c, output); err != nil {
				return err
			}
			model, err := loadFor(c, args, output)
			if err != nil {
				return err
			}
			if err = answers(args[0], table.argument(args[1]), model); err != nil {
				return err
			}
			file, schema, err := table.openFor(c, args[1], model)
			if err != nil {
				return err
			}
			f.model, f.numbered = model, c.Flags().Changed("draws")
			f.columns = newFillable(schema, textColumns(file))
			return f.run(c, file, output)
		},
	}
	table.registerFormat(c)
	c.Flags().Uint64Var(&f.seed, "seed", 0, "seed of the draws")
	c.Flags().IntVar(&f.draws, "draws", 1, "how many times to draw each row; if given, the column draw numbers the draws")
	c.Flags().BoolVar(&f.mean, "mean", false, "write means and most likely levels instead of draws")
	c.Flags().BoolVar(&f.mark, "mark", false, "add the column filled, which lists the columns whose cells were filled")
	outputFlag(c, &output, "the rows")
	return c
}

// check reports flags that are out of range, or do not go together.
func (f *filling) check(c *cobra.Command, output string) error {
	switch {
	case f.draws < 1 || f.draws > mostDraws:
		return usage(c, fmt.Errorf("--draws %d, want 1 to %d", f.draws, mostDraws))
	case f.mean && c.Flags().Changed("draws"):
		return usage(c, fmt.Errorf("--mean and --draws, want one of them"))
	case slices.Contains([]string{".parquet", ".npy", ".npz"}, filepath.Ext(output)):
		return usage(c, fmt.Errorf("--output %s, want a name in .csv or .tsv, also with .gz or .zst: cells are filled in as text", output))
	}
	return nil
}

// run fills the table.
func (f *filling) run(c *cobra.Command, file *data.File, output string) (err error) {
	var numbers, texts []string
	if f.numbered {
		numbers = []string{"draw"}
	}
	if f.mark {
		texts = []string{"filled"}
	}
	if f.w, err = data.CreateRecords(output, file.AsText(), addedTo(c, file, numbers), addedTo(c, file, texts)...); err != nil {
		return err
	}
	defer f.w.Discard()
	rows, err := newBatches(file, f.columns.schema, false, f.w)
	if err != nil {
		return err
	}
	defer rows.Close()
	if err = rows.stream(c.Context(), rowBar(c, output, -1), f.fill, f.write); err != nil {
		return err
	}
	rows.sayEmpty(c)
	sayLeftOut(c, f.w)
	sayRows(c, f.left, "rows with cells that were not filled, or could not be read, left as they came", f.leftAt, f.leftWhy)
	return f.w.Close()
}

// write writes the rows of a batch, each as often as it was drawn.
func (f *filling) write(b *batch) error {
	for i, row := range b.filled {
		if row.why != "" {
			if f.left++; f.left == 1 {
				f.leftAt, f.leftWhy = b.places[i], row.why
			}
		}
		var texts []string
		if f.mark {
			texts = []string{row.mark}
		}
		for k := range f.draws {
			record, numbers := b.record(i), []float64(nil)
			if row.records != nil {
				record = row.records[k]
			}
			if f.numbered {
				numbers = []float64{float64(k + 1)}
			}
			if err := f.w.WriteAnnotated(record, numbers, texts...); err != nil {
				return err
			}
		}
	}
	return nil
}
