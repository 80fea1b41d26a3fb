package main

import (
	"fmt"

	"github.com/spf13/cobra"
	"gonum.org/v1/gonum/mat"

	"gaussflow/data"
	"gaussflow/tabular"
)

const scoreLong = `Score writes the rows of a table as they came, in their order, with two more columns:

  log_prob          log p of the row in nats: a log-density per unit volume of the model's columns, which may be positive
  tail_probability  the share of the reference rows, known to the model, that are at most as likely

The model's columns are found by name, in any order; others are passed through. The output is CSV or, by the name of -o,
TSV or Parquet, and holds each value exactly: text as it is written; from Parquet the same columns in Parquet, and in CSV
whole numbers in all their digits, dates and times in ISO 8601, decimals with their point. Rows are streamed: memory does
not depend on the size of the table.`

const scoreExample = `  gaussflow score model.gflow table.csv -o scored.csv
  gaussflow score model.gflow table.parquet -o scored.parquet
  cat table.csv | gaussflow score model.gflow - | sort -t, -g -k7 | head`

func newScore() *cobra.Command {
	var table tableFlags
	var output string
	c := &cobra.Command{
		Use:     "score MODEL DATA",
		Short:   "Write the rows with log p and how unusual it is",
		Long:    scoreLong,
		Example: scoreExample,
		Args:    arguments("MODEL", "DATA"),
		RunE: func(c *cobra.Command, args []string) error {
			p := new(paths).reads("MODEL", args[0]).reads("DATA", args[1]).writes("--output", output)
			if err := p.check(c); err != nil {
				return err
			}
			model, err := load(c, args[0])
			if err != nil {
				return err
			}
			file, err := table.openFor(c, args[1], model)
			if err != nil {
				return err
			}
			return score(c, model, file, output)
		},
	}
	table.register(c)
	outputFlag(c, &output, "the rows")
	return c
}

func score(c *cobra.Command, model *tabular.Model, file *data.File, output string) error {
	added := []string{"log_prob", "tail_probability"}
	if !known(model) {
		fmt.Fprintln(c.ErrOrStderr(), "gaussflow: tail_probability is left out: it needs log p of reference rows")
		added = added[:1]
	}
	w, err := data.CreateRecords(output, file, added)
	if err != nil {
		return err
	}
	defer w.Discard()
	rows, err := newBatches(file, w)
	if err != nil {
		return err
	}
	defer rows.Close()
	err = rows.stream(c.Context(), rowBar(c, output, -1), func(b *batch) error { return scoreBatch(model, b, len(added)) }, func(b *batch) error {
		for i := range b.places {
			if err := w.WriteRecord(b.record(i), b.out.RawRowView(i)...); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	sayDropped(c, rows.Dropped())
	return w.Close()
}

// scoreBatch makes log p and, if two columns are asked for, the tail probability.
func scoreBatch(model *tabular.Model, b *batch, columns int) error {
	logProb, err := model.Flow.LogProb(b.x)
	if err != nil {
		return err
	}
	b.out = mat.NewDense(len(logProb), columns, nil)
	for i, lp := range logProb {
		b.out.Set(i, 0, lp)
		if columns > 1 {
			b.out.Set(i, 1, model.Reference.Share(lp))
		}
	}
	return nil
}
