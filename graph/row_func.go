package graph

import (
	"runtime"
	"sync"

	"gonum.org/v1/gonum/mat"
	G "gorgonia.org/gorgonia"
)

// A RowFunc runs a graph over any number of rows. Gorgonia's shapes are static, so it compiles the graph for a
// few batch sizes, when each is first needed, cuts the rows to them, and pads the last cut. Rows do not
// depend on each other. It is safe for concurrent use: every running batch has a program of its own.
type RowFunc struct {
	dtype Dtype
	dim   int
	build func(b *Builder, x *G.Node) []*G.Node
	pools [len(rowSizes)]sync.Pool // of *rowProgram
}

// rowSizes are the batch sizes: a single row is answered at once, and many fill the caches without
// overflowing them.
var rowSizes = [...]int{1, 16, 128, 512}

// NewRowFunc makes a RowFunc of a graph from x (rows×dim) to outputs whose first axis is the row: rows, or
// rows×anything.
func NewRowFunc(dtype Dtype, dim int, build func(b *Builder, x *G.Node) []*G.Node) *RowFunc {
	return &RowFunc{dtype: dtype, dim: dim, build: build}
}

// rowProgram is the graph at one batch size.
type rowProgram struct {
	*Program
	x       *G.Node
	outputs []*G.Node
	widths  []int // numbers a row of each output
	in      []float64
}

func (f *RowFunc) compile(rows int) (*rowProgram, error) {
	r := &rowProgram{in: make([]float64, rows*f.dim)}
	var err error
	r.Program, err = Build(f.dtype, func(b *Builder) []*G.Node {
		r.x = b.Input("x", rows, f.dim)
		r.outputs = f.build(b, r.x)
		return r.outputs
	})
	if err != nil {
		return nil, err
	}
	for _, n := range r.outputs {
		r.widths = append(r.widths, size(n.Shape())/rows)
	}
	return r, nil
}

// Run evaluates the rows of x, which has been checked, and returns each output's numbers, row after row.
func (f *RowFunc) Run(x mat.Matrix) ([][]float64, error) {
	n, _ := x.Dims()
	first, err := f.borrow(f.sizeFor(n))
	if err != nil {
		return nil, err
	}
	outs := make([][]float64, len(first.widths))
	for i, w := range first.widths {
		outs[i] = make([]float64, n*w)
	}
	f.release(first)

	step := rowSizes[len(rowSizes)-1]
	chunks := (n + step - 1) / step
	errs := make([]error, chunks)
	each(chunks, func(c int) {
		lo := c * step
		errs[c] = f.runChunk(x, lo, min(lo+step, n), outs)
	})
	for _, err := range errs {
		if err != nil {
			return nil, err
		}
	}
	return outs, nil
}

// each calls do for 0 ≤ i < n, in parallel where there is more than one.
func each(n int, do func(i int)) {
	workers := min(n, runtime.GOMAXPROCS(0))
	if workers == 1 {
		for i := range n {
			do(i)
		}
		return
	}
	next := make(chan int)
	var wg sync.WaitGroup
	for range workers {
		wg.Go(func() {
			for i := range next {
				do(i)
			}
		})
	}
	for i := range n {
		next <- i
	}
	close(next)
	wg.Wait()
}

// runChunk evaluates rows lo ≤ i < hi; the rest of the batch repeats the last row.
func (f *RowFunc) runChunk(x mat.Matrix, lo, hi int, outs [][]float64) error {
	s := f.sizeFor(hi - lo)
	p, err := f.borrow(s)
	if err != nil {
		return err
	}
	defer f.release(p)
	for i := range rowSizes[s] {
		for j := range f.dim {
			p.in[i*f.dim+j] = x.At(min(lo+i, hi-1), j)
		}
	}
	p.Set(p.x, p.in)
	if err := p.Run(); err != nil {
		return err
	}
	for o, node := range p.outputs {
		w := p.widths[o]
		p.Get(node, outs[o][lo*w:hi*w])
	}
	return nil
}

// sizeFor is the index of the smallest batch size that holds rows, or of the largest.
func (f *RowFunc) sizeFor(rows int) int {
	for i, s := range rowSizes {
		if rows <= s {
			return i
		}
	}
	return len(rowSizes) - 1
}

func (f *RowFunc) borrow(s int) (*rowProgram, error) {
	if p, ok := f.pools[s].Get().(*rowProgram); ok {
		return p, nil
	}
	return f.compile(rowSizes[s])
}

func (f *RowFunc) release(p *rowProgram) {
	rows := Rows(p.x)
	f.pools[f.sizeFor(rows)].Put(p)
}
