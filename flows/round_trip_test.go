package flows_test

import (
	"fmt"
	"math"
	"testing"

	"gonum.org/v1/gonum/mat"

	"gaussflow/flows"
	"gaussflow/graph"
	"gaussflow/internal/errtest"
	"gaussflow/layers"
	"gaussflow/rows"
	"gaussflow/train"
)

// TestRoundTripOfRows: rows that a flow was fitted to come back from z to 1e-9 of a standard deviation, with parameters of
// either dtype, after a warm start and training.
func TestRoundTripOfRows(t *testing.T) {
	for _, kind := range dataKinds {
		for _, dtype := range []graph.Dtype{graph.Float64, graph.Float32} {
			x := randomData(kind, 300, 3, 4)
			for name, f := range map[string]*flows.Flow{
				"diagonal": diagonal(t, 3, flows.GaussianizationConfig{Blocks: 3, Components: 5, Dtype: dtype}),
				"coupling": coupling(t, 3, flows.CouplingConfig{Blocks: 3, Components: 5, Hidden: []int{16}, Dtype: dtype}),
			} {
				initFrom(t, f, x)
				fit(t, f, x, train.Config{Optimizer: train.Adam{LearningRate: 3e-3}}, 3)
				z, back, err := f.RoundTrip(x)
				errtest.None(t, err)
				if !mat.Equal(z, forward(t, f, x)) {
					t.Errorf("%s, %s, %s: z is not Forward's", kind, dtype, name)
				}
				if off := farthest(x, back); !(off <= 1e-9) {
					t.Errorf("%s, %s, %s: a row comes back %.2g spreads off", kind, dtype, name, off)
				}
			}
		}
	}
}

// farthest is the greatest distance of a number in x from its counterpart in y, in standard deviations of x's column, or in
// units if the column is constant.
func farthest(x, y *mat.Dense) (worst float64) {
	_, d := x.Dims()
	for j := range d {
		column := mat.Col(nil, j, x)
		_, unit := rows.MeanStd(column)
		if unit == 0 {
			unit = 1
		}
		for i, v := range column {
			worst = max(worst, math.Abs(v-y.At(i, j))/unit)
		}
	}
	return worst
}

// TestFlatPlace: between two narrow peaks all x have the same z to rounding. There, and not on the peaks, the round trip is
// off, and InverseError estimates by how much.
func TestFlatPlace(t *testing.T) {
	for _, dtype := range []graph.Dtype{graph.Float64, graph.Float32} {
		l, err := layers.NewMixtureCDF(2, layers.MixtureCDFConfig{Components: 2, LogScale: -3, Dtype: dtype})
		errtest.None(t, err)
		for _, p := range l.Params() {
			if p.Name == "means" {
				errtest.None(t, p.Set([]float64{-2, 2, -2, 2}))
			}
		}
		f, err := flows.New(flows.Named{Name: "peaks", Layer: l})
		errtest.None(t, err)
		x := mat.NewDense(3, 2, []float64{-2.01, 2.03, 1.9, 0.9, -0.7, 2})
		z, back, err := f.RoundTrip(x)
		errtest.None(t, err)
		_, room, err := f.InverseError(z)
		errtest.None(t, err)
		for i := range 3 {
			for j := range 2 {
				name := fmt.Sprintf("%s, row %d, column %d", dtype, i, j)
				off, estimate := math.Abs(back.At(i, j)-x.At(i, j)), room.At(i, j)
				if flat := math.Abs(x.At(i, j)) < 1; flat && !(off > 1e-3 && estimate > off/2) || !flat && !(off < 1e-12 && estimate < 1e-11) {
					t.Errorf("%s: off by %.2g, estimated %.2g", name, off, estimate)
				}
			}
		}
	}
}
