package data

import (
	"io"

	"gaussflow/columns"
	"gaussflow/internal/csvcell"
)

// csvEncoder writes CSV with numbers that read back exactly.
type csvEncoder struct {
	w     io.Writer
	comma byte
	cols  int
	buf   []byte
}

func newCSVEncoder(w io.Writer, names []string, comma byte) (*csvEncoder, error) {
	e := &csvEncoder{w: w, comma: comma, cols: len(names)}
	e.buf = append(appendNames(e.buf, names, comma), '\n')
	return e, e.flush()
}

func (e *csvEncoder) flush() error {
	_, err := e.w.Write(e.buf)
	e.buf = e.buf[:0]
	return err
}

func (e *csvEncoder) write(rows []float64) error {
	for i, v := range rows {
		e.buf = columns.AppendNumber(e.buf, v)
		if (i+1)%e.cols == 0 {
			e.buf = append(e.buf, '\n')
		} else {
			e.buf = append(e.buf, e.comma)
		}
	}
	return e.flush()
}

// writeRecord writes a record that is passed on, followed by the numbers and texts.
func (e *csvEncoder) writeRecord(record []byte, extra []float64, texts []string) error {
	e.buf = append(e.buf, record...)
	for _, v := range extra {
		if e.buf = append(e.buf, e.comma); v == v {
			e.buf = columns.AppendNumber(e.buf, v)
		}
	}
	for _, text := range texts {
		e.buf = csvcell.Append(append(e.buf, e.comma), []byte(text), e.comma)
	}
	e.buf = append(e.buf, '\n')
	return e.flush()
}

func (e *csvEncoder) finish() error { return nil }
