package variational_test

import (
	"context"
	"fmt"
	"math/rand/v2"

	G "gorgonia.org/gorgonia"

	"gaussflow/flows"
	"gaussflow/graph"
	"gaussflow/layers"
	"gaussflow/train"
	"gaussflow/variational"
)

// A posterior as a graph: x₀ is the slope of a line through (1, 2.1) and (2, 3.9), each measured to 0.5, under a prior N(0, 2²).
func Example() {
	posterior := func(b *graph.Builder, x *G.Node) *G.Node {
		slope := b.Reshape(x, graph.Rows(x))
		prior := b.LogPDF(b.Scale(slope, 1./2))
		first := b.LogPDF(b.Scale(b.Shift(slope, -2.1), 1/0.5))
		second := b.LogPDF(b.Scale(b.Shift(b.Scale(slope, 2), -3.9), 1/0.5))
		return b.Sum(prior, first, second)
	}
	layer, _ := layers.NewAffine(1, layers.AffineConfig{})
	flow, _ := flows.New(flows.Named{Name: "affine", Layer: layer})

	q, err := variational.New(flow, posterior, variational.Config{
		PathDerivative: true, Train: train.Config{Schedule: train.Cosine{Peak: 0.1, DecaySteps: 200}}})
	if err != nil {
		fmt.Println(err)
		return
	}
	if _, err := q.Fit(context.Background(), 256, train.FitConfig{Epochs: 200, BatchSize: 256, Workers: 1}); err != nil {
		fmt.Println(err)
		return
	}
	w, _ := q.Weigh(10_000, rand.New(rand.NewPCG(1, 2)))
	mean := 0.0
	for i, weight := range w.Weights() {
		mean += weight * w.X.At(i, 0)
	}
	fmt.Printf("slope %.2f, %.0f %% of the samples are effective\n", mean, w.ESS()/100)
	// Output: slope 1.96, 100 % of the samples are effective
}
