package data

import (
	"fmt"
	"io"
	"slices"

	"github.com/parquet-go/parquet-go"
)

// parquetEncoder writes a Parquet file, compressed with Snappy, whose rows come as values of its leaves.
type parquetEncoder struct {
	w     *parquet.GenericWriter[any]
	cols  int  // of doubles
	leafs int  // before them
	null  bool // the doubles may be missing

	rows    []parquet.Row // to write
	records []byte        // their records, copied: those that come belong to the reader
	n       int64         // rows in the present group
	size    int64         // bytes in it
}

// rowsAtOnce is how many rows are given to the Parquet library at a time: each call of it costs what some rows do.
const rowsAtOnce = 256

// A row group ends after so many rows or bytes: it bounds the memory of the writer.
const (
	groupRows  = 1 << 16
	groupBytes = 32 << 20
	// mostWritten bounds the columns of a file: each takes the library that writes it 3 kB before the first row.
	mostWritten = 1 << 15
)

// newParquetEncoder writes the columns passed, and behind them doubles of those names; behind records these may be missing, and columns
// of text may follow.
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

// nullable are columns of one type, which may be missing.
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

// writeRecord takes a row that was passed on, and the doubles and texts behind it.
func (e *parquetEncoder) writeRecord(record []byte, extra []float64, texts []string) (err error) {
	defer unwritable(&err) // a record that no pass has made may hold anything
	from := len(e.records)
	e.records = append(e.records, record...)
	if err := e.add(e.records[from:], extra, texts); err != nil || len(e.rows) < rowsAtOnce && len(e.records) < keptText {
		return err
	}
	return e.flush()
}

// add makes a row one of those to write.
func (e *parquetEncoder) add(record []byte, doubles []float64, texts []string) error {
	var row parquet.Row
	if at := len(e.rows); at < cap(e.rows) {
		row = e.rows[:at+1][at][:0] // the memory of a row that has been written
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

// flush writes the rows, and ends the group where it is long enough.
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

// unwritable, deferred, makes an error of what the Parquet library panics with.
func unwritable(err *error) {
	if p := recover(); p != nil {
		*err = fmt.Errorf("%w: %v", reason("a row cannot be written as Parquet"), p)
	}
}
