package flows_test

import (
	"math"
	"math/rand/v2"
	"testing"

	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/mat"

	"gaussflow/flows"
)

// TestReferenceFlow repeats the cases of the reference implementation's test_flow.
func TestReferenceFlow(t *testing.T) {
	t.Run("round_trip", refBoth(refFlowRoundTrip))
	t.Run("log_prob_finite", refBoth(refFlowLogProbFinite))
	t.Run("log_prob_is_base_plus_log_dets", refBoth(refFlowLogProbIsSum))
	t.Run("sample_shape_and_finite", refBoth(refFlowSample))
	t.Run("trainable_tensors", refBoth(refFlowTrainableTensors))
}

func refFlow(t *testing.T, p refPrecision) *flows.Flow {
	t.Helper()
	f, err := flows.NewGaussianization(2, flows.GaussianizationConfig{Blocks: 3, Components: 4, Seed: 91, Dtype: p.dtype})
	if err != nil {
		t.Fatal(err)
	}
	return f
}

// refNormal draws rows of independent columns, N(0, 1.5²) and N(0.3, 0.5²).
func refNormal(n int) *mat.Dense {
	rng := rand.New(rand.NewPCG(92, 0))
	x := mat.NewDense(n, 2, nil)
	for i := range n {
		x.SetRow(i, []float64{1.5 * rng.NormFloat64(), 0.3 + 0.5*rng.NormFloat64()})
	}
	return x
}

func refFlowRoundTrip(t *testing.T, p refPrecision) {
	d := refRoundTrip(t, refFlow(t, p), refNormal(1024))
	refQuantileBelow(t, "round trip", d, 0.5, p.tol(1e-4))
	refQuantileBelow(t, "round trip", d, 0.99, p.tol(1e-2))
}

func refFlowLogProbFinite(t *testing.T, p refPrecision) {
	lp := refLogProb(t, refFlow(t, p), refNormal(1024))
	if len(lp) != 1024 {
		t.Errorf("%d log-probabilities, want 1024", len(lp))
	}
	refFinite(t, "log-probabilities", lp)
}

// refFlowLogProbIsSum runs the layers one by one, each as a flow of its own.
func refFlowLogProbIsSum(t *testing.T, p refPrecision) {
	f, x := refFlow(t, p), refNormal(256)
	want := make([]float64, 256)
	z := x
	for _, named := range f.Layers() {
		one, err := flows.New(named)
		if err != nil {
			t.Fatal(err)
		}
		y, logDet, err := one.Forward(z)
		if err != nil {
			t.Fatal(err)
		}
		floats.Add(want, logDet)
		z = y
	}
	for i := range want {
		row := z.RawRowView(i)
		want[i] -= 0.5 * (floats.Dot(row, row) + 2*math.Log(2*math.Pi))
	}
	refWithin(t, "log-probabilities", refLogProb(t, f, x), want, p.tol(1e-5))
}

func refFlowSample(t *testing.T, p refPrecision) {
	s, err := refFlow(t, p).Sample(100, rand.New(rand.NewPCG(0, 0)))
	if err != nil {
		t.Fatal(err)
	}
	if n, d := s.Dims(); n != 100 || d != 2 {
		t.Errorf("a sample of %d×%d, want 100×2", n, d)
	}
	refFinite(t, "sample", s.RawMatrix().Data)
}

func refFlowTrainableTensors(t *testing.T, p refPrecision) {
	tensors := 0
	for _, q := range refFlow(t, p).Params() {
		if q.Trainable {
			tensors++
		}
	}
	if tensors < 4 {
		t.Errorf("%d trainable tensors, want at least 4", tensors)
	}
}
