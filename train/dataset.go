package train

import (
	"fmt"

	"gonum.org/v1/gonum/mat"

	"gaussflow/rows"
)

// A Redrawn matrix draws its rows anew for every epoch, as a table with random noise does. Fit calls Redraw at the start of an
// epoch, and then reads the rows from several goroutines. The rows of an epoch must depend on its number alone, so that a resumed
// fit sees the same. Validation rows that ValidationSplit cuts off stay as they are at the start of the fit.
type Redrawn interface {
	mat.Matrix
	Redraw(epoch int) // from 0
}

// dataset is a table with optional sample weights.
type dataset struct {
	x       mat.Matrix
	view    rows.View
	weights []float64 // nil: all one
	rows    int
}

func newDataset(x mat.Matrix, weights []float64) *dataset {
	n, _ := x.Dims()
	return &dataset{x: x, view: rows.ViewOf(x), weights: weights, rows: n}
}

// Row returns row i and its weight. It uses scratch if x cannot give access to the row without a copy.
func (d *dataset) Row(scratch []float64, i int) (row []float64, weight float64) {
	return d.view.Row(scratch, i), d.weight(i)
}

func (d *dataset) weight(i int) float64 {
	if d.weights == nil {
		return 1
	}
	return d.weights[i]
}

// split cuts off the given share of the rows, the last ones.
func (d *dataset) split(op string, share float64) (train, held *dataset, err error) {
	at := int(float64(d.rows) * (1 - share))
	if at < 1 || at == d.rows {
		return nil, nil, fmt.Errorf("%s: ValidationSplit = %g leaves %d of %d rows to train on, want some on both sides", op, share, at, d.rows)
	}
	train, held = d.slice(0, at), d.slice(at, d.rows)
	if x, ok := d.x.(Redrawn); ok {
		train = newDataset(&head{x, at}, train.weights)
	}
	return train, held, nil
}

func (d *dataset) slice(lo, hi int) *dataset {
	var w []float64
	if d.weights != nil {
		w = d.weights[lo:hi]
	}
	return newDataset(d.between(lo, hi), w)
}

// between is the rows lo ≤ i < hi, as a copy if x cannot be sliced.
func (d *dataset) between(lo, hi int) mat.Matrix {
	_, dim := d.x.Dims()
	if dense, ok := d.x.(*mat.Dense); ok {
		return dense.Slice(lo, hi, 0, dim)
	}
	if lo == 0 && hi == d.rows {
		return d.x
	}
	m := mat.NewDense(hi-lo, dim, nil)
	for i := range hi - lo {
		mat.Row(m.RawRowView(i), lo+i, d.x)
	}
	return m
}

// head is the first rows of a Redrawn matrix.
type head struct {
	Redrawn
	rows int
}

// Dims is the shape.
func (h *head) Dims() (n, d int) {
	_, d = h.Redrawn.Dims()
	return h.rows, d
}

// T is the transpose.
func (h *head) T() mat.Matrix { return mat.Transpose{Matrix: h} }
