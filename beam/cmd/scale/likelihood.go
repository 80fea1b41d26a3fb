//go:build linux

package main

import (
	"fmt"
	"math"
	"math/rand/v2"

	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/mat"
	"gonum.org/v1/gonum/stat"

	"gaussflow/data"
	"gaussflow/flows"
	"gaussflow/initializers"
)

// compare says by how much the mean log p of fresh rows under the flow of a file, which was fitted to n rows of d columns, differs from
// that under the same layers fitted in memory to as many rows as the flag says.
func compare(model string, n, d int) (string, error) {
	const fresh, seed = 100_000, 1 << 32 // a seed that no file of a table has
	law, err := lawOf(d)
	if err != nil {
		return "", err
	}
	far, err := flows.Load(model)
	if err != nil {
		return "", err
	}
	near, err := flows.Load(model)
	if err != nil {
		return "", err
	}
	if _, err = near.InitFrom(drawn(law, *memory, seed), initializers.IGConfig{}); err != nil {
		return "", err
	}
	x := drawn(law, fresh, seed+1)
	a, err := far.LogProb(x)
	if err != nil {
		return "", err
	}
	b, err := near.LogProb(x)
	if err != nil {
		return "", err
	}
	mean := stat.Mean(a, nil)
	floats.Sub(a, b)
	gain, spread := stat.MeanStdDev(a, nil)
	return fmt.Sprintf("%d columns, log p of %d fresh rows: %.4f nats of FitRBIG on %d rows, %.4f of %d rows in memory: %+.4f ± %.4f",
		d, fresh, mean, n, mean-gain, *memory, gain, spread/math.Sqrt(fresh)), nil
}

// drawn are n rows of a law.
func drawn(law data.Distribution, n int, seed uint64) *mat.Dense {
	x, rng := mat.NewDense(n, law.Dim(), nil), rand.New(rand.NewPCG(seed, 0))
	for i := range n {
		law.Rand(rng, x.RawRowView(i))
	}
	return x
}
