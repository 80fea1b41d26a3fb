package data

import (
	"bytes"
	"unicode"

	"gaussflow/internal/csvcell"
)

// A rawCell is a cell of CSV as it is written, spaces and quotes included.
type rawCell struct {
	text   []byte
	spaces int // that text begins with and that are no part of the cell
	quoted bool
}

// cutRecord cuts a record, which encoding/csv has found to be one, at its delimiters.
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

// cutCell is the first cell of a record; it ends before the delimiter, or with the record.
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

// closingQuote is where a quoted cell ends, whose text begins at an index.
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
		from++ // two quotes are one in the text
	}
	return len(record)
}

// trimmed is the cell without the spaces before its quote, which are no part of it; nor are they where spaces part cells.
func (c rawCell) trimmed(start int, comma byte) rawCell {
	if c.quoted || comma == ' ' {
		c.text = c.text[start:]
	} else {
		c.spaces = start
	}
	return c
}

// missing reports a cell with nothing in it, not even quotes.
func (c rawCell) missing() bool { return len(c.text) == 0 }

// value is the text that is meant.
func (c rawCell) value() []byte {
	if !c.quoted {
		return c.text
	}
	inner := c.text[1:closingQuote(c.text, 1)]
	return bytes.ReplaceAll(bytes.TrimSuffix(inner, []byte(`"`)), []byte(`""`), []byte(`"`))
}

// appendTo appends the cell to a record of another delimiter.
func (c rawCell) appendTo(dst []byte, comma byte) []byte {
	if c.quoted {
		return append(dst, c.text...)
	}
	text := c.text
	if csvcell.NeedsQuotes(text, comma) { // within which spaces are a part
		text = text[c.spaces:]
	}
	return csvcell.Append(dst, text, comma)
}

// appendRaw appends a record of delimiter from as one of delimiter to: the same bytes where these are the same, but for a last cell that
// ends in CR, which without quotes would be read as a part of the end of the line.
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

// withoutLineEnds is what was read for a record without the empty lines before it and the end of its last line.
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
