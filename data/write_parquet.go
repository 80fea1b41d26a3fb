package data

import (
	"fmt"
	"io"

	"github.com/parquet-go/parquet-go"
)

// parquetEncoder writes a Parquet file, compressed with Snappy, whose rows come as values of its leaves.
type parquetEncoder struct {
	w     *parquet.GenericWriter[any]
	cols  int // of doubles, the last ones
	leafs int // before them

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
)

// newParquetEncoder writes the columns passed, and behind them doubles of those names.
func newParquetEncoder(w io.Writer, passed []parquet.Field, names []string) (e *parquetEncoder, err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("%w: %v", reason("the columns cannot be written as Parquet"), p)
		}
	}()
	fields := append(append([]parquet.Field(nil), passed...), doubles(names)...)
	if err = checkNames(fields); err != nil {
		return nil, err
	}
	schema := parquet.NewSchema("table", tableNode{columns: fields})
	leafs := len(schema.Columns()) - len(names)
	return &parquetEncoder{w: parquet.NewGenericWriter[any](w, schema), cols: len(names), leafs: leafs}, nil
}

// write takes rows of doubles.
func (e *parquetEncoder) write(rows []float64) error {
	for ; len(rows) > 0; rows = rows[e.cols:] {
		if err := e.add(nil, rows[:e.cols]); err != nil {
			return err
		}
	}
	return e.flush()
}

// writeRecord takes a row that was passed on, and the doubles behind it.
func (e *parquetEncoder) writeRecord(record []byte, extra []float64) (err error) {
	defer unwritable(&err) // a record that no pass has made may hold anything
	from := len(e.records)
	e.records = append(e.records, record...)
	if err := e.add(e.records[from:], extra); err != nil || len(e.rows) < rowsAtOnce && len(e.records) < keptText {
		return err
	}
	return e.flush()
}

// add makes a row one of those to write.
func (e *parquetEncoder) add(record []byte, doubles []float64) error {
	var row parquet.Row
	if at := len(e.rows); at < cap(e.rows) {
		row = e.rows[:at+1][at][:0] // the memory of a row that has been written
	}
	row, ok := readValues(row, record)
	if !ok {
		return reason("a record is not of this table, want one of a pass of Records")
	}
	for j, v := range doubles {
		row = append(row, parquet.DoubleValue(v).Level(0, 0, e.leafs+j))
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
