package layers_test

import (
	"testing"

	"gonum.org/v1/gonum/mat"

	"gaussflow/layers"
	"gaussflow/layers/layertest"
)

// TestReferenceHouseholder repeats the cases of the reference implementation's test_householder.
func TestReferenceHouseholder(t *testing.T) {
	t.Run("q_is_orthogonal", both(householderIsOrthogonal))
	t.Run("inverse_undoes_forward", both(householderRoundTrip))
	t.Run("log_det_is_zero", both(householderLogDet))
	t.Run("call_equals_forward_and_inverse", both(householderCall))
	t.Run("forward_call_adds_zero_loss", both(householderLoss))
}

func householder(p precision, dim, reflectors int) layers.Bijector {
	return must(layers.NewHouseholder(dim, layers.HouseholderConfig{Reflectors: reflectors, Seed: 31, Dtype: p.dtype}))
}

// identity is the d×d identity matrix: as a batch, a rotation sends it to its own matrix.
func identity(d int) *mat.Dense {
	m := mat.NewDense(d, d, nil)
	for i := range d {
		m.Set(i, i, 1)
	}
	return m
}

// isOrthogonal checks QᵀQ = QQᵀ = I.
func isOrthogonal(t *testing.T, q *mat.Dense, tol float64) {
	t.Helper()
	d, _ := q.Dims()
	var columns, rows mat.Dense
	columns.Mul(q.T(), q)
	rows.Mul(q, q.T())
	within(t, "QᵀQ", elements(&columns), elements(identity(d)), tol)
	within(t, "QQᵀ", elements(&rows), elements(identity(d)), tol)
}

func householderIsOrthogonal(t *testing.T, p precision) {
	q, _ := forward(t, householder(p, 4, 3), identity(4))
	isOrthogonal(t, q, p.tol(1e-5))
}

func householderRoundTrip(t *testing.T, p precision) {
	l := householder(p, 5, 4)
	x := layertest.Normal(32, 5, 1, 32)
	z, _ := forward(t, l, x)
	back, _ := inverse(t, l, z)
	within(t, "round trip", elements(back), elements(x), p.tol(1e-5))
}

func householderLogDet(t *testing.T, p precision) {
	l := householder(p, 4, 3)
	x := layertest.Normal(16, 4, 1, 33)
	_, there := forward(t, l, x)
	_, back := inverse(t, l, x)
	within(t, "forward", there, make([]float64, 16), p.tol(1e-6))
	within(t, "inverse", back, make([]float64, 16), p.tol(1e-6))
}

// householderCall compares compiled and run, the two ways to evaluate a layer; its 600 rows are more than one batch of run.
func householderCall(t *testing.T, p precision) {
	l := householder(p, 4, 3)
	x := layertest.Normal(600, 4, 1, 34)
	z, _ := forward(t, l, x)
	within(t, "forward", elements(z), compiled(t, p.dtype, x, forwardNodes(l))[0], p.tol(1e-6))
	back, _ := inverse(t, l, x)
	within(t, "inverse", elements(back), compiled(t, p.dtype, x, inverseNodes(l))[0], p.tol(1e-6))
}

func householderLoss(t *testing.T, p precision) {
	addsZeroLoss(t, householder(p, 4, 3), p.tol(1e-6))
}

// addsZeroLoss checks that what a forward call adds to the loss is zero.
func addsZeroLoss(t *testing.T, l layers.Bijector, tol float64) {
	t.Helper()
	added := layerLosses(t, l, layertest.Normal(16, l.Dim(), 1, 35))
	if len(added) != 1 {
		t.Fatalf("a forward call adds %d losses, want 1", len(added))
	}
	within(t, "loss", added[0], make([]float64, 16), tol)
}
