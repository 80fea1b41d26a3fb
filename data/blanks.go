package data

import (
	"bytes"
	"slices"

	"golang.org/x/text/transform"
)

// byBlanks makes of a text whose cells are parted by runs of blanks, as scientists' programs and R print tables, one whose cells are
// parted by a tab each. Blanks in quotes, and at the ends of lines, part nothing.
type byBlanks struct {
	rowNames bool // the first line has a name less than others have cells: as R writes it, it leaves out that of the rows' names
	comment  bool // the first line is a comment of names, as NumPy writes it

	begun, cells   bool // a line has begun; there are cells in this one
	quoted, parted bool // within quotes; behind a cell and blanks
}

// Reset begins anew.
func (b *byBlanks) Reset() { b.begun, b.cells, b.quoted, b.parted = false, false, false, false }

// Transform converts.
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

// blanksIn is how a text is read whose cells are parted by blanks, nil where they are not: by blanks all lines are to have as many cells,
// with two columns of numbers more than by tabs, and by no other character can they have that. head is how the text begins, which is cut
// in the middle of a line or whole.
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
	others := recordsOf(head, comma, cut) // none where a quote stands where there can be none
	if comma != '\t' && len(others) > 1 && len(others[0]) > 1 && alike(others) {
		return nil
	}
	if countNumeric(rest) < 2+countNumeric(others[min(1, len(others)):]) {
		return nil
	}
	b.Reset()
	return b
}

// alike reports whether all records have as many cells.
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
