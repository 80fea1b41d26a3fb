package tabular_test

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"gonum.org/v1/gonum/mat"

	"gaussflow/tabular"
)

// quick is a fit of a second or less, of a family that is set explicitly, because it learns too little to be better than a Gaussian.
var quick = tabular.Config{Family: tabular.Aligned, Epochs: 3, Hidden: []int{8}, Blocks: 1, Components: 3, Workers: 1, Seed: 5}

// curve has n rows of d columns, each of which after the first is a noisy function of the one before it.
func curve(n, d int, seed uint64) *mat.Dense {
	rng := rand.New(rand.NewPCG(seed, 1))
	x := mat.NewDense(n, d, nil)
	for i := range n {
		v := rng.NormFloat64()
		for j := range d {
			x.Set(i, j, v)
			v = math.Sin(2*v) + 0.3*rng.NormFloat64()
		}
	}
	return x
}

func names(d int) (n []string) {
	for j := range d {
		n = append(n, fmt.Sprintf("x%d", j))
	}
	return n
}

func fit(t *testing.T, x mat.Matrix, c tabular.Config) *tabular.Model {
	t.Helper()
	_, d := x.Dims()
	m, err := tabular.Fit(context.Background(), names(d), x, c)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func logProb(t *testing.T, m *tabular.Model, x mat.Matrix) []float64 {
	t.Helper()
	lp, err := m.LogProb(x)
	if err != nil {
		t.Fatal(err)
	}
	return lp
}

func warning(m *tabular.Model, kind tabular.WarningKind) *tabular.Warning {
	for i, w := range m.Warnings {
		if w.Kind == kind {
			return &m.Warnings[i]
		}
	}
	return nil
}
