package data

import (
	"errors"
	"fmt"
	"slices"

	"gaussflow/rows"
)

// A File is a table in a file, or a choice of its columns. It is a rows.Source: each pass opens the file anew and
// reads it in constant memory. Passes are independent, so a File may be read by several goroutines.
type File struct {
	in     *input
	layout layout
	all    []string // the file's columns
	pick   []int    // those to read, in order
	drop   bool     // rows with bad cells
	text   bool     // no column is passed on as numbers
}

var _ rows.Source = (*File)(nil)

// maxColumns bounds what a table can ask for before its first row is read: each column takes memory for its name and for what is
// known of it.
const maxColumns = 1 << 16

// Open reads the header of a file; "-" is standard input, which like a pipe can be read again only as far as it fits
// Options.MaxBuffered (ErrOnce). The format and the packing (gzip, zstd) are found by the
// first bytes. Columns that o names and the file lacks are one ColumnError; a file that is not what it should be is a
// FormatError.
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

// newFile is the File of a table whose header has been read, with the columns that o chooses.
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

// all are the numbers of n columns.
func all(n int) []int {
	pick := make([]int, n)
	for j := range pick {
		pick[j] = j
	}
	return pick
}

// check reports a File that Open has not made.
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

// List reports whether column j of Names is a list: it has several values a row, or none, and so no cells (columns.ListTable).
func (f *File) List(j int) bool {
	if f.check() != nil || j < 0 || j >= len(f.pick) {
		return false
	}
	l, nested := f.layout.(interface{ list(column int) bool })
	return nested && l.list(f.pick[j])
}

// Lists are the columns of Header that are lists.
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

// Select is the same file with the columns named, in that order: a model's columns are found in any file which has
// them. All that it lacks are one ColumnError.
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

// Except is the same file without the columns named.
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
	left := slices.DeleteFunc(slices.Clone(f.pick), func(j int) bool { return drop[f.all[j]] }) // also where two are called alike
	return f.with(left)
}

// AsText is the same file, of which CreateRecords passes on to Parquet each cell as text, and none as a number, where it is text here.
func (f *File) AsText() *File {
	if f == nil {
		return nil
	}
	g := *f
	g.text = true
	return &g
}

// passedNumbers are the columns that are passed on as numbers where cells are text.
func (f *File) passedNumbers() []int {
	if f.text {
		return nil
	}
	return f.pick
}

// CheckNames is a FormatError if the file has two columns of the name of one that is read.
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

// positions finds columns in the whole header.
func (f *File) positions(names []string) ([]int, error) {
	if err := f.check(); err != nil {
		return nil, err
	}
	place := make(map[string]int, len(f.all))
	for j, name := range slices.Backward(f.all) {
		place[name] = j // of equal names the first
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

// Once says that the next pass is the last: a stream, standard input or a pipe, is no longer kept in memory to be read
// again (ErrOnce), which saves up to Options.MaxBuffered and more. Of other files it changes nothing.
func (f *File) Once() {
	if f.check() == nil && f.in.stream != nil {
		f.in.stream.once()
	}
}

// Open starts a pass over the rows: see Rows.
func (f *File) Open() (rows.Reader, error) { return f.Rows() }

// Notes say in words what was found out about how the file is written, and done about it: whether the first line holds names, from
// which encoding a text was converted. What a pass finds, they say after it.
func (f *File) Notes() []string {
	if f.check() != nil {
		return nil
	}
	if l, ok := f.layout.(*csvLayout); ok {
		return l.notes()
	}
	return nil
}
