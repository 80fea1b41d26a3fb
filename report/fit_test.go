package report_test

import (
	"bytes"
	"context"
	"math"
	"math/rand/v2"
	"testing"

	"gonum.org/v1/gonum/mat"

	"gaussflow/report"
	"gaussflow/tabular"
)

// table has n rows, with one column of random numbers for each function.
func table(n int, columns ...func(r *rand.Rand) float64) *mat.Dense {
	r := rand.New(rand.NewPCG(7, 1))
	x := mat.NewDense(n, len(columns), nil)
	for i := range n {
		for j, c := range columns {
			x.Set(i, j, c(r))
		}
	}
	return x
}

func normal(r *rand.Rand) float64      { return r.NormFloat64() }
func exponential(r *rand.Rand) float64 { return 3e4 * r.ExpFloat64() }
func integer(r *rand.Rand) float64     { return float64(r.IntN(5)) }
func tied(r *rand.Rand) float64        { return math.Sqrt(float64(r.IntN(9))) }
func constant(*rand.Rand) float64      { return 42 }
func far(r *rand.Rand) float64         { return 1.7e9 + r.Float64() }

// moons is a cloud on two half circles.
func moons(n int) *mat.Dense {
	x := table(n, normal, normal)
	for i := range n {
		angle, side := math.Pi*float64(i)/float64(n)*2, float64(2*(i%2)-1)
		x.SetRow(i, []float64{side*(0.5-math.Cos(angle/2)) + 0.1*x.At(i, 0), side*(0.25-math.Sin(angle/2)) + 0.1*x.At(i, 1)})
	}
	return x
}

// fit is a model of x by a very short fit.
func fit(t testing.TB, names []string, x mat.Matrix) *tabular.Model {
	t.Helper()
	m, err := tabular.Fit(context.Background(), names, x, tabular.Config{
		Family: tabular.Aligned, Blocks: 1, Components: 3, Hidden: []int{8}, Epochs: 3, DropConstant: true, Workers: 1, Seed: 3,
	})
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func write(t testing.TB, in report.Input) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := report.Write(&b, in); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}
