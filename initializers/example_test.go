package initializers_test

import (
	"fmt"
	"log"
	"math/rand/v2"
	"slices"

	"gaussflow/initializers"
)

// A mixture of two normals, from a sample of it.
func ExampleFitMixture() {
	rng := rand.New(rand.NewPCG(1, 1))
	x := make([]float64, 5000)
	for i := range x {
		x[i] = -2 + 0.5*rng.NormFloat64()
		if i%2 == 0 {
			x[i] += 5
		}
	}
	fit, err := initializers.FitMixture(x, initializers.MixtureConfig{Components: 2})
	if err != nil {
		log.Fatal(err)
	}
	slices.Sort(fit.Means)
	fmt.Printf("means %.1f, mean log-likelihood %.1f nats\n", fit.Means, fit.LogLikelihood)
	// Output: means [-2.0 3.0], mean log-likelihood -1.4 nats
}
