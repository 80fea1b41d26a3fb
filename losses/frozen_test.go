package losses_test

import (
	"math"
	"math/rand/v2"
	"testing"

	"gonum.org/v1/gonum/mat"
	"gonum.org/v1/gonum/stat"
	G "gorgonia.org/gorgonia"

	"gaussflow/graph"
	"gaussflow/losses"
)

// doubled is a frozen map z = 2x + 1 whose log-density is that of a standard normal z.
type doubled struct{ d int }

func (g doubled) Dim() int { return g.d }

func (g doubled) LogProbNodes(b *graph.Builder, x, _ *G.Node) (z, logProb *G.Node) {
	z = b.Shift(b.Scale(x, 2), 1)
	return z, b.Shift(b.LogNormal(z), float64(g.d)*math.Ln2)
}

// outputs are rows of four columns that depend on each other.
func outputs(n int) *mat.Dense {
	rng := rand.New(rand.NewPCG(1, 2))
	x := mat.NewDense(n, 4, nil)
	for i := range n {
		a, b := rng.NormFloat64(), rng.NormFloat64()
		x.SetRow(i, []float64{a, a + b, b - 0.5*a + rng.NormFloat64(), 0.3*a + rng.NormFloat64()})
	}
	return x
}

// lossAndSlope returns the mean of a loss over the rows of x, and its gradient in x.
func lossAndSlope(t *testing.T, l losses.Loss, x *mat.Dense) (loss float64, slope []float64) {
	t.Helper()
	n, d := x.Dims()
	var in, mean, grad *G.Node
	p, err := graph.Build(graph.Float64, func(b *graph.Builder) []*G.Node {
		in = b.Input("x", n, d)
		mean = b.Scale(b.SumLast(l.Rows(b, losses.Terms{Output: in})), 1/float64(n))
		if b.Err() != nil {
			return nil
		}
		grad = b.Grad(mean, in)[0]
		return []*G.Node{mean, grad}
	})
	if err != nil {
		t.Fatal(err)
	}
	p.Set(in, x.RawMatrix().Data)
	if err := p.Run(); err != nil {
		t.Fatal(err)
	}
	slope = make([]float64, n*d)
	p.Get(grad, slope)
	return p.Scalar(mean), slope
}

// TestDependence compares the measure of dependence with gonum's correlation and determinant, behind a frozen map that does
// not change either, and its gradient with differences.
func TestDependence(t *testing.T) {
	x := outputs(30)
	var c mat.SymDense
	stat.CorrelationMatrix(&c, x, nil)
	det := func(from, to int) float64 { return math.Log(mat.Det(c.SliceSym(from, to))) }
	cross := 0.0
	for i := range 2 {
		for j := 2; j < 4; j++ {
			cross += c.At(i, j) * c.At(i, j)
		}
	}
	for measure, want := range map[losses.Measure]float64{
		losses.TotalCorrelation: -0.5 * det(0, 4), losses.MutualInformation: 0.5 * (det(0, 2) + det(2, 4) - det(0, 4)), losses.CrossCovariance: cross,
	} {
		l := losses.Dependence{Measure: measure, Frozen: doubled{4}, Group: 2}
		got, slope := lossAndSlope(t, l, x)
		if math.Abs(got-want) > 1e-12 || !losses.Batchwise(l) || l.Name() != string(measure) {
			t.Errorf("%s = %v, want %v", measure, got, want)
		}
		checkSlope(t, l, x, slope)
	}
}

// checkSlope compares some elements of a gradient with differences.
func checkSlope(t *testing.T, l losses.Loss, x *mat.Dense, slope []float64) {
	t.Helper()
	const h = 1e-5
	for i := 0; i < len(slope); i += 7 {
		v := x.RawMatrix().Data[i]
		x.RawMatrix().Data[i] = v + h
		up, _ := lossAndSlope(t, l, x)
		x.RawMatrix().Data[i] = v - h
		down, _ := lossAndSlope(t, l, x)
		x.RawMatrix().Data[i] = v
		if want := (up - down) / (2 * h); math.Abs(slope[i]-want) > 1e-8*(1+math.Abs(want)) {
			t.Errorf("%s: slope %d = %v, want %v", l.Name(), i, slope[i], want)
		}
	}
}

// TestLogRatio: the log ratio of a joint density to two others is 0 if the joint one is their product; otherwise its gradient
// agrees with differences.
func TestLogRatio(t *testing.T) {
	x := outputs(20)
	if got, _ := lossAndSlope(t, losses.LogRatio{doubled{4}, doubled{1}, doubled{3}}, x); math.Abs(got) > 1e-12 {
		t.Errorf("the log-ratio of a product is %v, want 0", got)
	}
	l := losses.LogRatio{shared{}, doubled{1}, doubled{3}}
	_, slope := lossAndSlope(t, l, x)
	checkSlope(t, l, x, slope)
}

// shared is the density of doubled times the exponential of the product of two columns.
type shared struct{}

func (shared) Dim() int { return 4 }

func (shared) LogProbNodes(b *graph.Builder, x, context *G.Node) (z, logProb *G.Node) {
	z, logProb = doubled{4}.LogProbNodes(b, x, context)
	n := graph.Rows(x)
	product := b.Mul(b.Reshape(b.Columns(x, 0, 1), n), b.Reshape(b.Columns(x, 2, 1), n))
	return z, b.Add(logProb, product)
}

// TestBadDependence: invalid settings and arguments are errors.
func TestBadDependence(t *testing.T) {
	for _, l := range []losses.Loss{
		losses.Dependence{Measure: "x"}, losses.Dependence{Measure: losses.CrossCovariance, Group: 4}, losses.Dependence{Measure: losses.CrossCovariance, Group: -1},
		losses.LogRatio{}, losses.LogRatio{doubled{4}, doubled{2}, doubled{1}},
	} {
		_, err := graph.Build(graph.Float64, func(b *graph.Builder) []*G.Node {
			return []*G.Node{l.Rows(b, losses.Terms{Output: b.Input("x", 9, 4)})}
		})
		if err == nil {
			t.Errorf("%#v is built", l)
		}
	}
}
