package initializers_test

import (
	"fmt"
	"math"
	"testing"

	"gaussflow/initializers"
)

// BenchmarkFitMixture fits a column of three unlike clusters, one of them skewed.
func BenchmarkFitMixture(b *testing.B) {
	for _, n := range []int{5000, 50000} {
		for _, k := range []int{8, 50} {
			b.Run(fmt.Sprintf("n=%d/K=%d", n, k), func(b *testing.B) {
				x := threeClusters(n)
				b.ReportAllocs()
				for b.Loop() {
					if _, err := initializers.FitMixture(x, initializers.MixtureConfig{Components: k}); err != nil {
						b.Fatal(err)
					}
				}
			})
		}
	}
}

func threeClusters(n int) []float64 {
	rng, x := initializers.NewRand(3, 3), make([]float64, n)
	for i := range x {
		switch e := rng.NormFloat64(); i % 3 {
		case 0:
			x[i] = e
		case 1:
			x[i] = 3 + 0.3*e
		default:
			x[i] = math.Exp(0.7*e) - 4
		}
	}
	return x
}
