package data

import (
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"gaussflow/internal/counted"
)

// ErrOnce reports a stream, standard input or a pipe, that is too long to be kept for a second reading.
var ErrOnce = errors.New("a stream longer than Options.MaxBuffered")

// ErrEncoding reports text that is not UTF-8.
var ErrEncoding = errors.New("not UTF-8")

// ErrLineEnds reports a text whose lines end in CR alone.
var ErrLineEnds = errors.New("lines that end with CR alone")

// ErrBatch reports a batch of Arrow that is too large to be held.
var ErrBatch = errors.New("a batch larger than Options.MaxBuffered")

// A FormatError says why a file is not what it should be.
type FormatError struct {
	File string
	Line int    // 0 if the format has no lines
	What string // in the file's terms
	Err  error  // the cause as an error of the code that found it, or nil

	Column string // the column concerned, or ""
}

func (e *FormatError) Error() string {
	at, cause := "", ""
	if e.Line > 0 {
		at = fmt.Sprintf(" line %d:", e.Line)
	}
	if e.Column != "" {
		at += fmt.Sprintf(" column %q:", e.Column)
	}
	isSaid := func(cause error) bool { return errors.Is(e.Err, cause) } // by What
	if e.Err != nil && !slices.ContainsFunc([]error{ErrEncoding, ErrLineEnds, ErrBatch, io.ErrUnexpectedEOF}, isSaid) {
		cause = ": " + e.Err.Error()
	}
	return fmt.Sprintf("data: %s:%s %s%s", e.File, at, e.What, cause)
}

// Unwrap returns the cause.
func (e *FormatError) Unwrap() error { return e.Err }

// A rowFault reports a row that cannot be read although the rows after it can.
type rowFault struct{ FormatError }

// Unwrap returns the fault as a FormatError.
func (e *rowFault) Unwrap() error { return &e.FormatError }

// Reason says what is wrong with the row.
func (e *rowFault) Reason() string { return e.What }

// A WriteError reports a table that could not be written.
type WriteError struct {
	File string
	Err  error
}

func (e *WriteError) Error() string { return fmt.Sprintf("data: writing %s: %v", e.File, e.Err) }

// Unwrap returns the cause.
func (e *WriteError) Unwrap() error { return e.Err }

// Reason is the cause in the file's terms; "" if the error is of another kind.
func (e *WriteError) Reason() string {
	var why reason
	_ = errors.As(e.Err, &why)
	return string(why)
}

// A reason says in the file's terms why a file cannot be read.
type reason string

func (r reason) Error() string { return string(r) }

func reasonf(format string, args ...any) error { return reason(fmt.Sprintf(format, args...)) }

// A ColumnError names all columns that were asked for and do not exist.
type ColumnError struct {
	File          string
	Missing, Have []string
}

func (e *ColumnError) Error() string {
	return fmt.Sprintf("data: %s: no column %s; it has %s", e.File, quoted(e.Missing), quoted(e.Have))
}

// A Cell is a cell's position and text.
type Cell struct {
	Row  int // of the data, from 1
	Line int // of the file, from 1; 0 if the format has no lines
	Text string
}

func (c Cell) String() string {
	line := ""
	if c.Line > 0 {
		line = fmt.Sprintf(" (line %d)", c.Line)
	}
	return fmt.Sprintf("row %d%s: %q", c.Row, line, c.Text)
}

// A CellError reports the first cell of a pass that is not a finite number.
type CellError struct {
	File, Column string
	Cell         Cell
}

func (e *CellError) Error() string {
	return fmt.Sprintf("data: %s: column %q, %v is not a finite number", e.File, e.Column, e.Cell)
}

// A BadColumn counts the cells of a column that are not finite numbers.
type BadColumn struct {
	Name    string
	Missing int  // empty, NA, NaN, … : see columns.Missing
	Text    int  // anything else
	First   Cell // the first of either
}

func (b BadColumn) String() string {
	return fmt.Sprintf("column %q has %d, the first in %v", b.Name, b.Missing+b.Text, b.First)
}

// A MissingError names the columns with cells that are missing or not numbers.
type MissingError struct {
	File    string
	Rows    int // rows read
	Columns []BadColumn
}

func (e *MissingError) Error() string {
	return fmt.Sprintf("data: %s: cells that are missing or not finite numbers, in %s: %s (such rows can be left out: drop missing)",
		e.File, counted.Of(e.Rows, "row"), listed(e.Columns))
}

// A CategoryError names the columns that consist mostly of text: densities of categories are not supported here.
type CategoryError struct {
	File    string
	Columns []BadColumn
}

func (e *CategoryError) Error() string {
	return fmt.Sprintf("data: %s: columns of categories are not supported, leave them out: %s are not numbers",
		e.File, listed(e.Columns))
}

// An EmptyError reports that no row, or no column, is left to read.
type EmptyError struct {
	File    string
	What    string // "row" or "column"
	Dropped int    // rows left out for bad cells
}

func (e *EmptyError) Error() string {
	if e.Dropped > 0 {
		return fmt.Sprintf("data: %s: no %s left: a cell is missing in each of %s", e.File, e.What, counted.Of(e.Dropped, "row"))
	}
	return fmt.Sprintf("data: %s: no %s, want at least one", e.File, e.What)
}

// most is how many names an error lists before it counts the rest.
const most = 20

func quoted(names []string) string {
	q := make([]string, len(names))
	for i, n := range names {
		q[i] = fmt.Sprintf("%q", n)
	}
	return joined(q, ", ")
}

func listed[T fmt.Stringer](items []T) string {
	s := make([]string, len(items))
	for i, item := range items {
		s[i] = item.String()
	}
	return joined(s, "; ")
}

func joined(s []string, by string) string {
	if extra := len(s) - most; extra > 0 {
		s = append(slices.Clone(s[:most]), fmt.Sprintf("and %d more", extra))
	}
	return strings.Join(s, by)
}
