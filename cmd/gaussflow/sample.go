package main

import (
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/cobra"
	"gonum.org/v1/gonum/mat"

	"gaussflow/data"
	"gaussflow/flows"
	"gaussflow/tabular"
)

const sampleLong = `Sample draws rows from the model's density. The same seed gives the same rows.
Columns that were dropped as constant have their one value; columns of values on a grid come out between its points.
A model that is conditional on columns needs a value of each, as --given y=0.5, and writes them after its own.
The output is CSV or, by the name of -o, TSV, Parquet or NPY.`

const sampleExample = `  gaussflow sample model.gflow -n 1000 --seed 1 -o like.csv
  gaussflow sample model.gflow -n 5
  gaussflow sample conditional.gflow --given y=0.5,age=40 -n 100`

// sampleRows is how many rows are drawn at a time: memory does not depend on how many there are.
const sampleRows = 8192

func newSample() *cobra.Command {
	var output string
	var n int
	var seed uint64
	var values []string
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
			context, err := contextOf(c, model, values)
			if err != nil {
				return err
			}
			return sample(c, model, context, n, rand.New(rand.NewPCG(seed, 0)), output)
		},
	}
	c.Flags().IntVarP(&n, "rows", "n", 1000, "how many rows")
	c.Flags().Uint64Var(&seed, "seed", 0, "seed of the draw")
	c.Flags().StringSliceVar(&values, "given", nil, "`NAME=VALUE` of each column that the model is conditional on")
	outputFlag(c, &output, "the rows")
	return c
}

// contextOf is the row of values of the columns that the model is conditional on, in its order.
func contextOf(c *cobra.Command, model *tabular.Model, values []string) ([]float64, error) {
	context := make([]float64, len(model.Given))
	absent := slices.Clone(model.Given)
	for _, v := range values {
		name, text, _ := strings.Cut(v, "=")
		at := slices.Index(model.Given, name)
		number, err := strconv.ParseFloat(text, 64)
		switch {
		case len(model.Given) == 0:
			return nil, usage(c, fmt.Errorf("--given %q, but the model is conditional on nothing", v))
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

// drawn are n rows, given the context if there is one, with it after them.
func drawn(model *tabular.Model, context []float64, n int, rng *rand.Rand) (*mat.Dense, error) {
	if len(context) == 0 {
		return model.Sample(n, rng)
	}
	given := mat.NewDense(1, len(context), context)
	x, err := model.SampleGiven(given, n, rng)
	if err != nil {
		return nil, err
	}
	return mat.DenseCopyOf(flows.Given(x, given)), nil
}

func sample(c *cobra.Command, model *tabular.Model, context []float64, n int, rng *rand.Rand, output string) error {
	w, err := data.Create(output, append(model.Names(), model.Given...))
	if err != nil {
		return err
	}
	defer w.Discard()
	bar := rowBar(c, output, n)
	for left := n; left > 0; left -= sampleRows {
		if err = c.Context().Err(); err != nil {
			return err
		}
		x, err := drawn(model, context, min(left, sampleRows), rng)
		if err != nil {
			return err
		}
		if err = errors.Join(w.Write(x.RawMatrix().Data), bar.Add(min(left, sampleRows))); err != nil {
			return err
		}
	}
	return w.Close()
}
