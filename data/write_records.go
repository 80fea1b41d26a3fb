package data

import (
	"errors"
	"fmt"
	"io"
	"slices"
)

// A RecordWriter writes the rows of a table exactly as they are (see Rows.Record), each followed by further columns.
type RecordWriter struct {
	table *tableWriter
	keep  form
	comma byte
	pick  []int // the columns that are numbers, if the table itself has no types
	rows  recordEncoder
	extra int      // number of added columns of numbers
	texts int      // number of added columns of text, after those
	left  []string // columns that the file's format cannot hold
}

// A recordEncoder writes one format.
type recordEncoder interface {
	encoder
	writeRecord(record []byte, extra []float64, texts []string) error
}

// CreateRecords makes a file, compressed as the path's name says, for the rows of a table: all its columns, whether they are
// read or not, then the columns extra, which are 64-bit numbers, then the columns texts. A pipe or a device is written as
// CSV.
//
// CSV and TSV keep the cells of text formats as they are written, and represent other values by exact text: dates and times in ISO
// 8601, decimals with all digits. Lists have no such text and are left out: see RecordWriter.LeftOut. Parquet keeps the columns of
// Parquet, Arrow and NPY in their own types, including nested ones. Of a text format, columns that are read as numbers become
// 64-bit numbers, which is an error for a cell with more digits than they hold, and the others become text, missing where a cell is
// empty.
//
// An extra number that is NaN becomes a missing cell.
func CreateRecords(path string, of *File, extra []string, texts ...string) (*RecordWriter, error) {
	if err := of.check(); err != nil {
		return nil, err
	}
	format := formatNamed(path)
	text := path == "-" || format == CSV || format == "" && special(path)
	if !text && format != Parquet {
		return nil, &FormatError{File: path, What: "rows are passed on as text or Parquet, want a name in .csv, .tsv or .parquet, for text also with .gz or .zst"}
	}
	added := slices.Concat(extra, texts)
	if err := distinctNames(path, added); err != nil {
		return nil, err
	}
	for _, name := range added {
		if slices.Contains(of.all, name) {
			return nil, &FormatError{File: path, What: fmt.Sprintf("would have two columns %q, want each name once: the table has it already", name)}
		}
	}
	t, err := create(path, len(of.all)+len(added))
	if err != nil {
		return nil, err
	}
	w := &RecordWriter{table: t, pick: of.passedNumbers(), extra: len(extra), texts: len(texts)}
	if text {
		w.keep, w.comma, w.left = asText, delimiterNamed(path), of.Lists()
		w.rows, err = newCSVRecords(t.pack, of, added, w.comma)
	} else {
		w.keep = asValues
		w.rows, err = newParquetRecords(t, of, extra, texts)
	}
	if err != nil {
		w.Discard()
		return nil, err
	}
	t.encoder = w.rows
	return w, nil
}

func newCSVRecords(out io.Writer, of *File, extra []string, comma byte) (recordEncoder, error) {
	e := &csvEncoder{w: out, comma: comma, cols: len(extra)}
	e.buf = of.layout.appendHeader(nil, comma)
	if len(extra) > 0 {
		e.buf = appendNames(append(e.buf, comma), extra, comma)
	}
	e.buf = append(e.buf, '\n')
	return e, e.flush()
}

func newParquetRecords(t *tableWriter, of *File, extra, texts []string) (recordEncoder, error) {
	fields, err := of.layout.fields(of.passedNumbers())
	if err != nil {
		return nil, err
	}
	e, err := newParquetEncoder(t.pack, fields, extra, texts...)
	return e, t.failed(err)
}

// LeftOut are the columns of the table that the file's format cannot hold: lists, in a text format.
func (w *RecordWriter) LeftOut() []string {
	if w == nil {
		return nil
	}
	return w.left
}

// WriteRecord writes a record followed by the numbers.
func (w *RecordWriter) WriteRecord(record []byte, extra ...float64) error {
	return w.WriteAnnotated(record, extra)
}

// WriteAnnotated writes a record followed by the numbers and the texts.
func (w *RecordWriter) WriteAnnotated(record []byte, extra []float64, texts ...string) error {
	if w.rows == nil {
		return errors.New("data: RecordWriter: zero: CreateRecords makes one")
	}
	if len(extra) != w.extra || len(texts) != w.texts {
		return fmt.Errorf("data: RecordWriter: got %d numbers behind a record, want %d, and %d texts, want %d, one for each column that is added",
			len(extra), w.extra, len(texts), w.texts)
	}
	return w.table.failed(w.rows.writeRecord(record, extra, texts))
}

// Close completes the file, as a Writer's does.
func (w *RecordWriter) Close() error { return w.table.Close() }

// Discard abandons the file, as a Writer's does.
func (w *RecordWriter) Discard() { w.table.Discard() }
