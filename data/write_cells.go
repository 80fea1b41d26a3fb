package data

import (
	"errors"
	"fmt"
	"slices"

	"github.com/parquet-go/parquet-go"

	"gaussflow/internal/counted"
)

// A CellWriter writes rows of cells, numbers and text.
type CellWriter struct {
	table   *tableWriter
	columns []CellColumn
	cells   bool // write all columns as text
	rows    recordEncoder
	comma   byte
	record  []byte
}

// CreateCells makes a table, as Create does, of typed columns. CSV and TSV hold the texts of the cells; Parquet holds them in their
// types, all optional; NPY holds numbers only, whole or not, and no other column.
func CreateCells(path string, columns []CellColumn) (*CellWriter, error) {
	if len(columns) == 0 {
		return nil, &EmptyError{File: path, What: "column"}
	}
	names := make([]string, len(columns))
	for j, c := range columns {
		if err := c.Validate(); err != nil {
			return nil, err
		}
		names[j] = c.Name
	}
	if err := distinctNames(path, names); err != nil {
		return nil, err
	}
	t, err := create(path, len(names))
	if err != nil {
		return nil, err
	}
	w := &CellWriter{table: t, columns: slices.Clone(columns)}
	if err = w.begin(path, names); err != nil {
		w.Discard()
		return nil, err
	}
	return w, nil
}

func (w *CellWriter) begin(path string, names []string) (err error) {
	t := w.table
	switch format := formatNamed(path); {
	case path == "-" || format == CSV || format == "" && special(path):
		var e *csvEncoder
		w.comma, w.cells = delimiterNamed(path), true
		e, err = newCSVEncoder(t.pack, names, w.comma)
		t.encoder, w.rows = e, e
	case format == Parquet:
		var e *parquetEncoder
		e, err = newParquetEncoder(t.pack, w.fields(names), nil)
		t.encoder, w.rows = e, e
	case format == NPY:
		for _, c := range w.columns {
			if c.Type != NumberCells && c.Type != WholeCells {
				return &FormatError{File: path, Column: c.Name, What: fmt.Sprintf("is %s, and NPY holds numbers: want a name in .csv, .tsv or .parquet", c.Type.said())}
			}
		}
		t.encoder, err = newNPYEncoder(t.sink, t.pack, len(names))
	default:
		err = reason("no format has that name, want .csv, .tsv, .parquet or .npy, for text also with .gz or .zst")
	}
	var why reason
	if errors.As(err, &why) {
		err = &FormatError{File: path, What: string(why)}
	}
	return err
}

func (w *CellWriter) fields(names []string) []parquet.Field {
	nodes := make([]parquet.Node, len(names))
	for j := range nodes {
		nodes[j] = w.columns[j].node()
	}
	return fieldsOf(names, nodes)
}

// Write writes a row: for each column its cell as text, "" if it is missing, and its value (see CellType), NaN if it is missing or
// text.
func (w *CellWriter) Write(cells []string, numbers []float64) error {
	switch {
	case w == nil || w.table == nil:
		return errors.New("data: CellWriter: zero: CreateCells makes one")
	case len(cells) != len(w.columns) || len(numbers) != len(w.columns):
		return fmt.Errorf("data: CellWriter: got %s and %s, want %d of each", counted.Of(len(cells), "cell"), counted.Of(len(numbers), "number"), len(w.columns))
	case w.rows == nil:
		return w.table.failed(w.table.write(numbers))
	}
	w.record = w.record[:0]
	if w.cells {
		w.record = appendCells(w.record, len(cells), w.comma, func(dst []byte, j int) []byte { return append(dst, cells[j]...) })
		return w.table.failed(w.rows.writeRecord(w.record, nil, nil))
	}
	for j, cell := range cells {
		v, ok := w.columns[j].value(cell, numbers[j])
		if !ok {
			return &FormatError{File: w.table.name, Column: w.columns[j].Name, What: fmt.Sprintf("%q does not fit into a column of %s", cell, w.columns[j].Type)}
		}
		if !v.IsNull() {
			v = v.Level(0, 1, j)
		}
		w.record = appendValue(w.record, j, v)
	}
	return w.table.failed(w.rows.writeRecord(w.record, nil, nil))
}

// Close completes the table, as a Writer's does.
func (w *CellWriter) Close() error {
	if w == nil {
		return nil
	}
	return w.table.Close()
}

// Discard abandons the table, as a Writer's does.
func (w *CellWriter) Discard() {
	if w != nil {
		w.table.Discard()
	}
}
