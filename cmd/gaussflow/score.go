package main

import (
	"fmt"
	"math"

	"github.com/spf13/cobra"
	"gonum.org/v1/gonum/mat"

	"gaussflow/columns"
	"gaussflow/data"
	"gaussflow/tabular"
)

const scoreLong = `Score writes the rows of a table as they came, in their order, with three more columns:

  log_prob          log p of the row in nats: a log-density per unit volume of the model's columns, which may be positive
  tail_probability  the share of the reference rows, known to the model, that are at most as likely
  reason            why a row has no log_prob, or -Inf; empty of all others

Every row has an answer, and scoring never stops at one. A cell that cannot be read, or a category that the model has not seen, leaves
log_prob empty; what no row can have, as a total that is not the sum it was, is -Inf. Of a row with missing cells log_prob is that of
the others where the model was fitted to such rows, else empty. How many rows have a reason is said at the end. The exit code is 0 as
long as one row has a log_prob, and 1 where none has.

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
			file, schema, err := table.openFor(c, args[1], model)
			if err != nil {
				return err
			}
			s := &scoring{model: model, drop: table.options.DropMissing}
			return s.run(c, file, schema, output)
		},
	}
	table.register(c)
	outputFlag(c, &output, "the rows")
	return c
}

// scoring is one run of score.
type scoring struct {
	model   *tabular.Model
	drop    bool // rows with missing cells
	scored  int
	odd     int // rows with a reason
	oddAt   data.Place
	oddWhy  string
	columns int // of numbers that are added
}

// An unscoredError is a table of which no row has what was asked of each.
type unscoredError struct{ what, why string }

func (e *unscoredError) Error() string {
	return "no row has a " + e.what + "; this one because: " + e.why
}

func (s *scoring) run(c *cobra.Command, file *data.File, schema *columns.Schema, output string) error {
	added := []string{"log_prob", "tail_probability"}
	if !known(s.model) {
		fmt.Fprintln(c.ErrOrStderr(), "gaussflow: tail_probability is left out: it needs log p of reference rows")
		added = added[:1]
	}
	s.columns = len(added)
	passed, err := passedOn(file, schema)
	if err != nil {
		return err
	}
	w, err := data.CreateRecords(output, passed, added, "reason")
	if err != nil {
		return err
	}
	defer w.Discard()
	rows, err := newBatches(file, schema, s.drop, w)
	if err != nil {
		return err
	}
	defer rows.Close()
	work := func(b *batch) error { return scoreBatch(s.model, b, len(s.model.Reads())) }
	err = rows.stream(c.Context(), rowBar(c, output, -1), work, func(b *batch) error { return s.write(w, b) })
	if err != nil {
		return err
	}
	sayDropped(c, rows.dropped)
	sayRows(c, s.odd, "rows without a log_prob, or with -Inf, as the column reason explains", s.oddAt, s.oddWhy)
	if err = w.Close(); err != nil {
		return err
	}
	if s.scored == 0 && s.odd > 0 {
		return rowAt(file.Name(), s.oddAt, &unscoredError{"log p", s.oddWhy})
	}
	return nil
}

// passedOn is the file of which the columns of plain numbers are numbers where text is passed on as Parquet.
func passedOn(file *data.File, schema *columns.Schema) (*data.File, error) {
	if names := plainNumbers(schema); len(names) > 0 {
		return file.Select(names...)
	}
	return file.AsText(), nil
}

// write writes the rows of a batch, each with its score.
func (s *scoring) write(w *data.RecordWriter, b *batch) error {
	for i, at := range b.places {
		if b.says[i] == "" {
			s.scored++
		} else if s.odd++; s.odd == 1 {
			s.oddAt, s.oddWhy = at, b.says[i]
		}
		if err := w.WriteAnnotated(b.record(i), b.out.RawRowView(i)[:s.columns], b.says[i]); err != nil {
			return err
		}
	}
	return nil
}

// scoreBatch makes log p and the tail probability of the first d columns of the rows, and says why where there is none.
func scoreBatch(model *tabular.Model, b *batch, d int) error {
	n, _ := b.x.Dims()
	scores, err := model.Score(b.x.Slice(0, n, 0, d))
	if err != nil {
		return err
	}
	b.out, b.says = mat.NewDense(n, 2, nil), make([]string, n)
	for i, score := range scores {
		switch {
		case b.reasons[i] != "":
			score = tabular.Score{LogProb: math.NaN(), Tail: math.NaN(), Reason: b.reasons[i]}
		case b.broken[i] != "":
			score = tabular.Score{LogProb: math.Inf(-1), Tail: 0, Reason: b.broken[i]}
		}
		b.out.SetRow(i, []float64{score.LogProb, score.Tail})
		b.says[i] = score.Reason
	}
	return nil
}
