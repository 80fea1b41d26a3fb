package flows_test

import (
	"context"
	"errors"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"gonum.org/v1/gonum/mat"
	"gonum.org/v1/gonum/stat"
	"gonum.org/v1/gonum/stat/distuv"

	"gaussflow/flows"
	"gaussflow/graph"
	"gaussflow/initializers"
	"gaussflow/internal/errtest"
	"gaussflow/layers"
	"gaussflow/train"
	"gaussflow/transforms"
)

// bounded is a flow of three columns, (0, 1), (2, ∞) and ℝ, whose support comes after a layer that is not trained and is in a chain.
func bounded(t *testing.T, dtype graph.Dtype) *flows.Flow {
	t.Helper()
	ends := errtest.Must(layers.NewChain(errtest.Must(layers.NewSupport(layers.Logit(0, 1), layers.Log(2), layers.Everywhere()))))
	f, err := flows.New(
		flows.Named{Name: "order", Layer: errtest.Must(layers.NewPermutation([]int{1, 2, 0}))},
		flows.Named{Name: "ends", Layer: ends},
		flows.Named{Name: "norm", Layer: errtest.Must(layers.NewActNorm(3, layers.AffineConfig{Dtype: dtype}))},
		flows.Named{Name: "marginal", Layer: errtest.Must(layers.NewMixtureCDF(3, layers.MixtureCDFConfig{Components: 3, Dtype: dtype}))},
	)
	errtest.None(t, err)
	return f
}

// insideRows are rows inside of the support of bounded. The flow permutes the columns first, so the last column is the one in (2, ∞).
func insideRows(n int) *mat.Dense {
	rng := rand.New(rand.NewPCG(3, 3))
	x := mat.NewDense(n, 3, nil)
	for i := range n {
		x.SetRow(i, []float64{rng.NormFloat64(), 0.05 + 0.9*rng.Float64(), 2.1 + rng.ExpFloat64()})
	}
	return x
}

// TestRowsOutside: log p of a row outside of the support, or on its ends, is −∞, and the rows beside it have the values that
// they have alone. Methods that return z give an error that names row, column and interval.
func TestRowsOutside(t *testing.T) {
	for _, dtype := range []graph.Dtype{graph.Float64, graph.Float32} {
		f := bounded(t, dtype)
		perturbFlow(t, f)
		x := insideRows(40)
		want := logProb(t, f, x)
		out := map[int][]float64{3: {0, 0, 3}, 7: {0, 1, 3}, 8: {0, -4, 3}, 20: {0, 0.5, 2}, 39: {5, 1e9, -7}}
		for i, row := range out {
			x.SetRow(i, row)
			want[i] = math.Inf(-1)
		}
		if got := logProb(t, f, x); !slices.Equal(got, want) {
			t.Errorf("%s: log p = %v, want %v", dtype, got, want)
		}
		var streamed []float64
		for lp, err := range f.LogProbSource(context.Background(), tableOf(x)) {
			errtest.None(t, err)
			streamed = append(streamed, lp)
		}
		if !slices.Equal(streamed, want) {
			t.Errorf("%s: log p of the source is another one", dtype)
		}
		grad, lp, err := f.LogProbGrad(x)
		errtest.None(t, err)
		if d := maxDifference(grad.RawMatrix().Data, make([]float64, 120)); math.IsInf(d, 0) || !math.IsInf(lp[3], -1) {
			t.Errorf("%s: gradients of rows outside: %v, log p %v", dtype, d, lp[3])
		}
		_, _, err = f.Forward(x)
		errtest.Says(t, err, "row 3", "column 0", "layer ends.0", "is 0 ", "(0, 1)")
		var outside *flows.OutsideError
		if !errors.As(err, &outside) || outside.Column != 0 || outside.Want != (layers.Interval{Lo: 0, Hi: 1}) {
			t.Errorf("%s: %+v", dtype, outside)
		}
		for _, name := range []string{"Predict", "Intermediates", "InitFrom"} {
			errtest.Says(t, readers[name](f, x), "row 3", "column 0")
		}
		_, err = f.LogProb(mat.NewDense(2, 3, []float64{0, 0.5, 3, 1e200, 0.5, 3}))
		errtest.Says(t, err, "row 1", "too far out")
		if errors.As(err, &outside) {
			t.Errorf("%s: a row that is too far out is said to be outside: %v", dtype, err)
		}
		errtest.None(t, f.Compile(train.Config{}))
		loss, err := f.Evaluate(x, nil)
		errtest.None(t, err)
		if !math.IsInf(loss, 1) {
			t.Errorf("%s: the loss with rows outside is %v, want +Inf", dtype, loss)
		}
		weights := make([]float64, 40)
		for i := range weights {
			if out[i] == nil {
				weights[i] = 1
			}
		}
		if loss, err = f.Evaluate(x, weights); err != nil || math.IsInf(loss, 0) || math.IsNaN(loss) {
			t.Errorf("%s: the loss of the rows inside is %v, %v", dtype, loss, err)
		}
	}
}

