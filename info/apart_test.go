package info_test

import (
	"math"
	"math/rand/v2"
	"testing"

	"gonum.org/v1/gonum/mat"

	"gaussflow/info"
)

// TestApart: beside three independent columns, a pair of columns on a parabola shares as much as alone, and so does one of
// its columns with all others.
func TestApart(t *testing.T) {
	rng := rand.New(rand.NewPCG(61, 62))
	const n, truth = 3000, 0.8026 // by quadrature: see examples/dependence
	x := mat.NewDense(n, 5, nil)
	x.Apply(func(int, int, float64) float64 { return rng.NormFloat64() }, x)
	for i := range n {
		x.Set(i, 3, math.Pow(x.At(i, 1), 2)+0.5*x.At(i, 3))
	}
	s := of(t, x, info.Config{})
	e, err := s.TotalCorrelation()
	near(t, "total correlation", e, err, truth, 0.03)
	e, err = s.MutualInformation([]int{3}, []int{0, 1, 2, 4})
	near(t, "mutual information of one and the rest", e, err, truth, 0.03)
	e, err = s.MutualInformation([]int{0, 1}, []int{2, 4})
	near(t, "of columns that are apart", e, err, 0, 0.01)
}
