package data

import (
	"errors"
	"fmt"

	"github.com/parquet-go/parquet-go"
)

// A CellWriter writes rows of cells, numbers and text.
type CellWriter struct {
	table  *tableWriter
	text   []bool // which columns are text
	cells  bool   // write all columns as text
	rows   recordEncoder
	comma  byte
	record []byte
}

// CreateCells makes a table, as Create does, whose columns are numbers, or text where text is true. CSV and TSV hold the cells of
// all columns; Parquet holds 64-bit numbers and the cells of text columns, all optional; NPY holds numbers only, and no column of
// text.
func CreateCells(path string, names []string, text []bool) (*CellWriter, error) {
	if len(text) != len(names) || len(names) == 0 {
		return nil, fmt.Errorf("data: CreateCells: got %d names and %d kinds, want one of each for every column", len(names), len(text))
	}
	if err := distinctNames(path, names); err != nil {
		return nil, err
	}
	t, err := create(path, len(names))
	if err != nil {
		return nil, err
	}
	w := &CellWriter{table: t, text: text}
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
		for j, name := range names {
			if w.text[j] {
				return &FormatError{File: path, Column: name, What: "is text, and NPY holds numbers: want a name in .csv, .tsv or .parquet"}
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
		nodes[j] = parquet.Optional(parquet.Leaf(parquet.DoubleType))
		if w.text[j] {
			nodes[j] = parquet.Optional(parquet.String())
		}
	}
	return fieldsOf(names, nodes)
}

// Write writes a row: for each column its cell as text, "" if it is missing, and its number, NaN if it is missing or text.
func (w *CellWriter) Write(cells []string, numbers []float64) error {
	switch {
	case w == nil || w.table == nil:
		return errors.New("data: CellWriter: zero: CreateCells makes one")
	case len(cells) != len(w.text) || len(numbers) != len(w.text):
		return fmt.Errorf("data: CellWriter: got %d cells and %d numbers, want %d of each", len(cells), len(numbers), len(w.text))
	case w.rows == nil:
		return w.table.failed(w.table.write(numbers))
	}
	w.record = w.record[:0]
	if w.cells {
		w.record = appendCells(w.record, len(cells), w.comma, func(dst []byte, j int) []byte { return append(dst, cells[j]...) })
		return w.table.failed(w.rows.writeRecord(w.record, nil, nil))
	}
	for j, cell := range cells {
		v := parquet.Value{}
		switch {
		case w.text[j] && cell != "":
			v = parquet.ByteArrayValue([]byte(cell)).Level(0, 1, j)
		case !w.text[j] && numbers[j] == numbers[j]:
			v = parquet.DoubleValue(numbers[j]).Level(0, 1, j)
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
