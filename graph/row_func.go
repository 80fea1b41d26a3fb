package graph

import (
	"errors"
	"fmt"
	"runtime"
	"sync"

	"gonum.org/v1/gonum/mat"
	G "gorgonia.org/gorgonia"

	"gaussflow/rows"
)

// A RowFunc evaluates a graph on any number of rows. Gorgonia's shapes are static, so it compiles the graph for a few batch
// sizes, each when it is first needed, divides the rows into such batches, and pads the last one. Rows must not depend on
// each other. It is safe for concurrent use: every running batch has a program of its own, and at each batch size as many can
// run at once as there were processors when the RowFunc was made; others wait. Compiled programs are kept as long as the
// RowFunc.
type RowFunc struct {
	dtype    Dtype
	dim      int
	build    func(b *Builder, x *G.Node) []*G.Node
	programs [len(rowSizes)]*programs
	calls    sync.Pool // of *rowCall, to save their allocation
}

// rowSizes are the batch sizes: 1 for a quick answer to a single row, and larger ones that fill the caches without
// overflowing them. See chunkOf.
var rowSizes = [...]int{1, 16, shortChunk, chunkRows}

// NewRowFunc makes a RowFunc of a graph from x (rows×dim) to outputs whose first axis is the row: rows, or
// rows×anything. An invalid dim or build is reported by Run.
func NewRowFunc(dtype Dtype, dim int, build func(b *Builder, x *G.Node) []*G.Node) *RowFunc {
	f := &RowFunc{dtype: dtype, dim: dim, build: build, calls: sync.Pool{New: newRowCall}}
	for i := range f.programs {
		f.programs[i] = newPrograms(runtime.GOMAXPROCS(0))
	}
	return f
}

// Dtype is the storage type of the graph.
func (f *RowFunc) Dtype() Dtype { return f.dtype }

// rowProgram is the graph at one batch size.
type rowProgram struct {
	*Program
	rows    int
	x       *G.Node
	outputs []*G.Node
	widths  []int // numbers in a row of each output
}

func (f *RowFunc) compile(rows int) (*rowProgram, error) {
	if f.dim < 1 || f.dim > maxTensor/chunkRows || f.build == nil {
		return nil, fmt.Errorf("graph: RowFunc: dim = %d, the function that builds the graph is nil: %t; want 1 ≤ dim ≤ %d and a function", f.dim, f.build == nil, maxTensor/chunkRows)
	}
	r := &rowProgram{rows: rows}
	var err error
	r.Program, err = Build(f.dtype, func(b *Builder) []*G.Node {
		r.x = b.Input("x", rows, f.dim)
		r.outputs = f.build(b, r.x)
		return r.outputs
	})
	if err != nil {
		return nil, err
	}
	for i, n := range r.outputs {
		if Rows(n) != rows {
			return nil, fmt.Errorf("graph: RowFunc: output %d (from 0) has shape %v for %d rows, want the row as its first axis", i, n.Shape(), rows)
		}
		r.widths = append(r.widths, size(n.Shape())/rows)
	}
	return r, nil
}

// check reports a RowFunc that cannot run, and an x that does not fit.
func (f *RowFunc) check(x mat.Matrix) error {
	if f == nil || f.programs[0] == nil {
		return errors.New("graph: RowFunc: nil or zero: NewRowFunc makes one")
	}
	if n, d := rows.Dims(x); n < 1 || d != f.dim {
		return &ShapeError{Op: "graph: RowFunc", Got: rows.ShapeOf(x), Want: fmt.Sprintf("at least one row of %d columns", f.dim)}
	}
	return nil
}

// widths are how many numbers a row of each output has, found with the program for so many rows.
func (f *RowFunc) widths(rows int) ([]int, error) {
	s := f.sizeFor(min(rows, chunkOf(rows)))
	p, err := f.borrow(s)
	if err != nil {
		return nil, err
	}
	defer f.programs[s].release(p)
	return p.widths, nil
}

// Run evaluates the rows of x, whose numbers have been checked, and returns each output's numbers, row after row.
func (f *RowFunc) Run(x mat.Matrix) ([][]float64, error) {
	if err := f.check(x); err != nil {
		return nil, err
	}
	n, _ := x.Dims()
	widths, err := f.widths(n)
	if err != nil {
		return nil, err
	}
	outs := make([][]float64, len(widths))
	for i, w := range widths {
		outs[i] = make([]float64, n*w)
	}
	return outs, f.RunInto(x, outs...)
}

// RunInto is Run into memory of the caller, one slice for each output; after the first calls it allocates nothing.
func (f *RowFunc) RunInto(x mat.Matrix, outs ...[]float64) error {
	if err := f.check(x); err != nil {
		return err
	}
	n, _ := x.Dims()
	if n <= shortChunk {
		return f.runChunk(x, 0, n, outs)
	}
	c := f.calls.Get().(*rowCall)
	defer f.calls.Put(c)
	return c.run(f, x, outs)
}

// runChunk evaluates the rows lo ≤ i < hi; the rest of the batch repeats the last row.
func (f *RowFunc) runChunk(x mat.Matrix, lo, hi int, outs [][]float64) error {
	s := f.sizeFor(hi - lo)
	p, err := f.borrow(s)
	if err != nil {
		return err
	}
	defer f.programs[s].release(p)
	if err := p.fits(x, outs); err != nil {
		return err
	}
	if err := p.SetRows(p.x, x, lo, hi); err != nil {
		return err
	}
	if err := p.Run(); err != nil {
		return err
	}
	for o, node := range p.outputs {
		w := p.widths[o]
		p.Get(node, outs[o][lo*w:hi*w])
	}
	return nil
}

// fits reports memory that is not one slice for each output, each with as many rows as x has.
func (p *rowProgram) fits(x mat.Matrix, outs [][]float64) error {
	n, _ := x.Dims()
	if len(outs) != len(p.outputs) {
		return fmt.Errorf("graph: RowFunc: got memory for %d outputs, want %d", len(outs), len(p.outputs))
	}
	for i, w := range p.widths {
		if len(outs[i]) < n*w {
			return fmt.Errorf("graph: RowFunc: got memory for %d numbers of output %d (from 0), want %d rows of %d", len(outs[i]), i, n, w)
		}
	}
	return nil
}

// sizeFor is the index of the smallest batch size that is at least rows, or of the largest.
func (f *RowFunc) sizeFor(rows int) int {
	for i, s := range rowSizes {
		if rows <= s {
			return i
		}
	}
	return len(rowSizes) - 1
}

// borrow returns a program for batch size number s, to be released.
func (f *RowFunc) borrow(s int) (*rowProgram, error) {
	return f.programs[s].borrow(func() (*rowProgram, error) { return f.compile(rowSizes[s]) })
}
