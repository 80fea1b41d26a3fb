package data

import (
	"fmt"
	"io"
	"slices"

	"github.com/parquet-go/parquet-go"
)

// parquetEncoder writes a Parquet file, compressed with Snappy, whose rows arrive as values of its leaves.
type parquetEncoder struct {
	w     *parquet.GenericWriter[any]
	cols  int  // number of columns of doubles
	leafs int  // number of leaves before them
	null  bool // the doubles are optional

	rows    []parquet.Row // rows waiting to be written
	records []byte        // copies of their records, because the originals belong to the reader
	n       int64         // rows in the current group
	size    int64         // bytes in it
}

// rowsAtOnce is how many rows are given to the Parquet library at a time, since each call costs as much as several
// rows.
const rowsAtOnce = 256

// A row group ends after so many rows or bytes, which limits the writer's memory.
const (
	groupRows  = 1 << 16
	groupBytes = 32 << 20
	// mostWritten limits the columns of a file: the library takes 3 kB for each before the first row.
	mostWritten = 1 << 15
)

// newParquetEncoder writes the columns passed, followed by doubles with the given names. If there are columns passed, the doubles
// are optional, and columns of text may follow them.
func newParquetEncoder(w io.Writer, passed []parquet.Field, names []string, texts ...string) (e *parquetEncoder, err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("%w: %v", reason("the columns cannot be written as Parquet"), p)
		}
	}()
	numbers := doubles(names)
	if passed != nil {
		numbers = nullable(names, parquet.Leaf(parquet.DoubleType))
	}
	fields := slices.Concat(passed, numbers, nullable(texts, parquet.String()))
	if err = checkNames(fields); err != nil {
		return nil, err
	}
	if len(fields) > mostWritten {
		return nil, reasonf("%d columns are too many for a Parquet file, want at most %d, or a CSV file", len(fields), mostWritten)
	}
	schema := parquet.NewSchema("table", tableNode{columns: fields})
	leafs := len(schema.Columns()) - len(names) - len(texts)
	return &parquetEncoder{w: parquet.NewGenericWriter[any](w, schema), cols: len(names), leafs: leafs, null: passed != nil}, nil
}

// nullable are optional columns of one type.
func nullable(names []string, of parquet.Node) []parquet.Field {
	nodes := make([]parquet.Node, len(names))
	for j := range nodes {
		nodes[j] = parquet.Optional(of)
	}
	return fieldsOf(names, nodes)
}

// write takes rows of doubles.
func (e *parquetEncoder) write(rows []float64) error {
	for ; len(rows) > 0; rows = rows[e.cols:] {
		if err := e.add(nil, rows[:e.cols], nil); err != nil {
			return err
		}
	}
	return e.flush()
}

// writeRecord writes a row that is passed on, followed by the doubles and texts.
func (e *parquetEncoder) writeRecord(record []byte, extra []float64, texts []string) (err error) {
	defer unwritable(&err) // a record that was not made by a pass may hold anything
	from := len(e.records)
	e.records = append(e.records, record...)
	if err := e.add(e.records[from:], extra, texts); err != nil || len(e.rows) < rowsAtOnce && len(e.records) < keptText {
		return err
	}
	return e.flush()
}

// add appends a row to those waiting to be written.
func (e *parquetEncoder) add(record []byte, doubles []float64, texts []string) error {
	var row parquet.Row
	if at := len(e.rows); at < cap(e.rows) {
		row = e.rows[:at+1][at][:0] // reuse the memory of a row that has been written
	}
	row, ok := readValues(row, record)
	if !ok {
		return reason("a record is not of this table, want one of a pass of Records")
	}
	for j, v := range doubles {
		value, level := parquet.DoubleValue(v), 0
		if e.null {
			level = 1
		}
		if e.null && v != v {
			value, level = parquet.Value{}, 0
		}
		row = append(row, value.Level(0, level, e.leafs+j))
	}
	for j, text := range texts {
		value, level := parquet.ByteArrayValue([]byte(text)), 1
		if text == "" {
			value, level = parquet.Value{}, 0
		}
		row = append(row, value.Level(0, level, e.leafs+e.cols+j))
	}
	e.rows = append(e.rows, row)
	e.n++
	e.size += int64(len(record) + 8*len(doubles))
	return nil
}

// flush writes the waiting rows, and ends the group if it is large enough.
func (e *parquetEncoder) flush() (err error) {
	defer unwritable(&err)
	_, err = e.w.WriteRows(e.rows)
	e.rows, e.records = e.rows[:0], e.records[:0]
	if err != nil || e.n < groupRows && e.size < groupBytes {
		return err
	}
	e.n, e.size = 0, 0
	return e.w.Flush()
}

func (e *parquetEncoder) finish() error {
	if err := e.flush(); err != nil {
		return err
	}
	return e.w.Close()
}

// unwritable, when deferred, turns a panic of the Parquet library into an error.
func unwritable(err *error) {
	if p := recover(); p != nil {
		*err = fmt.Errorf("%w: %v", reason("a row cannot be written as Parquet"), p)
	}
}
