package flows_test

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"gonum.org/v1/gonum/mat"
	"gonum.org/v1/gonum/stat"

	"gaussflow/flows"
	"gaussflow/graph"
)

// refPrecision is a storage type and the fraction of the reference's float32 tolerances that it must meet.
type refPrecision struct {
	dtype graph.Dtype
	share float64
}

// tol is the reference's tolerance in float32, and a thousandth of it in float64.
func (p refPrecision) tol(reference float64) float64 { return reference * p.share }

func refBoth(check func(t *testing.T, p refPrecision)) func(*testing.T) {
	return func(t *testing.T) {
		for _, p := range []refPrecision{{graph.Float32, 1}, {graph.Float64, 1e-3}} {
			t.Run(string(p.dtype), func(t *testing.T) { check(t, p) })
		}
	}
}

// refMoons are n points of two half circles, angles from U(0, π), noise 0.05, standardized.
func refMoons(n int) *mat.Dense {
	rng := rand.New(rand.NewPCG(81, 0))
	x := mat.NewDense(n, 2, nil)
	for i := range n {
		sin, cos := math.Sincos(math.Pi * rng.Float64())
		if i%2 == 1 {
			sin, cos = 0.5-sin, 1-cos
		}
		x.SetRow(i, []float64{cos + 0.05*rng.NormFloat64(), sin + 0.05*rng.NormFloat64()})
	}
	for j := range 2 {
		column := mat.Col(nil, j, x)
		mean, std := stat.PopMeanStdDev(column, nil)
		for i, v := range column {
			x.Set(i, j, (v-mean)/std)
		}
	}
	return x
}

func refForward(t *testing.T, f *flows.Flow, x mat.Matrix) *mat.Dense {
	t.Helper()
	z, _, err := f.Forward(x)
	if err != nil {
		t.Fatal(err)
	}
	return z
}

// refRoundTrip returns the distances of the rows of x from Inverse(Forward(x)), ascending.
func refRoundTrip(t *testing.T, f *flows.Flow, x *mat.Dense) []float64 {
	t.Helper()
	back, _, err := f.Inverse(refForward(t, f, x))
	if err != nil {
		t.Fatal(err)
	}
	return refDistances(x, back)
}

// refDistances returns the distances between the rows of x and those of y, ascending.
func refDistances(x, y *mat.Dense) []float64 {
	n, _ := x.Dims()
	var off mat.Dense
	off.Sub(x, y)
	out := make([]float64, n)
	for i := range out {
		out[i] = mat.Norm(off.RowView(i), 2)
	}
	slices.Sort(out)
	return out
}

func refLogProb(t *testing.T, f *flows.Flow, x mat.Matrix) []float64 {
	t.Helper()
	lp, err := f.LogProb(x)
	if err != nil {
		t.Fatal(err)
	}
	return lp
}

// refQuantileBelow fails where the p-quantile of ascending values is not below limit.
func refQuantileBelow(t *testing.T, what string, sorted []float64, p, limit float64) {
	t.Helper()
	if got := stat.Quantile(p, stat.Empirical, sorted, nil); !(got < limit) {
		t.Errorf("%s: quantile %v is %.2g, want below %.1g", what, p, got, limit)
	}
}

func refFinite(t *testing.T, what string, values []float64) {
	t.Helper()
	for i, v := range values {
		if math.IsNaN(v) || math.IsInf(v, 0) {
			t.Fatalf("%s: number %d is %v", what, i, v)
		}
	}
}

// refWithin fails where a number of got is further than tol from the one of want.
func refWithin(t *testing.T, what string, got, want []float64, tol float64) {
	t.Helper()
	for i := range want {
		if !(math.Abs(got[i]-want[i]) <= tol) {
			t.Fatalf("%s: number %d is %v, want %v, tolerance %.1g", what, i, got[i], want[i], tol)
		}
	}
}
