package main

import (
	"fmt"

	"github.com/spf13/cobra"
	"gonum.org/v1/gonum/mat"

	"gaussflow/data"
	"gaussflow/tabular"
)

const transformLong = `Transform maps rows x to z, which the model takes for standard normal: columns z1, z2, … , as many as the model has.
The output is CSV or, by the name of -o, TSV, Parquet or NPY.`

const transformExample = `  gaussflow transform model.gflow table.csv -o z.csv
  gaussflow transform model.gflow table.csv | gaussflow inverse model.gflow -`

func newTransform() *cobra.Command {
	var table tableFlags
	var output string
	c := &cobra.Command{
		Use:     "transform MODEL DATA",
		Short:   "Map rows x to z",
		Long:    transformLong,
		Example: transformExample,
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
			file, err := table.openFor(c, args[1], model)
			if err != nil {
				return err
			}
			return mapRows(c, file, output, numbered("z", model.Flow.Dim()), func(x mat.Matrix) (*mat.Dense, error) {
				z, _, err := model.Flow.Forward(x)
				return z, err
			})
		},
	}
	table.register(c)
	outputFlag(c, &output, "z")
	return c
}

// numbered are the names of d columns: the prefix and 1, 2, ….
func numbered(prefix string, d int) []string {
	names := make([]string, d)
	for j := range names {
		names[j] = fmt.Sprintf("%s%d", prefix, j+1)
	}
	return names
}

// mapRows writes what f makes of the rows of a file, in order.
func mapRows(c *cobra.Command, file *data.File, output string, names []string, f func(mat.Matrix) (*mat.Dense, error)) error {
	w, err := data.Create(output, names)
	if err != nil {
		return err
	}
	defer w.Discard()
	rows, err := newBatches(file, nil)
	if err != nil {
		return err
	}
	defer rows.Close()
	work := func(b *batch) (err error) {
		b.out, err = f(b.x)
		return err
	}
	if err = rows.stream(c.Context(), rowBar(c, output, -1), work, func(b *batch) error { return w.Write(b.out.RawMatrix().Data) }); err != nil {
		return err
	}
	sayDropped(c, rows.Dropped())
	return w.Close()
}
