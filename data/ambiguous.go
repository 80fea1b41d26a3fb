package data

import (
	"fmt"
	"unicode/utf8"
)

// ambiguous reports a column to be read, in a file of any format, whose name is not UTF-8 or occurs twice; nil if there is none.
// Columns that are not read may have any names.
func (f *File) ambiguous() error {
	times := make(map[string]int, len(f.all))
	for _, name := range f.all {
		times[name]++
	}
	for _, j := range f.pick {
		if name := f.all[j]; !utf8.ValidString(name) {
			return &FormatError{File: f.in.name, What: fmt.Sprintf("the column name %q is not UTF-8", name), Err: ErrEncoding}
		} else if times[name] > 1 {
			return &FormatError{File: f.in.name, What: fmt.Sprintf("names %d columns %q, want each column that is read to have a name of its own", times[name], name)}
		}
	}
	return nil
}
