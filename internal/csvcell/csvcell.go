// Package csvcell writes cells of CSV (RFC 4180).
package csvcell

import "bytes"

// NeedsQuotes reports whether a cell with this text must be quoted.
func NeedsQuotes(cell []byte, comma byte) bool {
	return bytes.IndexByte(cell, comma) >= 0 || bytes.ContainsAny(cell, "\"\r\n")
}

// Append appends a cell, quoted if necessary.
func Append(dst, cell []byte, comma byte) []byte {
	if !NeedsQuotes(cell, comma) {
		return append(dst, cell...)
	}
	return AppendQuoted(dst, cell)
}

// AppendQuoted appends a cell in quotes.
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
