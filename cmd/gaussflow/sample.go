package main

import (
	"errors"
	"fmt"
	"math/rand/v2"

	"github.com/spf13/cobra"

	"gaussflow/data"
	"gaussflow/tabular"
)

const sampleLong = `Sample draws rows from the model's density. The same seed gives the same rows.
Columns that were dropped as constant have their one value; columns of values on a grid come out between its points.
The output is CSV or, by the name of -o, TSV, Parquet or NPY.`

const sampleExample = `  gaussflow sample model.gflow -n 1000 --seed 1 -o like.csv
  gaussflow sample model.gflow -n 5`

// sampleRows is how many rows are drawn at a time: memory does not depend on how many there are.
const sampleRows = 8192

func newSample() *cobra.Command {
	var output string
	var n int
	var seed uint64
	c := &cobra.Command{
		Use:     "sample MODEL",
		Short:   "Draw rows like those of the table",
		Long:    sampleLong,
		Example: sampleExample,
		Args:    arguments("MODEL"),
		RunE: func(c *cobra.Command, args []string) error {
			if n < 1 {
				return usage(c, fmt.Errorf("--rows %d, want ≥ 1", n))
			}
			if err := new(paths).reads("MODEL", args[0]).writes("--output", output).check(c); err != nil {
				return err
			}
			model, err := load(c, args[0])
			if err != nil {
				return err
			}
			return sample(c, model, n, rand.New(rand.NewPCG(seed, 0)), output)
		},
	}
	c.Flags().IntVarP(&n, "rows", "n", 1000, "how many rows")
	c.Flags().Uint64Var(&seed, "seed", 0, "seed of the draw")
	outputFlag(c, &output, "the rows")
	return c
}

func sample(c *cobra.Command, model *tabular.Model, n int, rng *rand.Rand, output string) error {
	w, err := data.Create(output, model.Names())
	if err != nil {
		return err
	}
	defer w.Discard()
	bar := rowBar(c, output, n)
	for left := n; left > 0; left -= sampleRows {
		if err = c.Context().Err(); err != nil {
			return err
		}
		x, err := model.Sample(min(left, sampleRows), rng)
		if err != nil {
			return err
		}
		if err = errors.Join(w.Write(x.RawMatrix().Data), bar.Add(min(left, sampleRows))); err != nil {
			return err
		}
	}
	return w.Close()
}
