package flows

import (
	"fmt"
	"math"

	"gonum.org/v1/gonum/mat"
	G "gorgonia.org/gorgonia"

	"gaussflow/graph"
)

// RoundTrip maps the rows of x (N×d) to z and back (both N×d). The difference between back and x is what z does not determine:
// where the map is nearly flat, as between two narrow peaks or far from all rows that the flow was trained on, many x share one z
// to the last digit. Where the way back overflows, back is not finite.
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

// InverseError is Inverse together with how far each number of x can be trusted. room (N×d) is how far the number moves when
// every number on the way from z to x, including z, is perturbed by a few rounding errors in either direction. It is an
// estimate in the units of x, and +Inf where a perturbation leads to no finite x. Where room is large, z says little about that
// x.
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

// distance is |a−b|, and infinite where b is NaN.
func distance(a, b float64) float64 {
	if math.IsNaN(b) {
		return math.Inf(1)
	}
	return math.Abs(a - b)
}

// shake is the inverse with the z of each layer moved by step·(1 + z). All moves are to one side, because moves of a column that a
// layer leaves unchanged could otherwise cancel before the next layer.
func (f *Flow) shake(b *graph.Builder, z, context *G.Node, step float64) *G.Node {
	ones := b.Exp(b.Zeros(f.Dim()))
	for i := len(f.names) - 1; i >= 0; i-- {
		z = b.Add(b.Scale(z, 1+step), b.Scale(ones, step))
		z, _ = f.chain.Layers()[i].Inverse(b, z, context)
	}
	return z
}

// shakes are the two perturbed inverses of InverseError. The step is larger than the residual that the inverse of a mixture accepts
// as a rounding error, so that on a flat stretch the two come out at its two ends.
func (f *Flow) shakes(b *graph.Builder, z, context *G.Node) []*G.Node {
	const step = 0x20p-52
	return []*G.Node{f.shake(b, z, context, step), f.shake(b, z, context, -step)}
}
