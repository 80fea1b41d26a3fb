package serve

import (
	"errors"
	"io"
	"slices"

	"gaussflow/columns"
	"gaussflow/data"
)

// typedSource reads the rows of a table by a schema: for each row its numbers, or why it has none.
type typedSource struct {
	rows *columns.Rows
	at   []int // indexes of the question's columns among the modelled ones
}

// openTyped finds the columns of a table.
func openTyped(q *question, file *data.File) (*typedSource, error) {
	s := &typedSource{}
	for at, c := range q.schema.Modelled() {
		if !slices.Contains(file.Header(), c.Name) {
			return nil, unreadableTable(&data.ColumnError{Missing: []string{c.Name}, Have: file.Header()})
		}
		if _, read := q.place[c.Name]; read {
			s.at = append(s.at, at)
		}
	}
	file.Once()
	var err error
	if s.rows, err = q.schema.Open(file); err != nil {
		return nil, unreadableTable(err)
	}
	return s, nil
}

func (s *typedSource) close() { s.rows.Close() }

func (s *typedSource) fill(b *batch) error {
	for !b.full() {
		switch err := s.rows.Next(); {
		case errors.Is(err, io.EOF):
			return io.EOF
		case err != nil:
			return unreadableTable(err)
		}
		for j, at := range s.at {
			b.values[b.n*len(s.at)+j] = s.rows.Values()[at]
		}
		reason := s.rows.Reason()
		if reason == "" {
			reason = s.rows.Broken()
		}
		if reason != "" {
			b.add(errors.New(reason))
			continue
		}
		b.add(nil)
	}
	return nil
}
