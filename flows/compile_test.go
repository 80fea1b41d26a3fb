package flows_test

import (
	"context"
	"fmt"
	"maps"
	"math"
	"slices"
	"testing"

	"gonum.org/v1/gonum/mat"

	"gaussflow/flows"
	"gaussflow/graph"
	"gaussflow/initializers"
	"gaussflow/internal/errtest"
	"gaussflow/internal/testsize"
	"gaussflow/train"
)

// TestCompileTakesWhatHasBeenFitted: Compile tries the loss on random rows of its own. A flow that was fitted to other data
// may map these far out, into a gap between two ties, or all to one point; Compile must not take any of this for a loss
// whose rows depend on each other.
func TestCompileTakesWhatHasBeenFitted(t *testing.T) {
	kinds := map[string]func(v float64) float64{
		"plain": func(v float64) float64 { return v },
		"large": func(v float64) float64 { return 1e5 * v },
		"small": func(v float64) float64 { return 1e-5 * v },
		"far":   func(v float64) float64 { return 1e3 + v },
		"ties":  math.Round,
		"tails": func(v float64) float64 { return v * v * v * v * v },
	}
	for _, kind := range testsize.Of(t, slices.Sorted(maps.Keys(kinds)), []string{"ties"}) {
		change := kinds[kind]
		for _, dtype := range []graph.Dtype{graph.Float64, graph.Float32} {
			for name, f := range map[string]*flows.Flow{
				"diagonal": diagonal(t, 4, flows.GaussianizationConfig{Blocks: 3, Dtype: dtype, Seed: 1}),
				"coupling": coupling(t, 4, flows.CouplingConfig{Blocks: 3, Dtype: dtype, Seed: 2}),
			} {
				t.Run(fmt.Sprintf("%s/%s/%s", kind, name, dtype), func(t *testing.T) {
					x := mat.DenseCopyOf(randomData("blobs", 300, 4, 3))
					for i, v := range x.RawMatrix().Data {
						x.RawMatrix().Data[i] = change(v)
					}
					errtest.None(t, f.Compile(train.Config{}))
					_, err := f.InitFrom(x, initializers.IGConfig{})
					errtest.None(t, err)
					errtest.None(t, f.Compile(train.Config{Optimizer: train.Adam{LearningRate: 0.02}}))
					_, err = f.Fit(context.Background(), x, train.FitConfig{Epochs: 2, BatchSize: 20, Workers: 1})
					errtest.None(t, err)
					errtest.None(t, f.Compile(train.Config{Composed: true}))
				})
			}
		}
	}
}
