package train_test

import (
	"context"
	"fmt"
	"slices"
	"testing"

	"gaussflow/graph"
	"gaussflow/internal/errtest"
	"gaussflow/train"
)

// TestFewRows: if the batch size exceeds the number of rows, or some workers have no row, the losses, the parameters and
// what callbacks see are, bit for bit, those of a batch of exactly all rows.
func TestFewRows(t *testing.T) {
	for _, n := range []int{1, 2, 5} {
		for _, workers := range []int{1, 3, 8} {
			for _, split := range []float64{0, 0.4} {
				if split > 0 && n == 1 { // a split would leave no row to train on
					continue
				}
				t.Run(fmt.Sprintf("%d rows, %d workers, split %g", n, workers, split), func(t *testing.T) {
					x := someRows(n, 21)
					run := func(batch int) (h *train.History, theta []float64, seen []int) {
						m := newGaussian(graph.Float64)
						watch := train.LambdaCallback{BatchEnd: func(s *train.State) error {
							seen = append(seen, s.Batch, s.Batches, s.Rows)
							return nil
						}}
						h = fit(t, newTrainer(t, m, adamOnNLL), x, train.FitConfig{Epochs: 3, BatchSize: batch, Workers: workers,
							Seed: 1, ValidationSplit: split, ValidationData: nil, Callbacks: []train.Callback{watch}})
						return h, m.theta(), seen
					}
					there := n - int(float64(n)*split+0.999)
					want, theta, told := run(there)
					for _, batch := range []int{0, there + 1, 1000} {
						h, got, seen := run(batch)
						same(t, "losses", h.Loss, want.Loss)
						same(t, "validation losses", h.ValLoss, want.ValLoss)
						same(t, "parameters", got, theta)
						if !slices.Equal(seen, told) || len(seen) != 9 {
							t.Errorf("batch %d: callbacks saw batch, batches, rows %v, want %v", batch, seen, told)
						}
					}
				})
			}
		}
	}
}

// TestFewRowsOfASource: the same holds for a source, also for one of validation rows.
func TestFewRowsOfASource(t *testing.T) {
	x := someRows(3, 22)
	m, n := newGaussian(graph.Float64), newGaussian(graph.Float64)
	want := fit(t, newTrainer(t, m, adamOnNLL), x, train.FitConfig{Epochs: 3, Workers: 8, ValidationData: someRows(1, 23)})
	got, err := newTrainer(t, n, adamOnNLL).FitSource(context.Background(), &stored{x: x},
		train.FitConfig{Epochs: 3, BatchSize: 1000, Workers: 8, ValidationSource: &stored{x: someRows(1, 23)}})
	errtest.None(t, err)
	same(t, "losses", got.Loss, want.Loss)
	same(t, "validation losses", got.ValLoss, want.ValLoss)
	same(t, "parameters", n.theta(), m.theta())
}
