package flows_test

import (
	"context"
	"math"
	"math/rand/v2"
	"testing"

	"gonum.org/v1/gonum/mat"
	"gonum.org/v1/gonum/stat/distmv"

	"gaussflow/flows"
	"gaussflow/graph"
	"gaussflow/initializers"
	"gaussflow/internal/errtest"
	"gaussflow/internal/testsize"
	"gaussflow/layers"
	"gaussflow/train"
	"gaussflow/transforms"
)

// maskedFlow is one affine autoregressive layer of d columns and c numbers of context.
func maskedFlow(t testing.TB, d, c int, mlp layers.MLPConfig, order []int) *flows.Flow {
	t.Helper()
	l, err := layers.NewAutoregressive(d, layers.AutoregressiveConfig{Transform: transforms.Affine{}, Order: order, Context: c, Conditioner: mlp.Masked})
	errtest.None(t, err)
	f, err := flows.New(flows.Named{Name: "masked", Layer: l})
	errtest.None(t, err)
	return f
}

// TestAutoregressiveWarmStart: after the warm start an Autoregressive layer of either direction is the map of an Elementwise
// layer: the same fit of each column.
func TestAutoregressiveWarmStart(t *testing.T) {
	mixture := transforms.GaussianMixtureCDF{Components: 3, Clamp: initializers.DefaultScaleClamp}
	for _, dtype := range []graph.Dtype{graph.Float64, graph.Float32} {
		each, err := layers.NewElementwise(4, layers.ElementwiseConfig{Transform: mixture, Dtype: dtype})
		errtest.None(t, err)
		want, err := flows.New(flows.Named{Name: "each", Layer: each})
		errtest.None(t, err)
		x := randomData("student t", 300, 4, 1)
		initFrom(t, want, x)
		for _, fast := range []bool{false, true} {
			l, err := layers.NewAutoregressive(4, layers.AutoregressiveConfig{
				Transform: mixture, Order: []int{2, 0, 3, 1}, FastSampling: fast, Conditioner: layers.MLPConfig{Hidden: []int{6}, Dtype: dtype}.Masked})
			errtest.None(t, err)
			f, err := flows.New(flows.Named{Name: "masked", Layer: l})
			errtest.None(t, err)
			initFrom(t, f, x)
			if d := maxDifference(logProb(t, f, x), logProb(t, want, x)); !(d <= 1e-12) {
				t.Errorf("%s, fast sampling %v: log p after the warm start differs by %.2g from Elementwise's", dtype, fast, d)
			}
		}
	}
}

// fitGiven trains on rows x given a context, with a learning rate that falls.
func fitGiven(t testing.TB, f *flows.Flow, x, given *mat.Dense, epochs int, rate float64) {
	t.Helper()
	n, _ := x.Dims()
	_, err := f.InitFrom(flows.Given(x, given), initializers.IGConfig{})
	errtest.None(t, err)
	errtest.None(t, f.Compile(train.Config{Schedule: train.Cosine{Peak: rate, Floor: rate / 500, WarmupSteps: 20, DecaySteps: epochs * n / 256}}))
	_, err = f.Fit(context.Background(), flows.Given(x, given), train.FitConfig{Epochs: epochs, BatchSize: 256})
	errtest.None(t, err)
}

// TestAutoregressiveConditionalDensity: training reaches the entropy of x given y for the rows of bent.
func TestAutoregressiveConditionalDensity(t *testing.T) {
	if testing.Short() {
		t.Skip("trains a flow")
	}
	f := maskedFlow(t, 2, 1, layers.MLPConfig{Hidden: []int{24, 24}, Activation: graph.Silu, Seed: 1}, nil)
	x, y := bent(testsize.Of(t, 20000, 4000), 1)
	fitGiven(t, f, x, y, 12, 1e-2)
	held, heldY := bent(testsize.Of(t, 20000, 2000), 2)
	nll := -mean(logProb(t, f, flows.Given(held, heldY)))
	t.Logf("held-out NLL %.4f nats, entropy %.4f", nll, bentEntropy)
	if !(math.Abs(nll-bentEntropy) <= testsize.Of(t, 0.02, 0.1)) {
		t.Errorf("held-out NLL = %.4f nats, want within 0.02 of the entropy %.4f", nll, bentEntropy)
	}
	one := mat.NewDense(1, 1, []float64{1})
	drawn, said, err := f.SampleGiven(one, 500, rand.New(rand.NewPCG(4, 4)))
	errtest.None(t, err)
	if d := maxDifference(logProb(t, f, flows.Given(drawn, one)), said); !(d <= 1e-9) {
		t.Errorf("log p of samples differs by %.2g from what SampleGiven said", d)
	}
}

