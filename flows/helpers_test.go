package flows_test

import (
	"context"
	"math"
	"math/rand/v2"
	"testing"

	"gonum.org/v1/gonum/mat"

	"gaussflow/flows"
	"gaussflow/initializers"
	"gaussflow/internal/errtest"
	"gaussflow/internal/testsize"
	"gaussflow/layers"
	"gaussflow/train"
)

// The kinds of random data that properties are tested with.
var dataKinds = []string{"blobs", "ties", "constant column", "student t", "cauchy"}

// randomData draws n rows of one kind.
func randomData(kind string, n, d int, seed uint64) *mat.Dense {
	rng := rand.New(rand.NewPCG(seed, uint64(d)))
	x := mat.NewDense(n, d, nil)
	for i := range n {
		blob := float64(rng.IntN(3))
		for j := range d {
			v := rng.NormFloat64() + 2*math.Sin(blob*float64(j+1)) // three blobs
			switch kind {
			case "ties":
				v = math.Round(v)
			case "constant column":
				if j == d-1 {
					v = 3
				}
			case "student t": // of two degrees of freedom
				v = rng.NormFloat64() / math.Sqrt(rng.ExpFloat64())
			case "cauchy":
				v = rng.NormFloat64() / rng.NormFloat64()
			}
			x.Set(i, j, v)
		}
	}
	return x
}

// widths returns the numbers of columns to test a property with; fewer in a short run, such as one under the race detector.
func widths(t testing.TB) []int {
	if testing.Short() {
		return testsize.Of(t, []int{2, 5}, []int{3})
	}
	return []int{2, 3, 4, 5, 6, 7, 8}
}

func coupling(t testing.TB, d int, c flows.CouplingConfig) *flows.Flow {
	t.Helper()
	f, err := flows.NewCoupling(d, c)
	errtest.None(t, err)
	return f
}

func diagonal(t testing.TB, d int, c flows.GaussianizationConfig) *flows.Flow {
	t.Helper()
	f, err := flows.NewGaussianization(d, c)
	errtest.None(t, err)
	return f
}

func initFrom(t testing.TB, f *flows.Flow, x *mat.Dense) *mat.Dense {
	t.Helper()
	z, err := f.InitFrom(x, initializers.IGConfig{})
	errtest.None(t, err)
	return z
}

func forward(t testing.TB, f *flows.Flow, x mat.Matrix) *mat.Dense {
	t.Helper()
	z, _, err := f.Forward(x)
	errtest.None(t, err)
	return z
}

func logProb(t testing.TB, f *flows.Flow, x mat.Matrix) []float64 {
	t.Helper()
	lp, err := f.LogProb(x)
	errtest.None(t, err)
	return lp
}

func fit(t testing.TB, f *flows.Flow, x mat.Matrix, c train.Config, epochs int) {
	t.Helper()
	errtest.None(t, f.Compile(c))
	_, err := f.Fit(context.Background(), x, train.FitConfig{Epochs: epochs})
	errtest.None(t, err)
}

// maxDifference is the largest |a−b|, NaN if there is one.
func maxDifference(a, b []float64) (worst float64) {
	for i, v := range a {
		d := math.Abs(v - b[i])
		if math.IsNaN(d) {
			return math.Inf(1)
		}
		worst = max(worst, d)
	}
	return worst
}

func numbers(m *mat.Dense) []float64 { return m.RawMatrix().Data }

// couplings are the coupling layers of a flow.
func couplings(f *flows.Flow) (cs []*layers.MixtureCDFCoupling) {
	for _, n := range f.Layers() {
		if c, ok := n.Layer.(*layers.MixtureCDFCoupling); ok {
			cs = append(cs, c)
		}
	}
	return cs
}

// finalLayer is the last dense layer of a coupling's conditioner.
func finalLayer(c *layers.MixtureCDFCoupling) *layers.Dense {
	return c.Conditioner().(interface{ Final() *layers.Dense }).Final()
}
