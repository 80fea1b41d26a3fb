// Package csvcell writes cells of CSV (RFC 4180).
package csvcell

import "bytes"

// NeedsQuotes reports whether the text of a cell has to stand in quotes.
func NeedsQuotes(cell []byte, comma byte) bool {
	return bytes.IndexByte(cell, comma) >= 0 || bytes.ContainsAny(cell, "\"\r\n")
}

// Append writes a cell, in quotes where it needs them.
func Append(dst, cell []byte, comma byte) []byte {
	if !NeedsQuotes(cell, comma) {
		return append(dst, cell...)
	}
	return AppendQuoted(dst, cell)
}

// AppendQuoted writes a cell in quotes.
func AppendQuoted(dst, cell []byte) []byte {
	dst = append(dst, '"')
	for _, c := range cell {
		if c == '"' {
			dst = append(dst, '"')
		}
		dst = append(dst, c)
	}
	return append(dst, '"')
}
