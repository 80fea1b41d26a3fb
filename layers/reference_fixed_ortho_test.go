package layers_test

import (
	"math"
	"strings"
	"testing"

	"gonum.org/v1/gonum/mat"
	"gonum.org/v1/gonum/stat"

	"gaussflow/flows"
	"gaussflow/graph"
	"gaussflow/layers"
	"gaussflow/layers/layertest"
)

// TestReferenceFixedOrtho repeats the cases of the reference implementation's test_fixed_ortho.
func TestReferenceFixedOrtho(t *testing.T) {
	t.Run("haar_is_orthogonal", both(haarIsOrthogonal))
	t.Run("haar_same_seed_identical", both(haarSameSeed))
	t.Run("inverse_undoes_forward", both(fixedOrthoRoundTrip))
	t.Run("q_is_not_trainable", both(fixedOrthoNotTrainable))
	t.Run("pca_decorrelates_and_sorts", both(pcaDecorrelates))
	t.Run("pca_rejects_what_is_not_a_table", pcaRejects)
	t.Run("forward_call_adds_zero_loss", both(fixedOrthoLoss))
}

func fixedOrtho(p precision, dim int, seed uint64) layers.Bijector {
	return must(layers.NewFixedOrtho(dim, layers.FixedOrthoConfig{Seed: seed, Dtype: p.dtype}))
}

func haarIsOrthogonal(t *testing.T, p precision) {
	q, _ := forward(t, fixedOrtho(p, 5, 41), identity(5))
	isOrthogonal(t, q, p.tol(1e-5))
}

func haarSameSeed(t *testing.T, p precision) {
	q := func(seed uint64) *mat.Dense { return fixedOrtho(p, 5, seed).Params()[0].Matrix() }
	if !mat.Equal(q(41), q(41)) {
		t.Error("two layers of one seed differ")
	}
	if mat.EqualApprox(q(41), q(42), 1e-3) {
		t.Error("layers of two seeds agree")
	}
}

func fixedOrthoRoundTrip(t *testing.T, p precision) {
	l := fixedOrtho(p, 5, 41)
	x := layertest.Normal(32, 5, 1, 43)
	z, _ := forward(t, l, x)
	back, _ := inverse(t, l, z)
	within(t, "round trip", elements(back), elements(x), p.tol(1e-5))
}

// fixedOrthoNotTrainable: of a flow of a FixedOrtho and a Householder layer, only the latter's reflectors are trainable.
func fixedOrthoNotTrainable(t *testing.T, p precision) {
	ortho, other := fixedOrtho(p, 3, 41), householder(p, 3, 2)
	f, err := flows.New(flows.Named{Name: "ortho", Layer: ortho}, flows.Named{Name: "other", Layer: other})
	if err != nil {
		t.Fatal(err)
	}
	var trainable []*graph.Param
	for _, q := range f.Params() {
		if q.Trainable {
			trainable = append(trainable, q)
		}
	}
	if len(trainable) != 1 || trainable[0] != other.Params()[0] {
		t.Errorf("%d trainable parameters, want the reflectors alone", len(trainable))
	}
	if got := f.TrainableParams(); got != 6 {
		t.Errorf("%d trainable numbers, want 6", got)
	}
}

// pcaDecorrelates: the rotation makes the covariance of the sample itself diagonal, so its tolerance covers rounding only;
// that of the variances covers sampling.
func pcaDecorrelates(t *testing.T, p precision) {
	x := layertest.Normal(20000, 2, 1, 44)
	c, s := math.Cos(0.6), math.Sin(0.6)
	var rotated mat.Dense
	rotated.Mul(x, mat.NewDense(2, 2, []float64{3 * c, 3 * s, -s, c}))

	l := must(layers.NewFixedOrthoPCA(&rotated, layers.FixedOrthoConfig{Dtype: p.dtype}))
	z, _ := forward(t, l, &rotated)
	var cov mat.SymDense
	stat.CovarianceMatrix(&cov, z, nil)
	within(t, "covariance off the diagonal", []float64{cov.At(0, 1)}, []float64{0}, p.tol(0.05))
	within(t, "variances", []float64{cov.At(0, 0), cov.At(1, 1)}, []float64{9, 1}, 0.3)
}

// pcaRejects: the reference refuses data of three axes. A mat.Matrix always has two, so the cases that remain are empty
// data, a single row, and a graph node of three axes.
func pcaRejects(t *testing.T) {
	for name, x := range map[string]mat.Matrix{"empty": &mat.Dense{}, "one row": mat.NewDense(1, 3, nil)} {
		if _, err := layers.NewFixedOrthoPCA(x, layers.FixedOrthoConfig{}); err == nil || !strings.Contains(err.Error(), "row") {
			t.Errorf("%s: error %v, want one about rows", name, err)
		}
	}
	b := graph.NewBuilder(graph.Float64)
	fixedOrtho(precision{dtype: graph.Float64}, 3, 41).Forward(b, b.Input("x", 2, 3, 3), nil)
	if b.Err() == nil {
		t.Error("a batch of three axes: no error")
	}
}

func fixedOrthoLoss(t *testing.T, p precision) {
	addsZeroLoss(t, fixedOrtho(p, 4, 41), p.tol(1e-6))
}
