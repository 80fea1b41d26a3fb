package flows

import (
	"fmt"
	"math"

	"gonum.org/v1/gonum/mat"
	G "gorgonia.org/gorgonia"

	"gaussflow/graph"
)

// RoundTrip maps the rows of x (N×d) to z and back (both N×d). How far back is from x is what z does not determine: where a map
// is nearly flat, as between two narrow peaks or far from all rows that a flow was trained on, many x have one z to the last digit.
// Where the way back overflows, back is no finite number.
func (f *Flow) RoundTrip(x mat.Matrix) (z, back *mat.Dense, err error) {
	if z, _, err = f.Forward(x); err != nil {
		return nil, nil, err
	}
	n, d := z.Dims()
	var rows mat.Matrix = z
	if f.ContextDim() > 0 {
		rows = Given(z, mat.DenseCopyOf(x).Slice(0, n, d, f.width()))
	}
	back = mat.NewDense(n, d, nil)
	if err := f.inverse.RunInto(rows, back.RawMatrix().Data, make([]float64, n)); err != nil {
		return nil, nil, fmt.Errorf("flows: RoundTrip: %w", err)
	}
	return z, back, nil
}

// InverseError is Inverse with how far each number of x can be trusted: room (N×d) is how far it moves when every number on the
// way from z to x, z included, is moved by a few rounding errors, this way or that. It is an estimate, in the units of x;
// +Inf where such a step leads to no finite x. Where it is large, z says little about that x.
func (f *Flow) InverseError(z mat.Matrix) (x, room *mat.Dense, err error) {
	if x, _, err = f.Inverse(z); err != nil {
		return nil, nil, err
	}
	n, d := x.Dims()
	up, down := make([]float64, n*d), make([]float64, n*d)
	if err := f.shaken.RunInto(z, up, down); err != nil {
		return nil, nil, fmt.Errorf("flows: InverseError: %w", err)
	}
	room = mat.NewDense(n, d, nil)
	for i, v := range x.RawMatrix().Data {
		room.RawMatrix().Data[i] = max(distance(v, up[i]), distance(v, down[i]))
	}
	return x, room, nil
}

// distance is |a−b|, and infinite where b is no number.
func distance(a, b float64) float64 {
	if math.IsNaN(b) {
		return math.Inf(1)
	}
	return math.Abs(a - b)
}

// shake is the inverse with each layer's z moved by step·(1 + z): always to one side, for a column that a layer leaves alone would be
// back in its place where the next one needs it.
func (f *Flow) shake(b *graph.Builder, z, context *G.Node, step float64) *G.Node {
	ones := b.Exp(b.Zeros(f.Dim()))
	for i := len(f.names) - 1; i >= 0; i-- {
		z = b.Add(b.Scale(z, 1+step), b.Scale(ones, step))
		z, _ = f.chain.Layers()[i].Inverse(b, z, context)
	}
	return z
}

// shakes are the two ways in which InverseError moves the numbers: by more than the residual that the inverse of a mixture takes for
// a rounding error, so that on a flat place they come out at its two ends.
func (f *Flow) shakes(b *graph.Builder, z, context *G.Node) []*G.Node {
	const step = 0x20p-52
	return []*G.Node{f.shake(b, z, context, step), f.shake(b, z, context, -step)}
}
