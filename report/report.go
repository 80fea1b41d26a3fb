package report

import (
	"bytes"
	"errors"
	"fmt"
	"io"

	"gonum.org/v1/gonum/mat"

	"gaussflow/internal/defaults"
	"gaussflow/internal/visible"
	"gaussflow/rows"
	"gaussflow/tabular"
)

// Input is what a page is made from.
type Input struct {
	Model *tabular.Model
	// Rows is N×d of a table, d = len(Model.Columns): the columns in the model's order, dropped ones included: the table fitted to, or
	// another one to be looked at. N ≥ 1, all finite.
	Rows mat.Matrix
	// Numbers are the rows' numbers in their file, for a table from which rows were left out; default 1, 2, …
	Numbers []int
	Name    string // of the table, as its file name; empty: "the table"
	Missing int    // rows that were left out because a cell is missing; default 0
	Seed    uint64 // of the samples, and of the rows shown where there are too many; default 0
}

// Validate reports what is missing or does not fit together.
func (in Input) Validate() error {
	if in.Model == nil || in.Model.Flow == nil {
		return fmt.Errorf("report: Model = nil, want a fitted model")
	}
	if err := rows.Check("report: Rows", in.Rows, len(in.Model.Columns)); err != nil {
		return err
	}
	if n, _ := in.Rows.Dims(); in.Numbers != nil && len(in.Numbers) != n {
		return fmt.Errorf("report: got %d Numbers for %d rows, want one each", len(in.Numbers), n)
	}
	if in.Missing < 0 {
		return fmt.Errorf("report: Missing = %d, want ≥ 0", in.Missing)
	}
	kept := 0
	for _, c := range in.Model.Columns {
		if !c.Dropped {
			kept++
		}
	}
	if d := in.Model.Flow.Dim(); kept != d {
		return fmt.Errorf("report: the model keeps %d columns, its flow has %d, want as many", kept, d)
	}
	return nil
}

// An UnfitError is a model or rows of which there is nothing to show.
type UnfitError struct{ What string }

func (e *UnfitError) Error() string { return e.What }

// Write writes the page to w, all of it or, on an error, nothing.
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
	_, err = io.WriteString(w, visible.Text(b.String())) // of names; the page's own text has nothing of the kind
	return err
}
