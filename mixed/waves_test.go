package mixed_test

import (
	"context"
	"math"
	"math/rand/v2"
	"testing"

	"gonum.org/v1/gonum/mat"
	"gonum.org/v1/gonum/stat"

	"gaussflow/columns"
	"gaussflow/mixed"
)

// fields are rows of a place, uniform between 0 and 16, and of what grows there: uniform about 1 in every second field, a stretch of one,
// and about −1 in the others.
func fields(n int, seed uint64) *mat.Dense {
	rng := rand.New(rand.NewPCG(seed, 9))
	x := mat.NewDense(n, 2, nil)
	for i := range n {
		at := 16 * rng.Float64()
		x.Set(i, 0, at)
		x.Set(i, 1, math.Copysign(1, 1-2*math.Mod(math.Floor(at), 2))+rng.Float64()-0.5)
	}
	return x
}

var fieldsSchema = columns.Schema{Columns: []columns.Column{
	{Name: "place", Kind: columns.Numbers, Min: 0, Max: 16}, {Name: "grows", Kind: columns.Numbers, Min: -1.5, Max: 1.5},
}}

// TestWaves: what jumps from place to place is found: log p of fresh rows is near the truth, −log 16. A network that reads no waves
// is 0.76 nats below it.
func TestWaves(t *testing.T) {
	m, err := mixed.Fit(context.Background(), fieldsSchema, fields(2000, 1), mixed.Config{Waves: true, Epochs: 40})
	if err != nil {
		t.Fatal(err)
	}
	lp, err := m.LogProb(fields(2000, 2))
	if err != nil {
		t.Fatal(err)
	}
	if got, truth := stat.Mean(lp, nil), -math.Log(16); got < truth-0.4 {
		t.Errorf("log p of fresh rows is %.2f, want near the truth, %.2f", got, truth)
	}
}

// TestWavesStranger: a network reads the waves that docs/model-format.md says.
func TestWavesStranger(t *testing.T) {
	m, err := mixed.Fit(context.Background(), fieldsSchema, fields(1500, 1), mixed.Config{Waves: true, Epochs: 2, Hidden: []int{8, 8, 8}})
	if err != nil {
		t.Fatal(err)
	}
	x := fields(20, 3)
	x.Set(0, 0, math.NaN())
	x.Set(1, 1, 1e6)
	agree(t, m, x)
}