// TestTrainingOutside: a row outside of the support ends a fit before its first step, with an error that names the row and the column.
func TestTrainingOutside(t *testing.T) {
	f := bounded(t, graph.Float64)
	errtest.None(t, f.Compile(train.Config{}))
	x := insideRows(30)
	x.Set(17, 2, 1.5)
	before := f.Params()[0].Values()
	for name, fit := range map[string]func() error{
		"Fit": func() error {
			_, err := f.Fit(context.Background(), x, train.FitConfig{Epochs: 1})
			return err
		},
		"FitSource": func() error {
			_, err := f.FitSource(context.Background(), tableOf(x), train.FitConfig{Epochs: 1})
			return err
		},
		"InitFrom": func() error { _, err := f.InitFrom(x, initializers.IGConfig{}); return err },
	} {
		errtest.Says(t, errtest.Of(t, fit), name, "row 17", "column 1", "1.5", "ends.0", "(2, +Inf)")
	}
	if !slices.Equal(before, f.Params()[0].Values()) {
		t.Error("a parameter has moved")
	}
	many := insideRows(3000)
	_, err := f.FitSource(context.Background(), tableOf(many), train.FitConfig{Epochs: 2, BatchSize: 64})
	errtest.None(t, err)
	many.Set(2999, 1, 1)
	history, err := f.Fit(context.Background(), insideRows(50), train.FitConfig{Epochs: 1, ValidationData: many})
	errtest.None(t, err)
	if !math.IsInf(history.ValLoss[0], 1) {
		t.Errorf("the validation loss with a row outside is %v, want +Inf", history.ValLoss)
	}
	_, err = f.FitSource(context.Background(), tableOf(many), train.FitConfig{Epochs: 2, BatchSize: 64, ShuffleRows: 128})
	errtest.Says(t, err, "row 2999", "column 0", "is 1 ", "(0, 1)")
}

// TestSupportsLearnTheDensity: the mean log p of held-out rows of a Beta, a Gamma and a log-normal distribution is within
// 0.02 nats of the true one; the density integrates to 1 over the support, and samples lie there.
func TestSupportsLearnTheDensity(t *testing.T) {
	src := rand.NewPCG(4, 4)
	for name, c := range map[string]struct {
		truth interface {
			Rand() float64
			LogProb(float64) float64
		}
		column layers.Column
	}{
		"beta":       {distuv.Beta{Alpha: 0.7, Beta: 2.5, Src: src}, layers.Logit(0, 1)},
		"gamma":      {distuv.Gamma{Alpha: 1.3, Beta: 0.5, Src: src}, layers.SoftplusInverse(0)},
		"log-normal": {distuv.LogNormal{Mu: 1, Sigma: 0.8, Src: src}, layers.Log(0)},
	} {
		draw := func(n int) (x *mat.Dense, logP []float64) {
			x, logP = mat.NewDense(n, 1, nil), make([]float64, n)
			for i := range n {
				x.Set(i, 0, c.truth.Rand())
				logP[i] = c.truth.LogProb(x.At(i, 0))
			}
			return x, logP
		}
		f, err := flows.New(
			flows.Named{Name: "ends", Layer: errtest.Must(layers.NewSupport(c.column))},
			flows.Named{Name: "marginal", Layer: errtest.Must(layers.NewMixtureCDF(1, layers.MixtureCDFConfig{Components: 4}))},
		)
		errtest.None(t, err)
		x, _ := draw(6000)
		initFrom(t, f, x)
		held, logP := draw(4000)
		gap := logProb(t, f, held)
		for i := range gap {
			gap[i] -= logP[i]
		}
		if g := stat.Mean(gap, nil); !(math.Abs(g) <= 0.02) {
			t.Errorf("%s: held-out rows are %.4f nats from the truth", name, g)
		}
		samples, err := f.Sample(20_000, rand.New(rand.NewPCG(5, 5)))
		errtest.None(t, err)
		if lp := logProb(t, f, samples); math.IsInf(slices.Min(lp), -1) {
			t.Errorf("%s: a sample is outside", name)
		}
		if total := mass(t, f, c.column); !(math.Abs(total-1) <= 1e-6) {
			t.Errorf("%s: there is a mass of %v, want 1", name, total)
		}
	}
}

