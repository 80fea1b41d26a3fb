package layers_test

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"

	"gonum.org/v1/gonum/mat"
	G "gorgonia.org/gorgonia"

	"gaussflow/flows"
	"gaussflow/graph"
	"gaussflow/layers"
	"gaussflow/layers/layertest"
)

// TestReferenceCoupling repeats the cases of the reference implementation's test_coupling.
func TestReferenceCoupling(t *testing.T) {
	t.Run("half_mask", halfMask)
	t.Run("tanh_clamp", both(tanhClamp))
	t.Run("sigmoid_clamp", both(sigmoidClamp))
	t.Run("zero_conditioner_is_identity", both(zeroConditioner))
	t.Run("identity_half_passes_through", both(identityHalf))
	t.Run("round_trip", both(couplingRoundTrip))
	t.Run("log_det_is_numeric_jacobian", both(couplingLogDet))
	t.Run("losses_forward_one_inverse_none", both(couplingLosses))
	t.Run("wrong_conditioner_width_is_error", both(wrongConditionerWidth))
	t.Run("shared_conditioner_repeats", both(sharedConditioner))
	t.Run("coupling_flow_round_trip_and_log_prob", both(couplingFlow))
	t.Run("shared_mixture_flow_log_prob", both(sharedMixtureFlow))
}

func newCoupling(p precision, dim int, c layers.MixtureCDFCouplingConfig) layers.Bijector {
	c.Dtype = p.dtype
	c.MLP = layers.MLPConfig{Hidden: []int{16, 16}, Seed: 61}
	return must(layers.NewMixtureCDFCoupling(dim, c))
}

// perturbed is a coupling whose conditioner no longer puts out zeros.
func perturbed(t *testing.T, p precision, dim int, c layers.MixtureCDFCouplingConfig) layers.Bijector {
	t.Helper()
	l := newCoupling(p, dim, c)
	jitter(t, l.Params(), 0.1)
	return l
}

func halfMask(t *testing.T) {
	for dim, want := range map[int]layers.Mask{4: {true, true, false, false}, 5: {true, true, false, false, false}} {
		if got := layers.HalfMask(dim); !slices.Equal(got, want) {
			t.Errorf("HalfMask(%d) = %v, want %v", dim, got, want)
		}
	}
}

func clamps(t *testing.T, p precision, c layers.ScaleClamp, raw, want []float64) {
	t.Helper()
	got := compiled(t, p.dtype, mat.NewDense(1, len(raw), raw), func(b *graph.Builder, x *G.Node) []*G.Node {
		return []*G.Node{b.Clamp(x, c)}
	})
	within(t, "clamped", got[0], want, p.tol(1e-5))
}

func tanhClamp(t *testing.T, p precision) {
	clamps(t, p, layers.TanhClamp(3), []float64{-100, 0, 100}, []float64{-3, 0, 3})
}

func sigmoidClamp(t *testing.T, p precision) {
	clamps(t, p, layers.SigmoidClamp(-2, 2), []float64{-1e3, 0, 1e3}, []float64{-2, 0, 2})
}

func zeroConditioner(t *testing.T, p precision) {
	x := layertest.Normal(64, 4, 0.8, 62)
	z, logDet := forward(t, newCoupling(p, 4, layers.MixtureCDFCouplingConfig{}), x)
	within(t, "z", elements(z), elements(x), p.tol(1e-5))
	within(t, "log-det", logDet, make([]float64, 64), p.tol(1e-5))
}

func identityHalf(t *testing.T, p precision) {
	x := layertest.Normal(64, 4, 1, 63)
	z, _ := forward(t, perturbed(t, p, 4, layers.MixtureCDFCouplingConfig{Mask: layers.Mask{true, false, true, false}}), x)
	for _, j := range []int{0, 2} {
		within(t, fmt.Sprintf("column %d", j), mat.Col(nil, j, z), mat.Col(nil, j, x), p.tol(1e-6))
	}
	for _, j := range []int{1, 3} {
		if mat.EqualApprox(z.ColView(j), x.ColView(j), 1e-3) {
			t.Errorf("column %d is not transformed", j)
		}
	}
}

func couplingRoundTrip(t *testing.T, p precision) {
	l, x := perturbed(t, p, 4, layers.MixtureCDFCouplingConfig{}), layertest.Normal(256, 4, 1, 64)
	z, _ := forward(t, l, x)
	back, _ := inverse(t, l, z)
	roundTripWithin(t, x, back, p.tol(1e-4), p.tol(1e-2))
}

