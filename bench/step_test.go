package bench

import (
	"context"
	"fmt"
	"testing"

	"gaussflow/graph"
	"gaussflow/train"
)

// BenchmarkStep is one training step: forward, backward, Adam.
func BenchmarkStep(b *testing.B) {
	for _, s := range Shapes {
		for _, dtype := range []graph.Dtype{graph.Float64, graph.Float32} {
			for _, composed := range []bool{false, true} {
				name := "fused"
				if composed {
					name = "composed"
				}
				b.Run(fmt.Sprintf("%s/%s/%s", s.Name, dtype, name), func(b *testing.B) { benchmarkFit(b, s, dtype, composed) })
			}
		}
	}
}

// benchmarkFit runs one epoch of b.N steps.
func benchmarkFit(b *testing.B, s Shape, dtype graph.Dtype, composed bool) {
	f, err := s.Flow(dtype)
	if err != nil {
		b.Fatal(err)
	}
	if err := f.Compile(train.Config{Composed: composed}); err != nil {
		b.Fatal(err)
	}
	x := s.Data(s.Batch)
	epoch := func(n int) {
		if _, err := f.Fit(context.Background(), x, train.FitConfig{Epochs: n, BatchSize: s.Batch}); err != nil {
			b.Fatal(err)
		}
	}
	epoch(1)
	b.ReportAllocs()
	b.ResetTimer()
	epoch(b.N)
}
