package layers_test

import (
	"testing"

	"gonum.org/v1/gonum/mat"
	G "gorgonia.org/gorgonia"

	"gaussflow/graph"
	"gaussflow/graph/kernel"
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
