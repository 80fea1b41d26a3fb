package data

import (
	"errors"
	"fmt"
	"slices"

	"github.com/parquet-go/parquet-go"

	"gaussflow/columns"
	"gaussflow/internal/defaults"
)

// FromTable makes a File of rows that are not in a file, such as the answer to a query. Errors call it name. Each pass over the
// File is a pass of t, which must allow several passes at a time and give each the same rows.
//
// A cell is a number if t stores one or its text is one; CreateRecords passes on its text. The fields of o that select columns and
// rows are used, those about how a file is written are not. It is an error if t is nil or has no columns; columns that o names and
// t lacks give a ColumnError.
func FromTable(name string, t columns.Table, o Options) (*File, error) {
	if err := o.Validate(); err != nil {
		return nil, err
	}
	if defaults.IsNil(t) {
		return nil, errors.New("data: FromTable: the table is nil, want one that has columns")
	}
	names := t.Names()
	if len(names) == 0 {
		return nil, &EmptyError{File: name, What: "column"}
	}
	return newFile(&input{name: name}, &tableLayout{name, t, slices.Clone(names)}, o)
}

// tableLayout is a columns.Table as a layout: its cells are text, or numbers where t has them as numbers.
type tableLayout struct {
	name  string
	table columns.Table
	names []string
}

func (l *tableLayout) width() int { return len(l.names) }

func (l *tableLayout) columns() []string { return l.names }

func (l *tableLayout) appendHeader(dst []byte, comma byte) []byte {
	return appendNames(dst, l.names, comma)
}

func (l *tableLayout) fields(pick []int) ([]parquet.Field, error) {
	return cellFields(l.names, pick), nil
}

func (l *tableLayout) scan(pick []int, _ form) (scanner, error) {
	pass, err := l.table.Pass()
	if err != nil {
		return nil, err
	}
	if defaults.IsNil(pass) {
		return nil, errors.New("data: FromTable: the table has given a pass that is nil")
	}
	s := &tableScanner{layout: l, pass: pass, target: make([]int, len(l.names))}
	for j := range s.target {
		s.target[j] = -1
	}
	for i, j := range pick {
		s.target[j] = i
	}
	return s, nil
}

// tableScanner is a pass over a tableLayout.
type tableScanner struct {
	layout *tableLayout
	pass   columns.Pass
	target []int // for each column the index at which its number is stored; −1 if it is not read
}

func (s *tableScanner) next(dst []float64) error {
	if err := s.pass.Next(); err != nil {
		return err
	}
	if why := s.pass.Fault(); why != "" {
		return &rowFault{FormatError{File: s.layout.name, Line: s.line(), What: why}}
	}
	if len(dst) == 0 {
		return nil
	}
	for j, i := range s.target {
		if i >= 0 {
			dst[i] = s.value(j)
		}
	}
	return nil
}

// value is column j of the current row, NaN if it is no finite number.
func (s *tableScanner) value(j int) float64 {
	if v, ok := s.number(j); ok {
		return v
	}
	return columns.Number(string(s.pass.Text(j)))
}

func (s *tableScanner) number(column int) (float64, bool) {
	v, ok := s.pass.Number(column)
	return finite(v), ok
}

func (s *tableScanner) cell(dst []byte, column int) []byte {
	return append(dst, s.pass.Text(column)...)
}

func (s *tableScanner) appendText(dst []byte, comma byte) []byte {
	return appendCells(dst, len(s.target), comma, s.cell)
}

func (s *tableScanner) appendValues(dst []byte, numbers []float64) ([]byte, error) {
	for j, i := range s.target {
		var number *float64
		if i >= 0 {
			number = &numbers[i]
		}
		text, why := s.pass.Text(j), ""
		if dst, why = appendCellValue(dst, j, text, len(text) == 0, number); why != "" {
			row, line := s.pass.Place()
			return dst, &FormatError{File: s.layout.name, Line: line, Column: s.layout.names[j],
				What: fmt.Sprintf("%.60q in row %d %s: CSV passes it on as it is", text, row, why)}
		}
	}
	return dst, nil
}

// appendFaulty appends a row of empty cells, because nothing is known of a malformed row.
func (s *tableScanner) appendFaulty(dst []byte, comma byte) []byte {
	return appendCells(dst, len(s.target), comma, func(dst []byte, _ int) []byte { return dst })
}

func (s *tableScanner) appendNulls(dst []byte) []byte { return appendNulls(dst, len(s.target)) }

func (s *tableScanner) line() int {
	_, line := s.pass.Place()
	return line
}

func (s *tableScanner) Close() error { return s.pass.Close() }
