package layers_test

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"gonum.org/v1/gonum/mat"

	"gaussflow/layers"
)

// TestStartFrom: what the conditioner's first layer puts out for a table does not depend on the table's units, however often it
// is started, and its kernel on standardized columns is the seed's.
func TestStartFrom(t *testing.T) {
	rng := rand.New(rand.NewPCG(4, 4))
	standard, other := mat.NewDense(200, 2, nil), mat.NewDense(200, 2, nil)
	for i := range 200 {
		for j := range 2 {
			v := rng.NormFloat64()
			standard.Set(i, j, v)
			other.Set(i, j, []float64{1024*v + 3072, v/256 - 5.0/256}[j])
		}
	}
	mlp := func() *layers.MLP {
		m, err := layers.NewMLP(2, 3, layers.MLPConfig{Hidden: []int{5}, Seed: 6})
		if err != nil {
			t.Fatal(err)
		}
		return m
	}
	start := func(m *layers.MLP, x mat.Matrix) (kernel, bias []float64) {
		if err := m.StartFrom(x); err != nil {
			t.Fatal(err)
		}
		return m.Params()[0].Values(), m.Params()[1].Values()
	}
	m := mlp()
	seeded := m.Params()[0].Values()
	if kernel, bias := start(m, standard); !slices.Equal(kernel, seeded) || !slices.Equal(bias, make([]float64, 5)) {
		t.Errorf("standardized columns: kernel %v, bias %v, want the seed's %v and zeros", kernel, bias, seeded)
	}
	start(m, other)
	kernel, bias := start(m, other)
	for i := range 200 {
		for h := range 5 {
			got, want := bias[h], 0.0
			for j := range 2 {
				got += other.At(i, j) * kernel[j*5+h]
				want += standard.At(i, j) * seeded[j*5+h]
			}
			if math.Abs(got-want) > 1e-12 {
				t.Fatalf("row %d, unit %d: %v in other units, want %v", i, h, got, want)
			}
		}
	}
	if err := m.StartFrom(mat.NewDense(3, 1, nil)); err == nil {
		t.Error("got no error for a column too few")
	}
	if err := new(layers.MLP).StartFrom(standard); err == nil {
		t.Error("got no error from an MLP that nobody made")
	}
}
