package data

import (
	"bytes"
	"slices"
	"strings"
)

// mend makes the current record as long as the others if it differs from them by empty cells at its end alone, so that nothing is
// lost: by cells beyond the last column, as spreadsheets write them, or by cells of last columns that have no name.
func (s *csvScanner) mend() bool {
	want := len(s.target)
	switch got := len(s.record); {
	case got > want && blank(s.record[want:]):
		s.record, s.raw = s.record[:want], firstCells(s.raw, want, s.bound.comma)
	case got < want && got >= s.named:
		s.record = append(s.record, make([]string, want-got)...)
		s.raw = append(slices.Clip(s.raw), bytes.Repeat([]byte{s.bound.comma}, want-got)...)
	default:
		return false
	}
	return true
}

func blank(cells []string) bool {
	return !slices.ContainsFunc(cells, func(c string) bool { return strings.TrimSpace(c) != "" })
}

// firstCells is the part of a record that holds its first n cells.
func firstCells(record []byte, n int, comma byte) []byte {
	end := -1
	for range n {
		_, size := cutCell(record[end+1:], comma)
		end += 1 + size
	}
	return record[:end]
}
