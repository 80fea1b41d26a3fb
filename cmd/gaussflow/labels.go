package main

import (
	"errors"
	"fmt"
	"io"
	"math"
	"slices"

	"github.com/spf13/cobra"

	"gaussflow/columns"
	"gaussflow/data"
)

// labelled collects log p and the labels of the rows of a table.
type labelled struct {
	file   *data.File      // the file to read; the label is its last column, unless that is an array of its own
	schema *columns.Schema // the schema of file
	name   string
	own    int        // index of the label in file
	rest   *data.Rows // a pass over the label's own array, if it is no column of file

	logProb []float64
	anomaly []bool
}

// openLabels finds the label among the columns of the file or the arrays of an NPZ.
func openLabels(c *cobra.Command, table *tableFlags, path string, file *data.File, schema *columns.Schema, label string) (*labelled, error) {
	l := &labelled{file: file, schema: schema, name: label, own: len(schema.Modelled())}
	with, err := file.Select(append(file.Names(), label)...)
	if err == nil {
		l.file, l.schema = with, &columns.Schema{Columns: append(slices.Clone(schema.Columns), numbersSchema([]string{label}).Columns...)}
		return l, with.CheckNames()
	}
	array := *table
	array.options.Key, array.options.Format = label, data.NPZ
	own, errArray := array.open(c, path)
	switch {
	case errArray != nil || own.Dim() != 1:
		return nil, err // no such column
	case table.options.DropMissing:
		return nil, errors.New("--label is an array of its own, want no --drop-missing: without the rows that it leaves out, labels would be those of other rows")
	}
	l.rest, err = own.Rows()
	return l, err
}

// Close ends the pass over the label's own array.
func (l *labelled) Close() {
	if l.rest != nil {
		l.rest.Close()
	}
}

// add adds the rows of a batch.
func (l *labelled) add(b *batch) error {
	values := make([]float64, len(b.places))
	if l.rest != nil {
		if n, err := l.rest.Read(values); n < len(values) {
			if !errors.Is(err, io.EOF) && err != nil {
				return err
			}
			return fmt.Errorf("%s: the label %q has fewer rows than the table", l.file.Name(), l.name)
		}
	} else {
		for i := range values {
			if values[i] = b.x.At(i, l.own); math.IsNaN(values[i]) {
				return rowAt(l.file.Name(), b.places[i], &gapError{fmt.Sprintf("the label %q is no number, want 0 for normal rows and another one for anomalies", l.name)})
			}
		}
	}
	for i, v := range values {
		if math.IsNaN(b.out.At(i, 0)) {
			continue // a row without an answer has no rank
		}
		l.logProb = append(l.logProb, b.out.At(i, 0))
		l.anomaly = append(l.anomaly, v != 0)
	}
	return nil
}

// rank measures how well log p ranks the labels.
func (l *labelled) rank() (*ranking, error) {
	if l.rest != nil {
		if n, err := l.rest.Read(make([]float64, 1)); n > 0 || !errors.Is(err, io.EOF) {
			return nil, fmt.Errorf("%s: the label %q has more rows than the table", l.file.Name(), l.name)
		}
	}
	r, err := newRanking(l.logProb, l.anomaly)
	if err != nil {
		return nil, fmt.Errorf("%s: the label %q %w", l.file.Name(), l.name, err)
	}
	return r, nil
}
