package layers_test

import (
	"fmt"
	"math"
	"testing"

	"gonum.org/v1/gonum/mat"
	G "gorgonia.org/gorgonia"

	"gaussflow/graph"
	"gaussflow/graph/kernel"
	"gaussflow/initializers"
	"gaussflow/layers"
	"gaussflow/layers/layertest"
	"gaussflow/transforms"
)

// weighted are rows of weight 1.
type weighted struct{ *mat.Dense }

func (w weighted) Row(_ []float64, i int) ([]float64, float64) { return w.RawRowView(i), 1 }

// TestAutoregressiveAllocatesNothing: after the first run, neither direction allocates, nor does a training step through
// either of them.
func TestAutoregressiveAllocatesNothing(t *testing.T) {
	allocatesNothing[float64](t, graph.Float64)
	allocatesNothing[float32](t, graph.Float32)
}

func allocatesNothing[T kernel.Float](t *testing.T, dtype graph.Dtype) {
	t.Helper()
	l, err := layers.NewAutoregressive(3, layers.AutoregressiveConfig{
		Transform: transforms.RationalQuadraticSpline{Bins: 3}, Context: 1, Conditioner: layers.MLPConfig{Hidden: []int{5}, Dtype: dtype}.Masked})
	if err != nil {
		t.Fatal(err)
	}
	rows, index := layertest.Normal(16, 4, 1, 1), make([]int, 16)
	for i := range index {
		index[i] = i
	}
	for name, way := range map[string]func(b *graph.Builder, x, context *G.Node) (y, logDet *G.Node){"forward": l.Forward, "inverse": l.Inverse} {
		read := graph.NewRowFunc(dtype, 4, func(b *graph.Builder, rows *G.Node) []*G.Node {
			x, context := b.Apart(rows, 3)
			y, logDet := way(b, x, context)
			return []*G.Node{y, logDet}
		})
		step := graph.NewGradFunc[T](4, l.Params(), func(b *graph.Builder, batch graph.BatchNodes) *G.Node {
			x, context := b.Apart(batch.X, 3)
			y, logDet := way(b, x, context)
			return b.Sum(b.Dot(y, y), b.Dot(logDet, batch.Weights))
		})
		y, logDet := make([]float64, 16*3), make([]float64, 16)
		for what, run := range map[string]func(){
			"rows": func() {
				if err := read.RunInto(rows, y, logDet); err != nil {
					t.Fatal(err)
				}
			},
			"a step": func() {
				if _, err := step.Run(weighted{rows}, index, 16); err != nil {
					t.Fatal(err)
				}
			},
		} {
			run()
			if n := testing.AllocsPerRun(5, run); n > 0 {
				t.Errorf("%s, %s, %s: %v allocations a run, want none", dtype, name, what, n)
			}
		}
	}
}

// whole hides from a layer that its conditioner is a MaskedMLP, so that all of it is computed for each column.
type whole struct{ layers.Conditioner }

// TestSamplingByDegree: the direction in which columns are found one by one computes for each only what the column before adds. It
// has the bits of computing the whole network for each, of any network, in any order of the columns, also after rows that are no
// numbers.
func TestSamplingByDegree(t *testing.T) {
	const d, context = 7, 2
	for name, c := range map[string]layers.MLPConfig{
		"relu":     {Hidden: []int{40, 100}},
		"tanh":     {Hidden: []int{9, 64}, Activation: graph.Tanh},
		"gelu":     {Hidden: []int{30}, Activation: graph.Gelu},
		"residual": {Hidden: []int{33, 33, 33}, Residual: true},
		"linear":   {Hidden: []int{}},
	} {
		for _, dtype := range []graph.Dtype{graph.Float64, graph.Float32} {
			for _, n := range []int{1, 5, 40} {
				t.Run(fmt.Sprintf("%s/%s/%d rows", name, dtype, n), func(t *testing.T) {
					c.Dtype = dtype
					x := layertest.Normal(n, d+context, 3, 3)
					broken := mat.DenseCopyOf(x)
					broken.Set(0, d-1, math.Inf(1))
					broken.Set(n/2, d, math.NaN()) // of the context
					var found [2][]float64
					for i, masked := range []layers.MakeAutoregressiveConditioner{
						c.Masked,
						func(a layers.Autoregression) (layers.Conditioner, error) { m, err := c.Masked(a); return whole{m}, err },
					} {
						l, err := layers.NewAutoregressive(d, layers.AutoregressiveConfig{
							Transform: transforms.RationalQuadraticSpline{Bins: 5}, Order: []int{3, 0, 6, 1, 5, 4, 2}, Conditioner: masked, Context: context})
						if err != nil {
							t.Fatal(err)
						}
						rng := initializers.NewRand(4, 4)
						for _, p := range l.Params() {
							v := p.Values()
							for k := range v {
								v[k] += 0.3 * rng.NormFloat64()
							}
							if err := p.Set(v); err != nil {
								t.Fatal(err)
							}
						}
						read := graph.NewRowFunc(dtype, d+context, func(b *graph.Builder, rows *G.Node) []*G.Node {
							x, context := b.Apart(rows, d)
							y, logDet := l.Inverse(b, x, context)
							return []*G.Node{y, logDet}
						})
						y, logDet := make([]float64, n*d), make([]float64, n)
						for _, rows := range []*mat.Dense{broken, x} {
							if err := read.RunInto(rows, y, logDet); err != nil {
								t.Fatal(err)
							}
						}
						found[i] = append(y, logDet...)
					}
					for k, v := range found[1] {
						if got := found[0][k]; got != v || math.IsNaN(v) {
							t.Fatalf("number %d = %v, want %v", k, got, v)
						}
					}
				})
			}
		}
	}
}
