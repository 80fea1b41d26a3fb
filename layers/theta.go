package layers

import (
	"errors"
	"fmt"
	"slices"

	"gonum.org/v1/gonum/mat"
	G "gorgonia.org/gorgonia"

	"gaussflow/graph"
	"gaussflow/initializers"
	"gaussflow/internal/conditioning"
	"gaussflow/rows"
	"gaussflow/transforms"
)

// What all layers with a transform and a conditioner share: how θ is computed in graphs and fitted to data.

var errNotMade = errors.New("the layer is not made: want one of its constructor")

// A direction is one of a transform's two maps.
type direction func(t transforms.Transform) func(b *graph.Builder, x *G.Node, theta transforms.Theta) (y, logSlope *G.Node)

func forward(t transforms.Transform) func(b *graph.Builder, x *G.Node, theta transforms.Theta) (y, logSlope *G.Node) {
	return t.Forward
}

func inverse(t transforms.Transform) func(b *graph.Builder, x *G.Node, theta transforms.Theta) (y, logSlope *G.Node) {
	return t.Inverse
}

// known is what a conditioner reads: columns of x, beside them the context of c values.
func known(b *graph.Builder, x, context *G.Node, c int) *G.Node {
	if c == 0 {
		return x
	}
	return b.Beside(x, context)
}

// knownRows are the rows that a conditioner reads when y is the input of its layer: some columns of y, beside them the context
// of c values.
func knownRows(op string, y *mat.Dense, columns []int, at initializers.Site, c int) (mat.Matrix, error) {
	n, _ := y.Dims()
	x := mat.NewDense(n, max(len(columns)+c, 1), nil)
	for i, j := range columns {
		x.SetCol(i, mat.Col(nil, j, y))
	}
	if c == 0 {
		return x, nil
	}
	if err := rows.Check(op+": the context", at.Context, c); err != nil {
		return nil, err
	}
	if rows, _ := at.Context.Dims(); rows != n {
		return nil, &graph.ShapeError{Op: op + ": the context", Got: fmt.Sprintf("%d rows", rows), Want: fmt.Sprintf("%d, as the data", n)}
	}
	x.Slice(0, n, len(columns), len(columns)+c).(*mat.Dense).Copy(at.Context)
	return x, nil
}

// setConstant makes a conditioner output what fit returns for its dtype, for every input. Its hidden layers are drawn again to
// suit seen, what the conditioner will read.
func setConstant(op string, c Conditioner, seen mat.Matrix, fit func(graph.Dtype) ([]float64, error)) error {
	setter, ok := c.(ConstantSetter)
	if !ok {
		return fmt.Errorf("%s: the conditioner %T has no SetConstant: %w", op, c, initializers.ErrNothingToFit)
	}
	theta, err := fit(conditioning.Dtype(c))
	if err != nil {
		return err
	}
	if s, ok := c.(interface{ StartFrom(known mat.Matrix) error }); ok {
		if err := s.StartFrom(seen); err != nil {
			return err
		}
	}
	return setter.SetConstant(theta)
}

// fitColumns are the parameters with which t Gaussianizes the given columns of y, in the order of θ; with pooled, one set for all
// of them together.
func fitColumns(op string, t transforms.Transform, y *mat.Dense, columns []int, pooled bool, at initializers.Site, dtype graph.Dtype) ([]float64, error) {
	fitter, ok := t.(transforms.Fitter)
	if !ok {
		return nil, fmt.Errorf("%s: the transform %T has no Fit: %w", op, t, initializers.ErrNothingToFit)
	}
	values := make([][]float64, len(columns))
	for i, j := range columns {
		values[i] = mat.Col(nil, j, y)
	}
	if pooled {
		values = [][]float64{slices.Concat(values...)}
	}
	fits := make([][][]float64, len(values))
	err := initializers.EachColumn(len(values), func(i int) (err error) {
		fits[i], err = fitter.Fit(values[i], columns[i], at, dtype)
		return err
	})
	if err != nil {
		return nil, err
	}
	return inOrder(op, t, fits)
}

// inOrder arranges the parameters of columns as θ has them: the first part for all columns, then the second, and so on.
func inOrder(op string, t transforms.Transform, columns [][][]float64) (theta []float64, err error) {
	parts := t.Parts()
	for p := range parts {
		for _, column := range columns {
			if len(column) != len(parts) || len(column[p]) != parts[p].Size {
				return nil, fmt.Errorf("%s: %T returned other parts than %v", op, t, parts)
			}
			theta = append(theta, column[p]...)
		}
	}
	return theta, nil
}
