package data

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"gaussflow/internal/defaults"

	"github.com/parquet-go/parquet-go"
)

// csvLayout is a CSV file whose header was read.
type csvLayout struct {
	in     *input
	comma  byte
	header bool // the first record holds the names
	names  []string
	first  []byte // the first record as it is written, where it holds the names
}

var utf8Mark = []byte("\xef\xbb\xbf")

// openCSV reads the first record: it fixes the delimiter, the number of columns and their names.
func openCSV(in *input, o Options) (layout, error) {
	if c := o.Delimiter; c != 0 && c != '\t' && (c < ' ' || c > '~' || c == '"') {
		return nil, &FormatError{File: in.name, What: fmt.Sprintf("cells cannot be parted by %q: want a tab or a printable ASCII character other than a quote", c)}
	}
	stream, err := in.open()
	if err != nil {
		return nil, err
	}
	defer stream.Close()
	l := &csvLayout{in: in, comma: o.Delimiter}
	s := newCSVScanner(in.name, stream, asText)
	line, err := s.begin()
	if err == nil {
		err = checkText(in.name, line)
	}
	if err != nil {
		return nil, err
	}
	if l.comma == 0 {
		l.comma = delimiter(in.name, line)
	}
	s.split(l.comma)
	switch err = s.read(); {
	case errors.Is(err, io.EOF):
		return nil, &FormatError{File: in.name, What: "is empty"}
	case err != nil:
		return nil, err
	}
	if err = l.setHeader(s.record, o.Header); l.header {
		l.first = bytes.Clone(s.raw)
	}
	return l, err
}

// checkText tells text from the encodings and the binary files that would be read as a strange header.
func checkText(name string, line []byte) error {
	if bytes.HasPrefix(line, []byte("\xff\xfe")) || bytes.HasPrefix(line, []byte("\xfe\xff")) {
		return &FormatError{File: name, Line: 1, What: "is UTF-16, want UTF-8", Err: ErrEncoding}
	}
	if bytes.IndexByte(line, 0) >= 0 {
		return &FormatError{File: name, Line: 1, What: "holds a zero byte: not a text file, and no Parquet, NPY or NPZ"}
	}
	if inner := bytes.TrimRight(line, "\r"); bytes.IndexByte(inner, '\r') >= 0 && bytes.IndexByte(inner, '"') < 0 {
		return &FormatError{File: name, Line: 1, What: "ends with CR alone, want LF or CR LF", Err: ErrLineEnds}
	}
	return nil
}

// delimiter is that of the file's name, or the candidate that the line holds most often.
func delimiter(name string, line []byte) byte {
	if e := extension(name); e == ".tsv" || e == ".tab" {
		return '\t'
	}
	best, most := byte(','), 0
	for _, c := range []byte(",\t;|") {
		if n := countOutside(line, c); n > most {
			best, most = c, n
		}
	}
	return best
}

// countOutside counts c outside quotes.
func countOutside(line []byte, c byte) (n int) {
	for i, part := range bytes.Split(line, []byte{'"'}) {
		if i%2 == 0 {
			n += bytes.Count(part, []byte{c})
		}
	}
	return n
}

func (l *csvLayout) setHeader(first []string, h Header) error {
	if h == HeaderGuess && allNumbers(first) {
		return &FormatError{File: l.in.name, Line: 1, Err: ErrNumericHeader,
			What: fmt.Sprintf("is all numbers (%s): are they names, or the first row?", joined(first, ", "))}
	}
	if h == HeaderNone {
		l.names = defaults.Names("x", len(first))
		return nil
	}
	l.header = true
	l.setNames(first)
	return nil
}

// setNames takes the header; a column without a name gets x and its number.
func (l *csvLayout) setNames(first []string) {
	for j, name := range first {
		if name = strings.TrimSpace(name); name == "" {
			name = fmt.Sprintf("x%d", j+1)
		}
		l.names = append(l.names, name)
	}
}

func allNumbers(cells []string) bool {
	return !slices.ContainsFunc(cells, func(c string) bool { v := number(c); return v != v })
}

func (l *csvLayout) width() int { return len(l.names) }

func (l *csvLayout) columns() []string { return l.names }

// appendHeader appends the names as they are written.
func (l *csvLayout) appendHeader(dst []byte, comma byte) []byte {
	if l.first == nil {
		return appendNames(dst, l.names, comma)
	}
	return appendRaw(dst, l.first, l.comma, comma)
}

// fields are doubles where numbers are read, and text, which may be missing, elsewhere: nothing else is known before the last row.
func (l *csvLayout) fields(pick []int) ([]parquet.Field, error) {
	nodes := make([]parquet.Node, len(l.names))
	for j := range nodes {
		nodes[j] = parquet.Optional(parquet.String())
	}
	for _, j := range pick {
		nodes[j] = parquet.Leaf(parquet.DoubleType)
	}
	return fieldsOf(l.names, nodes), nil
}

func (l *csvLayout) scan(pick []int, keep form) (scanner, error) {
	stream, err := l.in.open()
	if err != nil {
		return nil, err
	}
	s := newCSVScanner(l.in.name, stream, keep)
	if _, err = s.begin(); err == nil {
		s.split(l.comma)
		err = s.read()
	}
	if err != nil {
		stream.Close()
		if errors.Is(err, io.EOF) {
			err = &FormatError{File: l.in.name, What: "is empty"}
		}
		return nil, err
	}
	if l.header {
		s.pending = 0
	}
	s.aim(len(l.names), pick)
	return s, nil
}
