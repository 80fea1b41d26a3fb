package data

import (
	"errors"
	"fmt"
	"slices"

	"gaussflow/rows"
)

// A File is a table in a file, or a selection of its columns. It is a rows.Source: each pass opens the file anew and
// reads it in constant memory. Passes are independent, so a File may be read by several goroutines.
type File struct {
	in     *input
	layout layout
	all    []string // the file's columns
	pick   []int    // indexes of the columns to read, in order
	drop   bool     // leave out rows with bad cells
	text   bool     // pass on every column as text
}

var _ rows.Source = (*File)(nil)

// maxColumns limits what a table can ask for before its first row is read: each column takes memory for its name and for what is
// recorded about it.
const maxColumns = 1 << 16

// Open reads the header of a file. "-" is standard input, which like a pipe can be read again only as long as it fits
// into Options.MaxBuffered (ErrOnce). The format and the compression (gzip, zstd) are recognized by the first bytes.
// Columns that o names and the file lacks give one ColumnError; a malformed file gives a FormatError.
func Open(path string, o Options) (*File, error) {
	if err := o.Validate(); err != nil {
		return nil, err
	}
	in, err := newInput(path, o)
	if err != nil {
		return nil, err
	}
	l, err := layoutOf(in, o)
	if err != nil {
		return nil, err
	}
	return newFile(in, l, o)
}

// newFile makes the File for a table whose header has been read, with the columns that o selects.
func newFile(in *input, l layout, o Options) (f *File, err error) {
	if n := l.width(); n > maxColumns {
		return nil, &FormatError{File: in.name, What: fmt.Sprintf("has %d columns, want at most %d", n, maxColumns)}
	}
	f = &File{in: in, layout: l, all: l.columns(), drop: o.DropMissing}
	f.pick = all(len(f.all))
	if o.Columns != nil {
		if f, err = f.Select(o.Columns...); err != nil {
			return nil, err
		}
	}
	return f.Except(o.Except...)
}

// all is the indexes of n columns.
func all(n int) []int {
	pick := make([]int, n)
	for j := range pick {
		pick[j] = j
	}
	return pick
}

// check reports a File that was not made by Open.
func (f *File) check() error {
	if f == nil || f.in == nil {
		return errors.New("data: the File is nil or zero: Open makes one")
	}
	return nil
}

// Name is the path, "standard input", or the name that FromTable was given.
func (f *File) Name() string {
	if f.check() != nil {
		return ""
	}
	return f.in.name
}

// Dim is the number of columns read.
func (f *File) Dim() int {
	if f == nil {
		return 0
	}
	return len(f.pick)
}

// Names are the columns read, in order.
func (f *File) Names() []string {
	names := make([]string, f.Dim())
	for i := range names {
		j := f.pick[i]
		names[i] = f.all[j]
	}
	return names
}

// List reports whether column j of Names is a list: its rows may have several values or none, so that it has no cells
// (columns.ListTable).
func (f *File) List(j int) bool {
	if f.check() != nil || j < 0 || j >= len(f.pick) {
		return false
	}
	l, nested := f.layout.(interface{ list(column int) bool })
	return nested && l.list(f.pick[j])
}

// Lists are the names of the columns of Header that are lists.
func (f *File) Lists() (names []string) {
	if f.check() != nil {
		return nil
	}
	whole := File{in: f.in, layout: f.layout, pick: all(len(f.all))}
	for j, name := range f.all {
		if whole.List(j) {
			names = append(names, name)
		}
	}
	return names
}

// Header is all columns of the file, in its order.
func (f *File) Header() []string {
	if f == nil {
		return nil
	}
	return slices.Clone(f.all)
}

// Select is the same file with the named columns only, in that order: so a model's columns are found in any file that
// has them. All names that the file lacks give one ColumnError.
func (f *File) Select(names ...string) (*File, error) {
	at, err := f.positions(names)
	if err != nil {
		return nil, err
	}
	seen := make(map[int]bool, len(at))
	for i, j := range at {
		if seen[j] {
			return nil, &FormatError{File: f.in.name, What: fmt.Sprintf("column %q is named twice, want each once", names[i])}
		}
		seen[j] = true
	}
	return f.with(at)
}

// Except is the same file without the named columns.
func (f *File) Except(names ...string) (*File, error) {
	if len(names) == 0 && f.check() == nil && len(f.pick) > 0 {
		return f, nil
	}
	if _, err := f.positions(names); err != nil {
		return nil, err
	}
	drop := make(map[string]bool, len(names))
	for _, name := range names {
		drop[name] = true
	}
	left := slices.DeleteFunc(slices.Clone(f.pick), func(j int) bool { return drop[f.all[j]] }) // also if two have the same name
	return f.with(left)
}

// AsText is the same file, except that CreateRecords passes on every cell of a text format to Parquet as text, never as a number.
func (f *File) AsText() *File {
	if f == nil {
		return nil
	}
	g := *f
	g.text = true
	return &g
}

// passedNumbers are the columns that are passed on as numbers if the file's cells are text.
func (f *File) passedNumbers() []int {
	if f.text {
		return nil
	}
	return f.pick
}

// CheckNames returns a FormatError if the file has two columns with the name of one that is read.
func (f *File) CheckNames() error {
	if err := f.check(); err != nil {
		return err
	}
	return f.ambiguous()
}

func (f *File) with(pick []int) (*File, error) {
	if len(pick) == 0 {
		return nil, &EmptyError{File: f.in.name, What: "column"}
	}
	g := *f
	g.pick = pick
	return &g, nil
}

// positions finds the indexes of named columns in the whole header.
func (f *File) positions(names []string) ([]int, error) {
	if err := f.check(); err != nil {
		return nil, err
	}
	place := make(map[string]int, len(f.all))
	for j, name := range slices.Backward(f.all) {
		place[name] = j // the first of equal names
	}
	at := make([]int, len(names))
	var missing []string
	for i, name := range names {
		var ok bool
		if at[i], ok = place[name]; !ok {
			missing = append(missing, name)
		}
	}
	if missing != nil {
		return nil, &ColumnError{f.in.name, missing, f.Header()}
	}
	return at, nil
}

// Commas reports whether the file is a text whose cells are separated by commas (columns.CommaTable).
func (f *File) Commas() bool {
	if f.check() != nil {
		return false
	}
	l, text := f.layout.(*csvLayout)
	return text && l.comma == ','
}

// Once declares that the next pass is the last: a stream, standard input or a pipe, is then no longer kept in memory to
// be read again (ErrOnce), which saves Options.MaxBuffered bytes and more. For other files it changes nothing.
func (f *File) Once() {
	if f.check() == nil && f.in.stream != nil {
		f.in.stream.once()
	}
}

// Open starts a pass over the rows: see Rows.
func (f *File) Open() (rows.Reader, error) { return f.Rows() }

// Notes describe how the file is written and what was done about it: whether the first line holds names, from which encoding a
// text was converted. Notes about what a pass finds are complete after that pass.
func (f *File) Notes() []string {
	if f.check() != nil {
		return nil
	}
	if l, ok := f.layout.(*csvLayout); ok {
		return l.notes()
	}
	return nil
}

// Comments is how many lines of comment, which begin with #, the passes over a text have left out within the table and below it, where
// a person may have meant a row. Those above the table are in Notes alone.
func (f *File) Comments() int {
	if f.check() != nil {
		return 0
	}
	if l, ok := f.layout.(*csvLayout); ok {
		return int(l.comments.Load())
	}
	return 0
}
