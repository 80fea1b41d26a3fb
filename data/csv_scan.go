package data

import (
	"bufio"
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"math"
	"strings"
	"sync/atomic"

	"gaussflow/columns"
	"gaussflow/internal/counted"
)

// QuoteFault begins what a FormatError says of a record with a quote in the wrong place.
const QuoteFault = `a quote (") is missing or stands where none can`

// csvScanner is a pass over a CSV file. Most of the time goes into parsing numbers, so encoding/csv is fast enough
// (BenchmarkCSV).
type csvScanner struct {
	name   string
	stream io.Closer
	bound  *bounded
	text   *bufio.Reader
	csv    *csv.Reader
	target []int // for each column the index at which its number is stored; −1 if it is not read

	separator byte          // the separator that is declared before the text is read, or by a first line sep=…; else 0
	above     int           // lines of comment, and empty ones among them, above the first record
	comments  int           // lines of comment met so far within the table and below it
	noted     *atomic.Int64 // the most that a pass has met
	hashes    bool          // rows begin with #, so that no line is a comment
	named     int           // columns up to the last one with a name; records may lack the cells after it

	head  []byte    // the start of the text, after begin
	cut   bool      // head is not the whole text
	marks int       // lines of comment above the first record
	raw   []byte    // the current record as it is written
	cells []rawCell // the cells of raw

	record []string // the current record
	at     int      // the line where it begins
	end    int      // the line where it ends
	// rows to hand out before another record is read: the current one and, in a file of one column, the empty lines
	// before it
	pending int
}

func newCSVScanner(name string, stream io.ReadCloser, separator byte) *csvScanner {
	b := &bounded{src: stream}
	return &csvScanner{name: name, stream: stream, bound: b, text: bufio.NewReaderSize(b, headBytes), separator: separator}
}

// begin returns the first line, as far as it is buffered. It skips a byte order mark, comments, and a first line sep=; which tells
// spreadsheets the separator; the end of that line stays as an empty line, so that line numbers remain right.
func (s *csvScanner) begin() ([]byte, error) {
	head, err := s.text.Peek(s.text.Size())
	if err != nil && !errors.Is(err, io.EOF) {
		return nil, s.failed(err)
	}
	s.cut = len(head) >= headBytes
	if bytes.HasPrefix(head, utf8Mark) {
		head = s.skip(len(utf8Mark), head)
	}
	if said := separatorSaid(head); said != 0 {
		head = s.skip(len("sep=;"), head)
		if s.separator == 0 {
			s.separator = said
		}
	}
	over := commentsAbove(head, s.separator, s.cut)
	head, s.above, s.end = s.skip(over.length, head), over.lines, over.lines
	s.head, s.marks = head, over.comments
	head = bytes.TrimLeft(head, "\r\n")
	if end := bytes.IndexByte(head, '\n'); end >= 0 {
		head = head[:end]
	}
	return head, nil
}

// skip drops the first bytes of the text, which have been examined.
func (s *csvScanner) skip(n int, head []byte) []byte {
	_, _ = s.text.Discard(n) // they are buffered, so this cannot fail
	s.bound.skip(n)
	return head[n:]
}

// separatorSaid is the character that a first line sep=; declares; 0 if there is none.
func separatorSaid(head []byte) byte {
	line, _, ended := bytes.Cut(head, []byte("\n"))
	line = bytes.TrimSuffix(line, []byte("\r"))
	if ended && len(line) == len("sep=;") && bytes.EqualFold(line[:4], []byte("sep=")) {
		return line[4]
	}
	return 0
}

// headBytes is how much of a text is examined before its first record is read.
const headBytes = 128 << 10

// split starts to divide the rest of the text into records.
func (s *csvScanner) split(comma byte) {
	s.bound.comma = comma
	if ahead, err := s.text.Peek(s.text.Buffered()); err == nil { // the part that begin has examined
		s.bound.count(ahead)
	}
	s.csv = csv.NewReader(s.text)
	s.csv.Comma = rune(comma)
	s.csv.FieldsPerRecord = -1
	s.csv.TrimLeadingSpace = comma != '\t'
	s.csv.ReuseRecord = true
}

// aim sets target so that column pick[i] of width is stored at index i.
func (s *csvScanner) aim(width int, pick []int) {
	s.target = make([]int, width)
	for j := range s.target {
		s.target[j] = -1
	}
	for i, j := range pick {
		s.target[j] = i
	}
}

// read reads the next record and makes it the current one.
func (s *csvScanner) read() error {
	err := s.readOne()
	for s.comment(err) {
		err = s.readOne()
	}
	return err
}

func (s *csvScanner) readOne() error {
	record, err := s.csv.Read()
	if err != nil {
		return s.failed(err)
	}
	s.raw = withoutLineEnds(s.bound.complete(s.csv.InputOffset()))
	s.record = record
	first, _ := s.csv.FieldPos(0)
	last := len(record) - 1
	line, _ := s.csv.FieldPos(last)
	s.at, line = first+s.above, line+s.above
	s.pending = 1
	if len(s.target) == 1 {
		s.pending = s.at - s.end
	}
	s.end = line + strings.Count(record[last], "\n")
	return nil
}

