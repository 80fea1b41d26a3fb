package main

import (
	"github.com/spf13/cobra"

	"gaussflow/data"
	"gaussflow/tabular"
)

const inverseLong = `Inverse maps rows z, as transform writes them, back to rows of the model's columns. It finds columns z1, z2, … by
name; a table without names, as NPY is, must have as many columns as the model.
The output is CSV or, by the name of -o, TSV, Parquet or NPY.`

const inverseExample = `  gaussflow inverse model.gflow z.csv -o table.csv
  gaussflow transform model.gflow table.csv | gaussflow inverse model.gflow -`

func newInverse() *cobra.Command {
	var table tableFlags
	var output string
	c := &cobra.Command{
		Use:     "inverse MODEL DATA",
		Short:   "Map rows z to x",
		Long:    inverseLong,
		Example: inverseExample,
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
			if file, err = latentColumns(file, model.Flow.Dim(), table.unnamed(args[1])); err != nil {
				return err
			}
			return mapRows(c, file, output, model.Names(), model.Inverse)
		},
	}
	table.register(c)
	outputFlag(c, &output, "the rows")
	return c
}

// latentColumns chooses the columns of z; those of a table without names are taken as they stand.
func latentColumns(file *data.File, d int, unnamed bool) (*data.File, error) {
	if unnamed && file.Dim() == d {
		return file, nil
	}
	return file.Select(numbered("z", d)...)
}
