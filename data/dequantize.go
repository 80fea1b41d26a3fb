package data

import (
	"fmt"
	"math/rand/v2"

	"gonum.org/v1/gonum/mat"

	"gaussflow/graph"
	"gaussflow/train"
)

// A Dequantizer adds uniform noise of one quantum to columns that are coded on a grid, so that they have a density:
//
//	x'ᵢⱼ = xᵢⱼ + Quantaⱼ · u(Seed, i, j),   u uniform on [−½, ½)
//
// with i the row's number among those that the source hands out, from 0. The noise depends on nothing else, so that a
// stream and a table agree, and so do two passes. Rounding x' to the grid gives x back. A model keeps the Dequantizer
// it was trained with as JSON.
type Dequantizer struct {
	Seed   uint64    `json:"seed"`   // default 0
	Quanta []float64 `json:"quanta"` // d, required; 0 leaves a column alone
}

// Dequantizer is one for the columns that are tied or all whole numbers, and lie on a grid; nil where there are none.
// columns are those read, in order.
func (r *Report) Dequantizer(columns []string, seed uint64) (*Dequantizer, error) {
	q := &Dequantizer{seed, make([]float64, len(columns))}
	at := map[string]Column{}
	for _, c := range r.Columns {
		at[c.Name] = c
	}
	any := false
	for i, name := range columns {
		c, ok := at[name]
		if !ok {
			return nil, fmt.Errorf("data: Dequantizer: the report has no column %q", name)
		}
		if (c.Tied() || c.Integer) && c.Quantum > 0 {
			q.Quanta[i] = c.Quantum
			any = true
		}
	}
	if !any {
		return nil, nil
	}
	return q, nil
}

// uniform is u of row i and column j: the generator PCG is started anew for each cell, which takes a few nanoseconds.
func (q *Dequantizer) uniform(i, j int) float64 {
	pcg := rand.NewPCG(q.Seed, uint64(i)*0x9e3779b97f4a7c15+uint64(j))
	pcg.Uint64() // the first output still shows the seed
	return float64(pcg.Uint64()>>11)*0x1p-53 - 0.5
}

// Add adds the noise to rows of d columns, row-major, the first of which is number first of its source.
func (q *Dequantizer) Add(rows []float64, first int) {
	d := len(q.Quanta)
	for at := range rows {
		if quantum := q.Quanta[at%d]; quantum != 0 {
			rows[at] += quantum * q.uniform(first+at/d, at%d)
		}
	}
}

func (q *Dequantizer) check(d int) error {
	if d != len(q.Quanta) {
		return &graph.ShapeError{Op: "data: Dequantizer", Got: fmt.Sprintf("%d columns", d), Want: fmt.Sprint(len(q.Quanta))}
	}
	return nil
}

// Table is a copy of a table with the noise.
func (q *Dequantizer) Table(t *Table) (*Table, error) {
	if err := q.check(t.Dim()); err != nil {
		return nil, err
	}
	x := mat.DenseCopyOf(t.X)
	for i := range t.Rows() {
		q.Add(x.RawRowView(i), i)
	}
	return &Table{t.Names, x, t.Dropped}, nil
}

// Source is a source with the noise.
func (q *Dequantizer) Source(s train.Source) (train.Source, error) {
	if err := q.check(s.Dim()); err != nil {
		return nil, err
	}
	return &dequantized{s, q}, nil
}

type dequantized struct {
	train.Source
	q *Dequantizer
}

// Open starts a pass.
func (s *dequantized) Open() (train.RowReader, error) {
	r, err := s.Source.Open()
	if err != nil {
		return nil, err
	}
	return &dequantizedRows{r, s.q, 0}, nil
}

type dequantizedRows struct {
	train.RowReader
	q   *Dequantizer
	row int
}

// Read reads rows and adds the noise.
func (r *dequantizedRows) Read(dst []float64) (rows int, err error) {
	rows, err = r.RowReader.Read(dst)
	r.q.Add(dst[:rows*len(r.q.Quanta)], r.row)
	r.row += rows
	return rows, err
}
