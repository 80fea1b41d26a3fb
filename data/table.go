package data

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math"
	"math/rand/v2"

	"gonum.org/v1/gonum/mat"

	"gaussflow/internal/counted"
	"gaussflow/internal/defaults"
	"gaussflow/rows"
)

// A Table is rows in memory with the names of their columns.
type Table struct {
	Names   []string   // d
	X       *mat.Dense // N×d, finite
	Dropped int        // number of rows of the file left out because of bad cells
}

// ReadAll reads the whole file. Bad cells give one CategoryError or MissingError over all columns; a file without rows
// gives an EmptyError.
func (f *File) ReadAll() (*Table, error) {
	r, err := f.Rows()
	if err != nil {
		return nil, err
	}
	defer r.Close()
	r.tally = newTally(f.Names())
	values, err := readAll(r, f.Dim())
	if err != nil {
		return nil, err
	}
	if err = r.tally.check(f.in.name, r.row, f.drop); err != nil {
		return nil, err
	}
	n := len(values) / f.Dim()
	if n == 0 {
		return nil, &EmptyError{f.in.name, "row", r.dropped}
	}
	return &Table{f.Names(), mat.NewDense(n, f.Dim(), values), r.dropped}, nil
}

// ReadSome reads the whole file and keeps at most limit of its rows, drawn uniformly, in their order; its memory does not depend on
// how many rows there are. rows is the number of rows without those that Options.DropMissing leaves out; if it is at most limit,
// the result is that of ReadAll. The same seed draws the same rows. It ends with ctx.
func (f *File) ReadSome(ctx context.Context, limit int, seed uint64) (t *Table, rows int, err error) {
	if ctx == nil || limit < 1 {
		return nil, 0, fmt.Errorf("data: File.ReadSome: limit = %d, ctx is nil: %t; want limit ≥ 1 and a context", limit, ctx == nil)
	}
	r, err := f.Rows()
	if err != nil {
		return nil, 0, err
	}
	defer r.Close()
	r.tally = newTally(f.Names())
	held, err := drawn(ctx, r, f.Dim(), limit, seed)
	if err != nil {
		return nil, 0, err
	}
	if err = r.tally.check(f.in.name, r.row, f.drop); err != nil {
		return nil, 0, err
	}
	x, _ := held.Rows()
	if x == nil {
		return nil, 0, &EmptyError{f.in.name, "row", r.dropped}
	}
	return &Table{f.Names(), x, r.dropped}, held.Seen(), nil
}

// drawn draws limit of the rows of a pass.
func drawn(ctx context.Context, r *Rows, dim, limit int, seed uint64) (*rows.Reservoir, error) {
	held, err := rows.NewReservoir(dim, limit, seed)
	block := make([]float64, max(drawnAtOnce/dim, 1)*dim)
	for err == nil {
		var n int
		n, err = r.Read(block)
		for i := range n {
			if _, errAdd := held.Add(block[i*dim : (i+1)*dim]); errAdd != nil {
				return nil, errAdd
			}
		}
		if err == nil {
			err = ctx.Err()
		}
	}
	if errors.Is(err, io.EOF) {
		err = nil
	}
	return held, err
}

// drawnAtOnce is how many numbers are read at once.
const drawnAtOnce = 4096

// ReadAll reads all rows of any source; the columns are called x1, x2, ….
func ReadAll(s rows.Source) (*Table, error) {
	if f, ok := s.(*File); ok {
		return f.ReadAll()
	}
	if err := checkSource("ReadAll", s); err != nil {
		return nil, err
	}
	r, err := s.Open()
	if err != nil {
		return nil, err
	}
	defer r.Close()
	values, err := readAll(r, s.Dim())
	if err != nil {
		return nil, err
	}
	if len(values) == 0 {
		return nil, &EmptyError{"source", "row", 0}
	}
	return &Table{Names: defaults.Names("x", s.Dim()), X: mat.NewDense(len(values)/s.Dim(), s.Dim(), values)}, nil
}

