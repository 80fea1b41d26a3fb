package data

import (
	"bufio"
	"encoding/binary"
	"fmt"
	"io"
	"math"
)

// npyEncoder writes an NPY array of float64 whose number of rows is filled in at the end.
type npyEncoder struct {
	file sink
	w    *bufio.Writer
	rows int
	cols int
	buf  []byte
}

func newNPYEncoder(file sink, pack io.Writer, cols int) (*npyEncoder, error) {
	if _, ok := pack.(plain); !ok || file.Direct() {
		return nil, reason("NPY is written to a file, not packed and not to a pipe: its header needs the number of rows")
	}
	e := &npyEncoder{file: file, w: bufio.NewWriterSize(file, 1<<16), cols: cols}
	_, err := e.w.Write(npyHeaderOf(0, cols))
	return e, err
}

// npyHeaderOf is a header of 128 bytes, version 1.0.
func npyHeaderOf(rows, cols int) []byte {
	h := fmt.Appendf([]byte("\x93NUMPY\x01\x00\x76\x00"), "{'descr': '<f8', 'fortran_order': False, 'shape': (%d, %d), }", rows, cols)
	for len(h) < 127 {
		h = append(h, ' ')
	}
	return append(h, '\n')
}

func (e *npyEncoder) write(rows []float64) error {
	e.rows += len(rows) / e.cols
	e.buf = e.buf[:0]
	for _, v := range rows {
		e.buf = binary.LittleEndian.AppendUint64(e.buf, math.Float64bits(v))
	}
	_, err := e.w.Write(e.buf)
	return err
}

func (e *npyEncoder) finish() error {
	if err := e.w.Flush(); err != nil {
		return err
	}
	if _, err := e.file.Seek(0, io.SeekStart); err != nil {
		return err
	}
	_, err := e.file.Write(npyHeaderOf(e.rows, e.cols))
	return err
}
