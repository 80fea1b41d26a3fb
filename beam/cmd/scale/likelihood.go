//go:build linux

package main

import (
	"fmt"
	"math"

	"gonum.org/v1/gonum/floats"
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
	sample, err := data.Draw(law, *memory, initializers.NewRand(seed, 0))
	if err != nil {
		return "", err
	}
	if _, err = near.InitFrom(sample.X, initializers.IGConfig{}); err != nil {
		return "", err
	}
	judge, err := data.Draw(law, fresh, initializers.NewRand(seed+1, 0))
	if err != nil {
		return "", err
	}
	a, err := far.LogProb(judge.X)
	if err != nil {
		return "", err
	}
	b, err := near.LogProb(judge.X)
	if err != nil {
		return "", err
	}
	mean := stat.Mean(a, nil)
	floats.Sub(a, b)
	gain, spread := stat.MeanStdDev(a, nil)
	return fmt.Sprintf("%d columns, log p of %d fresh rows: %.4f nats of FitRBIG on %d rows, %.4f of %d rows in memory: %+.4f ± %.4f",
		d, fresh, mean, n, mean-gain, *memory, gain, spread/math.Sqrt(fresh)), nil
}
