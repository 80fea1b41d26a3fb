package kernel_test

import (
	"fmt"
	"math"

	"gaussflow/graph/kernel"
)

// Both tails keep their digits: 40 standard deviations out and back.
func Example() {
	logP := kernel.LogCDF(-40)
	fmt.Printf("log Φ(−40) = %.10f\n", logP)
	fmt.Printf("and back: %.10f\n", kernel.Quantile(logP))

	m := kernel.NewMixture(2)
	kernel.SetMixture(m, []float64{0, 0}, []float64{-3, 3}, []float64{0, 0}) // logits, means, log scales
	z, logSlope := m.At(1000)
	x, _ := m.Inverse(z)
	fmt.Printf("far out the slope is 1/σ = %.4f, and %.0f comes back\n", math.Exp(logSlope), x)
	// Output:
	// log Φ(−40) = -804.6084420138
	// and back: -40.0000000000
	// far out the slope is 1/σ = 1.0000, and 1000 comes back
}
