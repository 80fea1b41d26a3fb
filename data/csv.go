package data

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"sync/atomic"

	"gaussflow/internal/counted"
	"gaussflow/internal/defaults"

	"github.com/parquet-go/parquet-go"
)

// csvLayout is a CSV file whose header has been read.
type csvLayout struct {
	in      *input
	comma   byte
	header  bool // the first record holds the names
	names   []string
	first   []byte   // the first record as it is written, if it holds the names
	unnamed []string // the names of columns that have none in the file
	named   int      // columns up to the last one with a name

	said     byte         // the separator that Options or the file's name say, else 0
	rowNames bool         // the first record has no name for the first column
	above    int          // lines of comment above the first record
	comments atomic.Int64 // lines that begin with # and are no rows, within the table and below it
	hashes   bool         // rows begin with #
	why      string       // the reason for a guess of header; "" if Options say it
	text     *encoded
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
	l := &csvLayout{in: in, said: o.Delimiter, text: &encoded{anyOf: o.Delimiter == 0 && !tabs(in.name)}}
	if stream, err = l.text.decode(stream); err != nil {
		return nil, in.failed(err)
	}
	s := newCSVScanner(in.name, stream, l.separator())
	line, err := s.begin()
	if err == nil {
		err = checkText(in.name, line)
	}
	if err != nil {
		return nil, err
	}
	if l.comma = s.separator; l.comma == 0 {
		l.comma = delimiter(in.name, line)
	}
	s.split(l.comma)
	switch err = s.read(); {
	case errors.Is(err, io.EOF):
		return nil, &FormatError{File: in.name, What: "is empty"}
	case err != nil:
		return nil, err
	}
	if l.setHeader(s.record, recordsOf(s.head, l.comma, s.cut), o.Header); l.header {
		l.first = bytes.Clone(s.raw)
	}
	l.above = s.marks
	return l, nil
}

// separator is the one that is known before the text is read; 0 if there is none.
func (l *csvLayout) separator() byte {
	if l.said == 0 && l.text.blanks.Load() {
		return '\t'
	}
	return l.said
}

// checkText reports encodings and binary files that would be read as a strange header.
func checkText(name string, line []byte) error {
	if bytes.IndexByte(line, 0) >= 0 {
		return &FormatError{File: name, Line: 1, What: "holds a zero byte: not a text file, and no Parquet, NPY or NPZ"}
	}
	if inner := bytes.TrimRight(line, "\r"); bytes.IndexByte(inner, '\r') >= 0 && bytes.IndexByte(inner, '"') < 0 {
		return &FormatError{File: name, Line: 1, What: "has a CR within, and lines end with LF: want one line end", Err: ErrLineEnds}
	}
	return nil
}

// delimiter is the one that the file's name implies, or else the candidate that occurs most often in the line.
func delimiter(name string, line []byte) byte {
	if tabs(name) {
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

// tabs reports whether the file's name implies that cells are separated by tabs.
func tabs(name string) bool {
	e := extension(name)
	return e == ".tsv" || e == ".tab"
}

// countOutside counts how often c occurs outside quotes.
func countOutside(line []byte, c byte) (n int) {
	for i, part := range bytes.Split(line, []byte{'"'}) {
		if i%2 == 0 {
			n += bytes.Count(part, []byte{c})
		}
	}
	return n
}

// setHeader takes the names from the first record or, if that holds none, names the columns itself. The first records are the
// evidence.
func (l *csvLayout) setHeader(first []string, records [][]string, h Header) {
	l.header = h != HeaderNone
	if len(records) > 0 {
		records, l.hashes = withoutComments(records)
	}
	if l.header && rowNamed(records) {
		first, records[0], l.rowNames = slices.Concat([]string{""}, first), slices.Concat([]string{""}, records[0]), true
	}
	if h == HeaderGuess && len(records) > 0 {
		l.header, l.why = named(records)
	}
	if l.header {
		l.setNames(first)
	} else {
		l.names, l.named = defaults.Names("x", len(first)), len(first)
	}
}

// setNames takes the names from the first record; a column without a name is called x and its number, and a further number where
// another column is called so.
func (l *csvLayout) setNames(first []string) {
	l.names = make([]string, len(first))
	taken := make(map[string]bool, len(first))
	for j, name := range first {
		l.names[j] = strings.TrimSpace(name)
		taken[l.names[j]] = true
	}
	for j, name := range l.names {
		if name != "" {
			l.named = j + 1
			continue
		}
		name = fmt.Sprintf("x%d", j+1)
		for n := 2; taken[name]; n++ {
			name = fmt.Sprintf("x%d_%d", j+1, n)
		}
		l.names[j], l.unnamed = name, append(l.unnamed, name)
	}
}

func (l *csvLayout) width() int { return len(l.names) }

func (l *csvLayout) columns() []string { return l.names }

// appendHeader appends the names as they are written.
func (l *csvLayout) appendHeader(dst []byte, comma byte) []byte {
	if l.first == nil {
		return appendNames(dst, l.names, comma)
	}
	if l.rowNames {
		dst = append(dst, comma)
	}
	return appendRaw(dst, l.first, l.comma, comma)
}

func (l *csvLayout) fields(pick []int) ([]parquet.Field, error) {
	return cellFields(l.names, pick), nil
}

func (l *csvLayout) scan(pick []int, _ form) (scanner, error) {
	stream, err := l.in.open()
	if err != nil {
		return nil, err
	}
	if stream, err = l.text.decode(stream); err != nil {
		return nil, l.in.failed(err)
	}
	s := newCSVScanner(l.in.name, stream, l.separator())
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
	s.named, s.noted, s.hashes = l.named, &l.comments, l.hashes
	return s, nil
}

// notes describe how the text is written.
func (l *csvLayout) notes() []string {
	notes := l.text.notes()
	switch {
	case l.why == "":
	case l.header:
		notes = append(notes, fmt.Sprintf("the first line holds the names: %s", l.why))
	default:
		notes = append(notes, fmt.Sprintf("the first line is a row, the columns are %s: %s", joined([]string{l.names[0], "…"}, ", "), l.why))
	}
	if l.rowNames {
		notes = append(notes, "the first line has one name fewer than the rows have cells: the first column is taken as the names of rows, as R writes them")
	}
	if n := l.above + int(l.comments.Load()); n > 0 {
		notes = append(notes, counted.Of(n, "line")+" of comment, after #, left out")
	}
	if n := len(l.unnamed); n > 0 {
		notes = append(notes, fmt.Sprintf("%s without a name, called by their place: %s", counted.Of(n, "column"), joined(l.unnamed[:min(n, most)], ", ")))
	}
	return notes
}