func couplingLogDet(t *testing.T, p precision) {
	const h, n, d = 1e-3, 16, 3
	l := perturbed(t, p, d, layers.MixtureCDFCouplingConfig{Mask: layers.Mask{true, false, false}, Components: 4})
	x := layertest.Normal(n, d, 1, 65)
	_, got := forward(t, l, x)
	var slopes [d]*mat.Dense // ∂z/∂x_j of every row
	for j := range slopes {
		slopes[j] = differences(h, func(step float64) *mat.Dense {
			shifted := mat.DenseCopyOf(x)
			for i := range n {
				shifted.Set(i, j, x.At(i, j)+step)
			}
			z, _ := forward(t, l, shifted)
			return z
		})
	}
	for i, logDet := range got {
		jacobian := mat.NewDense(d, d, nil)
		for j := range slopes {
			jacobian.SetCol(j, slopes[j].RawRowView(i))
		}
		want, _ := mat.LogDet(jacobian)
		within(t, fmt.Sprintf("log-det of row %d", i), []float64{logDet}, []float64{want}, p.tol(2e-3)*(1+math.Abs(want)))
	}
}

func couplingLosses(t *testing.T, p precision) {
	l, x := perturbed(t, p, 4, layers.MixtureCDFCouplingConfig{}), layertest.Normal(64, 4, 1, 66)
	addsOneLoss(t, l, x, p.tol(1e-6))
	inverseAddsNoLoss(t, l, x)
}

func wrongConditionerWidth(t *testing.T, p precision) {
	mlp, err := layers.NewMLP(2, 7, layers.MLPConfig{Dtype: p.dtype}) // the coupling needs 3·2·8 = 48
	if err != nil {
		t.Fatal(err)
	}
	_, err = layers.NewCoupling(4, layers.CouplingConfig{Transform: mixtureOf(8), Conditioner: given(mlp)})
	if err == nil || !strings.Contains(err.Error(), "conditioner output width") {
		t.Errorf("error %v, want one that contains %q", err, "conditioner output width")
	}
}

// sharedConditioner: with one mixture for all transformed columns, columns of equal numbers are mapped to equal numbers, and the
// network puts out 3 blocks of 5 numbers.
func sharedConditioner(t *testing.T, p precision) {
	l := perturbed(t, p, 4, layers.MixtureCDFCouplingConfig{Components: 5, Shared: true})
	if last := l.Params()[len(l.Params())-1]; last.Size() != 3*5 {
		t.Errorf("the last bias has %d numbers, want 15", last.Size())
	}
	x := layertest.Normal(30, 4, 1, 68)
	x.SetCol(3, mat.Col(nil, 2, x))
	z, _ := run(t, l, x, forwardNodes(l))
	within(t, "the second transformed column", mat.Col(nil, 3, z), mat.Col(nil, 2, z), 0)
	x.Set(0, 0, x.At(0, 0)+1)
	moved, _ := run(t, l, x, forwardNodes(l))
	if moved.At(0, 3) == z.At(0, 3) {
		t.Error("the mixture does not depend on the identity half")
	}
}

func newCouplingFlow(t *testing.T, dim int, c flows.CouplingConfig) *flows.Flow {
	t.Helper()
	f, err := flows.NewCoupling(dim, c)
	if err != nil {
		t.Fatal(err)
	}
	jitter(t, f.Params(), 0.1)
	return f
}

func couplingFlow(t *testing.T, p precision) {
	f := newCouplingFlow(t, 2, flows.CouplingConfig{Blocks: 2, Components: 5, Hidden: []int{16, 16}, Seed: 69, Dtype: p.dtype})
	x := layertest.Normal(64, 2, 1, 70)
	z, _, err := f.Forward(x)
	if err != nil {
		t.Fatal(err)
	}
	back, _, err := f.Inverse(z)
	if err != nil {
		t.Fatal(err)
	}
	roundTripWithin(t, x, back, p.tol(1e-4), p.tol(1e-2))
	hasLogProbs(t, f, x)
}

func sharedMixtureFlow(t *testing.T, p precision) {
	f := newCouplingFlow(t, 4, flows.CouplingConfig{Blocks: 2, Shared: true, Hidden: []int{16, 16}, Seed: 71, Dtype: p.dtype})
	hasLogProbs(t, f, layertest.Normal(8, 4, 1, 72))
}

func hasLogProbs(t *testing.T, f *flows.Flow, x *mat.Dense) {
	t.Helper()
	lp, err := f.LogProb(x)
	if err != nil {
		t.Fatal(err)
	}
	if n, _ := x.Dims(); len(lp) != n {
		t.Errorf("%d log-probabilities, want %d", len(lp), n)
	}
	finite(t, "log-probabilities", lp)
}
