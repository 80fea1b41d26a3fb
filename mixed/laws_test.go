package mixed_test

import (
	"context"
	"math"
	"math/rand/v2"
	"sync"
	"testing"

	"gonum.org/v1/gonum/mat"
	"gonum.org/v1/gonum/stat"

	"gaussflow/columns"
	"gaussflow/mixed"
)

// threeColumns is a known distribution of three columns: a category c of three levels, and two numbers,
//
//	x | c ~ N(mean_c, spread_c²),   y | c, x ~ N(tilt_c·x, ½²).
type threeColumns struct{ share, mean, spread, tilt []float64 }

var known = threeColumns{[]float64{0.5, 0.3, 0.2}, []float64{-2, 0, 3}, []float64{0.5, 1, 0.7}, []float64{1, -1, 0.3}}

const noise = 0.5

var knownSchema = columns.Schema{Columns: []columns.Column{
	{Name: "c", Kind: columns.Category, Levels: []columns.Level{{Text: "a"}, {Text: "b"}, {Text: "d"}}},
	{Name: "x", Kind: columns.Numbers},
	{Name: "y", Kind: columns.Numbers},
}}

func (l threeColumns) draw(n int, seed uint64) *mat.Dense {
	rng := rand.New(rand.NewPCG(seed, 3))
	out := mat.NewDense(n, 3, nil)
	for i := range n {
		c, at := 0, rng.Float64()
		for ; at > l.share[c] && c < 2; c++ {
			at -= l.share[c]
		}
		x := l.mean[c] + l.spread[c]*rng.NormFloat64()
		out.SetRow(i, []float64{float64(c), x, l.tilt[c]*x + noise*rng.NormFloat64()})
	}
	return out
}

func logNormal(x, mean, spread float64) float64 {
	t := (x - mean) / spread
	return -t*t/2 - math.Log(spread) - math.Log(2*math.Pi)/2
}

// logProb is the true log p of a row in which NaN is a missing cell: summed over the levels, and integrated over x in closed form.
func (l threeColumns) logProb(row []float64) float64 {
	p := 0.0
	for c, share := range l.share {
		if !math.IsNaN(row[0]) && int(row[0]) != c {
			continue
		}
		logP := math.Log(share)
		switch x, y := row[1], row[2]; {
		case !math.IsNaN(x) && !math.IsNaN(y):
			logP += logNormal(x, l.mean[c], l.spread[c]) + logNormal(y, l.tilt[c]*x, noise)
		case !math.IsNaN(x):
			logP += logNormal(x, l.mean[c], l.spread[c])
		case !math.IsNaN(y):
			logP += logNormal(y, l.tilt[c]*l.mean[c], math.Hypot(l.tilt[c]*l.spread[c], noise))
		}
		p += math.Exp(logP)
	}
	return math.Log(p)
}

// hide removes cells at random, those of x and y more often where c is 0.
func hide(x *mat.Dense, seed uint64) *mat.Dense {
	rng := rand.New(rand.NewPCG(seed, 4))
	out := mat.DenseCopyOf(x)
	n, d := x.Dims()
	for i := range n {
		for j := range d {
			share := 0.1
			if j > 0 && x.At(i, 0) == 0 {
				share = 0.3
			}
			if rng.Float64() < share && j > 0 {
				out.Set(i, j, math.NaN())
			}
		}
	}
	return out
}

// fitted is a model of the known law, fitted once for all tests, to rows with missing cells.
var fitted = sync.OnceValues(func() (*mixed.Model, error) { return fitTo(8000) })

func fitTo(rows int) (*mixed.Model, error) {
	return mixed.Fit(context.Background(), knownSchema, hide(known.draw(rows, 1), 1), mixed.Config{Epochs: 60, Hidden: []int{64, 64, 64}})
}

func model(t *testing.T) *mixed.Model {
	t.Helper()
	m, err := fitted()
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// gap is how far the model's mean log p of rows is below the true one.
func gap(t *testing.T, m *mixed.Model, x *mat.Dense) float64 {
	t.Helper()
	got, err := m.LogProb(x)
	if err != nil {
		t.Fatal(err)
	}
	truth := make([]float64, len(got))
	for i := range truth {
		truth[i] = known.logProb(x.RawRowView(i))
	}
	return stat.Mean(truth, nil) - stat.Mean(got, nil)
}

// TestKnownLaw: the mean log p of fresh rows, whole and with cells missing at random, is within 0.05 nats of the true one.
func TestKnownLaw(t *testing.T) {
	fresh := known.draw(6000, 2)
	if g := gap(t, model(t), fresh); !(math.Abs(g) <= 0.05) {
		t.Errorf("fresh rows: %.4f nats below the truth, want at most 0.05", g)
	} else {
		t.Logf("gap %.4f", g)
	}
	if g := gap(t, model(t), hide(fresh, 2)); !(math.Abs(g) <= 0.05) {
		t.Errorf("rows with missing cells: %.4f nats below the truth, want at most 0.05", g)
	} else {
		t.Logf("gap %.4f", g)
	}
	for j, name := range model(t).Columns() {
		alone := mat.DenseCopyOf(fresh)
		for i := range 6000 {
			for k := range 3 {
				if k != j {
					alone.Set(i, k, math.NaN())
				}
			}
		}
		if g := gap(t, model(t), alone); !(math.Abs(g) <= 0.05) {
			t.Errorf("column %s alone: %.4f nats below the truth, want at most 0.05", name, g)
		} else {
			t.Logf("gap %.4f", g)
		}
	}
}
