package flows_test

import (
	"errors"
	"math"
	"slices"
	"strings"
	"testing"

	"gonum.org/v1/gonum/mat"
	"gonum.org/v1/gonum/stat"

	"gaussflow/flows"
	"gaussflow/initializers"
	"gaussflow/layers"
	"gaussflow/train"
)

// TestReferenceIGInit repeats the cases of the reference implementation's test_ig_init.
func TestReferenceIGInit(t *testing.T) {
	if testing.Short() {
		t.Skip("long: a warm start for each assertion and storage type")
	}
	t.Run("diagonal_improves_log_prob", refBoth(igDiagonalImproves))
	t.Run("diagonal_gaussianizes", refBoth(igDiagonalGaussianizes))
	t.Run("coupling_final_kernels_zero", refBoth(igCouplingKernelsZero))
	t.Run("coupling_improves_log_prob", refBoth(igCouplingImproves))
	t.Run("coupling_pushforward_finite", refBoth(igCouplingPushforward))
	t.Run("unbuilt_flow_is_error", igUnbuilt)
	t.Run("other_input_dim_is_error", igOtherDim)
	t.Run("coupling_equals_diagonal", refBoth(igCouplingEqualsDiagonal))
	t.Run("round_trip_after_init", refBoth(igRoundTrip))
}

const igSeed = 5

func igDiagonal(t *testing.T, p refPrecision, blocks, components int) *flows.Flow {
	t.Helper()
	f, err := flows.NewGaussianization(2, flows.GaussianizationConfig{
		Blocks: blocks, Components: components, Seed: igSeed, Dtype: p.dtype})
	if err != nil {
		t.Fatal(err)
	}
	return f
}

func igCoupling(t *testing.T, p refPrecision, blocks, components int) *flows.Flow {
	t.Helper()
	f, err := flows.NewCoupling(2, flows.CouplingConfig{
		Blocks: blocks, Components: components, Hidden: []int{16, 16}, Seed: igSeed, Dtype: p.dtype})
	if err != nil {
		t.Fatal(err)
	}
	return f
}

func igInit(t *testing.T, f *flows.Flow, x *mat.Dense) (z *mat.Dense) {
	t.Helper()
	z, err := f.InitFrom(x, initializers.IGConfig{Seed: igSeed})
	if err != nil {
		t.Fatal(err)
	}
	return z
}

// igFinalDense returns the last dense layers of the flow's conditioners.
func igFinalDense(f *flows.Flow) (dense []*layers.Dense) {
	for _, named := range f.Layers() {
		if c, ok := named.Layer.(*layers.MixtureCDFCoupling); ok {
			dense = append(dense, c.Conditioner().(*layers.MLP).Final())
		}
	}
	return dense
}

// igImproves checks that the warm start raises the mean log-probability of x by more than gain.
func igImproves(t *testing.T, f *flows.Flow, x *mat.Dense, gain float64) {
	t.Helper()
	before := stat.Mean(refLogProb(t, f, x), nil)
	igInit(t, f, x)
	if after := stat.Mean(refLogProb(t, f, x), nil); !(after > before+gain) {
		t.Errorf("mean log-probability %v before and %v after, want a gain above %v", before, after, gain)
	}
}

func igDiagonalImproves(t *testing.T, p refPrecision) {
	igImproves(t, igDiagonal(t, p, 6, 6), refMoons(2000), 1.0)
}

func igDiagonalGaussianizes(t *testing.T, p refPrecision) {
	f, x := igDiagonal(t, p, 8, 8), refMoons(4000)
	igInit(t, f, x)
	z := refForward(t, f, x)
	var cov mat.SymDense
	stat.CovarianceMatrix(&cov, z, nil)
	for j := range 2 {
		if mean := stat.Mean(mat.Col(nil, j, z), nil); !(math.Abs(mean) < 0.05) {
			t.Errorf("column %d: mean %v, want 0 ± 0.05", j, mean)
		}
		if !(math.Abs(cov.At(j, j)-1) < 0.12) {
			t.Errorf("column %d: variance %v, want 1 ± 0.12", j, cov.At(j, j))
		}
	}
	if !(math.Abs(cov.At(0, 1)) < 0.10) {
		t.Errorf("covariance %v, want 0 ± 0.10", cov.At(0, 1))
	}
}

