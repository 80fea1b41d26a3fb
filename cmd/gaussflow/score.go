package main

import (
	"errors"
	"fmt"
	"math"

	"github.com/spf13/cobra"
	"gonum.org/v1/gonum/mat"

	"gaussflow/columns"
	"gaussflow/data"
	"gaussflow/tabular"
)

const scoreLong = `Score writes the rows of a table unchanged and in their order, with three more columns:

  log_prob          log p of the row in nats: a log density per unit volume of the model's columns, which may be
                    positive
  tail_probability  the share of the reference rows, which the model stores, that are at most as likely
  reason            why log_prob is empty or -Inf; empty for all other rows

Every row is written, and no row stops the scoring. For a cell that cannot be read, or a category that the model has
not seen, log_prob is empty; for values that no row can have, such as a total that is not the sum of its parts, it is
-Inf. For a row with missing cells, an any-order model gives log_prob of the other cells, and a tail_probability if
the table had missing cells in the same columns; other models leave both empty. The number of rows with a reason is
reported at the end. The exit code is 0 if at least one row has a log_prob, and 1 if none has.

--why adds the column why, for rows whose tail_probability is at most 0.05 (or the value of --flag) and for all rows
that --top writes. It names at most three columns that make the row unusual, the most unusual first, each with the
range that would be usual given the row's other cells, from the 5 % to the 95 % quantile. If no single column makes
the row unusual, it says so. It is empty for other rows.
--flag adds the column flagged: whether tail_probability is at most the given share.
--top writes only the most unusual rows, the lowest log_prob first, with the column row, their number in the table.
Rows without a log_prob are not among them.
--beside adds the column oddness, if the model is a flow: −log of the smaller of two tail probabilities, that by log p
and the share of the rows of the given table whose nearest other row is at least as far away. It is meant for new rows
beside the table that the model was fitted to: a row that is itself in the table has no distance. A density may be high
between rows, where there are none; a distance does not see that columns do not fit together. --top then writes the
rows of the greatest oddness.
--given scores the other columns conditional on the row's own values of the given ones, with an any-order model:
log_prob is then the conditional log density. A given cell that is missing is not conditioned on. There is no
tail_probability, which is defined for whole rows only.

The model's columns are found by name, in any order; other columns are copied. The output is CSV, or TSV or Parquet
according to the ending of the name given with -o. Each value is kept exactly: text is copied as written; Parquet
columns keep their types in Parquet, and in CSV whole numbers have all their digits, dates and times are in ISO 8601,
and decimals keep their point. Rows are streamed: memory use does not depend on the size of the table.`

const scoreExample = `  gaussflow score model.gflow table.csv -o scored.csv
  gaussflow score model.gflow table.parquet -o scored.parquet
  gaussflow score model.gflow table.csv --top 20 --why
  gaussflow score model.gflow new.csv --top 20 --beside table.csv
  gaussflow score model.gflow table.csv --flag 0.01 -o flagged.csv
  gaussflow score model.gflow table.csv --given city,bedrooms`

func newScore() *cobra.Command {
	var table tableFlags
	var output string
	s := new(scoring)
	c := &cobra.Command{
		Use:     "score MODEL DATA",
		Short:   "Write the rows with log p and how unusual each one is",
		Long:    scoreLong,
		Example: scoreExample,
		Args:    arguments("MODEL", "DATA"),
		RunE: func(c *cobra.Command, args []string) error {
			p := new(paths).reads("MODEL", args[0]).reads("DATA", args[1]).writes("--output", output)
			switch s.beside {
			case "":
			case args[1]:
				return usage(c, errors.New("--beside is DATA itself, want another table: each row would be its own nearest"))
			default:
				p.reads("--beside", s.beside)
			}
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
			s.model, s.drop = model, table.options.DropMissing
			if err = s.check(c); err != nil {
				return err
			}
			if err = s.lookBeside(c, &table); err != nil {
				return err
			}
			return s.run(c, file, schema, output)
		},
	}
	table.register(c)
	s.register(c)
	outputFlag(c, &output, "the rows")
	return c
}

