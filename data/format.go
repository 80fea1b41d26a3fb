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

// A layout is a file in one format, its header read: it names its columns and starts passes.
type layout interface {
	// width is how many columns there are, found without naming them.
	width() int
	columns() []string
	// appendHeader appends the columns as the first record of CSV.
	appendHeader(dst []byte, comma byte) []byte
	// fields are the columns, of which pick are read as numbers, as those of a Parquet table.
	fields(pick []int) ([]parquet.Field, error)
	// scan starts before the first row. It reads the columns pick, and where whole rows are kept all of them.
	scan(pick []int, keep form) (scanner, error)
}

// A scanner is one pass over the rows.
type scanner interface {
	// next writes the picked columns of the next row into dst, NaN where a cell is no finite number; io.EOF after the
	// last row.
	next(dst []float64) error
	// It is a *rowFault if the row is not what a row of the table should be, and then goes on behind it. A nil dst takes nothing.
	// number is a column of the present row, NaN where it is missing; ok is false where no number is stored.
	number(column int) (v float64, ok bool)
	// cell appends a column of the present row, of those that are read, as text: exactly, unquoted.
	cell(dst []byte, column int) []byte
	// appendText appends the present row, kept asText, as a record of CSV without a line end.
	appendText(dst []byte, comma byte) []byte
	// appendValues appends the present row, kept asValues, whose picked numbers are given.
	appendValues(dst []byte, numbers []float64) ([]byte, error)
	// line is where the present row begins, from 1; 0 where the format has no lines.
	line() int
	Close() error
}

// A faultyScanner is a scanner whose next may say rowFault: it has something to pass on of such a row, too.
type faultyScanner interface {
	scanner
	// appendFaulty appends what can be said of the present row, which is a fault, as a record of CSV.
	appendFaulty(dst []byte, comma byte) []byte
	// appendNulls appends the present row, which is a fault, as a row of Parquet without values.
	appendNulls(dst []byte) []byte
}

// magics begin the files of a format.
var magics = []struct {
	format Format
	bytes  string
}{{Parquet, "PAR1"}, {NPY, "\x93NUMPY"}, {NPZ, "PK\x03\x04"}, {Arrow, arrowMagic}, {Arrow, "\xff\xff\xff\xff"}}

// layoutOf reads the header of a file in the format of o, or the one that its first bytes show.
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

// formatNamed is the format that a file's name asks for, .gz and .zst aside; "" for another name.
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
