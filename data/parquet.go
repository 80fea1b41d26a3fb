package data

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math"
	"runtime"
	"strings"

	"github.com/parquet-go/parquet-go"
	"github.com/parquet-go/parquet-go/format"
)

// parquetLayout is a Parquet file whose footer has been read. Nested columns are named by their path, a.b.
type parquetLayout struct {
	in    *input
	names []string
	types []parquet.Type
	lists []bool // columns with several values a row
}

func openParquet(in *input) (_ layout, err error) {
	file, source, err := parquetFile(in)
	if err != nil {
		return nil, err
	}
	defer source.Close()
	defer in.recovered(&err)
	l := &parquetLayout{in: in}
	l.leafs(file.Root(), file.Metadata().Schema)
	if err := in.checkCodecs(file.Metadata().RowGroups); err != nil {
		return nil, err
	}
	if len(l.names) == 0 {
		return nil, &EmptyError{File: in.name, What: "column"}
	}
	return l, nil
}

// leafs adds the leaves of a node. elements are the schema elements of the node and of those that follow it; the elements that
// follow are returned.
func (l *parquetLayout) leafs(c *parquet.Column, elements []format.SchemaElement) (rest []format.SchemaElement) {
	element, rest := &elements[0], elements[1:]
	if c.Leaf() {
		name := strings.Join(c.Path(), ".")
		if name == "" { // named as a column without a name in CSV is
			name = fmt.Sprintf("x%d", len(l.names)+1)
		}
		l.names = append(l.names, name)
		l.types = append(l.types, meant(c.Type(), element))
		l.lists = append(l.lists, c.MaxRepetitionLevel() > 0)
	}
	for _, inner := range c.Columns() {
		rest = l.leafs(inner, rest)
	}
	return rest
}

// parquetFile reads the footer; the caller closes source.
func parquetFile(in *input) (file *parquet.File, source readerAt, err error) {
	source, size, err := in.at()
	if err != nil {
		return nil, nil, err
	}
	if file, err = in.footer(source, size); err != nil {
		source.Close()
		return nil, nil, err
	}
	return file, source, nil
}

func (in *input) footer(source io.ReaderAt, size int64) (file *parquet.File, err error) {
	defer in.recovered(&err)
	if err = checkFooter(source, size); err != nil {
		return nil, in.damaged(err)
	}
	file, err = parquet.OpenFile(source, size, parquet.SkipPageIndex(true), parquet.SkipBloomFilters(true))
	if err != nil {
		return nil, in.damaged(err)
	}
	return file, nil
}

func (in *input) damaged(err error) error {
	var bad *FormatError
	var path *fs.PathError
	var why reason
	switch {
	case errors.As(err, &bad), errors.As(err, &path):
		return err
	case errors.As(err, &why):
		return &FormatError{File: in.name, What: "is a damaged or truncated Parquet file: " + string(why)}
	}
	return &FormatError{File: in.name, What: "cannot be read as Parquet: it is damaged or truncated, or written in a way that is not supported", Err: err}
}

// recovered turns a panic of the Parquet decoder, which trusts what it reads, into an error.
func (in *input) recovered(err *error) {
	switch p := recover().(type) {
	case nil:
	case runtime.Error: // mostly an index out of range; its message would not help a user
		*err = in.damaged(errors.New("its pages are not what its footer says"))
	default:
		*err = in.damaged(fmt.Errorf("%v", p))
	}
}

func (l *parquetLayout) width() int { return len(l.names) }

func (l *parquetLayout) columns() []string { return l.names }

func (l *parquetLayout) appendHeader(dst []byte, comma byte) []byte {
	var cells []string
	for j, name := range l.names {
		if !l.lists[j] {
			cells = append(cells, name)
		}
	}
	return appendNames(dst, cells, comma)
}

func (l *parquetLayout) scan(pick []int, keep form) (scanner, error) {
	file, source, err := parquetFile(l.in)
	if err != nil {
		return nil, err
	}
	wide, err := l.in.widened(file, source)
	if err != nil {
		source.Close()
		return nil, err
	}
	s := &parquetScanner{
		in: l.in, wide: wide, source: source, pages: pageCheck{source: source, size: file.Size()}, metadata: file.Metadata().RowGroups,
		groups: file.RowGroups(), names: l.names, pick: pick, columns: make([]*parquetColumn, len(l.names)),
	}
	read := pick
	if keep > cellsOnly {
		read = all(len(l.names))
	}
	for _, j := range read {
		if l.lists[j] && keep != asValues { // a list has no cells
			continue
		}
		t := l.types[j]
		s.columns[j] = &parquetColumn{value: valueOf(t), write: textOf(t), numeric: isNumeric(t), list: l.lists[j]}
	}
	return s, nil
}

// list reports whether the rows of column j may have several values, or none.
func (l *parquetLayout) list(j int) bool { return l.lists[j] }

