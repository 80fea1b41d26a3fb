package data

import "github.com/parquet-go/parquet-go"

// appendFaulty appends a record with a wrong number of cells, with as many cells as the others have: surplus cells are left out and
// missing ones are empty. The fault's text names the surplus cells.
func (s *csvScanner) appendFaulty(dst []byte, comma byte) []byte {
	return appendCells(dst, len(s.target), comma, func(dst []byte, j int) []byte {
		if j < len(s.record) {
			return append(dst, s.record[j]...)
		}
		return dst
	})
}

// appendNulls appends a row in which all values are missing.
func (s *csvScanner) appendNulls(dst []byte) []byte { return appendNulls(dst, len(s.target)) }

// appendNulls appends a row of so many columns in which all values are missing.
func appendNulls(dst []byte, columns int) []byte {
	for j := range columns {
		dst = appendValue(dst, j, parquet.Value{})
	}
	return dst
}