func (s *csvScanner) failed(err error) error {
	var parse *csv.ParseError
	switch {
	case errors.Is(err, io.EOF):
		return io.EOF
	case s.bound.err != nil: // encoding/csv may take it for a missing quote
		return (&input{name: s.name}).failed(s.bound.err)
	case errors.As(err, &parse):
		s.raw = withoutLineEnds(s.bound.complete(s.csv.InputOffset()))
		s.record, s.at, s.end, s.pending = nil, parse.StartLine+s.above, parse.Line+s.above, 0
		return &rowFault{FormatError{File: s.name, Line: s.at, Err: err,
			What: fmt.Sprintf("%s, near character %d", QuoteFault, parse.Column)}}
	}
	return (&input{name: s.name}).failed(err)
}

// next reads a record. It skips empty lines, as encoding/csv does, except that in a file of one column an empty line
// before a record is a missing cell.
func (s *csvScanner) next(dst []float64) error {
	if s.pending == 0 {
		if err := s.read(); err != nil {
			return err
		}
	}
	if s.pending--; s.pending > 0 {
		for i := range dst {
			dst[i] = math.NaN()
		}
		return nil
	}
	if got, want := len(s.record), len(s.target); got != want && !s.mend() {
		beyond := ""
		if got > want {
			beyond = fmt.Sprintf("; beyond these are %s", quoted(s.record[want:]))
		}
		return &rowFault{FormatError{File: s.name, Line: s.at, What: fmt.Sprintf("has %s, want %d as the first record%s", counted.Of(got, "cell"), want, beyond)}}
	}
	if len(dst) == 0 {
		return nil
	}
	for j, cell := range s.record {
		if i := s.target[j]; i >= 0 {
			dst[i] = columns.Number(cell)
		}
	}
	return nil
}

func (s *csvScanner) line() int { return s.at - s.pending }

// number is none: all is text.
func (s *csvScanner) number(int) (float64, bool) { return 0, false }

func (s *csvScanner) cell(dst []byte, column int) []byte {
	if s.pending > 0 {
		return dst
	}
	return append(dst, s.record[column]...)
}

// appendText appends the record as it is written; an empty line is a missing cell.
func (s *csvScanner) appendText(dst []byte, comma byte) []byte {
	if s.pending > 0 {
		return dst
	}
	return appendRaw(dst, s.raw, s.bound.comma, comma)
}

// appendValues appends the cells as fields says that they are.
func (s *csvScanner) appendValues(dst []byte, numbers []float64) ([]byte, error) {
	s.cells = cutRecord(s.cells[:0], s.raw, s.bound.comma)
	for j, c := range s.cells {
		var err error
		if dst, err = s.value(dst, j, c, numbers); err != nil {
			return dst, err
		}
	}
	return dst, nil
}

func (s *csvScanner) value(dst []byte, j int, c rawCell, numbers []float64) ([]byte, error) {
	var number *float64
	if i := s.target[j]; i >= 0 {
		number = &numbers[i]
	}
	dst, why := appendCellValue(dst, j, c.value(), c.missing(), number)
	if why != "" {
		return dst, s.unfit(j, why)
	}
	return dst, nil
}

func (s *csvScanner) unfit(column int, why string) error {
	return &FormatError{File: s.name, Line: s.at, What: fmt.Sprintf("column %d, %q, %s: CSV passes it on as it is", column+1, s.record[column], why)}
}

// Close closes the file.
func (s *csvScanner) Close() error { return s.stream.Close() }

// maxRecord limits the memory that one record can ask for, by a quote that is never closed or a line that never ends. A record of
// many cells needs much more memory than its bytes, so the number of cells is limited too, by maxColumns.
const maxRecord = 16 << 20

// bounded fails once a record has become too long.
type bounded struct {
	src        io.Reader
	read, done int64 // bytes read, and how many of them are in complete records
	comma      byte  // 0 if it is not known yet
	quoted     bool  // the bytes read so far end inside quotes
	cells      int   // delimiters since the read in which the last record ended
	err        error

	window []byte // starts at or before the next record
	from   int    // index of the next record's first byte in window
}

// complete is told that all records up to an offset have been handed out. It returns the bytes since the last call, which are valid
// until the next read.
func (b *bounded) complete(offset int64) (raw []byte) {
	end := b.from + int(offset-b.done)
	raw, b.from = b.window[b.from:end], end
	b.done, b.cells = offset, 0
	return raw
}

// skip excludes the first bytes from what offsets count.
func (b *bounded) skip(n int) {
	b.read -= int64(n)
	b.from += n
}

// store keeps what has been read, and forgets the records already handed out.
func (b *bounded) store(p []byte) {
	b.window = append(b.window[:0], b.window[b.from:]...)
	b.window, b.from = append(b.window, p...), 0
}

// Read reads on and enforces the limits.
func (b *bounded) Read(p []byte) (n int, err error) {
	switch {
	case b.read-b.done > maxRecord:
		b.err = reasonf("a record is longer than %d bytes: a quote that is not closed?", maxRecord)
	case b.cells > maxColumns:
		b.err = reasonf("a record has more than %d cells", maxColumns)
	}
	if b.err != nil {
		return 0, b.err
	}
	n, err = b.src.Read(p)
	b.read += int64(n)
	b.store(p[:n])
	b.count(p[:n])
	if err != nil && !errors.Is(err, io.EOF) {
		b.err = err
	}
	return n, err
}

// count counts the delimiters outside quotes.
func (b *bounded) count(p []byte) {
	if b.comma == 0 {
		return
	}
	for len(p) > 0 {
		part, quote := p, bytes.IndexByte(p, '"')
		if quote >= 0 {
			part = p[:quote]
		}
		if !b.quoted {
			b.cells += bytes.Count(part, []byte{b.comma})
		}
		if quote < 0 {
			return
		}
		b.quoted = !b.quoted
		p = p[quote+1:]
	}
}
