package main

import (
	"errors"
	"fmt"

	"github.com/spf13/cobra"
	"gonum.org/v1/gonum/mat"

	"gaussflow/tabular"
)

// lookBeside reads the table of --beside, if there is one, next to whose rows others are odd.
func (s *scoring) lookBeside(c *cobra.Command, table *tableFlags) error {
	switch {
	case s.beside == "":
		return nil
	case s.beside == "-":
		return usage(c, errors.New("--beside -, want a file: standard input is for DATA alone"))
	case s.given != nil:
		return usage(c, errors.New("--beside with --given, want one of them: the distance to a row is of all columns"))
	case s.model.Mixed != nil:
		return usage(c, errors.New("--beside, but the model is of the family any-order, whose columns may have categories and missing cells, between which there is no distance, want a flow, one of the family aligned say"))
	case len(s.model.Given) > 0:
		return usage(c, errors.New("--beside, but the model is conditional on "+quoted(s.model.Given)+", want one that is not"))
	case !known(s.model):
		return usage(c, errors.New("--beside, but the model does not know log p of reference rows, with which the distance is weighed"))
	}
	file, schema, err := table.openFor(c, s.beside, s.model)
	if err != nil {
		return err
	}
	rows, err := table.readTable(c.Context(), file, schema, 0)
	if err != nil {
		return err
	}
	if err = rows.whole(); err != nil {
		return err
	}
	if len(rows.places) < 2 {
		return in(rows.name, errors.New("one row is too few to compare others with, want two or more"))
	}
	if s.neighbours, err = tabular.NewNeighbours(s.model, s.read(rows.x)); err != nil {
		return in(rows.name, err)
	}
	if used, of := s.neighbours.Rows(), rows.rows+rows.dropped; used < of {
		fmt.Fprintf(c.ErrOrStderr(), "gaussflow: rows are compared with %s of the %s rows of %s\n", grouped(used), grouped(of), rows.name)
	}
	return nil
}

// read are the columns of x that the model reads, which come first.
func (s *scoring) read(x *mat.Dense) mat.Matrix {
	n, _ := x.Dims()
	return x.Slice(0, n, 0, len(s.model.Reads()))
}

// addOddness adds the column oddness to the result of a batch. A row without a log p has none.
func (s *scoring) addOddness(b *batch) error {
	odd, err := s.neighbours.OddnessOf(s.read(b.x), mat.Col(nil, 0, b.out))
	if err != nil {
		return err
	}
	out := new(mat.Dense)
	out.Augment(b.out, mat.NewDense(len(odd), 1, odd))
	b.out = out
	return nil
}

// oddness orders rows of a result, the oddest last: by the column oddness, or else by log p.
func oddness(out []float64) float64 {
	if len(out) > 2 {
		return out[2]
	}
	return -out[0]
}
