package main

import (
	"context"
	"errors"
	"io"
	"math"
	"slices"

	"gonum.org/v1/gonum/mat"

	"gaussflow/columns"
	"gaussflow/data"
)

// readTable finds out what the columns of a table are and returns the rows; an unreadable cell counts as missing.
func readTable(path string, leaveOut []string) (columns.Schema, *mat.Dense, error) {
	file, err := data.Open(path, data.Options{})
	if err != nil {
		return columns.Schema{}, nil, err
	}
	kinds := map[string]columns.Kind{}
	for _, name := range leaveOut {
		if slices.Contains(file.Names(), name) {
			kinds[name] = columns.Ignored
		}
	}
	schema, err := columns.Profile(context.Background(), file, columns.Options{Kinds: kinds})
	if err != nil {
		return columns.Schema{}, nil, err
	}
	x, err := readRows(schema, file)
	return *schema, x, err
}

func readRows(schema *columns.Schema, file *data.File) (*mat.Dense, error) {
	r, err := schema.Open(file)
	if err != nil {
		return nil, err
	}
	defer r.Close()
	var cells []float64
	for {
		switch err := r.Next(); {
		case errors.Is(err, io.EOF):
			d := len(schema.Modelled())
			return mat.NewDense(len(cells)/d, d, cells), nil
		case err != nil:
			return nil, err
		}
		cells = append(cells, r.Values()...)
	}
}

// derived is a row of values of the modelled columns followed by those of the derived columns.
func derived(schema columns.Schema, row []float64) (cells []float64) {
	place := map[string]int{}
	for j, c := range schema.Modelled() {
		place[c.Name] = j
	}
	cells = slices.Clone(row)
	for i := range schema.Columns {
		c := &schema.Columns[i]
		if c.Kind != columns.Derived {
			continue
		}
		from := make([]float64, len(c.Relation.From))
		for k, name := range c.Relation.From {
			from[k] = math.NaN()
			if j, is := place[name]; is {
				from[k] = row[j]
			}
		}
		cells = append(cells, c.Compute(from))
	}
	return cells
}
