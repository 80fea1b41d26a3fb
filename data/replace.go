package data

import (
	"errors"

	"gaussflow/internal/csvcell"
)

// Cells are the unquoted cells of a text record, in the order of the file's Header without its Lists. It is nil for records of
// Parquet.
func (w *RecordWriter) Cells(record []byte) (cells []string) {
	if w == nil || w.rows == nil || w.keep != asText {
		return nil
	}
	for _, c := range cutRecord(nil, record, w.comma) {
		cells = append(cells, string(c.value()))
	}
	return cells
}

// Replace appends a text record to dst with other cells in some columns, which are numbered as in the file's Header without its
// Lists; all other cells stay as they are written. It is an error for a writer of Parquet.
func (w *RecordWriter) Replace(dst, record []byte, cells map[int]string) ([]byte, error) {
	if w == nil || w.rows == nil || w.keep != asText {
		return dst, errors.New("data: RecordWriter: Replace: want a writer of CSV or TSV, as CreateRecords makes one")
	}
	for j := 0; ; j++ {
		_, end := cutCell(record, w.comma)
		if cell, replaced := cells[j]; replaced {
			dst = csvcell.Append(dst, []byte(cell), w.comma)
		} else {
			dst = append(dst, record[:end]...)
		}
		if end == len(record) {
			return dst, nil
		}
		dst, record = append(dst, w.comma), record[end+1:]
	}
}
