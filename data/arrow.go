package data

import (
	"bytes"
	"errors"
	"fmt"
	"io"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/ipc"
	"github.com/parquet-go/parquet-go"
)

// arrowLayout is a table in Arrow's IPC format, a stream or a file, whose schema has been read. A file is a stream preceded by
// eight bytes and followed by a footer that lists its batches, so both are read in the same way, from the first byte on, a batch at
// a time.
type arrowLayout struct {
	in    *input
	leafs []arrowLeaf
	names []string
}

func openArrow(in *input) (layout, error) {
	s, err := newArrowStream(in)
	if err != nil {
		return nil, err
	}
	defer s.Close()
	l := &arrowLayout{in: in, leafs: leafsOf(s.batches.Schema())}
	for j, leaf := range l.leafs {
		if leaf.name == "" { // named as a column without a name in CSV is
			leaf.name = fmt.Sprintf("x%d", j+1)
		}
		l.names = append(l.names, leaf.name)
	}
	if len(l.names) == 0 {
		return nil, &EmptyError{File: in.name, What: "column"}
	}
	return l, nil
}

func (l *arrowLayout) width() int { return len(l.leafs) }

func (l *arrowLayout) columns() []string { return l.names }

func (l *arrowLayout) appendHeader(dst []byte, comma byte) []byte {
	return appendNames(dst, l.names, comma)
}

// fields are the columns in the same types in Parquet, or as text where Parquet has no such type.
func (l *arrowLayout) fields(pick []int) ([]parquet.Field, error) {
	nodes := cellNodes(len(l.names), pick)
	for j, leaf := range l.leafs {
		if leaf.kind.node != nil {
			nodes[j] = parquet.Optional(leaf.kind.node)
		}
	}
	return fieldsOf(l.names, nodes), nil
}

func (l *arrowLayout) scan(pick []int, keep form) (scanner, error) {
	stream, err := newArrowStream(l.in)
	if err != nil {
		return nil, err
	}
	s := &arrowScanner{stream: stream, pick: pick, columns: make([]*arrowColumn, len(l.leafs))}
	read := pick
	if keep > cellsOnly {
		read = all(len(l.leafs))
	}
	for _, j := range read {
		s.columns[j] = &arrowColumn{arrowLeaf: l.leafs[j]}
	}
	return s, nil
}

// arrowStream is one pass over the batches.
type arrowStream struct {
	in      *input
	bytes   io.ReadCloser
	spent   *allowance
	batches *ipc.Reader
	isFile  bool
}

// arrowMagic is at both ends of a file; at its beginning it is padded to eight bytes.
const arrowMagic = "ARROW1"

func newArrowStream(in *input) (_ *arrowStream, err error) {
	stream, err := in.open()
	if err != nil {
		return nil, err
	}
	s := &arrowStream{in: in, bytes: stream, spent: &allowance{most: in.limit}}
	defer func() {
		if err != nil {
			stream.Close()
		}
	}()
	head := make([]byte, 8)
	if _, err = io.ReadFull(stream, head); err != nil {
		return nil, in.failed(truncated(err))
	}
	var from io.Reader = stream
	if s.isFile = bytes.HasPrefix(head, []byte(arrowMagic)); !s.isFile {
		from = io.MultiReader(bytes.NewReader(head), stream)
	}
	s.batches, err = ipc.NewReaderFromMessageReader(&arrowMessages{from, s.spent}, ipc.WithAllocator(s.spent))
	if err != nil {
		return nil, s.damaged(err)
	}
	return s, nil
}

// next is the next batch, valid until the following call; after the last one it returns io.EOF.
func (s *arrowStream) next() (arrow.RecordBatch, error) {
	s.spent.bytes = s.spent.kept
	if s.batches.Next() {
		return s.batches.RecordBatch(), nil
	}
	if err := s.batches.Err(); err != nil {
		return nil, s.damaged(err)
	}
	if s.isFile {
		if err := s.footer(); err != nil {
			return nil, err
		}
	}
	return nil, io.EOF
}

// footer reports a file that ends too early.
func (s *arrowStream) footer() error {
	tail := make([]byte, 0, 2*len(arrowMagic))
	for piece := make([]byte, 4<<10); ; {
		n, err := s.bytes.Read(piece)
		tail = append(tail, piece[:n]...)
		tail = append(tail[:0], tail[max(0, len(tail)-len(arrowMagic)):]...)
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return s.in.failed(err)
		}
	}
	if string(tail) != arrowMagic {
		return s.in.failed(io.ErrUnexpectedEOF)
	}
	return nil
}

// damaged describes an error met while reading batches. The decoder's own words are about bytes and would not help a
// user.
func (s *arrowStream) damaged(err error) error {
	const unread = "cannot be read as Arrow: "
	var why reason
	switch {
	case s.spent.refused != "":
		return &FormatError{File: s.in.name, What: unread + string(s.spent.refused), Err: ErrBatch}
	case errors.As(err, &why):
		return &FormatError{File: s.in.name, What: unread + string(why)}
	case errors.Is(err, io.ErrUnexpectedEOF):
		return s.in.failed(err)
	}
	return &FormatError{File: s.in.name, What: "cannot be read as Arrow: it is damaged, or written in a way that is not supported", Err: err}
}

// Close ends the pass.
func (s *arrowStream) Close() error {
	if s.batches != nil {
		s.batches.Release()
	}
	return s.bytes.Close()
}

// An allowance limits the memory that one batch may take, so that a batch that claims more than it has, or was packed to exhaust
// memory, fails.
type allowance struct {
	bytes, kept, most int64
	refused           reason // why memory was refused; the decoder would lose the reason
}

// Allocate returns size bytes.
func (a *allowance) Allocate(size int) []byte {
	if a.bytes += int64(size); size < 0 || a.bytes > a.most {
		a.refused = tooLarge(a.most)
		panic(a.refused) // the decoder turns it into an error
	}
	return make([]byte, size)
}

// Reallocate returns size bytes that begin with those of b.
func (a *allowance) Reallocate(size int, b []byte) []byte {
	if size <= cap(b) && size >= 0 {
		return b[:size]
	}
	larger := a.Allocate(size)
	copy(larger, b)
	return larger
}

// Free leaves b to the garbage collector.
func (a *allowance) Free([]byte) {}

func tooLarge(most int64) reason {
	return reason(fmt.Sprintf("a batch, or what its dictionaries hold, has more than %d bytes unpacked, want smaller ones", most))
}
