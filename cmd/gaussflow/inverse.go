package main

import (
	"github.com/spf13/cobra"
	"gonum.org/v1/gonum/mat"

	"gaussflow/data"
	"gaussflow/internal/defaults"
	"gaussflow/tabular"
)

const inverseLong = `Inverse maps rows z, as transform writes them, back to rows of the model's columns. It finds the columns z1, z2, … by
name; a table without names, such as NPY, must have as many columns as the model. The output is CSV, or TSV, Parquet
or NPY according to the ending of the name given with -o.

Where the model's map is nearly flat, many rows have the same z to its last digit, and x is then not determined by z.
Inverse therefore estimates how far rounding errors move each row, and warns of the number of rows that move by more
than 0.001 standard deviations of a column. With --error the last column is that estimate.`

const inverseWarning = "are not determined by z to 0.001 standard deviations of a column"

const inverseExample = `  gaussflow inverse model.gflow z.csv -o table.csv
  gaussflow transform model.gflow table.csv | gaussflow inverse model.gflow -`

func newInverse() *cobra.Command {
	var table tableFlags
	var output string
	var errors bool
	c := &cobra.Command{
		Use:     "inverse MODEL DATA",
		Short:   "Map rows z back to x",
		Long:    inverseLong,
		Example: inverseExample,
		Args:    arguments("MODEL", "DATA"),
		RunE: func(c *cobra.Command, args []string) error {
			model, err := loadFor(c, args, output)
			if err != nil {
				return err
			}
			if err = hasLatents(args[0], model); err != nil {
				return err
			}
			file, err := table.open(c, args[1])
			if err != nil {
				return err
			}
			if file, err = latentColumns(file, model, table.unnamed(args[1])); err != nil {
				return err
			}
			to := mapping{c: c, output: output, drop: table.options.DropMissing, names: model.Names(), errors: errors, warning: inverseWarning}
			return to.run(file, numbersSchema(file.Names()), func(z *mat.Dense) (*mat.Dense, []float64, error) { return model.InverseError(z) })
		},
	}
	table.register(c)
	errorFlag(c, &errors)
	outputFlag(c, &output, "the rows")
	return c
}

// latentColumns selects the columns of z, and those that the model is conditional on; in a table without names they are taken in
// order.
func latentColumns(file *data.File, model *tabular.Model, unnamed bool) (*data.File, error) {
	if unnamed && file.Dim() == len(model.Reads()) {
		return file, nil
	}
	return file.Select(append(defaults.Names("z", model.Flow.Dim()), model.Given...)...)
}
