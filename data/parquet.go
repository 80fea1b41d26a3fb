package data

import (
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/parquet-go/parquet-go"
	"github.com/parquet-go/parquet-go/format"
)

// parquetLayout is a Parquet file whose footer was read. Nested columns are named by their path, a.b.
type parquetLayout struct {
	in    *input
	names []string
	lists []bool // columns with several values a row
}

func openParquet(in *input) (layout, error) {
	file, source, err := parquetFile(in)
	if err != nil {
		return nil, err
	}
	defer source.Close()
	l := &parquetLayout{in: in}
	schema := file.Schema()
	for _, path := range schema.Columns() {
		leaf, _ := schema.Lookup(path...)
		l.names = append(l.names, strings.Join(path, "."))
		l.lists = append(l.lists, leaf.MaxRepetitionLevel > 0)
	}
	if len(l.names) == 0 {
		return nil, &EmptyError{File: in.name, What: "column"}
	}
	return l, nil
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
	return &FormatError{File: in.name, What: fmt.Sprintf("is a damaged or truncated Parquet file: %v", err), Err: err}
}

// recovered turns a panic of the Parquet decoder, which trusts what it reads, into an error.
func (in *input) recovered(err *error) {
	if p := recover(); p != nil {
		*err = in.damaged(fmt.Errorf("%v", p))
	}
}

func (l *parquetLayout) width() int { return len(l.names) }

func (l *parquetLayout) columns() []string { return l.names }

func (l *parquetLayout) scan(pick []int, text bool) (scanner, error) {
	read := pick
	if text {
		read = nil
		for j := range l.names {
			read = append(read, j)
		}
	}
	for _, j := range read {
		if l.lists[j] {
			return nil, &FormatError{File: l.in.name, What: fmt.Sprintf("column %q is a list, want one value a row (leave the column out)", l.names[j])}
		}
	}
	file, source, err := parquetFile(l.in)
	if err != nil {
		return nil, err
	}
	s := &parquetScanner{in: l.in, source: source, pages: pageCheck{source: source, size: file.Size()}, metadata: file.Metadata().RowGroups, groups: file.RowGroups(), pick: pick, columns: make([]*parquetColumn, len(l.names))}
	for _, j := range read {
		leaf, _ := file.Schema().Lookup(file.Schema().Columns()[j]...)
		s.columns[j] = &parquetColumn{value: valueOf(leaf.Node.Type())}
	}
	return s, nil
}

// parquetScanner is a pass over the row groups of a Parquet file.
type parquetScanner struct {
	in      *input
	source  readerAt
	pages   pageCheck
	groups  []parquet.RowGroup // still to read
	left    int64              // rows of the present group
	pick    []int
	columns []*parquetColumn // of the file; nil: not read

	metadata []format.RowGroup // of groups
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
	for _, c := range s.columns {
		if c == nil {
			continue
		}
		if err := s.advance(c); err != nil {
			return err
		}
	}
	for i, j := range s.pick {
		dst[i] = s.columns[j].number()
	}
	return nil
}

func (s *parquetScanner) nextGroup() (err error) {
	defer s.in.recovered(&err)
	group, metadata := s.groups[0], s.metadata[0]
	s.groups, s.metadata, s.left = s.groups[1:], s.metadata[1:], group.NumRows()
	chunks := group.ColumnChunks()
	for j, c := range s.columns {
		if c == nil {
			continue
		}
		c.close()
		if err := s.pages.chunk(&metadata.Columns[j].MetaData, s.left); err != nil {
			return s.in.damaged(err)
		}
		c.pages = chunks[j].Pages()
	}
	return nil
}

// advance moves a column to its next value.
func (s *parquetScanner) advance(c *parquetColumn) error {
	if c.at++; c.at < c.n {
		return nil
	}
	err := s.fill(c)
	if errors.Is(err, io.EOF) {
		err = errors.New("a column ends before its row group does")
	}
	if err != nil {
		return s.in.damaged(err)
	}
	return nil
}

func (s *parquetScanner) fill(c *parquetColumn) (err error) {
	defer s.in.recovered(&err)
	return c.fill()
}

func (s *parquetScanner) cell(dst []byte, column int) []byte { return s.columns[column].text(dst) }

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
