package data

import "io"

// csvEncoder writes CSV with numbers that read back exactly.
type csvEncoder struct {
	w     io.Writer
	comma byte
	cols  int
	buf   []byte
}

func newCSVEncoder(w io.Writer, names []string, comma byte) (*csvEncoder, error) {
	e := &csvEncoder{w: w, comma: comma, cols: len(names)}
	for j, name := range names {
		if j > 0 {
			e.buf = append(e.buf, comma)
		}
		e.buf = appendQuoted(e.buf, []byte(name), comma)
	}
	e.buf = append(e.buf, '\n')
	return e, e.flush()
}

func (e *csvEncoder) flush() error {
	_, err := e.w.Write(e.buf)
	e.buf = e.buf[:0]
	return err
}

func (e *csvEncoder) write(rows []float64) error {
	for i, v := range rows {
		e.buf = appendNumber(e.buf, v)
		if (i+1)%e.cols == 0 {
			e.buf = append(e.buf, '\n')
		} else {
			e.buf = append(e.buf, e.comma)
		}
	}
	return e.flush()
}

func (e *csvEncoder) finish() error { return nil }
