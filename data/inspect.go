package data

import (
	"context"
	"errors"
	"io"
	"math"

	"gonum.org/v1/gonum/mat"

	"gaussflow/columns"
	"gaussflow/internal/defaults"
	"gaussflow/rows"
)

// A Column is what was found in one column of a table.
type Column struct {
	Name     string  `json:"name"`
	Mean     float64 `json:"mean"`     // in the column's unit
	Std      float64 `json:"std"`      // divisor N
	Distinct int     `json:"distinct"` // number of different values; of more than 1024 at least, an estimate, off by some percents
	Top      float64 `json:"top"`      // share of the rows that have the commonest value; then by up to 0.001 too low
	Integer  bool    `json:"integer,omitempty"`
	// Quantum is the step of the grid that the values lie on, 0 where they lie on none, or where there are more than half as many
	// values as rows: see Tied.
	Quantum float64 `json:"quantum,omitempty"`
}

// Constant reports a column of one value.
func (c Column) Constant() bool { return c.Distinct == 1 }

// Tied reports a column in which many rows share a value: fewer than half as many values as rows, or one value
// in a tenth of them.
func (c Column) Tied(rows int) bool { return c.few(rows) || c.Top > 0.1 }

func (c Column) few(rows int) bool { return 2*c.Distinct < rows }

// fewSteps is how many floating-point numbers there are at least in a standard deviation of an ordinary column.
const fewSteps = 1024

// Coarse reports a column so far from 0 that a float64 has few digits left for its spread: its density is that of such steps.
func (c Column) Coarse() bool {
	at := math.Abs(c.Mean)
	return !c.Constant() && c.Std < fewSteps*(math.Nextafter(at, math.Inf(1))-at)
}

// inspectRows is how many rows are looked at together.
const inspectRows = 512

// Inspect reads a source once, in constant memory, and says what is in each of its columns. Its error is the source's, an EmptyError
// where that has no row, or that of a ctx that is done.
func Inspect(ctx context.Context, s rows.Source) ([]Column, error) {
	if ctx == nil || defaults.IsNil(s) || s.Dim() < 1 {
		return nil, errors.New("data: Inspect: want a context and a source of one column at least")
	}
	var found []*columns.Values
	var failed error
	m, err := rows.MomentsOf(func(yield func(*mat.Dense, error) bool) {
		failed = batchesOf(ctx, s, func(x *mat.Dense) bool {
			found = look(found, x)
			return yield(x, nil)
		})
	})
	switch {
	case failed != nil:
		return nil, failed
	case found == nil:
		return nil, &EmptyError{File: "source", What: "row"}
	case err != nil:
		return nil, err
	}
	std := m.StdDev()
	out := make([]Column, len(found))
	for j, name := range namesOf(s) {
		out[j] = newColumn(name, found[j])
		out[j].Mean, out[j].Std = m.Mean[j], std[j]
	}
	return out, nil
}

// batchesOf reads a source and takes its rows to look, until that is done.
func batchesOf(ctx context.Context, s rows.Source, look func(*mat.Dense) bool) error {
	r, err := s.Open()
	if err != nil {
		return err
	}
	defer r.Close()
	d := s.Dim()
	buf := make([]float64, inspectRows*d)
	for {
		if err = ctx.Err(); err != nil {
			return err
		}
		n, err := r.Read(buf)
		if n > 0 && !look(mat.NewDense(n, d, buf[:n*d])) {
			return nil
		}
		switch {
		case errors.Is(err, io.EOF):
			return nil
		case err != nil:
			return err
		case n == 0:
			return io.ErrNoProgress
		}
	}
}

// namesOf are the names of a source's columns, x1, x2, … where it knows none.
func namesOf(s rows.Source) []string {
	switch s := s.(type) {
	case *File:
		return s.Names()
	case *Table:
		return s.Names
	}
	return defaults.Names("x", s.Dim())
}

// budget is how many values all columns together hold.
const budget = 1 << 20

// look takes the rows of x into account.
func look(found []*columns.Values, x *mat.Dense) []*columns.Values {
	n, d := x.Dims()
	for range d - len(found) {
		found = append(found, columns.NewValues(min(budget/d, 1<<16)))
	}
	for i := range n {
		for j, v := range x.RawRowView(i) {
			found[j].Add(v)
		}
	}
	return found
}

func newColumn(name string, v *columns.Values) Column {
	c := Column{Name: name, Distinct: v.Distinct(), Top: v.Top(), Integer: v.Whole()}
	if !c.Constant() && c.few(v.Count) {
		c.Quantum = v.Quantum()
	}
	return c
}