// igCouplingKernelsZero starts from kernels that are not zero, as after training, and requires the warm start to set them to zero.
func igCouplingKernelsZero(t *testing.T, p refPrecision) {
	f := igCoupling(t, p, 2, 6)
	for _, d := range igFinalDense(f) {
		if err := d.Kernel().Set(slices.Repeat([]float64{0.01}, d.Kernel().Size())); err != nil {
			t.Fatal(err)
		}
	}
	igInit(t, f, refMoons(1000))
	if n := len(igFinalDense(f)); n != 4 {
		t.Fatalf("%d conditioners, want 4", n)
	}
	for i, d := range igFinalDense(f) {
		if k := d.Kernel().Values(); !(max(slices.Max(k), -slices.Min(k)) < p.tol(1e-6)) {
			t.Errorf("conditioner %d: kernel from %v to %v, want 0", i, slices.Min(k), slices.Max(k))
		}
	}
}

func igCouplingImproves(t *testing.T, p refPrecision) {
	igImproves(t, igCoupling(t, p, 2, 6), refMoons(3000), 0.5)
}

// igCouplingPushforward: the rows that InitFrom returns are those that the trained flow computes. It compares with the
// trainer's Predict, which runs in the flow's dtype as InitFrom does; Forward always runs in float64.
func igCouplingPushforward(t *testing.T, p refPrecision) {
	f, x := igCoupling(t, p, 2, 6), refMoons(1000)
	z := igInit(t, f, x)
	refFinite(t, "pushforward", z.RawMatrix().Data)
	if err := f.Compile(train.Config{}); err != nil {
		t.Fatal(err)
	}
	same, err := f.Trainer().Predict(x)
	if err != nil {
		t.Fatal(err)
	}
	refWithin(t, "pushforward", z.RawMatrix().Data, same.RawMatrix().Data, p.tol(1e-6))
}

func igUnbuilt(t *testing.T) {
	_, err := new(flows.Flow).InitFrom(refMoons(10), initializers.IGConfig{})
	if !errors.Is(err, flows.ErrNotBuilt) || !strings.Contains(err.Error(), "not built") {
		t.Errorf("error %v, want ErrNotBuilt that contains %q", err, "not built")
	}
}

func igOtherDim(t *testing.T) {
	_, err := igDiagonal(t, refPrecision{}, 2, 4).InitFrom(mat.NewDense(10, 3, nil), initializers.IGConfig{})
	if err == nil || !strings.Contains(err.Error(), "input_dim") {
		t.Errorf("error %v, want one that contains %q", err, "input_dim")
	}
}

func igCouplingEqualsDiagonal(t *testing.T, p refPrecision) {
	diagonal, coupling, x := igDiagonal(t, p, 3, 6), igCoupling(t, p, 3, 6), refMoons(2000)
	igInit(t, diagonal, x)
	igInit(t, coupling, x)

	dz := refDistances(refForward(t, coupling, x), refForward(t, diagonal, x))
	refQuantileBelow(t, "|Δz|", dz, 0.5, p.tol(1e-6))
	refQuantileBelow(t, "|Δz|", dz, 0.99, p.tol(1e-3))

	dlp, other := refLogProb(t, coupling, x), refLogProb(t, diagonal, x)
	for i := range dlp {
		dlp[i] = math.Abs(dlp[i] - other[i])
	}
	slices.Sort(dlp)
	refQuantileBelow(t, "|Δ log p|", dlp, 0.5, p.tol(1e-4))
	refQuantileBelow(t, "|Δ log p|", dlp, 0.99, p.tol(1e-2))
}

func igRoundTrip(t *testing.T, p refPrecision) {
	x := refMoons(1000)
	for name, f := range map[string]*flows.Flow{"diagonal": igDiagonal(t, p, 4, 5), "coupling": igCoupling(t, p, 4, 5)} {
		igInit(t, f, x)
		refQuantileBelow(t, name+": round trip", refRoundTrip(t, f, x), 0.5, p.tol(1e-3))
	}
}