// scoring is one run of score.
type scoring struct {
	questions
	model   *tabular.Model
	drop    bool // leave out rows with missing cells
	scored  int
	odd     int // number of rows with a reason
	oddAt   data.Place
	oddWhy  string
	columns int // number of added columns of numbers
}

// An unscoredError reports a table in which no row has the required score.
type unscoredError struct{ what, why string }

func (e *unscoredError) Error() string {
	return "no row has a " + e.what + "; this one because: " + e.why
}

func (s *scoring) run(c *cobra.Command, file *data.File, schema *columns.Schema, output string) error {
	added := []string{"log_prob", "tail_probability"}
	switch {
	case s.given != nil:
		added = added[:1]
	case !known(s.model):
		fmt.Fprintln(c.ErrOrStderr(), "gaussflow: tail_probability is left out: it needs log p of reference rows")
		added = added[:1]
	}
	if s.neighbours != nil {
		added = append(added, "oddness")
	}
	s.columns = len(added)
	passed, err := passedOn(file, schema)
	if err != nil {
		return err
	}
	w, err := data.CreateRecords(output, passed, addedTo(c, file, added), addedTo(c, file, s.texts())...)
	if err != nil {
		return err
	}
	defer w.Discard()
	rows, err := newBatches(file, schema, s.drop, w)
	if err != nil {
		return err
	}
	defer rows.Close()
	err = rows.stream(c.Context(), rowBar(c, output, -1), s.work, func(b *batch) error { return s.take(w, b) })
	if err != nil {
		return err
	}
	if err = s.writeTop(w, rows.dim); err != nil {
		return err
	}
	sayDropped(c, rows.dropped)
	rows.sayEmpty(c)
	sayLeftOut(c, w)
	s.sayOdd(c)
	if err = w.Close(); err != nil {
		return err
	}
	if s.scored == 0 && s.odd > 0 {
		return rowAt(file.Name(), s.oddAt, &unscoredError{"log p", s.oddWhy})
	}
	return nil
}

// passedOn is the file, with its columns of plain numbers written as numbers if text is passed on as Parquet.
func passedOn(file *data.File, schema *columns.Schema) (*data.File, error) {
	if names := plainNumbers(schema); len(names) > 0 {
		return file.Select(names...)
	}
	return file.AsText(), nil
}

// work scores the rows of a batch, and explains them if all are written.
func (s *scoring) work(b *batch) error {
	score := s.model.Score
	if s.given != nil {
		score = func(x mat.Matrix) ([]tabular.Score, error) { return s.model.ScoreGiven(x, s.given...) }
	}
	if err := scoreBatch(b, len(s.model.Reads()), score); err != nil {
		return err
	}
	if s.neighbours != nil {
		if err := s.addOddness(b); err != nil {
			return err
		}
	}
	if s.top > 0 {
		return nil
	}
	return s.explain(b)
}

// take counts the rows of a batch, and writes them or keeps the most unusual.
func (s *scoring) take(w *data.RecordWriter, b *batch) error {
	for i, at := range b.places {
		if b.says[i] == "" {
			s.scored++
		} else if s.odd++; s.odd == 1 {
			s.oddAt, s.oddWhy = at, b.says[i]
		}
	}
	if s.top > 0 {
		s.keep(b)
		return nil
	}
	return s.write(w, b)
}

// write writes the rows of a batch, each with its score.
func (s *scoring) write(w *data.RecordWriter, b *batch) error {
	for i := range b.places {
		if err := w.WriteAnnotated(b.record(i), b.out.RawRowView(i)[:s.columns], s.answers(b, i)...); err != nil {
			return err
		}
	}
	return nil
}

// sayOdd says how many rows have a reason.
func (s *scoring) sayOdd(c *cobra.Command) {
	what := "rows without a log_prob, or with -Inf, as the column reason explains"
	if s.top > 0 {
		what = "rows without a log_prob, which are left out, or with -Inf"
	}
	sayRows(c, s.odd, what, s.oddAt, s.oddWhy)
}

// scoreBatch computes log p and the tail probability of the rows from their first d columns, and says why a row has none.
func scoreBatch(b *batch, d int, score func(mat.Matrix) ([]tabular.Score, error)) error {
	n, _ := b.x.Dims()
	scores, err := score(b.x.Slice(0, n, 0, d))
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
