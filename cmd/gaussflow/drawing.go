package main

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"

	"github.com/spf13/cobra"
	"gonum.org/v1/gonum/mat"

	"gaussflow/data"
	"gaussflow/flows"
	"gaussflow/mixed"
	"gaussflow/tabular"
)

// A drawing draws rows from a model, given what is known of them.
type drawing struct {
	model   *tabular.Model
	context []float64         // for a flow that is conditional on columns
	given   []mixed.Condition // for an any-order density
	rng     *rand.Rand
}

// newDrawing reads the values of --given.
func newDrawing(c *cobra.Command, model *tabular.Model, values []string) (d *drawing, err error) {
	d = &drawing{model: model}
	if model.Mixed == nil {
		d.context, err = contextOf(c, model, values)
		return d, err
	}
	for _, v := range givens(values) {
		name, text, valued := strings.Cut(v, "=")
		column, there := model.Schema.Column(name)
		switch {
		case !valued || !there || !column.Modelled():
			return nil, usage(c, fmt.Errorf("--given %q, want NAME=VALUE or NAME=LOW..HIGH of %s", v, quoted(model.Names())))
		case d.knows(name):
			return nil, usage(c, fmt.Errorf("--given has %q twice, want it once", name))
		}
		condition, err := conditionOf(column, text)
		if err != nil {
			return nil, usage(c, fmt.Errorf("--given %q, %w", v, err))
		}
		if !reaches(model, condition) {
			return nil, usage(c, fmt.Errorf("--given %q, which the column cannot have: %s", v, column.Describe()))
		}
		if len(column.Levels) == 0 && column.Min < column.Max && (condition.Low > column.Max || condition.High < column.Min) {
			fmt.Fprintf(c.ErrOrStderr(), "gaussflow: warning: --given %s lies beyond the table, in which %s is %s to %s: what the model says there is a guess\n",
				inShell(v), name, column.Show(column.Min), column.Show(column.Max))
		}
		d.given = append(d.given, condition)
	}
	return d, nil
}

// givens puts together again what a comma within a value has parted, as in height=170,5.
func givens(values []string) (whole []string) {
	for _, v := range values {
		if last := len(whole) - 1; last >= 0 && !strings.Contains(v, "=") {
			whole[last] += "," + v
			continue
		}
		whole = append(whole, v)
	}
	return whole
}

func (d *drawing) knows(name string) bool {
	for _, g := range d.given {
		if g.Column == name {
			return true
		}
	}
	return false
}

// draw draws n rows, followed by the context if there is one.
func (d *drawing) draw(n int) (*mat.Dense, error) {
	switch {
	case d.given != nil:
		x, err := d.model.Mixed.SampleGiven(d.given, n, d.rng)
		if err != nil { // the ranges are too unlikely together; each by itself is possible
			return nil, in("--given", errors.New(strings.TrimPrefix(err.Error(), "mixed: Sample: ")))
		}
		return x, nil
	case len(d.context) == 0:
		return d.model.Sample(n, d.rng)
	}
	given := mat.NewDense(1, len(d.context), d.context)
	x, err := d.model.SampleGiven(given, n, d.rng)
	if err != nil {
		return nil, err
	}
	return mat.DenseCopyOf(flows.Given(x, given)), nil
}

// drawSeen is draw restricted to values within the table's ranges; columns that are given are not checked.
func (d *drawing) drawSeen(n int) (*mat.Dense, error) {
	var given []string
	for _, g := range d.given {
		given = append(given, g.Column)
	}
	return d.model.DrawSeen(n, d.draw, given...)
}

// write writes n rows: as cells of the table if the model knows how these are written, unless plain is set.
func (d *drawing) write(c *cobra.Command, n int, output string, plain bool) error {
	if d.model.Schema == nil || plain {
		w, err := data.Create(output, append(d.model.Names(), d.model.Given...))
		if err != nil {
			return err
		}
		return d.writeRows(c, n, output, w, d.draw, func(x *mat.Dense) error { return w.Write(x.RawMatrix().Data) })
	}
	written := d.model.Schema.Written()
	types := make([]data.CellColumn, len(written))
	for j, column := range written {
		types[j] = cellColumn(column)
	}
	w, err := data.CreateCells(output, types)
	if err != nil {
		return err
	}
	cells := make([]string, len(written))
	return d.writeRows(c, n, output, w, d.drawSeen, func(x *mat.Dense) error {
		rows, _ := x.Dims()
		for i := range rows {
			values := d.model.Schema.Draw(x.RawRowView(i), d.rng)
			for j, column := range written {
				cells[j] = string(column.Append(nil, values[j]))
				values[j] = valueOf(column, types[j].Type, cells[j], values[j])
			}
			if err := w.Write(cells, values); err != nil {
				return err
			}
		}
		return nil
	})
}

// writeRows draws rows in parts, and closes the table.
func (d *drawing) writeRows(c *cobra.Command, n int, output string, table interface {
	Close() error
	Discard()
}, draw func(n int) (*mat.Dense, error), write func(*mat.Dense) error) error {
	defer table.Discard()
	bar := rowBar(c, output, n)
	for left := n; left > 0; left -= sampleRows {
		if err := c.Context().Err(); err != nil {
			return err
		}
		x, err := draw(min(left, sampleRows))
		if err != nil {
			return err
		}
		if err = errors.Join(write(x), bar.Add(min(left, sampleRows))); err != nil {
			return err
		}
	}
	return table.Close()
}
