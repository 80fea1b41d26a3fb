package flows_test

import (
	"fmt"
	"testing"

	"gonum.org/v1/gonum/mat"

	"gaussflow/flows"
	"gaussflow/graph"
	"gaussflow/internal/alonetest"
	"gaussflow/internal/errtest"
	"gaussflow/internal/testsize"
	"gaussflow/layers"
	"gaussflow/transforms"
)

// TestRowsAlone: a row has the same bits of log p, z and x alone and among any number of other rows, though products over
// many rows, or over rows with many zeros after a relu, use other algorithms. Otherwise a service's answer would depend on
// the other rows of a request.
func TestRowsAlone(t *testing.T) {
	const d = 6
	n := testsize.Of(t, 700, 70)
	table := randomData("blobs", n, d, 1)
	for _, dtype := range []graph.Dtype{graph.Float64, graph.Float32} {
		masked, err := layers.NewAutoregressive(d, layers.AutoregressiveConfig{Transform: transforms.Affine{},
			Conditioner: layers.MLPConfig{Hidden: []int{64, 64}, Dtype: dtype}.Masked})
		errtest.None(t, err)
		lu, err := layers.NewLU(d, layers.LUConfig{Dtype: dtype})
		errtest.None(t, err)
		for name, f := range map[string]*flows.Flow{
			"diagonal": diagonal(t, d, flows.GaussianizationConfig{Blocks: 2, Dtype: dtype}),
			"mixtures": coupling(t, d, flows.CouplingConfig{Blocks: 2, Hidden: []int{128, 128}, Dtype: dtype}),
			"splines": coupling(t, d, flows.CouplingConfig{Blocks: 2, Hidden: []int{64, 64}, Dtype: dtype,
				Transform: transforms.RationalQuadraticSpline{Bins: 8}}),
			"masked": errtest.Must(flows.New(flows.Named{Name: "lu", Layer: lu}, flows.Named{Name: "masked", Layer: masked})),
		} {
			t.Run(fmt.Sprintf("%s/%s", dtype, name), func(t *testing.T) {
				for _, p := range f.Params() { // with weights of zero every row would have the same θ
					v := p.Values()
					for i := range v {
						v[i] += 0.02 * float64(i%7-3)
					}
					errtest.None(t, p.Set(v))
				}
				alonetest.Check(t, table, map[string]func(x *mat.Dense) []float64{
					"log p":   func(x *mat.Dense) []float64 { return logProb(t, f, x) },
					"forward": func(x *mat.Dense) []float64 { return numbers(forward(t, f, x)) },
					"inverse": func(x *mat.Dense) []float64 {
						back, _, err := f.Inverse(x)
						errtest.None(t, err)
						return numbers(back)
					},
				})
			})
		}
	}
}
