package data

import (
	"errors"
	"io"

	"gaussflow/rows"
)

// Rows is one pass over a File: a rows.Reader that also tells the position of each row in the file and, if asked for,
// the row as it is written there.
type Rows struct {
	file    *File
	scan    scanner
	tally   *tally // nil if a bad cell ends the pass
	row     int    // of the file, from 1
	dropped int
	places  []Place // places of the rows of the last Read
	keep    form
	comma   byte   // delimiter of text records
	kept    []byte // the records of the last Read
	ends    []int  // end of each record in kept
	err     error  // the error that ended the pass
}

// A Place is a row's position.
type Place struct {
	Row  int // of the file's data, from 1, rows left out included
	Line int // of the file, from 1; 0 if the format has no lines
}

// Rows starts a pass over the rows. It returns a FormatError if the file has two columns with the name of one that is
// read.
func (f *File) Rows() (*Rows, error) { return f.rows(numbersOnly, 0) }

// Records starts a pass that keeps each row whole, including columns that are not read, in the form that w writes: see
// Record.
func (f *File) Records(w *RecordWriter) (*Rows, error) {
	if w == nil || w.rows == nil {
		return nil, errors.New("data: File.Records: the RecordWriter is nil or zero: CreateRecords makes one")
	}
	return f.rows(w.keep, w.comma)
}

func (f *File) rows(keep form, comma byte) (*Rows, error) {
	if err := f.check(); err != nil {
		return nil, err
	}
	if err := f.ambiguous(); err != nil {
		return nil, err
	}
	for i, j := range f.pick {
		if f.List(i) {
			return nil, &FormatError{File: f.in.name, Column: f.all[j], What: "is a list, want one value a row"}
		}
	}
	s, err := f.layout.scan(f.pick, keep)
	if err != nil {
		return nil, err
	}
	return &Rows{file: f, scan: s, keep: keep, comma: comma}, nil
}

// Read fills dst with whole rows of d columns and returns how many; there may be fewer if long records are kept. It returns
// io.EOF once no row is left. A cell that is no finite number gives a CellError, unless the File leaves out such rows.
func (r *Rows) Read(dst []float64) (n int, err error) {
	if r.file == nil {
		return 0, errors.New("data: Rows.Read: the pass is zero: File.Rows makes one")
	}
	d := r.file.Dim()
	if len(dst) < d {
		return 0, &rows.ShapeError{Op: "data: Rows.Read", Got: "room for no row", Want: "at least one row"}
	}
	r.places, r.kept, r.ends = r.places[:0], r.kept[:0], r.ends[:0]
	for r.err == nil && (n+1)*d <= len(dst) && len(r.kept) < keptText {
		var kept bool
		kept, r.err = r.next(dst[n*d : (n+1)*d])
		if kept {
			n++
		}
	}
	if n > 0 && errors.Is(r.err, io.EOF) {
		return n, nil
	}
	return n, r.err
}

// next reads a row and reports whether it is to be handed out.
func (r *Rows) next(row []float64) (kept bool, err error) {
	if err = r.scan.next(row); err != nil {
		return false, err
	}
	r.row++
	if !allFinite(row) {
		if r.tally != nil {
			r.tally.add(row, r)
		}
		if r.file.drop {
			r.dropped++
			return false, nil
		}
		if r.tally == nil {
			return false, r.badCell(row)
		}
	}
	if err = r.keepRow(row); err != nil {
		return false, err
	}
	return true, nil
}

func allFinite(row []float64) bool {
	sum := 0.0
	for _, v := range row {
		sum += v - v // 0, or NaN if v is not finite
	}
	return sum == 0
}

// badCell reports the first bad cell of a row.
func (r *Rows) badCell(row []float64) error {
	for i, v := range row {
		if v != v {
			return &CellError{r.file.in.name, r.file.all[r.file.pick[i]], r.cell(i)}
		}
	}
	return nil
}

// cell is the current row's cell in picked column i.
func (r *Rows) cell(i int) Cell {
	return Cell{r.row, r.scan.line(), string(r.scan.cell(nil, r.file.pick[i]))}
}

// keepRow records the position of the current row and, if asked for, the row itself.
func (r *Rows) keepRow(row []float64) (err error) {
	r.places = append(r.places, Place{r.row, r.scan.line()})
	switch r.keep {
	case asText:
		r.kept = r.scan.appendText(r.kept, r.comma)
	case asValues:
		r.kept, err = r.scan.appendValues(r.kept, row)
	default:
		return nil
	}
	r.ends = append(r.ends, len(r.kept))
	return err
}

// Place is the position of row i of the last Read; zero if there was no such row.
func (r *Rows) Place(i int) Place {
	if i < 0 || i >= len(r.places) {
		return Place{}
	}
	return r.places[i]
}

// Record is the whole row i of the last Read, for RecordWriter.WriteRecord; a text record has no line end. It is nil in a pass
// started by Rows, and if the last Read had no such row. It is valid until the next Read.
func (r *Rows) Record(i int) []byte {
	if i < 0 || i >= len(r.ends) {
		return nil
	}
	start := 0
	if i > 0 {
		start = r.ends[i-1]
	}
	return r.kept[start:r.ends[i]]
}

// Dropped is how many rows have been left out so far because of bad cells.
func (r *Rows) Dropped() int { return r.dropped }

// Close ends the pass.
func (r *Rows) Close() error {
	if r.scan == nil {
		return nil
	}
	if r.err == nil {
		r.err = errors.New("data: Rows.Read: the pass has been closed")
	}
	return r.scan.Close()
}