// parquetScanner is a pass over the row groups of a Parquet file.
type parquetScanner struct {
	in      *input
	source  readerAt
	pages   pageCheck
	groups  []parquet.RowGroup // still to read
	wide    []parquet.RowGroup // the same groups with deltas read in 64 bits; nil if there are none
	left    int64              // rows left in the current group
	names   []string
	pick    []int
	columns []*parquetColumn // of the file; nil for those not read, such as lists when cells are wanted
	buf     []byte           // one cell

	metadata []format.RowGroup // the metadata of groups
}

func (in *input) widened(file *parquet.File, source io.ReaderAt) (groups []parquet.RowGroup, err error) {
	defer in.recovered(&err)
	if groups, err = widened(file, source); err != nil {
		return nil, in.damaged(err)
	}
	return groups, nil
}

func (s *parquetScanner) next(dst []float64) error {
	for s.left == 0 {
		if len(s.groups) == 0 {
			return io.EOF
		}
		if err := s.nextGroup(); err != nil {
			return err
		}
	}
	s.left--
	for j, c := range s.columns {
		if c == nil {
			continue
		}
		if err := s.advance(j, c); err != nil {
			return err
		}
	}
	for i := range dst {
		if dst[i] = math.NaN(); !s.list(s.pick[i]) {
			dst[i] = s.columns[s.pick[i]].number()
		}
	}
	return nil
}

func (s *parquetScanner) nextGroup() (err error) {
	defer s.in.recovered(&err)
	group, metadata := s.groups[0], s.metadata[0]
	s.groups, s.metadata, s.left = s.groups[1:], s.metadata[1:], group.NumRows()
	chunks, wide := group.ColumnChunks(), []parquet.ColumnChunk(nil)
	if s.wide != nil {
		wide, s.wide = s.wide[0].ColumnChunks(), s.wide[1:]
	}
	for j, c := range s.columns {
		if c == nil {
			continue
		}
		c.close()
		claims := &metadata.Columns[j].MetaData
		if err := s.pages.chunk(claims, s.left); err != nil {
			return s.in.damaged(err)
		}
		c.left = max(s.left, claims.NumValues)
		if c.wide = deltasOnly(claims); c.wide {
			c.pages = wide[j].Pages()
		} else {
			c.pages = chunks[j].Pages()
		}
	}
	return nil
}

// advance moves column j to its next row.
func (s *parquetScanner) advance(j int, c *parquetColumn) error {
	var err error
	if c.list {
		err = s.nextList(j, c)
	} else if c.at++; c.at >= c.n {
		err = s.fill(c)
	}
	if err == nil {
		return nil
	}
	if errors.Is(err, io.EOF) {
		err = reason("it ends before its row group does")
	}
	err = s.in.damaged(err)
	var bad *FormatError
	if errors.As(err, &bad) {
		bad.Column = s.names[j]
	}
	return err
}

// nextList collects the values of the next row. The first value of a row has repetition level 0, the others do not. It returns
// io.EOF if the column has no more values.
func (s *parquetScanner) nextList(j int, c *parquetColumn) error {
	c.row = c.row[:0]
	for first := true; ; first = false {
		if c.at++; c.at >= c.n {
			switch err := s.fill(c); {
			case errors.Is(err, io.EOF) && !first:
				return nil
			case err != nil:
				return err
			}
		}
		v := c.values[c.at]
		if !first && v.RepetitionLevel() == 0 {
			c.at--
			return nil
		}
		if c.left--; c.left < 0 {
			return reason("a list has more values than its column claims")
		}
		if c.row = appendValue(c.row, j, v); len(c.row) > maxRecord {
			return errLong(s.names[j])
		}
	}
}

func (s *parquetScanner) fill(c *parquetColumn) (err error) {
	defer s.in.recovered(&err)
	return c.fill()
}

func (s *parquetScanner) number(column int) (float64, bool) {
	if s.list(column) || !s.columns[column].numeric {
		return 0, false
	}
	return s.columns[column].number(), true
}

func (s *parquetScanner) cell(dst []byte, column int) []byte {
	if s.list(column) {
		return dst
	}
	return s.columns[column].text(dst)
}

// list reports whether a column may have other than one value in a row.
func (s *parquetScanner) list(column int) bool {
	c := s.columns[column]
	return c == nil || c.list
}

func (s *parquetScanner) appendText(dst []byte, comma byte) []byte {
	begun := false
	for _, c := range s.columns {
		if c == nil { // a list
			continue
		}
		if begun {
			dst = append(dst, comma)
		}
		begun = true
		s.buf = c.text(s.buf[:0])
		dst = c.cell(dst, s.buf, comma)
	}
	return dst
}

func (s *parquetScanner) appendValues(dst []byte, _ []float64) ([]byte, error) {
	for j, c := range s.columns {
		if c.list {
			dst = append(dst, c.row...)
		} else {
			dst = appendValue(dst, j, c.values[c.at])
		}
	}
	return dst, nil
}

func (s *parquetScanner) line() int { return 0 }

// Close ends the pass.
func (s *parquetScanner) Close() error {
	for _, c := range s.columns {
		if c != nil {
			c.close()
		}
	}
	return s.source.Close()
}
