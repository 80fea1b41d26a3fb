package data

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"strings"

	"github.com/parquet-go/parquet-go"
)

// A layout is a file in some format whose header has been read: it knows its columns and starts passes.
type layout interface {
	// width is the number of columns, known without making their names.
	width() int
	columns() []string
	// appendHeader appends the names of the columns as the first record of CSV.
	appendHeader(dst []byte, comma byte) []byte
	// fields are the columns as fields of a Parquet table; those in pick are read as numbers.
	fields(pick []int) ([]parquet.Field, error)
	// scan starts a pass before the first row. It reads the columns in pick, or all of them if whole rows are kept.
	scan(pick []int, keep form) (scanner, error)
}

// A scanner is one pass over the rows.
type scanner interface {
	// next writes the picked columns of the next row into dst, NaN for a cell that is no finite number; it returns
	// io.EOF after the last row.
	next(dst []float64) error
	// next returns a *rowFault if the row is malformed, and can then be called for the following row. With a nil dst nothing is
	// written. number is a column of the current row, NaN if it is missing; ok is false if the column does not store numbers.
	number(column int) (v float64, ok bool)
	// cell appends a column of the current row, which must be one that is read, as text: exact and unquoted.
	cell(dst []byte, column int) []byte
	// appendText appends the current row, if it is kept asText, as a record of CSV without a line end.
	appendText(dst []byte, comma byte) []byte
	// appendValues appends the current row, if it is kept asValues; numbers are its picked columns.
	appendValues(dst []byte, numbers []float64) ([]byte, error)
	// line is the line at which the current row begins, from 1; 0 if the format has no lines.
	line() int
	Close() error
}

// A faultyScanner is a scanner whose next may return a rowFault, and which can pass on something even for such a row.
type faultyScanner interface {
	scanner
	// appendFaulty appends as a record of CSV what is known of the current row, which is malformed.
	appendFaulty(dst []byte, comma byte) []byte
	// appendNulls appends for the current row, which is malformed, a row of Parquet without values.
	appendNulls(dst []byte) []byte
}

// magics are the first bytes of the files of a format.
var magics = []struct {
	format Format
	bytes  string
}{{Parquet, "PAR1"}, {NPY, "\x93NUMPY"}, {NPZ, "PK\x03\x04"}, {Arrow, arrowMagic}, {Arrow, "\xff\xff\xff\xff"}}

// layoutOf reads the header of a file in the format that o gives, or that the first bytes show.
func layoutOf(in *input, o Options) (layout, error) {
	format := o.Format
	if format == "" {
		var err error
		if format, err = in.sniff(); err != nil {
			return nil, err
		}
	}
	switch format {
	case CSV:
		return openCSV(in, o)
	case Parquet:
		return openParquet(in)
	case Arrow:
		return openArrow(in)
	case NPY:
		return openNPY(in)
	case NPZ:
		return openNPZ(in, o)
	}
	return nil, &FormatError{File: in.name, What: fmt.Sprintf("the format %q is not known, want csv, parquet, arrow, npy or npz", format)}
}

func (in *input) sniff() (Format, error) {
	stream, err := in.open()
	if err != nil {
		return "", err
	}
	defer stream.Close()
	first := make([]byte, foreignHead)
	n, err := io.ReadFull(stream, first)
	if err != nil && !errors.Is(err, io.EOF) && (!errors.Is(err, io.ErrUnexpectedEOF) || n == 0) {
		return "", in.failed(err)
	}
	for _, m := range magics {
		if bytes.HasPrefix(first[:n], []byte(m.bytes)) {
			return m.format, nil
		}
	}
	if err := checkForeign(in.name, first[:n]); err != nil {
		return "", err
	}
	if named := formatNamed(in.name); named != "" && named != CSV {
		return "", &FormatError{File: in.name, What: fmt.Sprintf("does not begin as a file of format %s does, which its name says it is", named)}
	}
	return CSV, nil
}

// formatNamed is the format that a file's name implies, apart from .gz and .zst; "" if it implies none.
func formatNamed(path string) Format {
	switch extension(path) {
	case ".csv", ".tsv", ".tab", ".txt":
		return CSV
	case ".parquet", ".pq":
		return Parquet
	case ".arrow", ".arrows", ".feather":
		return Arrow
	case ".npy":
		return NPY
	case ".npz":
		return NPZ
	}
	return ""
}

// extension is that of a file's name without .gz and .zst, in lower case.
func extension(path string) string {
	path = strings.ToLower(path)
	path = strings.TrimSuffix(strings.TrimSuffix(path, ".gz"), ".zst")
	return filepath.Ext(path)
}
