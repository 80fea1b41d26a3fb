package initializers

import (
	"math"
	"slices"
	"testing"
)

func TestSorted(t *testing.T) {
	rng := NewRand(1, 1)
	for _, n := range []int{0, 1, 2, 3, 100, 5000} {
		x := make([]float64, n)
		for i := range x {
			switch x[i] = rng.NormFloat64(); i % 4 {
			case 1:
				x[i] = math.Exp(300 * x[i])
			case 2:
				x[i] = math.Round(x[i])
			case 3:
				x[i] = -math.Exp(-300 * x[i])
			}
		}
		before := slices.Clone(x)
		got := sorted(x)
		if !slices.Equal(x, before) {
			t.Fatalf("n = %d: the argument was changed", n)
		}
		slices.Sort(x)
		if !slices.Equal(got, x) {
			t.Fatalf("n = %d: got an order other than that of slices.Sort", n)
		}
	}
}

func BenchmarkSorted(b *testing.B) {
	x := make([]float64, 5000)
	rng := NewRand(1, 1)
	for i := range x {
		x[i] = rng.NormFloat64()
	}
	b.Run("radix", func(b *testing.B) {
		for b.Loop() {
			sorted(x)
		}
	})
	b.Run("slices.Sort", func(b *testing.B) {
		for b.Loop() {
			slices.Sort(slices.Clone(x))
		}
	})
}
