package main

import (
	"fmt"
	"math"
	"path/filepath"
	"slices"
	"strconv"

	"github.com/spf13/cobra"

	"gaussflow/columns"
	"gaussflow/data"
	"gaussflow/tabular"
)

const predictLong = `Predict writes the rows of a table unchanged and in their order, with the model's distribution of one column given the
other cells of the row:

  COLUMN_0.05, …  for a number or a time: its quantiles at the levels of --levels, in the format of the column's cells
  COLUMN=LEVEL    for a category: the probability of each of its values
  reason          why a row has no prediction; empty for all other rows

The predicted column itself is not used, and the table need not contain it. Missing cells are not conditioned on.
Columns that follow from others, as total = a + b, are not used and cannot be predicted: predict their parts instead.
A row with a cell that cannot be read, or with a value that its column cannot have, gets a reason; the number of such
rows is reported at the end.

The model must be any-order: one of a table with categories or missing cells, or one fitted with --family any-order.
The output is CSV, or TSV or Parquet according to the ending of the name given with -o; in Parquet, quantiles are
numbers. Rows are streamed: memory use does not depend on the size of the table.`

const predictExample = `  gaussflow predict model.gflow table.csv price -o predicted.csv
  gaussflow predict model.gflow table.csv price --levels 0.1,0.9
  gaussflow predict model.gflow table.csv species -o predicted.parquet`

func newPredict() *cobra.Command {
	var table tableFlags
	var output string
	var levels []float64
	c := &cobra.Command{
		Use:     "predict MODEL DATA COLUMN",
		Short:   "Predict one column of each row, given the others",
		Long:    predictLong,
		Example: predictExample,
		Args:    arguments("MODEL", "DATA", "COLUMN"),
		RunE: func(c *cobra.Command, args []string) error {
			for _, p := range levels {
				if !(p > 0 && p < 1) {
					return usage(c, fmt.Errorf("--levels %v, want numbers above 0 and below 1", p))
				}
			}
			model, err := loadFor(c, args, output)
			if err != nil {
				return err
			}
			if err = answers(args[0], table.argument(args[1]), model); err != nil {
				return err
			}
			s, err := newPrediction(c, model, args[2], levels)
			if err != nil {
				return err
			}
			file, err := table.open(c, args[1])
			if err != nil {
				return err
			}
			if file, err = columnsOf(file, s.schema); err != nil {
				return err
			}
			return s.run(c, file, output)
		},
	}
	table.registerFormat(c)
	c.Flags().Float64SliceVar(&levels, "levels", []float64{0.05, 0.5, 0.95}, "the levels of the quantiles of a number or a time")
	outputFlag(c, &output, "the rows")
	return c
}

// A prediction is one run of predict.
type prediction struct {
	model  *tabular.Model
	column *columns.Column
	at     int             // the column's index among the modelled ones
	schema *columns.Schema // of the columns that are read: without this one
	levels []float64       // levels of the quantiles; nil for a category
	text   bool            // whether quantiles are written as cells of the column

	told   int
	odd    int // number of rows with a reason
	oddAt  data.Place
	oddWhy string
}

func newPrediction(c *cobra.Command, model *tabular.Model, name string, levels []float64) (*prediction, error) {
	s := &prediction{model: model, levels: levels}
	s.at = slices.Index(model.Reads(), name)
	column, there := model.Schema.Column(name)
	switch {
	case there && column.Kind == columns.Derived:
		return nil, usage(c, fmt.Errorf("COLUMN %q is %v, and is not predicted by itself, want one of %s", name, column.Relation, quoted(model.Reads())))
	case s.at < 0:
		return nil, usage(c, fmt.Errorf("COLUMN %q, want one of %s", name, quoted(model.Reads())))
	case len(model.Reads()) == 1:
		return nil, usage(c, fmt.Errorf("COLUMN %q is the only one that the model has: there is no other to predict it by", name))
	case len(column.Levels) > 0 && c.Flags().Changed("levels"):
		return nil, usage(c, fmt.Errorf("--levels, but column %q is a category: it has probabilities, not quantiles", name))
	case len(column.Levels) > 0:
		s.levels = nil
	}
	s.column, s.schema = column, schemaOf(model)
	for i := range s.schema.Columns {
		of := &s.schema.Columns[i]
		if of.Name == name || of.Kind == columns.Derived {
			of.Kind = columns.Ignored
		}
	}
	return s, nil
}

// names are the names of the added columns.
func (s *prediction) names() (names []string) {
	for _, p := range s.levels {
		names = append(names, s.column.Name+"_"+strconv.FormatFloat(p, 'g', -1, 64))
	}
	if s.levels == nil {
		for _, l := range s.column.Levels {
			names = append(names, s.column.Name+"="+l.Text)
		}
	}
	return names
}

func (s *prediction) run(c *cobra.Command, file *data.File, output string) error {
	passed, err := passedOn(file, s.schema)
	if err != nil {
		return err
	}
	numbers, texts := s.names(), []string{"reason"}
	s.text = s.levels != nil && (filepath.Ext(output) != ".parquet" || !isNumber(s.column))
	if s.text {
		numbers, texts = nil, append(numbers, texts...)
	}
	w, err := data.CreateRecords(output, passed, addedTo(c, file, numbers), addedTo(c, file, texts)...)
	if err != nil {
		return err
	}
	defer w.Discard()
	rows, err := newBatches(file, s.schema, false, w)
	if err != nil {
		return err
	}
	defer rows.Close()
	if err = rows.stream(c.Context(), rowBar(c, output, -1), s.predict, func(b *batch) error { return s.write(w, b) }); err != nil {
		return err
	}
	rows.sayEmpty(c)
	sayLeftOut(c, w)
	sayRows(c, s.odd, "rows without a prediction, as the column reason explains", s.oddAt, s.oddWhy)
	if err = w.Close(); err != nil {
		return err
	}
	if s.told == 0 && s.odd > 0 {
		return rowAt(file.Name(), s.oddAt, &unscoredError{"prediction", s.oddWhy})
	}
	return nil
}

// write writes the rows of a batch, each with its prediction.
func (s *prediction) write(w *data.RecordWriter, b *batch) error {
	for i, at := range b.places {
		if b.says[i] == "" {
			s.told++
		} else if s.odd++; s.odd == 1 {
			s.oddAt, s.oddWhy = at, b.says[i]
		}
		numbers, texts := b.out.RawRowView(i), []string{b.says[i]}
		if s.text {
			cells := make([]string, len(numbers))
			for j, v := range numbers {
				if !math.IsNaN(v) {
					cells[j] = string(s.column.Append(nil, v))
				}
			}
			numbers, texts = nil, append(cells, texts...)
		}
		if err := w.WriteAnnotated(b.record(i), numbers, texts...); err != nil {
			return err
		}
	}
	return nil
}
