package data

import "bytes"

// appendQuoted writes a CSV cell, in quotes where its text needs them (RFC 4180).
func appendQuoted(dst, cell []byte, comma byte) []byte {
	if !needsQuotes(cell, comma) {
		return append(dst, cell...)
	}
	dst = append(dst, '"')
	for _, c := range cell {
		if c == '"' {
			dst = append(dst, '"')
		}
		dst = append(dst, c)
	}
	return append(dst, '"')
}

func needsQuotes(cell []byte, comma byte) bool {
	return bytes.IndexByte(cell, comma) >= 0 || bytes.ContainsAny(cell, "\"\r\n")
}
