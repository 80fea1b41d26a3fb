package main

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"gaussflow/tabular"
)

const sampleLong = `Sample draws rows from the model's density: synthetic rows like those of the table. The same seed gives the same rows.

Numbers are on the steps of their column and within its bounds, categories are words, and dates are dates, in the
digits and units of the table. Columns that follow from others, as total = a + b, are computed from them, and constant
columns have their one value. Cells are missing as often as they were in the table. Columns that the fit left out
(text, identifiers, empty ones) are not written. A row with a number below the smallest or above the largest value of
its column in the table is drawn again. --raw writes the numbers of the density instead: without rounding to steps,
with seconds for times and numbers from 0 for categories.

--given draws rows conditional on values of columns, as --given sex=female,year=2008, or on ranges of numbers and
times, both ends included, as --given year=2008..2009,body_mass_g=5000.. (an open end). This needs an any-order model.
A model that was fitted as conditional on columns needs a value for each of them, and writes them after its own
columns.
The output is CSV, or TSV, Parquet or NPY (numbers only) according to the ending of the name given with -o. In Parquet
whole numbers, booleans, dates and times have their types; lengths of time and months are text.`

const sampleExample = `  gaussflow sample model.gflow -n 1000 --seed 1 -o like.csv
  gaussflow sample model.gflow -n 5
  gaussflow sample model.gflow --given sex=female,year=2008 -n 100
  gaussflow sample model.gflow --given bedrooms=3..5,city=Oslo`

// sampleRows is how many rows are drawn at a time, so that memory does not depend on their total.
const sampleRows = 8192

func newSample() *cobra.Command {
	var output string
	var n int
	var seed uint64
	var values []string
	var plain bool
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
			d, err := newDrawing(c, model, values)
			if err != nil {
				return err
			}
			d.rng = rand.New(rand.NewPCG(seed, 0))
			return d.write(c, n, output, plain)
		},
	}
	c.Flags().IntVarP(&n, "rows", "n", 1000, "how many rows to draw")
	c.Flags().Uint64Var(&seed, "seed", 0, "seed of the draw")
	c.Flags().StringSliceVar(&values, "given", nil, "draw rows with `NAME=VALUE` or NAME=LOW..HIGH")
	c.Flags().BoolVar(&plain, "raw", false, "write the numbers of the density, not cells in the table's format")
	outputFlag(c, &output, "the rows")
	return c
}

// contextOf is the values of the columns that the model is conditional on, in its order.
func contextOf(c *cobra.Command, model *tabular.Model, values []string) ([]float64, error) {
	context := make([]float64, len(model.Given))
	absent := slices.Clone(model.Given)
	for _, v := range values {
		name, text, _ := strings.Cut(v, "=")
		at := slices.Index(model.Given, name)
		number, err := strconv.ParseFloat(text, 64)
		switch {
		case len(model.Given) == 0:
			return nil, usage(c, fmt.Errorf("--given %q, but the model is not conditional on any column, want no --given", v))
		case at < 0:
			return nil, usage(c, fmt.Errorf("--given %q, want NAME=VALUE of %s", v, quoted(model.Given)))
		case !slices.Contains(absent, name):
			return nil, usage(c, fmt.Errorf("--given has %q twice, want it once", name))
		case err != nil || math.IsNaN(number) || math.IsInf(number, 0):
			return nil, usage(c, fmt.Errorf("--given %q, want a number after the =", v))
		}
		context[at] = number
		absent = slices.DeleteFunc(absent, func(n string) bool { return n == name })
	}
	if len(absent) > 0 {
		return nil, usage(c, fmt.Errorf("the model is conditional on %s: --given %s=VALUE is missing", quoted(model.Given), strings.Join(absent, "=VALUE,")))
	}
	return context, nil
}
