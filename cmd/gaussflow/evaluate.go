package main

import (
	"fmt"
	"io"
	"math"

	"github.com/spf13/cobra"

	"gaussflow/columns"
	"gaussflow/data"
	"gaussflow/tabular"
)

const evaluateLong = `Evaluate prints how well a model describes the rows of a table, preferably one that it was not fitted to: the mean of
log p with its standard error, and bits per dimension, −log p / (d log 2). Rows without a log p (see gaussflow score
--help) are counted and left out of the mean.

With --label, a column (or an array of an NPZ file) that is 0 for normal rows and not 0 for anomalies, it also prints
how well −log p separates the anomalies from the normal rows: the area under the ROC curve and the average precision,
both with ties taken into account.`

const evaluateExample = `  gaussflow evaluate model.gflow heldout.csv
  gaussflow evaluate model.gflow labelled.csv --label anomaly --json
  gaussflow evaluate model.gflow thyroid.npz --label y`

func newEvaluate() *cobra.Command {
	var table tableFlags
	var label string
	var asJSON bool
	c := &cobra.Command{
		Use:     "evaluate MODEL DATA",
		Short:   "Measure how well a model describes a table",
		Long:    evaluateLong,
		Example: evaluateExample,
		Args:    arguments("MODEL", "DATA"),
		RunE: func(c *cobra.Command, args []string) error {
			model, err := loadFor(c, args, "")
			if err != nil {
				return err
			}
			e := &evaluation{model: model}
			if err = e.run(c, &table, args[1], label); err != nil {
				return err
			}
			if asJSON {
				return printJSON(c.OutOrStdout(), e)
			}
			e.print(c.OutOrStdout())
			return nil
		},
	}
	table.register(c)
	c.Flags().StringVar(&label, "label", "", "the `column` that is not 0 for anomalies")
	jsonFlag(c, &asJSON)
	return c
}

// evaluation is the output of evaluate.
type evaluation struct {
	Rows          int      `json:"rows"`
	DroppedRows   int      `json:"dropped_rows"`
	NoAnswer      int      `json:"rows_without_log_prob"` // a cell is missing that the model needs, or cannot be read
	Impossible    int      `json:"impossible_rows"`       // log p is −∞; not included in the mean
	LogLikelihood float64  `json:"log_likelihood"`        // mean log p, nats
	StandardError *float64 `json:"standard_error"`        // null for a single row
	Bits          float64  `json:"bits_per_dimension"`
	*ranking

	model   *tabular.Model
	squares float64
}

func (e *evaluation) run(c *cobra.Command, table *tableFlags, path, label string) error {
	file, schema, err := table.openFor(c, path, e.model)
	if err != nil {
		return err
	}
	var labels *labelled
	if label != "" {
		if labels, err = openLabels(c, table, path, file, schema, label); err != nil {
			return err
		}
		defer labels.Close()
		file, schema = labels.file, labels.schema
	}
	if err = e.read(c, table, file, schema, labels); err != nil {
		return err
	}
	e.Bits = -e.LogLikelihood / (float64(len(e.model.Kept())) * math.Ln2)
	if e.Rows > 1 {
		se := math.Sqrt(e.squares / float64(e.Rows-1) / float64(e.Rows))
		e.StandardError = &se
	}
	if labels != nil {
		e.ranking, err = labels.rank()
	}
	return err
}

// read scores all rows.
func (e *evaluation) read(c *cobra.Command, table *tableFlags, file *data.File, schema *columns.Schema, labels *labelled) error {
	rows, err := newBatches(file, schema, table.options.DropMissing, nil)
	if err != nil {
		return err
	}
	defer rows.Close()
	d := len(e.model.Reads())
	work := func(b *batch) error { return scoreBatch(b, d, e.model.Score) }
	var first data.Place
	var why string
	err = rows.stream(c.Context(), rowBar(c, "", -1), work, func(b *batch) error {
		for i, at := range b.places {
			if e.add(b.out.At(i, 0)); b.says[i] != "" && why == "" {
				first, why = at, b.says[i]
			}
		}
		if labels == nil {
			return nil
		}
		return labels.add(b)
	})
	if err != nil {
		return err
	}
	e.DroppedRows = rows.dropped
	sayDropped(c, e.DroppedRows)
	sayRows(c, e.NoAnswer+e.Impossible, "rows without log p, or with −∞, are not in the mean", first, why)
	if e.Rows+e.NoAnswer+e.Impossible == 0 {
		return &data.EmptyError{File: file.Name(), What: "row", Dropped: e.DroppedRows}
	}
	if e.Rows == 0 {
		return rowAt(file.Name(), first, &unscoredError{"log p", why})
	}
	return nil
}

// add adds a row to the mean and the squares (Welford 1962).
func (e *evaluation) add(logProb float64) {
	switch {
	case math.IsNaN(logProb):
		e.NoAnswer++
		return
	case math.IsInf(logProb, 0):
		e.Impossible++
		return
	}
	e.Rows++
	delta := logProb - e.LogLikelihood
	e.LogLikelihood += delta / float64(e.Rows)
	e.squares += delta * (logProb - e.LogLikelihood)
}

func (e *evaluation) print(w io.Writer) {
	fmt.Fprintf(w, "rows                %d\n", e.Rows)
	fmt.Fprintf(w, "log p, mean         %.6g nats", e.LogLikelihood)
	if e.StandardError != nil {
		fmt.Fprintf(w, " ± %.2g", *e.StandardError)
	}
	fmt.Fprintf(w, "\nbits per dimension  %.6g\n", e.Bits)
	if e.ranking != nil {
		fmt.Fprintf(w, "anomalies           %d\nROC-AUC             %.4f\naverage precision   %.4f\n", e.Anomalies, e.ROCAUC, e.AveragePrecision)
	}
}
