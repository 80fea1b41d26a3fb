package data

import (
	"errors"

	"gaussflow/internal/csvcell"
)

// Cells are the cells of a record of text, what is meant by them, in the order of the file's Header, its Lists left out. Records of Parquet have none.
func (w *RecordWriter) Cells(record []byte) (cells []string) {
	if w == nil || w.rows == nil || w.keep != asText {
		return nil
	}
	for _, c := range cutRecord(nil, record, w.comma) {
		cells = append(cells, string(c.value()))
	}
	return cells
}

// Replace appends a record of text to dst with other cells in some columns of the file's Header, its Lists left out; all others stay as they are written. It is an
// error of a writer of Parquet.
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
