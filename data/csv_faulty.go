package data

import "github.com/parquet-go/parquet-go"

// appendFaulty appends a record that is not what a row should be, in as many cells as the others have: those that it has, then empty
// ones. Cells beyond are in the fault's words.
func (s *csvScanner) appendFaulty(dst []byte, comma byte) []byte {
	return appendCells(dst, len(s.target), comma, func(dst []byte, j int) []byte {
		if j < len(s.record) {
			return append(dst, s.record[j]...)
		}
		return dst
	})
}

// appendNulls appends a row without values.
func (s *csvScanner) appendNulls(dst []byte) []byte { return appendNulls(dst, len(s.target)) }

// appendNulls appends a row of so many columns without values.
func appendNulls(dst []byte, columns int) []byte {
	for j := range columns {
		dst = appendValue(dst, j, parquet.Value{})
	}
	return dst
}
