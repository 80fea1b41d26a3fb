package data

import (
	"bufio"
	"io"

	"gaussflow/internal/defaults"

	"github.com/parquet-go/parquet-go"
)

// npyLayout is one array, in an NPY file or in an NPZ, whose header has been read.
type npyLayout struct {
	in     *input
	header npyHeader
	open   func() (io.ReadCloser, error)              // the array's bytes, starting with the header
	at     func() (r readerAt, size int64, err error) // the same for reading in any order
}

func openNPY(in *input) (layout, error) {
	return newNPYLayout(&npyLayout{in: in, open: in.open, at: in.at})
}

func newNPYLayout(l *npyLayout) (layout, error) {
	stream, err := l.open()
	if err != nil {
		return nil, err
	}
	defer stream.Close()
	if l.header, err = readNPYHeader(stream); err != nil {
		return nil, l.in.failed(err)
	}
	if l.header.rows > 0 && l.header.cols <= maxColumns { // a row must exist before memory is spent on what the header claims
		if _, err = io.CopyN(io.Discard, stream, int64(l.header.cols*l.header.kind.size)); err != nil {
			return nil, l.in.failed(truncated(err))
		}
	}
	return l, nil
}

func (l *npyLayout) width() int { return l.header.cols }

func (l *npyLayout) columns() []string { return defaults.Names("x", l.header.cols) }

func (l *npyLayout) appendHeader(dst []byte, comma byte) []byte {
	return appendNames(dst, l.columns(), comma)
}

// fields are the columns, all of the array's type.
func (l *npyLayout) fields([]int) ([]parquet.Field, error) {
	nodes := make([]parquet.Node, l.header.cols)
	for j := range nodes {
		nodes[j] = l.header.kind.node
	}
	return fieldsOf(l.columns(), nodes), nil
}

func (l *npyLayout) scan(pick []int, _ form) (scanner, error) {
	s := npyScanner{in: l.in, header: l.header, pick: pick, record: make([]byte, l.header.cols*l.header.kind.size)}
	if l.header.fortran && l.header.cols > 1 {
		at, _, err := l.at()
		if err != nil {
			return nil, err
		}
		s.close = at
		return &fortranScanner{npyScanner: s, at: at}, nil
	}
	stream, err := l.open()
	if err != nil {
		return nil, err
	}
	s.close, s.stream = stream, bufio.NewReaderSize(stream, 1<<16)
	if _, err = io.CopyN(io.Discard, s.stream, l.header.offset); err != nil {
		stream.Close()
		return nil, l.in.failed(truncated(err))
	}
	return &s, nil
}

// npyScanner is a pass over an array whose rows are contiguous.
type npyScanner struct {
	in     *input
	header npyHeader
	pick   []int
	close  io.Closer
	stream *bufio.Reader
	record []byte // the current row
	row    int    // number of rows read
}

func (s *npyScanner) next(dst []float64) error {
	if s.row == s.header.rows {
		return io.EOF
	}
	if _, err := io.ReadFull(s.stream, s.record); err != nil {
		return s.in.failed(truncated(err))
	}
	s.row++
	for i := range dst {
		dst[i] = finite(s.value(s.pick[i]))
	}
	return nil
}

func (s *npyScanner) number(column int) (float64, bool) { return finite(s.value(column)), true }

func (s *npyScanner) value(column int) float64 { return s.header.kind.value(s.element(column)) }

// element is the bytes of a column of the current row.
func (s *npyScanner) element(column int) []byte { return s.record[column*s.header.kind.size:] }

func (s *npyScanner) cell(dst []byte, column int) []byte {
	return s.header.kind.text(dst, s.element(column))
}

func (s *npyScanner) appendText(dst []byte, comma byte) []byte {
	return appendCells(dst, s.header.cols, comma, s.cell)
}

func (s *npyScanner) appendValues(dst []byte, _ []float64) ([]byte, error) {
	for j := range s.header.cols {
		dst = appendValue(dst, j, s.header.kind.typed(s.element(j)))
	}
	return dst, nil
}

func (s *npyScanner) line() int { return 0 }

// Close closes the file.
func (s *npyScanner) Close() error { return s.close.Close() }

// fortranBlock is how many elements are read at a time if columns are contiguous, or the elements of one row if these
// are more.
const fortranBlock = 1 << 20

// fortranScanner is a pass over an array whose columns are contiguous: it reads a block of each column.
type fortranScanner struct {
	npyScanner
	at    io.ReaderAt
	block []byte // the current rows, column after column
	rows  int    // in the block
	taken int    // rows of the block already returned
}

func (s *fortranScanner) next(dst []float64) error {
	if s.row == s.header.rows {
		return io.EOF
	}
	if s.taken == s.rows {
		if err := s.fill(); err != nil {
			return err
		}
	}
	inBlock := s.taken
	s.row++
	s.taken++
	size := s.header.kind.size
	for j := range s.header.cols {
		copy(s.record[j*size:(j+1)*size], s.block[(j*s.rows+inBlock)*size:])
	}
	for i := range dst {
		dst[i] = finite(s.value(s.pick[i]))
	}
	return nil
}

// fill reads the next rows, only a few if there are many columns. Its memory grows with the bytes that are there, whatever the
// header claims.
func (s *fortranScanner) fill() error {
	size := s.header.kind.size
	s.rows, s.taken = min(max(fortranBlock/s.header.cols, 1), s.header.rows-s.row), 0
	s.block = s.block[:0]
	for j := range s.header.cols {
		from := len(s.block)
		s.block = append(s.block, make([]byte, s.rows*size)...)
		offset := s.header.offset + int64(j*s.header.rows+s.row)*int64(size)
		if n, err := s.at.ReadAt(s.block[from:], offset); n < s.rows*size {
			return s.in.failed(truncated(err))
		}
	}
	return nil
}
