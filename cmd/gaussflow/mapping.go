package main

import (
	"fmt"
	"math"
	"slices"

	"github.com/spf13/cobra"
	"gonum.org/v1/gonum/mat"

	"gaussflow/columns"
	"gaussflow/data"
)

// A mapping writes the results of mapping the rows of a file, in order, with the error of each if that is asked for.
type mapping struct {
	c       *cobra.Command
	output  string
	drop    bool     // leave out rows with missing cells
	names   []string // of the columns that are written
	errors  bool     // write a last column with the error of each row
	warning string   // the warning about rows whose error is above largeError

	rows, bad int
	worst     float64
	place     data.Place // position of the worst row
}

// largeError is the error, in standard deviations, above which a warning counts a row.
const largeError = 1e-3

// errorFlag registers --error.
func errorFlag(c *cobra.Command, on *bool) {
	c.Flags().BoolVar(on, "error", false, "add a column with the error of each row, in standard deviations of the column where it is largest")
}

// run writes the results of f for the rows, with the error of each.
func (m *mapping) run(file *data.File, schema *columns.Schema, f func(*mat.Dense) (*mat.Dense, []float64, error)) error {
	names := m.names
	if m.errors {
		names = append(slices.Clone(names), unlike("error", names))
	}
	w, err := data.Create(m.output, names)
	if err != nil {
		return err
	}
	defer w.Discard()
	rows, err := newBatches(file, schema, m.drop, nil)
	if err != nil {
		return err
	}
	defer rows.Close()
	work := func(b *batch) (err error) {
		if err = rows.whole(b, schema); err != nil {
			return err
		}
		b.out, b.errors, err = f(b.x)
		return err
	}
	write := func(b *batch) error {
		m.count(b)
		if m.errors {
			b.out = beside(b.out, b.errors)
		}
		return w.Write(b.out.RawMatrix().Data)
	}
	if err = rows.stream(m.c.Context(), rowBar(m.c, m.output, -1), work, write); err != nil {
		return err
	}
	rows.sayEmpty(m.c)
	sayDropped(m.c, rows.dropped)
	m.warn()
	return w.Close()
}

func (m *mapping) count(b *batch) {
	m.rows += len(b.errors)
	for i, e := range b.errors {
		if e > largeError {
			m.bad++
		}
		if e > m.worst {
			m.worst, m.place = e, b.places[i]
		}
	}
}

// warn says how many rows have a large error, and which row has the largest.
func (m *mapping) warn() {
	if m.bad == 0 {
		return
	}
	size := fmt.Sprintf("%.2g", m.worst)
	if math.IsInf(m.worst, 1) {
		size = "more than can be counted"
	}
	hint := ""
	if !m.errors {
		hint = "; --error writes each row's"
	}
	fmt.Fprintf(m.c.ErrOrStderr(), "gaussflow: warning: %d of %d rows %s, row %d is off by %s: the model's map is nearly flat there%s\n",
		m.bad, m.rows, m.warning, m.place.Row, size, hint)
}

// beside is x with one more column at the end.
func beside(x *mat.Dense, last []float64) *mat.Dense {
	n, d := x.Dims()
	out := mat.NewDense(n, d+1, nil)
	for i, v := range last {
		copy(out.RawRowView(i), x.RawRowView(i))
		out.Set(i, d, v)
	}
	return out
}

// unlike is name, followed by as many _ as are needed to differ from all of names.
func unlike(name string, names []string) string {
	for slices.Contains(names, name) {
		name += "_"
	}
	return name
}
