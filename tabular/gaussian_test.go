package tabular

import (
	"math"
	"math/rand/v2"
	"testing"

	"gonum.org/v1/gonum/mat"
	"gonum.org/v1/gonum/stat/distmv"

	"gaussflow/flows"
	"gaussflow/graph"
)

// TestShrunkIsLedoitWolf compares the shrunk covariance with the formula of Ledoit and Wolf's paper, summed over the rows,
// and the log-density with gonum's normal.
func TestShrunkIsLedoitWolf(t *testing.T) {
	for _, size := range [][2]int{{40, 3}, {12, 20}} {
		n, d := size[0], size[1]
		rng := rand.New(rand.NewPCG(1, 2))
		x := mat.NewDense(n, d, nil)
		for i := range n {
			common := rng.NormFloat64()
			for j := range d {
				x.Set(i, j, 5+float64(j+1)*(rng.NormFloat64()+0.5*common))
			}
		}
		g, err := newShrunk(x)
		if err != nil {
			t.Fatal(err)
		}
		named, err := g.layers(graph.Float64)
		if err != nil {
			t.Fatal(err)
		}
		flow, err := flows.New(named...)
		if err != nil {
			t.Fatal(err)
		}
		got, err := flow.LogProb(x)
		if err != nil {
			t.Fatal(err)
		}
		sigma := ledoitWolf(x, g.mean, g.unit)
		law, ok := distmv.NewNormal(g.mean, sigma, nil)
		if !ok {
			t.Fatal("the covariance is not positive definite")
		}
		for i, lp := range got {
			if want := law.LogProb(x.RawRowView(i)); math.Abs(lp-want) > 1e-8*math.Abs(want) {
				t.Errorf("%d×%d, row %d: log p %v, want %v", n, d, i, lp, want)
			}
		}
	}
}

// ledoitWolf is the paper's Σ in the units of x, by sums over matrices.
func ledoitWolf(x *mat.Dense, mean, unit []float64) *mat.SymDense {
	n, d := x.Dims()
	y := mat.NewDense(n, d, nil)
	y.Apply(func(i, j int, v float64) float64 { return (v - mean[j]) / unit[j] }, x)
	var s, identity mat.Dense
	s.Mul(y.T(), y)
	s.Scale(1/float64(n), &s)
	m := mat.Trace(&s) / float64(d)
	identity.Scale(m, eye(d))
	distance := func(a, b mat.Matrix) float64 {
		var off mat.Dense
		off.Sub(a, b)
		norm := mat.Norm(&off, 2)
		return norm * norm / float64(d)
	}
	spread, noise := distance(&s, &identity), 0.0
	for i := range n {
		var one mat.Dense
		one.Outer(1, y.RowView(i), y.RowView(i))
		noise += distance(&one, &s) / float64(n) / float64(n)
	}
	share := min(noise/spread, 1)
	sigma := mat.NewSymDense(d, nil)
	for i := range d {
		for j := i; j < d; j++ {
			sigma.SetSym(i, j, unit[i]*unit[j]*(share*identity.At(i, j)+(1-share)*s.At(i, j)))
		}
	}
	return sigma
}

func eye(d int) *mat.Dense {
	m := mat.NewDense(d, d, nil)
	for i := range d {
		m.Set(i, i, 1)
	}
	return m
}

// TestTailMap compares the slope of the map with a difference quotient.
func TestTailMap(t *testing.T) {
	m := marginal{shift: 1, scale: 0.3}
	for _, x := range []float64{-1e6, -3, 0.9, 1, 1.4, 50, 1e9} {
		h := 1e-6 * math.Max(1, math.Abs(x-1))
		y, slope := m.tails([]float64{x - h, x, x + h})
		if want := math.Log((y[2] - y[0]) / (2 * h)); math.Abs(slope[1]-want) > 1e-6 {
			t.Errorf("log slope at %g is %v, want %v", x, slope[1], want)
		}
	}
}