// TestConditionalGaussian: for columns that are jointly normal, log p of some columns given the others is the one that gonum computes.
func TestConditionalGaussian(t *testing.T) {
	mu := []float64{1, -2, 0.5, 3, -1}
	sigma := mat.NewSymDense(5, nil)
	mix := mat.NewDense(5, 5, []float64{1, 0, 0, 0, 0, 0.8, 0.6, 0, 0, 0, -0.5, 0.7, 0.9, 0, 0, 0.3, -0.4, 0.5, 0.7, 0, 0.6, 0.2, -0.3, 0.4, 0.5})
	sigma.SymOuterK(1, mix)
	joint, ok := distmv.NewNormal(mu, sigma, rand.NewPCG(7, 7))
	if !ok {
		t.Fatal("the covariance is not positive definite")
	}
	draw := func(n int) (x, given *mat.Dense) { // columns 0 to 2 given 3 and 4
		rows := mat.NewDense(n, 5, nil)
		for i := range n {
			joint.Rand(rows.RawRowView(i))
		}
		return mat.DenseCopyOf(rows.Slice(0, n, 0, 3)), mat.DenseCopyOf(rows.Slice(0, n, 3, 5))
	}
	f := maskedFlow(t, 3, 2, layers.MLPConfig{Hidden: []int{}}, []int{2, 0, 1}) // the conditional distribution is normal, with a mean that is linear in the context
	x, given := draw(20000)
	fitGiven(t, f, x, given, testsize.Of(t, 12, 4), 3e-2)
	x, given = draw(500)
	off := 0.0
	for i, got := range logProb(t, f, flows.Given(x, given)) {
		one, ok := joint.ConditionNormal([]int{3, 4}, given.RawRowView(i), nil)
		if !ok {
			t.Fatal("gonum knows no conditional density")
		}
		off += (one.LogProb(x.RawRowView(i)) - got) / 500
	}
	t.Logf("mean of log p by gonum less log p of the flow: %.4f nats", off)
	if !(math.Abs(off) <= testsize.Of(t, 0.01, 0.05)) {
		t.Errorf("log p of x given the other columns is %.4f nats below gonum's on average, want within 0.01", off)
	}
}

// TestBoundedScales: with a Bound, no parameters raise the density of an affine flow by more than the factor exp(Bound) per
// layer and column, or push a row beyond the range of numbers, and the loss stays finite for rows that a network can fit
// exactly. Without a Bound it does not.
func TestBoundedScales(t *testing.T) {
	const bound = 2.0
	of := func(bound float64) *flows.Flow {
		l, err := layers.NewAutoregressive(2, layers.AutoregressiveConfig{
			Transform: transforms.Affine{Bound: bound}, Conditioner: layers.MLPConfig{Hidden: []int{8}, Activation: graph.Tanh}.Masked})
		errtest.None(t, err)
		f, err := flows.New(flows.Named{Name: "masked", Layer: l})
		errtest.None(t, err)
		return f
	}
	f := of(bound)
	for _, w := range f.Weights() {
		for i := range w.Values {
			w.Values[i] = 900 * float64(i%5-2)
		}
		errtest.None(t, f.SetWeights(w))
	}
	x := mat.NewDense(40, 2, nil)
	for i := range 40 {
		x.SetRow(i, []float64{float64(i%4) - 1.5, float64(i % 2)})
	}
	most := 2 * (bound - math.Log(2*math.Pi)/2)
	for i, l := range logProb(t, f, x) {
		if !(l <= most+1e-9) {
			t.Errorf("row %d: log p = %v, want at most %v", i, l, most)
		}
	}
	for _, c := range []struct {
		bound  float64
		finite bool
	}{{bound, true}, {0, false}} {
		f := of(c.bound)
		errtest.None(t, f.Compile(train.Config{Optimizer: train.SGD{LearningRate: 1}}))
		history, err := f.Fit(context.Background(), x, train.FitConfig{Epochs: 30, BatchSize: 40, Workers: 1})
		if finite := err == nil; finite != c.finite {
			t.Errorf("bound %v: the fit ends with %v", c.bound, err)
		} else if last := len(history.Loss) - 1; finite && !(history.Loss[last] >= -most) {
			t.Errorf("bound %v: the loss is %v, want at least %v", c.bound, history.Loss[last], -most)
		}
	}
}
