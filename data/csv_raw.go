package data

import (
	"bytes"
	"unicode"

	"gaussflow/internal/csvcell"
)

// A rawCell is a cell of CSV as it is written, with its spaces and quotes.
type rawCell struct {
	text   []byte
	spaces int // leading spaces of text, which are no part of the cell
	quoted bool
}

// cutRecord splits a record, which encoding/csv has accepted, at its delimiters.
func cutRecord(dst []rawCell, record []byte, comma byte) []rawCell {
	for {
		c, end := cutCell(record, comma)
		dst = append(dst, c)
		if end == len(record) {
			return dst
		}
		record = record[end+1:]
	}
}

// cutCell returns the first cell of a record, which ends at the delimiter or with the record.
func cutCell(record []byte, comma byte) (c rawCell, end int) {
	start := 0
	if comma != '\t' { // see csvScanner.split
		start = len(record) - len(bytes.TrimLeftFunc(record, unicode.IsSpace))
	}
	end = start
	if c.quoted = start < len(record) && record[start] == '"'; c.quoted {
		end = closingQuote(record, start+1)
	}
	if next := bytes.IndexByte(record[end:], comma); next >= 0 {
		end += next
	} else {
		end = len(record)
	}
	c.text = record[:end]
	return c.trimmed(start, comma), end
}

// closingQuote is the index of the quote that ends a cell whose text begins at from.
func closingQuote(record []byte, from int) int {
	for from < len(record) {
		quote := bytes.IndexByte(record[from:], '"')
		if quote < 0 {
			break
		}
		from += quote + 1
		if from == len(record) || record[from] != '"' {
			return from
		}
		from++ // two quotes stand for one
	}
	return len(record)
}

// trimmed is the cell without the spaces before its quote, which are no part of it. If cells are separated by spaces it
// stays as it is.
func (c rawCell) trimmed(start int, comma byte) rawCell {
	if c.quoted || comma == ' ' {
		c.text = c.text[start:]
	} else {
		c.spaces = start
	}
	return c
}

// missing reports an empty cell without quotes.
func (c rawCell) missing() bool { return len(c.text) == 0 }

// value is the cell's text without quotes.
func (c rawCell) value() []byte {
	if !c.quoted {
		return c.text
	}
	inner := c.text[1:closingQuote(c.text, 1)]
	return bytes.ReplaceAll(bytes.TrimSuffix(inner, []byte(`"`)), []byte(`""`), []byte(`"`))
}

// appendTo appends the cell to a record with another delimiter.
func (c rawCell) appendTo(dst []byte, comma byte) []byte {
	if c.quoted {
		return append(dst, c.text...)
	}
	text := c.text
	if csvcell.NeedsQuotes(text, comma) { // inside quotes spaces are part of the cell
		text = text[c.spaces:]
	}
	return csvcell.Append(dst, text, comma)
}

// appendRaw appends a record with the delimiter from as one with the delimiter to. If these are equal the bytes stay the same,
// except for a last cell that ends in CR, which needs quotes so that the CR is not read as part of the line's end.
func appendRaw(dst, record []byte, from, to byte) []byte {
	if from == to && !bytes.HasSuffix(record, []byte("\r")) {
		return append(dst, record...)
	}
	for j, c := range cutRecord(nil, record, from) {
		if j > 0 {
			dst = append(dst, to)
		}
		dst = c.appendTo(dst, to)
	}
	return dst
}

// withoutLineEnds strips from the bytes read for a record the empty lines before it and the end of its last line.
func withoutLineEnds(raw []byte) []byte {
	for {
		rest, unix := bytes.CutPrefix(raw, []byte("\n"))
		if !unix {
			var dos bool
			if rest, dos = bytes.CutPrefix(raw, []byte("\r\n")); !dos {
				break
			}
		}
		raw = rest
	}
	raw, _ = bytes.CutSuffix(raw, []byte("\n"))
	raw, _ = bytes.CutSuffix(raw, []byte("\r"))
	return raw
}