// checkSource reports a source that is nil or has no columns.
func checkSource(op string, s rows.Source) error {
	if defaults.IsNil(s) || s.Dim() < 1 {
		return fmt.Errorf("data: %s: got no source, want one of at least one column", op)
	}
	return nil
}

// readAll allocates memory as rows arrive, whatever a header claims.
func readAll(r rows.Reader, d int) (values []float64, err error) {
	const least = 4096
	for err == nil {
		if cap(values)-len(values) < d {
			grown := make([]float64, len(values), 2*len(values)+max(d, least))
			copy(grown, values)
			values = grown
		}
		var n int
		room := (cap(values) - len(values)) / d * d
		n, err = r.Read(values[len(values) : len(values)+room])
		values = values[:len(values)+n*d]
	}
	if errors.Is(err, io.EOF) {
		return values, nil
	}
	return nil, err
}

var _ rows.Source = (*Table)(nil)

// Rows is N.
func (t *Table) Rows() int {
	n, _ := t.dims()
	return n
}

// dims is the shape of X, 0×0 if X is nil.
func (t *Table) dims() (n, d int) {
	if t == nil || t.X == nil {
		return 0, 0
	}
	return t.X.Dims()
}

// Dim is d.
func (t *Table) Dim() int {
	if t == nil {
		return 0
	}
	return len(t.Names)
}

// check reports a Table that is inconsistent, which is possible because its fields are exported.
func (t *Table) check(op string) error {
	if n, d := t.dims(); n == 0 || d != t.Dim() {
		return &rows.ShapeError{Op: "data: Table." + op, Got: fmt.Sprintf("X %d×%d", n, d), Want: fmt.Sprintf("at least one row of %d columns, one a name", t.Dim())}
	}
	return nil
}

// Shuffle is the table with its rows in a random order; it is unchanged if X does not have one column for each of
// Names.
func (t *Table) Shuffle(seed uint64) *Table {
	if t.check("Shuffle") != nil {
		return t
	}
	x := mat.NewDense(t.Rows(), t.Dim(), nil)
	for i, from := range rand.New(rand.NewPCG(seed, 1)).Perm(t.Rows()) {
		copy(x.RawRowView(i), t.X.RawRowView(from))
	}
	return &Table{t.Names, x, t.Dropped}
}

// Split divides the rows at random into two tables: part gets the given share of them, rounded, and each at least one
// row.
func (t *Table) Split(share float64, seed uint64) (rest, part *Table, err error) {
	if err := t.check("Split"); err != nil {
		return nil, nil, err
	}
	n := t.Rows()
	if !(share > 0 && share < 1) || n < 2 {
		return nil, nil, fmt.Errorf("data: Table.Split: share = %v of %s, want a share between 0 and 1 of at least 2 rows", share, counted.Of(n, "row"))
	}
	cut := n - min(max(int(math.Round(share*float64(n))), 1), n-1)
	s := t.Shuffle(seed)
	return s.slice(0, cut), s.slice(cut, n), nil
}

func (t *Table) slice(lo, hi int) *Table {
	return &Table{Names: t.Names, X: t.X.Slice(lo, hi, 0, t.Dim()).(*mat.Dense)}
}

// Open starts a pass over the rows, so that a Table is a rows.Source.
func (t *Table) Open() (rows.Reader, error) {
	if err := t.check("Open"); err != nil {
		return nil, err
	}
	return &tableRows{t.X, 0}, nil
}

// tableRows is a pass over a table.
type tableRows struct {
	x  *mat.Dense
	at int
}

// Read copies rows.
func (r *tableRows) Read(dst []float64) (rows int, err error) {
	n, d := r.x.Dims()
	for ; r.at < n && (rows+1)*d <= len(dst); rows++ {
		copy(dst[rows*d:], r.x.RawRowView(r.at))
		r.at++
	}
	if rows == 0 && r.at == n {
		return 0, io.EOF
	}
	return rows, nil
}

// Close does nothing.
func (r *tableRows) Close() error { return nil }
