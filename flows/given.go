package flows

import (
	"fmt"

	"gonum.org/v1/gonum/mat"

	"gaussflow/graph"
	"gaussflow/rows"
)

// Given puts a context beside x, as N×(d+c): the rows that a conditional flow reads. Wherever such a flow takes rows, for
// training, validation or evaluation, they have this form, as do the rows of a rows.Source:
//
//	logProb, err := flow.LogProb(flows.Given(x, context)) // log p(x | context)
//
// The context has one row for each row of x (N×d), or a single row that serves for all. Nothing is copied. A context with another
// number of rows is an error where the rows are read.
func Given(x, context mat.Matrix) mat.Matrix { return given{x, context} }

// given is x with a context beside it.
type given struct{ x, context mat.Matrix }

// Err reports an x and a context that do not fit together.
func (g given) Err() error {
	n, d := rows.Dims(g.x)
	m, c := rows.Dims(g.context)
	switch {
	case n < 1 || d < 1:
		return &graph.ShapeError{Op: "Given: x", Got: fmt.Sprintf("%d×%d", n, d), Want: "rows and columns, at least one each"}
	case c < 1 || m != n && m != 1:
		return &graph.ShapeError{Op: "Given: the context", Got: fmt.Sprintf("%d×%d", m, c), Want: fmt.Sprintf("%d rows, as x has, or one, of at least one column", n)}
	}
	return nil
}

// Dims is 0×0 if x and the context do not fit together.
func (g given) Dims() (rows, columns int) {
	if g.Err() != nil {
		return 0, 0
	}
	rows, d := g.x.Dims()
	_, c := g.context.Dims()
	return rows, d + c
}

func (g given) At(i, j int) float64 {
	_, d := g.x.Dims()
	if j < d {
		return g.x.At(i, j)
	}
	if m, _ := g.context.Dims(); m == 1 {
		i = 0
	}
	return g.context.At(i, j-d)
}

func (g given) T() mat.Matrix { return mat.Transpose{Matrix: g} }