// mass is ∫exp(log p) over (0, 1) or (0, ∞). It integrates over a number u of which x is the sigmoid or the exponential, so
// that a density may be infinite at an end.
func mass(t *testing.T, f *flows.Flow, column layers.Column) (total float64) {
	t.Helper()
	const step, n = 0.01, 8000
	x, slope := mat.NewDense(n, 1, nil), make([]float64, n)
	for i := range n {
		u := step * float64(i-n/2)
		x.Set(i, 0, math.Exp(u))
		slope[i] = math.Exp(u)
		if _, hi := column.Bounds(); !math.IsInf(hi, 1) {
			x.Set(i, 0, 1/(1+math.Exp(-u)))
			slope[i] = math.Exp(-u) / math.Pow(1+math.Exp(-u), 2)
		}
	}
	for i, lp := range logProb(t, f, x) {
		total += step * slope[i] * math.Exp(lp)
	}
	return total
}

// TestNoWayBack: a z without an x, as where a flow ends in a sigmoid but its base is not bounded, gives no sample, and the
// error says so.
func TestNoWayBack(t *testing.T) {
	logit := errtest.Must(layers.NewSupport(layers.Logit(0, 1), layers.Everywhere()))
	f, err := flows.New(flows.Named{Name: "sigmoid", Layer: errtest.Must(layers.Invert(errtest.Must(layers.NewChain(logit))))})
	errtest.None(t, err)
	if lp := logProb(t, f, mat.NewDense(1, 2, []float64{-30, 4})); math.IsInf(lp[0], 0) {
		t.Errorf("log p = %v, want a number: every row is inside", lp)
	}
	_, err = f.Sample(50, rand.New(rand.NewPCG(1, 1)))
	errtest.Says(t, err, "Sample", "column 0", "layer sigmoid.0.0", "(0, 1)")
	_, _, err = f.Inverse(mat.NewDense(2, 2, []float64{0.5, 2, 1, 3}))
	errtest.Says(t, err, "row 1", "column 0", "is 1 ", "(0, 1)")
}

// TestRowsOutsideASpline: an x outside of the interval of a transform is treated like one outside of a support, in every
// structure, in a Chain and inverted too; the ends belong to the interval.
func TestRowsOutsideASpline(t *testing.T) {
	spline := transforms.IntervalSpline{Bins: 3, Lo: -1, Hi: 2}
	for _, dtype := range []graph.Dtype{graph.Float64, graph.Float32} {
		mlp := layers.MLPConfig{Hidden: []int{4}, Dtype: dtype}
		elementwise := errtest.Must(layers.NewElementwise(2, layers.ElementwiseConfig{Transform: spline, Dtype: dtype}))
		for name, layer := range map[string]layers.Bijector{
			"elementwise":    elementwise,
			"inverted":       errtest.Must(layers.Invert(elementwise)),
			"autoregressive": errtest.Must(layers.NewAutoregressive(2, layers.AutoregressiveConfig{Transform: spline, Conditioner: mlp.Masked})),
			"coupling in a chain": errtest.Must(layers.NewChain(errtest.Must(layers.NewPermutation([]int{0, 1})),
				errtest.Must(layers.NewCoupling(2, layers.CouplingConfig{Transform: spline, Conditioner: mlp.New})))),
		} {
			f, err := flows.New(flows.Named{Name: "bent", Layer: layer})
			errtest.None(t, err)
			perturbFlow(t, f)
			lp := logProb(t, f, mat.NewDense(4, 2, []float64{0.5, 0.5, 0, 7, -1, 2, 1, -1.001}))
			if !math.IsInf(lp[1], -1) || !math.IsInf(lp[3], -1) || math.IsInf(lp[0], 0) || math.IsInf(lp[2], 0) {
				t.Errorf("%s, %s: log p = %v, want −Inf of rows 1 and 3 alone", name, dtype, lp)
			}
			x := mat.NewDense(3, 2, []float64{0.5, 0.5, 1, 1, 0, 7})
			_, _, err = f.Forward(x)
			errtest.Says(t, err, "row 2", "column 1", "is 7 ", "[-1, 2]")
			_, _, err = f.Inverse(x)
			errtest.Says(t, err, "row 2", "column 1", "is 7 ", "[-1, 2]")
			errtest.None(t, f.Compile(train.Config{}))
			_, err = f.Fit(context.Background(), x, train.FitConfig{})
			errtest.Says(t, err, "Fit", "row 2", "column 1", "[-1, 2]")
		}
	}
}
