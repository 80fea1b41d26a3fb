package drift_test

import (
	"math/rand/v2"
	"testing"

	"gaussflow/drift"
)

// BenchmarkCompare compares tables of as many rows as Compare uses at most.
func BenchmarkCompare(b *testing.B) {
	rng := rand.New(rand.NewPCG(1, 2))
	x, y := people(5_000, rng), people(5_000, rng)
	for b.Loop() {
		if _, err := drift.Compare(b.Context(), x.side("x"), y.side("y"), drift.Config{}); err != nil {
			b.Fatal(err)
		}
	}
}
