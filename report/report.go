package report

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"math"

	"gonum.org/v1/gonum/mat"

	"gaussflow/internal/counted"
	"gaussflow/internal/defaults"
	"gaussflow/internal/visible"
	"gaussflow/rows"
	"gaussflow/tabular"
)

// Input is what a page is made from.
type Input struct {
	Model *tabular.Model
	// Rows is the N×d rows of a table, d = len(Model.Columns), with the columns in the model's order and including dropped ones:
	// the table that the model was fitted to, or another one. N ≥ 1, and all numbers are finite. If Model.Mixed is the density, a
	// cell may be missing, NaN, and a category's cell is the index of its level, as columns.Rows reads them.
	Rows mat.Matrix
	// Numbers are the rows' numbers in their file, for a table from which rows were left out; default 1, 2, …
	Numbers []int
	Name    string // of the table, such as its file name; empty: "the table"
	Missing int    // number of rows left out because a cell is missing; default 0
	Of      int    // number of rows of the table from which Rows were drawn uniformly; default as many as Rows has
	Seed    uint64 // for the samples, and for the choice of rows to show if there are too many; default 0
}

// Validate reports fields that are missing or do not fit together.
func (in Input) Validate() error {
	if in.Model == nil || in.Model.Flow == nil && in.Model.Mixed == nil {
		return fmt.Errorf("report: Model = nil, want a fitted model")
	}
	if err := in.checkRows(); err != nil {
		return err
	}
	if n, _ := in.Rows.Dims(); in.Numbers != nil && len(in.Numbers) != n {
		return fmt.Errorf("report: got %d Numbers for %s, want one each", len(in.Numbers), counted.Of(n, "row"))
	}
	if n, _ := in.Rows.Dims(); in.Of < 0 || in.Of > 0 && in.Of < n {
		return fmt.Errorf("report: Of = %d, want 0 or at least the %d Rows that were drawn", in.Of, n)
	}
	if in.Missing < 0 {
		return fmt.Errorf("report: Missing = %d, want ≥ 0", in.Missing)
	}
	if in.Model.Mixed != nil {
		return nil
	}
	kept := 0
	for _, c := range in.Model.Columns {
		if !c.Dropped {
			kept++
		}
	}
	if d := in.Model.Flow.Dim(); kept != d {
		return fmt.Errorf("report: the model keeps %s, its flow has %d, want as many", counted.Of(kept, "column"), d)
	}
	return nil
}

// checkRows reports rows that the model cannot score.
func (in Input) checkRows() error {
	if in.Model.Mixed == nil {
		return rows.Check("report: Rows", in.Rows, len(in.Model.Columns))
	}
	if d := len(in.Model.Mixed.Columns()); d != len(in.Model.Columns) || d == 0 {
		return fmt.Errorf("report: the model has %s, its density %d, want as many", counted.Of(len(in.Model.Columns), "column"), d)
	}
	n, d := rows.Dims(in.Rows)
	if n < 1 || d != len(in.Model.Columns) {
		return fmt.Errorf("report: Rows: got %d×%d, want N×%d with N ≥ 1", n, d, len(in.Model.Columns))
	}
	for i := range n {
		for j := range d {
			if math.IsInf(in.Rows.At(i, j), 0) {
				return fmt.Errorf("report: Rows: got %v in row %d, column %d (from 0), want numbers, NaN where a cell is missing", in.Rows.At(i, j), i, j)
			}
		}
	}
	return nil
}

// An UnfitError reports a model or rows of which nothing can be shown.
type UnfitError struct{ What string }

func (e *UnfitError) Error() string { return e.What }

// Write writes the page to w: all of it or, on an error, nothing.
func Write(w io.Writer, in Input) error {
	if err := in.Validate(); err != nil {
		return err
	}
	if defaults.IsNil(w) {
		return errors.New("report: Write: the writer is nil")
	}
	s, err := newStudy(in)
	if err != nil {
		return fmt.Errorf("report: %w", err)
	}
	p, err := s.page()
	if err != nil {
		return fmt.Errorf("report: %w", err)
	}
	var b bytes.Buffer
	if err := page.Execute(&b, p); err != nil {
		return fmt.Errorf("report: %w", err)
	}
	_, err = io.WriteString(w, visible.Text(b.String())) // makes invisible characters in names visible; the page's own text has none
	return err
}
