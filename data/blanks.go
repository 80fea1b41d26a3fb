package data

import (
	"bytes"
	"slices"

	"golang.org/x/text/transform"
)

// byBlanks converts a text whose cells are separated by runs of blanks, as R and scientific programs print tables, to one whose
// cells are separated by single tabs. Blanks in quotes and at the ends of lines are no separators. Comments become single cells.
type byBlanks struct {
	rowNames bool // the first line has one name fewer than the others have cells, as R writes it: the column of row names has none
	names    int  // which of the lines that begin with # holds the names, from 1, as NumPy writes it; 0: none
	hashes   bool // rows begin with #, so that no line is a comment

	begun, cells    bool // a line has begun that is no comment; the current line has cells
	quoted, parted  bool // inside quotes; after a cell and blanks
	comments        int  // lines that began with #
	comment, naming bool // inside such a line; inside the one that holds the names
}

// Reset returns to the state before the first byte.
func (b *byBlanks) Reset() { *b = byBlanks{rowNames: b.rowNames, names: b.names, hashes: b.hashes} }

// Transform converts src to dst.
func (b *byBlanks) Transform(dst, src []byte, _ bool) (nDst, nSrc int, err error) {
	for ; nSrc < len(src); nSrc++ {
		if len(dst)-nDst < 2 {
			return nDst, nSrc, transform.ErrShortDst
		}
		tab, kept := b.next(src[nSrc])
		if tab {
			dst[nDst] = '\t'
			nDst++
		}
		if kept {
			dst[nDst] = src[nSrc]
			nDst++
		}
	}
	return nDst, nSrc, nil
}

// next reports what becomes of the next byte: whether a tab is written before it, and whether it is written itself.
func (b *byBlanks) next(c byte) (tab, kept bool) {
	switch {
	case c == '\n' && !b.quoted:
		b.cells, b.parted, b.comment, b.naming = false, false, false, false
		return false, true
	case b.comment: // what it says is of no account
		return false, c != '\t' && c != '"'
	case (c == ' ' || c == '\t' || c == '\r') && !b.quoted:
		b.parted = b.parted || b.cells
		return false, false
	case c == '#' && !b.cells && !b.hashes:
		return false, b.hash()
	}
	if c == '"' {
		b.quoted = !b.quoted
	}
	tab = b.parted || !b.begun && b.rowNames // a tab before the first name
	b.begun, b.cells, b.parted = true, true, false
	return tab, true
}

// hash is told of a # at the start of a line, and reports whether it begins a comment; else it stands before names.
func (b *byBlanks) hash() bool {
	if b.naming {
		return false
	}
	b.comments++
	b.naming = b.comments == b.names
	b.comment = !b.naming
	return b.comment
}

// blanksIn returns how to read a text whose cells are separated by blanks, or nil if they are not. They are if, split at blanks,
// all lines but comments have equally many cells, with at least two more columns of numbers than if split at tabs, and no other
// separator gives lines of equal length. head is the start of the text, which may be cut in the middle of a line.
func blanksIn(head []byte, cut bool) *byBlanks {
	b, table := &byBlanks{hashes: hashRows(head)}, head
	if !b.hashes {
		b.names, table = namesAbove(head, cut)
	}
	text, _, err := transform.Bytes(b, head)
	if err != nil {
		return nil
	}
	records := b.recordsOf(text, '\t', cut)
	if len(records) < 2 || !alike(records[1:]) {
		return nil
	}
	first, rest := records[0], records[1:]
	b.rowNames = len(first) == len(rest[0])-1
	if len(first) != len(rest[0]) && !b.rowNames {
		return nil
	}
	line, _, _ := bytes.Cut(table, []byte("\n"))
	comma := delimiter("", line)
	others := b.recordsOf(table, comma, cut) // none if a quote is in a wrong place
	if comma != '\t' && len(others) > 1 && len(others[0]) > 1 && alike(others) {
		return nil
	}
	if countNumeric(rest) < 2+countNumeric(others[min(1, len(others)):]) {
		return nil
	}
	b.Reset()
	return b
}

// recordsOf are the first records of a text but for comments.
func (b *byBlanks) recordsOf(text []byte, comma byte, cut bool) [][]string {
	if b.hashes {
		return recordsOf(text, comma, cut)
	}
	return recordsBut('#', text, comma, cut)
}

// namesAbove is which of the comments above a table of blanks holds its names, from 1, or 0; and the table without comments above.
func namesAbove(head []byte, cut bool) (which int, table []byte) {
	_, comments, rest := commentLines(head)
	if len(comments) == 0 || len(rest) == 0 {
		return 0, head
	}
	last := bytes.TrimLeft(comments[len(comments)-1], "# ")
	line, _, errLine := transform.Bytes(new(byBlanks), last)
	text, _, err := transform.Bytes(new(byBlanks), rest)
	if err != nil || errLine != nil {
		return 0, rest
	}
	cells, below := cellsOf(line, '\t'), recordsBut('#', text, '\t', cut)
	if wide(below, len(cells)) && names(cells, below) {
		return len(comments), slices.Concat(last, []byte("\n"), rest)
	}
	return 0, rest
}

// hashRows reports whether rows of a table of blanks begin with #: a word that does, and as many words as in the first other line, one
// of them a number. It is also so if all lines begin with #.
func hashRows(head []byte) bool {
	var others []byte
	var marked [][]byte
	for line := range bytes.Lines(head) {
		switch {
		case bytes.HasPrefix(line, []byte("#")):
			marked = append(marked, line)
		case len(others) == 0:
			others = bytes.TrimSpace(line)
		}
	}
	width := len(bytes.Fields(others))
	return len(marked) > 0 && (width == 0 || slices.ContainsFunc(marked, func(line []byte) bool {
		words := bytes.Fields(line)
		return len(words) == width && len(words[0]) > 1 && slices.ContainsFunc(words[1:], func(w []byte) bool { return isNumber(string(w)) })
	}))
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
