package data

import (
	"bytes"
	"slices"

	"golang.org/x/text/transform"
)

// byBlanks converts a text whose cells are separated by runs of blanks, as R and scientific programs print tables, to one whose
// cells are separated by single tabs. Blanks in quotes and at the ends of lines are no separators.
type byBlanks struct {
	rowNames bool // the first line has one name fewer than the others have cells, as R writes it: the column of row names has none
	comment  bool // the first line holds the names in a comment, as NumPy writes it

	begun, cells   bool // a line has begun; the current line has cells
	quoted, parted bool // inside quotes; after a cell and blanks
}

// Reset returns to the state before the first byte.
func (b *byBlanks) Reset() { b.begun, b.cells, b.quoted, b.parted = false, false, false, false }

// Transform converts src to dst.
func (b *byBlanks) Transform(dst, src []byte, _ bool) (nDst, nSrc int, err error) {
	for ; nSrc < len(src); nSrc++ {
		if len(dst)-nDst < 2 {
			return nDst, nSrc, transform.ErrShortDst
		}
		c := src[nSrc]
		if !b.begun {
			b.begun = true
			if b.comment && c == '#' {
				continue
			}
			b.parted = b.rowNames // a tab before the first name
		}
		switch {
		case c == '\n' && !b.quoted:
			b.cells, b.parted = false, false
		case (c == ' ' || c == '\t' || c == '\r') && !b.quoted:
			b.parted = b.parted || b.cells
			continue
		default:
			if c == '"' {
				b.quoted = !b.quoted
			}
			if b.parted {
				dst[nDst] = '\t'
				nDst++
			}
			b.cells, b.parted = true, false
		}
		dst[nDst] = c
		nDst++
	}
	return nDst, nSrc, nil
}

// blanksIn returns how to read a text whose cells are separated by blanks, or nil if they are not. They are if, split at blanks,
// all lines have equally many cells, with at least two more columns of numbers than if split at tabs, and no other separator gives
// lines of equal length. head is the start of the text, which may be cut in the middle of a line.
func blanksIn(head []byte, cut bool) *byBlanks {
	b := &byBlanks{comment: bytes.HasPrefix(head, []byte("#"))}
	text, _, err := transform.Bytes(b, head)
	if err != nil {
		return nil
	}
	records := recordsOf(text, '\t', cut)
	if len(records) < 2 || !alike(records[1:]) {
		return nil
	}
	first, rest := records[0], records[1:]
	b.rowNames = len(first) == len(rest[0])-1
	if len(first) != len(rest[0]) && !b.rowNames {
		return nil
	}
	line, _, _ := bytes.Cut(head, []byte("\n"))
	comma := delimiter("", line)
	others := recordsOf(head, comma, cut) // none if a quote is in a wrong place
	if comma != '\t' && len(others) > 1 && len(others[0]) > 1 && alike(others) {
		return nil
	}
	if countNumeric(rest) < 2+countNumeric(others[min(1, len(others)):]) {
		return nil
	}
	b.Reset()
	return b
}

// alike reports whether all records have equally many cells.
func alike(records [][]string) bool {
	return !slices.ContainsFunc(records, func(r []string) bool { return len(r) != len(records[0]) })
}

// countNumeric is how many columns hold numbers.
func countNumeric(rows [][]string) (n int) {
	for j := 0; len(rows) > 0 && j < len(rows[0]); j++ {
		if numeric(rows, j) {
			n++
		}
	}
	return n
}
