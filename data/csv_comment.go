package data

import (
	"bytes"
	"slices"
)

// comment reports whether the current record is no row but a comment: it begins with # and has another number of cells than there are
// columns. It is counted.
func (s *csvScanner) comment() bool {
	is := len(s.target) > 1 && len(s.record) != len(s.target) && len(s.record[0]) > 0 && s.record[0][0] == '#'
	if is {
		s.comments++
	}
	if n := int64(s.comments); is && s.noted.Load() < n {
		s.noted.Store(n)
	}
	return is
}

// commentsAbove is the length of the lines of comment at the start of a text, and how many they are. They begin with #. The last one
// is none if it holds the names: if the line after it is a row of numbers, and has as many cells.
func commentsAbove(head []byte) (length, lines int) {
	before, rest := 0, head // before the last comment
	for len(rest) > 0 && rest[0] == '#' {
		_, after, ended := bytes.Cut(rest, []byte("\n"))
		if !ended {
			return 0, 0
		}
		before, rest = len(head)-len(rest), after
		lines++
	}
	length = len(head) - len(rest)
	if line, _, _ := bytes.Cut(rest, []byte("\n")); lines > 0 && (len(line) == 0 || asMany(head[before:length], line)) {
		return before, lines - 1
	}
	return length, lines
}

// asMany reports whether a comment has as many cells as a line in which one is a number. The # of a comment may be a word of its own
// before names that are separated by blanks.
func asMany(comment, line []byte) bool {
	comma := delimiter("", line)
	cells, names := bytes.Split(line, []byte{comma}), bytes.Split(comment, []byte{comma})
	if len(cells) == 1 {
		cells, names = bytes.Fields(line), bytes.Fields(bytes.TrimLeft(comment, "# "))
	}
	return len(cells) == len(names) && slices.ContainsFunc(cells, func(c []byte) bool { return isNumber(string(c)) })
}
