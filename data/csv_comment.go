package data

import (
	"bytes"
	"errors"
	"strings"
)

// comment reports whether the current record, or a quote that is missing in it, is no row but a comment: a single line that begins
// with # and has another number of cells than there are columns. It is counted. A table in which a row has begun with # has no
// comments from there on, so that a row with a cell too many is named as such.
func (s *csvScanner) comment(err error) bool {
	n := len(s.target)
	if s.hashes || n < 2 || err != nil && !faulty(err) {
		return false
	}
	if err == nil && (fits(s.record, n) || len(s.record) < n && len(s.record) >= s.named) {
		s.hashes = marked(s.record)
		return false
	}
	is := bytes.HasPrefix(bytes.TrimLeft(s.raw, " "), []byte("#")) && bytes.IndexByte(s.raw, '\n') < 0
	if is {
		s.comments++
	}
	if n := int64(s.comments); is && s.noted.Load() < n {
		s.noted.Store(n)
	}
	return is
}

// faulty reports an error of one row, after which others can be read.
func faulty(err error) bool {
	var fault *rowFault
	return errors.As(err, &fault)
}

// marked reports whether a record begins with #.
func marked(record []string) bool { return len(record) > 0 && strings.HasPrefix(record[0], "#") }

// fits reports whether a record has n cells, apart from blank ones at its end.
func fits(record []string, n int) bool {
	return len(record) == n || len(record) > n && blank(record[n:])
}

// withoutComments leaves out of the first records of a table those that are comments, and reports whether rows begin with #; then
// there are none.
func withoutComments(records [][]string) (left [][]string, hashes bool) {
	width := len(records[0])
	for _, r := range records[1:] {
		if !marked(r) { // of the rows, since the first record may lack the name of the first column
			width = len(r)
			break
		}
	}
	left = records[:1:1]
	for _, r := range records[1:] {
		switch {
		case !marked(r):
			left = append(left, r)
		case fits(r, width) || width < 2:
			return records, width > 1
		}
	}
	return left, false
}
