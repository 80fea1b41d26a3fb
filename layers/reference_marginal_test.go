package layers_test

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"

	"gonum.org/v1/gonum/mat"

	"gaussflow/layers"
	"gaussflow/layers/layertest"
)

// TestReferenceMarginal repeats the cases of the reference implementation's test_marginal.
func TestReferenceMarginal(t *testing.T) {
	t.Run("forward_then_inverse", both(marginalForwardThenInverse))
	t.Run("inverse_then_forward", both(marginalInverseThenForward))
	t.Run("log_det_is_finite_difference", both(marginalLogDet))
	t.Run("inverse_log_det_is_negative", both(marginalLogDetsCancel))
	t.Run("forward_call_adds_one_loss", both(marginalAddsOneLoss))
	t.Run("inverse_call_adds_no_loss", both(marginalInverseAddsNoLoss))
	t.Run("adapt_means_rejects_other_shapes", adaptMeansRejects)
	t.Run("adapt_means_of_one_component", both(adaptMeansOfOne))
	t.Run("adapt_means_within_data", both(adaptMeansWithinData))
}

// marginal is a layer of two columns with mixtures of unequal weights and scales.
func marginal(t *testing.T, p precision) layers.Bijector {
	t.Helper()
	l := must(layers.NewMixtureCDF(2, layers.MixtureCDFConfig{Components: 6, Seed: 51, Dtype: p.dtype}))
	jitter(t, l.Params(), 0.2)
	return l
}

func marginalForwardThenInverse(t *testing.T, p precision) {
	l, x := marginal(t, p), layertest.Normal(256, 2, 1.5, 52)
	z, _ := forward(t, l, x)
	back, _ := inverse(t, l, z)
	within(t, "round trip", elements(back), elements(x), p.tol(1e-3))
}

func marginalInverseThenForward(t *testing.T, p precision) {
	l, z := marginal(t, p), layertest.Normal(256, 2, 0.8, 53)
	x, _ := inverse(t, l, z)
	back, _ := forward(t, l, x)
	within(t, "round trip", elements(back), elements(z), p.tol(1e-3))
}

func marginalLogDet(t *testing.T, p precision) {
	const h = 1e-3
	l, x := marginal(t, p), layertest.Normal(64, 2, 1.5, 54)
	_, got := forward(t, l, x)
	// no column depends on another one, so shifting all at once gives every column's slope
	slopes := differences(h, func(step float64) *mat.Dense {
		var shifted mat.Dense
		shifted.Apply(func(_, _ int, v float64) float64 { return v + step }, x)
		z, _ := forward(t, l, &shifted)
		return z
	})
	for i, logDet := range got {
		want := math.Log(math.Abs(slopes.At(i, 0))) + math.Log(math.Abs(slopes.At(i, 1)))
		within(t, fmt.Sprintf("log-det of row %d", i), []float64{logDet}, []float64{want}, p.tol(1e-3)*(1+math.Abs(want)))
	}
}

// differences is the slope of f at 0 by the central difference of fourth order; the error of one of second order would be
// larger than float64's tolerance.
func differences(h float64, f func(step float64) *mat.Dense) *mat.Dense {
	var near, far mat.Dense
	near.Sub(f(h), f(-h))
	far.Sub(f(2*h), f(-2*h))
	near.Scale(8, &near)
	near.Sub(&near, &far)
	near.Scale(1/(12*h), &near)
	return &near
}

func marginalLogDetsCancel(t *testing.T, p precision) {
	l, x := marginal(t, p), layertest.Normal(256, 2, 1.5, 55)
	z, there := forward(t, l, x)
	_, back := inverse(t, l, z)
	within(t, "inverse log-det", back, negative(there), p.tol(1e-4))
}

func marginalAddsOneLoss(t *testing.T, p precision) {
	addsOneLoss(t, marginal(t, p), layertest.Normal(128, 2, 1.5, 56), p.tol(1e-6))
}

func marginalInverseAddsNoLoss(t *testing.T, p precision) {
	inverseAddsNoLoss(t, marginal(t, p), layertest.Normal(128, 2, 1.5, 57))
}

func newMarginal(t *testing.T, components int, p precision) *layers.MixtureCDF {
	t.Helper()
	l, err := layers.NewMixtureCDF(2, layers.MixtureCDFConfig{Components: components, Seed: 51, Dtype: p.dtype})
	if err != nil {
		t.Fatal(err)
	}
	return l
}

// adaptMeansRejects: the reference refuses data of one and of three axes. As a mat.Matrix always has two, these become a
// single column and the columns of two tables side by side; no rows are refused as well.
func adaptMeansRejects(t *testing.T) {
	l := newMarginal(t, 6, precision{})
	before := l.Params()[1].Values()
	for name, x := range map[string]mat.Matrix{
		"one axis":   mat.NewVecDense(8, nil),
		"three axes": mat.NewDense(8, 4, nil),
		"empty":      &mat.Dense{},
	} {
		if err := l.AdaptMeans(x); err == nil || !strings.Contains(err.Error(), "shape (n, d)") {
			t.Errorf("%s: error %v, want one that contains %q", name, err, "shape (n, d)")
		}
	}
	within(t, "means after errors", l.Params()[1].Values(), before, 0)
}

func adaptMeansOfOne(t *testing.T, p precision) {
	l, x := newMarginal(t, 1, p), layertest.Normal(200, 2, 1, 58)
	if err := l.AdaptMeans(x); err != nil {
		t.Fatal(err)
	}
	for _, q := range l.Params() {
		finite(t, q.Name, q.Values())
	}
	var medians []float64
	for j := range 2 {
		column := mat.Col(nil, j, x)
		slices.Sort(column)
		medians = append(medians, (column[99]+column[100])/2)
	}
	within(t, "means", l.Params()[1].Values(), medians, p.tol(1e-6))
}

func adaptMeansWithinData(t *testing.T, p precision) {
	const k = 6
	l, x := newMarginal(t, k, p), layertest.Normal(200, 2, 1, 59)
	x.Apply(func(_, j int, v float64) float64 { return v + 10*float64(j) }, x) // columns with disjoint ranges
	if err := l.AdaptMeans(x); err != nil {
		t.Fatal(err)
	}
	for i, mean := range l.Params()[1].Values() {
		column := mat.Col(nil, i/k, x)
		if lo, hi := slices.Min(column)-p.tol(1e-3), slices.Max(column)+p.tol(1e-3); !(mean >= lo && mean <= hi) {
			t.Errorf("column %d, component %d: mean %v, want one between %v and %v", i/k, i%k, mean, lo, hi)
		}
	}
}
