package serve

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"

	"gaussflow/data"
)

// errCell is the reason for a row that package data leaves out.
var errCell = errors.New("a cell of the columns asked for is missing, or is no finite number")

// tableSource reads CSV, TSV, Parquet and Arrow with package data. Rows with a cell that is no number, which package data leaves
// out and counts, get their places in the answer.
type tableSource struct {
	rows  *data.Rows
	width int

	ahead  []float64 // rows that have been read but not yet handed out
	n, at  int       // how many of them there are, and the index of the next one
	good   int       // rows that have been read in all
	last   int       // number of the row of the table handed out last
	counts int       // number of rows of the table that are known to exist
	ended  bool
}

// openTable reads the header of a table.
func openTable(q *question, in io.Reader, o data.Options, limits *Limits) (source, error) {
	o.Stdin, o.DropMissing, o.MaxBuffered = in, true, limits.Document
	file, err := data.Open("-", o)
	if err != nil {
		return nil, unreadableTable(err)
	}
	if n := len(file.Header()); n > limits.Columns {
		return nil, refuse(http.StatusRequestEntityTooLarge, "the table has %d columns, want at most %d", n, limits.Columns)
	}
	if q.schema != nil {
		s, err := openTyped(q, file)
		if err != nil { // return a nil source, not one that holds a nil pointer
			return nil, err
		}
		return s, nil
	}
	names := make([]string, len(q.reads))
	for j, c := range q.reads {
		names[j] = c.Name
	}
	if file, err = file.Select(names...); err != nil {
		return nil, unreadableTable(err)
	}
	file.Once()
	rows, err := file.Rows()
	if err != nil {
		return nil, unreadableTable(err)
	}
	return &tableSource{rows: rows, width: len(names), ahead: make([]float64, batchSize*len(names))}, nil
}

func (s *tableSource) close() { s.rows.Close() }

func (s *tableSource) fill(b *batch) error {
	for !b.full() {
		if s.at == s.n && !s.ended {
			if err := s.read(); err != nil {
				return err
			}
		}
		switch {
		case s.last+1 < s.next():
			s.last++
			b.add(errCell)
		case s.at < s.n:
			copy(b.values[b.n*s.width:(b.n+1)*s.width], s.ahead[s.at*s.width:])
			s.last++
			s.at++
			b.add(nil)
		default:
			return io.EOF
		}
	}
	return nil
}

// next is the number of the next readable row of the table; after the last one it is one more than the number of rows.
func (s *tableSource) next() int {
	if s.at < s.n {
		return s.rows.Place(s.at).Row
	}
	return s.counts + 1
}

// read reads some rows ahead.
func (s *tableSource) read() error {
	n, err := s.rows.Read(s.ahead)
	s.n, s.at, s.good = n, 0, s.good+n
	switch {
	case n > 0: // an error will occur again
		s.counts = s.rows.Place(n - 1).Row
	case errors.Is(err, io.EOF):
		s.ended, s.counts = true, s.good+s.rows.Dropped()
	default:
		return unreadableTable(err)
	}
	return nil
}

// unreadableTable is the problem with a body that is no table, or lacks these columns.
func unreadableTable(err error) error {
	var p *problem
	var format *data.FormatError
	var column *data.ColumnError
	known := errors.As(err, &format)
	switch {
	case errors.As(err, &p):
		return p
	case errors.As(err, &column):
		return refuse(http.StatusUnprocessableEntity, "the table has not the columns %s, it has %s", quoted(column.Missing), quoted(column.Have))
	case known && errors.Is(err, data.ErrOnce):
		return refuse(http.StatusRequestEntityTooLarge, "a table that must be read out of order, as Parquet, is too long: %s", format.What)
	case known && errors.Is(err, data.ErrBatch):
		return refuse(http.StatusRequestEntityTooLarge, "the table %s", format.What)
	case known && format.Line > 0:
		return refuse(http.StatusBadRequest, "line %d %s", format.Line, format.What)
	case known:
		return refuse(http.StatusBadRequest, "the table %s", format.What)
	}
	return unreadable(err)
}

// quoted lists some names.
func quoted(names []string) string {
	const most = 10
	var text []string
	for _, name := range names[:min(len(names), most)] {
		text = append(text, fmt.Sprintf("%q", name))
	}
	if more := len(names) - most; more > 0 {
		text = append(text, fmt.Sprintf("and %d more", more))
	}
	return strings.Join(text, ", ")
}
