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

// A Column summarizes one column of a table.
type Column struct {
	Name     string  `json:"name"`
	Mean     float64 `json:"mean"`     // in the column's units
	Std      float64 `json:"std"`      // divisor N
	Distinct int     `json:"distinct"` // number of different values; above 1024 an estimate, off by a few per cent
	Top      float64 `json:"top"`      // share of the rows that have the commonest value; above 1024 values up to 0.001 too low
	Integer  bool    `json:"integer,omitempty"`
	// Quantum is the step of the grid that the values lie on. It is 0 if they lie on none, or if there are more than half as many
	// values as rows: see Tied.
	Quantum float64 `json:"quantum,omitempty"`
}

// Constant reports a column with a single value.
func (c Column) Constant() bool { return c.Distinct == 1 }

// Tied reports a column in which many rows share a value: it has fewer than half as many values as rows, or a tenth of
// the rows have the same value.
func (c Column) Tied(rows int) bool { return c.few(rows) || c.Top > 0.1 }

func (c Column) few(rows int) bool { return 2*c.Distinct < rows }

// fewSteps is how many floating-point numbers an ordinary column has at least within a standard deviation.
const fewSteps = 1024

// Coarse reports a column so far from 0 that float64 has few digits left for its spread: its density is then one of rounded
// values.
func (c Column) Coarse() bool {
	at := math.Abs(c.Mean)
	return !c.Constant() && c.Std < fewSteps*(math.Nextafter(at, math.Inf(1))-at)
}

// inspectRows is how many rows are examined together.
const inspectRows = 512

// Inspect reads a source once, in constant memory, and summarizes each of its columns. Its error is the source's, an EmptyError if
// the source has no rows, or that of a ctx that is done.
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

// batchesOf reads a source and passes its rows to look, until look returns true.
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

// namesOf are the names of a source's columns, x1, x2, … if it has none.
func namesOf(s rows.Source) []string {
	switch s := s.(type) {
	case *File:
		return s.Names()
	case *Table:
		return s.Names
	}
	return defaults.Names("x", s.Dim())
}

// budget is how many different values are kept for all columns together.
const budget = 1 << 20

// look adds the rows of x to the summaries.
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
