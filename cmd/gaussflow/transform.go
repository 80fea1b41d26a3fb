package main

import (
	"github.com/spf13/cobra"
	"gonum.org/v1/gonum/mat"

	"gaussflow/flows"
	"gaussflow/internal/defaults"
)

const transformLong = `Transform maps rows x to z, which is standard normal if the model is right: columns z1, z2, …, as many as the model
has. The output is CSV, or TSV, Parquet or NPY according to the ending of the name given with -o.

It is computed in float64 whatever the model's dtype. Far from the rows that the model was fitted to, its map may be
so flat that z has too few digits to recover the row. Each row is therefore mapped back, and a warning gives the
number of rows that do not return to within 0.001 standard deviations of a column. With --error the last column is
that error.`

const transformWarning = "do not come back from z to 0.001 standard deviations of a column"

const transformExample = `  gaussflow transform model.gflow table.csv -o z.csv
  gaussflow transform model.gflow table.csv | gaussflow inverse model.gflow -`

func newTransform() *cobra.Command {
	var table tableFlags
	var output string
	var errors bool
	c := &cobra.Command{
		Use:     "transform MODEL DATA",
		Short:   "Map rows x to z",
		Long:    transformLong,
		Example: transformExample,
		Args:    arguments("MODEL", "DATA"),
		RunE: func(c *cobra.Command, args []string) error {
			model, err := loadFor(c, args, output)
			if err != nil {
				return err
			}
			if err = hasLatents(args[0], model); err != nil {
				return err
			}
			file, schema, err := table.openFor(c, args[1], model)
			if err != nil {
				return err
			}
			to := mapping{c: c, output: output, drop: table.options.DropMissing, names: append(defaults.Names("z", model.Flow.Dim()), model.Given...), errors: errors, warning: transformWarning}
			return to.run(file, schema, func(x *mat.Dense) (*mat.Dense, []float64, error) {
				z, back, err := model.Flow.RoundTrip(x)
				if err != nil {
					return nil, nil, err
				}
				n, d := back.Dims()
				back.Sub(back, x.Slice(0, n, 0, d))
				if len(model.Given) > 0 { // the inverse needs these columns
					z = mat.DenseCopyOf(flows.Given(z, x.Slice(0, n, d, d+len(model.Given))))
				}
				return z, model.Spreads(back), nil
			})
		},
	}
	table.register(c)
	errorFlag(c, &errors)
	outputFlag(c, &output, "z")
	return c
}
