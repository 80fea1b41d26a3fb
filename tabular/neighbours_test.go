package tabular_test

import (
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"gonum.org/v1/gonum/mat"
	"gonum.org/v1/gonum/stat/distuv"

	"gaussflow/tabular"
)

// standardNormal is a model of two columns that needs no training, as a Gaussian is fitted exactly, and its rows.
func standardNormal(t *testing.T) (*tabular.Model, *mat.Dense) {
	rng := rand.New(rand.NewPCG(1, 9))
	x := mat.NewDense(3000, 2, nil)
	for i := range 3000 {
		x.SetRow(i, []float64{rng.NormFloat64(), rng.NormFloat64()})
	}
	return fit(t, x, tabular.Config{Family: tabular.Gaussian}), x
}

// TestOddness: under two standard normal columns −log of the tail probability by log p is r²/2 at radius r, and a row is at least as
// odd as that; near the middle hardly more.
func TestOddness(t *testing.T) {
	m, x := standardNormal(t)
	k, err := tabular.NewNeighbours(m, x)
	if err != nil {
		t.Fatal(err)
	}
	odd, err := k.Oddness(mat.NewDense(6, 2, []float64{0, 0, 2.5, 0, 0, 3.5, 5, 5, math.NaN(), 0, 1e300, 0}))
	if err != nil {
		t.Fatal(err)
	}
	for i, r := range []float64{0, 2.5, 3.5} {
		if want := r * r / 2; odd[i] < 0.9*want || r < 3 && odd[i] > 1.1*want+1 {
			t.Errorf("oddness %.3f at radius %g, want about %.3f", odd[i], r, want)
		}
	}
	if !(odd[3] > 20) || math.IsInf(odd[3], 0) || !math.IsNaN(odd[4]) || !math.IsInf(odd[5], 1) {
		t.Errorf("oddness %v of a far row, a row with a missing cell and an impossible one, want more than 20, NaN and +Inf", odd[3:])
	}
}

// TestOddnessOfHole: a density that fits badly is high in the middle of a ring, where there are no rows: log p finds nothing odd
// there, the nearest row does.
func TestOddnessOfHole(t *testing.T) {
	rng := rand.New(rand.NewPCG(2, 9))
	x := mat.NewDense(2000, 2, nil)
	for i := range 2000 {
		sin, cos := math.Sincos(2 * math.Pi * rng.Float64())
		r := 1 + 0.05*rng.NormFloat64()
		x.SetRow(i, []float64{r * cos, r * sin})
	}
	m := fit(t, x, tabular.Config{Family: tabular.Gaussian})
	k, err := tabular.NewNeighbours(m, x)
	if err != nil {
		t.Fatal(err)
	}
	middle := mat.NewDense(1, 2, []float64{0, 0})
	odd, err := k.Oddness(middle)
	if err != nil {
		t.Fatal(err)
	}
	if tail := m.TailProbability(logProb(t, m, middle))[0]; tail < 0.9 || odd[0] < -math.Log(1e-6) {
		t.Errorf("in the middle of a ring the tail probability by log p is %.3f and the oddness %.2f, want near 1, and more than 13.8", tail, odd[0])
	}
}

// TestOddnessCalibrated: fresh rows have the tail probabilities that they should have, up to the factor of two by which the
// smaller of two is too small.
func TestOddnessCalibrated(t *testing.T) {
	m, x := standardNormal(t)
	k, err := tabular.NewNeighbours(m, x)
	if err != nil {
		t.Fatal(err)
	}
	normal, fresh := distuv.Normal{Sigma: 1, Src: rand.NewPCG(7, 7)}, mat.NewDense(4000, 2, nil)
	for i := range 4000 {
		fresh.SetRow(i, []float64{normal.Rand(), normal.Rand()})
	}
	odd, err := k.Oddness(fresh)
	if err != nil {
		t.Fatal(err)
	}
	slices.Sort(odd)
	for _, p := range []float64{0.2, 0.05, 0.01} {
		at, _ := slices.BinarySearch(odd, -math.Log(p))
		if share := 1 - float64(at)/4000; share < 0.8*p || share > 2.2*p {
			t.Errorf("a share of %.4f of fresh rows is as odd as %g, want between that and twice as many", share, p)
		}
	}
}

// TestNeighboursOfTies: in a table of a few rows that all come several times every distance is 0, and a row that is not among them
// is odder than all that are.
func TestNeighboursOfTies(t *testing.T) {
	x := mat.NewDense(400, 2, nil)
	for i := range 400 {
		x.SetRow(i, []float64{float64(i % 5), float64(i % 4)})
	}
	m := fit(t, x, tabular.Config{Family: tabular.Gaussian})
	k, err := tabular.NewNeighbours(m, x)
	if err != nil {
		t.Fatal(err)
	}
	odd, err := k.Oddness(mat.NewDense(3, 2, []float64{2, 2, 2, 2.6, 2, 30}))
	if err != nil {
		t.Fatal(err)
	}
	if !(odd[0] < odd[1] && odd[1] < odd[2]) || math.IsInf(odd[2], 0) {
		t.Errorf("oddness %v of a row of the table, one beside it and one far away, want it finite and rising", odd)
	}
}

// TestNeighboursThinned: of more than ten thousand rows some that are spread evenly are kept.
func TestNeighboursThinned(t *testing.T) {
	m, _ := standardNormal(t)
	for n, want := range map[int]int{2: 2, 10_000: 10_000, 10_001: 5001, 25_000: 8334} {
		x := mat.NewDense(n, 2, nil)
		for i := range n {
			x.SetRow(i, []float64{float64(i % 97), float64(i % 101)})
		}
		if k, err := tabular.NewNeighbours(m, x); err != nil || k.Rows() != want {
			t.Errorf("%d rows: %d are kept, error %v, want %d", n, k.Rows(), err, want)
		}
	}
}

func TestNeighboursErrors(t *testing.T) {
	m, x := standardNormal(t)
	unknown := &tabular.Model{Flow: m.Flow, Facts: m.Facts}
	unknown.Reference = nil
	gap := mat.DenseCopyOf(x)
	gap.Set(3, 1, math.NaN())
	for want, c := range map[string]struct {
		m *tabular.Model
		x mat.Matrix
	}{
		"Fit or Load makes one": {nil, x},
		"no Reference":          {unknown, x},
		"0×0 matrix":            {m, nil},
		"1×2 matrix":            {m, x.Slice(0, 1, 0, 2)},
		"got 3000×1":            {m, x.Slice(0, 3000, 0, 1)},
		"row 3, column 1":       {m, gap},
	} {
		if _, err := tabular.NewNeighbours(c.m, c.x); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v, want one that says %q", err, want)
		}
	}
	var none *tabular.Neighbours
	if none.Rows() != 0 {
		t.Error("nil Neighbours have rows")
	}
	if _, err := none.Oddness(x); err == nil {
		t.Error("no error of nil Neighbours")
	}
	k, err := tabular.NewNeighbours(m, x)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := k.OddnessOf(x.Slice(0, 2, 0, 2), []float64{-2}); err == nil || !strings.Contains(err.Error(), "2×2 matrix and 1 log p") {
		t.Errorf("error %v of two rows and one log p, want one that says so", err)
	}
	if _, err := k.Oddness(x.Slice(0, 2, 0, 1)); err == nil || !strings.Contains(err.Error(), "2×1") {
		t.Errorf("error %v of rows of one column, want one that says 2×1", err)
	}
}
