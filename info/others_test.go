package info_test

import (
	"math"
	"math/rand/v2"
	"testing"

	"gonum.org/v1/gonum/mat"
	"gonum.org/v1/gonum/stat/distuv"

	"gaussflow/data"
	"gaussflow/info"
)

// TestLeftOut: measures that leave out one column at a time agree with the closed forms for normals and t's, though they
// come from a single fit.
func TestLeftOut(t *testing.T) {
	rng := rand.New(rand.NewPCG(41, 42))
	const d = 9
	for _, nu := range []float64{4, math.Inf(1)} {
		s := of(t, student(4000, equicorrelated(d, 0.5), nu, rng), info.Config{})
		whole, fewer := totalOfStudent(equicorrelated(d, 0.5), nu), totalOfStudent(equicorrelated(d-1, 0.5), nu)
		e, err := s.DualTotalCorrelation()
		near(t, "dual total correlation", e, err, (d-1)*whole-d*fewer, 0.01)
		e, err = s.OInformation()
		near(t, "O-information", e, err, d*fewer-(d-2)*whole, 0.01)
	}
	e, err := of(t, student(2000, equicorrelated(40, 0), math.Inf(1), rng), info.Config{}).DualTotalCorrelation()
	near(t, "dual total correlation of independent columns", e, err, 0, 0.01)
}

// TestClusters: six columns depend on each other only by the cluster of the row; most of what they share is found.
func TestClusters(t *testing.T) {
	rng := rand.New(rand.NewPCG(43, 44))
	const n, d = 1500, 6
	places := [3][d]float64{{-2, 0, 2, -2, 0, 2}, {0, 2, -2, 2, -2, 0}, {2, -2, 0, 0, 2, -2}}
	row := func() []float64 {
		x, at := make([]float64, d), places[rng.IntN(3)]
		for j := range x {
			x[j] = at[j] + rng.NormFloat64()
		}
		return x
	}
	logProb := func(x []float64, used func(j int) bool) float64 {
		p := 0.0
		for _, at := range places {
			l := 0.0
			for j, v := range x {
				if used(j) {
					l += distuv.UnitNormal.LogProb(v - at[j])
				}
			}
			p += math.Exp(l) / 3
		}
		return math.Log(p)
	}
	const draws = 20000
	total, others := 0.0, 0.0
	for range draws {
		x := row()
		all := logProb(x, func(int) bool { return true })
		total += all / draws
		for j := range x {
			own := logProb(x, func(k int) bool { return k == j })
			total -= own / draws
			others += (all - own - logProb(x, func(k int) bool { return k != j })) / draws
		}
	}
	x := mat.NewDense(n, d, nil)
	for i := range n {
		x.SetRow(i, row())
	}
	s := of(t, x, info.Config{})
	e, err := s.TotalCorrelation()
	near(t, "total correlation", e, err, total, 0.2)
	e, err = s.DualTotalCorrelation()
	near(t, "dual total correlation", e, err, others-total, 0.2)
}

// TestOneLaw: the divergence of two samples of the moons, which no elliptical copula describes, is near 0, since the
// estimates of both samples have the same errors.
func TestOneLaw(t *testing.T) {
	moons, err := data.ToyDistribution("moons")
	if err != nil {
		t.Fatal(err)
	}
	rng := rand.New(rand.NewPCG(45, 46))
	draw := func() *info.Sample {
		table, err := data.Draw(moons, 600, rng)
		if err != nil {
			t.Fatal(err)
		}
		return of(t, table.X, info.Config{})
	}
	for range 3 {
		d, err := info.Diverge(draw(), draw())
		near(t, "KL", d.KL, err, 0, 0.05)
		near(t, "and back", d.Reverse, err, 0, 0.05)
		near(t, "Jensen–Shannon", d.JensenShannon, err, 0, 0.02)
	}
}
