package data

import (
	"io"

	"github.com/parquet-go/parquet-go"
)

// parquetEncoder writes a Parquet file of required doubles, compressed with Snappy.
type parquetEncoder struct {
	w    *parquet.GenericWriter[any]
	cols int
	rows []parquet.Row
	n    int64 // rows in the present group
}

// groupRows is the length of a row group: it bounds the memory of the writer.
const groupRows = 1 << 16

func newParquetEncoder(w io.Writer, names []string) *parquetEncoder {
	g := ordered{Group: parquet.Group{}, names: names}
	for _, name := range names {
		g.Group[name] = parquet.Compressed(parquet.Leaf(parquet.DoubleType), &parquet.Snappy)
	}
	return &parquetEncoder{w: parquet.NewGenericWriter[any](w, parquet.NewSchema("table", g)), cols: len(names)}
}

// ordered is a group whose fields stand in the order of names rather than of the alphabet.
type ordered struct {
	parquet.Group
	names []string
}

// Fields are the columns.
func (o ordered) Fields() []parquet.Field {
	at := map[string]parquet.Field{}
	for _, f := range o.Group.Fields() {
		at[f.Name()] = f
	}
	fields := make([]parquet.Field, len(o.names))
	for j, name := range o.names {
		fields[j] = at[name]
	}
	return fields
}

func (e *parquetEncoder) write(rows []float64) error {
	e.rows = e.rows[:0]
	for ; len(rows) > 0; rows = rows[e.cols:] {
		row := make(parquet.Row, e.cols)
		for j, v := range rows[:e.cols] {
			row[j] = parquet.DoubleValue(v).Level(0, 0, j)
		}
		e.rows = append(e.rows, row)
	}
	if _, err := e.w.WriteRows(e.rows); err != nil {
		return err
	}
	if e.n += int64(len(e.rows)); e.n < groupRows {
		return nil
	}
	e.n = 0
	return e.w.Flush()
}

func (e *parquetEncoder) finish() error { return e.w.Close() }
