package data

import (
	"fmt"
)

// A RecordWriter writes CSV records as they came (see Rows.Record), each with more columns behind.
type RecordWriter struct {
	table *tableWriter
	csv   *csvEncoder
}

// CreateRecords makes a CSV or TSV file, packed as the path's name says, with the columns header and then extra. A pipe
// or a device takes CSV.
func CreateRecords(path string, header, extra []string) (*RecordWriter, error) {
	if format := formatNamed(path); path != "-" && format != CSV && (format != "" || !special(path)) {
		return nil, fmt.Errorf("data: %s: records are written as text, want a name in .csv or .tsv, also with .gz or .zst", path)
	}
	names := append(append([]string(nil), header...), extra...)
	w, err := create(path, names)
	if err != nil {
		return nil, err
	}
	e, err := newCSVEncoder(w.pack, names, delimiterNamed(path))
	if err != nil {
		w.Discard()
		return nil, err
	}
	w.encoder = e
	return &RecordWriter{w, e}, nil
}

// Comma is the delimiter, for File.Records.
func (w *RecordWriter) Comma() byte { return w.csv.comma }

// WriteRecord writes a record, without a line end, and the numbers behind it.
func (w *RecordWriter) WriteRecord(record []byte, extra ...float64) error {
	e := w.csv
	e.buf = append(e.buf, record...)
	for _, v := range extra {
		e.buf = appendNumber(append(e.buf, e.comma), v)
	}
	e.buf = append(e.buf, '\n')
	return w.table.failed(e.flush())
}

// Close completes the file, as a Writer's does.
func (w *RecordWriter) Close() error { return w.table.Close() }

// Discard gives the file up, as a Writer's does.
func (w *RecordWriter) Discard() { w.table.Discard() }
