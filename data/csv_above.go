package data

import (
	"bytes"
	"slices"
	"strings"

	"gaussflow/columns"
)

// above is what stands above a table: lines of comment, which begin with #, and empty lines among them.
type above struct{ length, lines, comments int }

// commentsAbove is what stands above the table in a text. Lines that begin with # may hold its names, or be rows of it; in a table all
// of whose lines do, none is a comment. The separator of cells is 0 if it is not known. A text that is cut may end within a line.
func commentsAbove(head []byte, comma byte, cut bool) above {
	before, comments, rest := commentLines(head)
	if len(comments) == 0 || len(rest) == 0 {
		return above{}
	}
	at := before[len(comments)-inTable(comments, rest, comma, cut)]
	if at.comments == 0 {
		return above{} // empty lines alone
	}
	return at
}

// commentLines are the lines at the start of a text that begin with #, what stands before each of them and before the rest, and the
// rest. There is no rest if the text ends in a comment.
func commentLines(head []byte) (before []above, comments [][]byte, rest []byte) {
	var at above
	for rest = head; ; {
		line, after, ended := bytes.Cut(rest, []byte("\n"))
		comment := bytes.HasPrefix(line, []byte("#"))
		if !comment && (!ended || len(bytes.TrimSuffix(line, []byte("\r"))) > 0) {
			return append(before, at), comments, rest
		}
		if comment {
			before, comments = append(before, at), append(comments, bytes.TrimSuffix(line, []byte("\r")))
			at.comments++
		}
		rest, at.length, at.lines = after, at.length+len(line)+1, at.lines+1
	}
}

// inTable is how many of the last lines that begin with # belong to the table below them: one that holds its names, or several that
// are rows.
func inTable(comments [][]byte, rest []byte, comma byte, cut bool) int {
	last := comments[len(comments)-1]
	for _, c := range separators(last, rest, comma) {
		below := recordsOf(rest, c, cut)
		if len(below) == 0 || wordsAbove(below[0], below[1:]) { // these are the names
			continue
		}
		cells := cellsOf(last, c)
		if len(cells) == 1 && len(below[0]) == 1 { // perhaps they are separated by blanks
			return count(isName(last, below[0][0]))
		}
		if n := len(cells); n > 1 && wide(below, n) {
			rows := lastOf(comments, func(line []byte) bool { return len(cellsOf(line, c)) == n })
			if rows > 1 && !wordsAbove(cells, below) {
				return rows
			}
			return count(names(cells, below))
		}
	}
	return 0
}

// separators are those that the cells of a comment and of the line below it may have.
func separators(comment, rest []byte, comma byte) []byte {
	if comma != 0 {
		return []byte{comma}
	}
	line, _, _ := bytes.Cut(rest, []byte("\n"))
	return []byte{delimiter("", comment), delimiter("", line)}
}

// cellsOf are the cells of a comment, without its #; none if a quote is in a wrong place.
func cellsOf(comment []byte, comma byte) []string {
	records := recordsOf(bytes.TrimLeft(comment, "# "), comma, false)
	if len(records) != 1 {
		return nil
	}
	return records[0]
}

// nextRows is how many rows below a comment are held against it.
const nextRows = 5

// wide reports whether most of the next rows have n cells.
func wide(below [][]string, n int) bool {
	next, others := below[:min(nextRows, len(below))], 0
	for _, r := range next {
		if !fits(r, n) {
			others++
		}
	}
	return len(next) > 2*others && fits(next[0], n)
}

// lastOf is how many of the last lines are as asked.
func lastOf(lines [][]byte, is func([]byte) bool) (n int) {
	for n < len(lines) && is(lines[len(lines)-1-n]) {
		n++
	}
	return n
}

// wordsAbove reports whether a cell is a word above numbers.
func wordsAbove(cells []string, below [][]string) bool {
	for j, cell := range cells {
		if !columns.Missing(cell) && !isNumber(cell) && numeric(below, j) {
			return true
		}
	}
	return false
}

// names reports whether the cells of a comment, which are as many as those below it, are the names of columns, and not prose: the
// first line below it is a row, or, where there are no numbers to tell a row from names, each cell is a single word.
func names(cells []string, below [][]string) bool {
	if wordsAbove(below[0], below[1:]) {
		return false
	}
	words := !slices.ContainsFunc(cells, func(c string) bool { return len(strings.Fields(c)) > 1 })
	return words || countNumeric(below) > 0
}

// isName reports whether a comment has as many words as the line below it, one of which is a number.
func isName(comment []byte, line string) bool {
	cells := strings.Fields(line)
	return len(cells) == len(bytes.Fields(bytes.TrimLeft(comment, "# "))) && slices.ContainsFunc(cells, isNumber)
}

func count(is bool) int {
	if is {
		return 1
	}
	return 0
}
