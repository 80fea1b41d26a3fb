package flows_test

import (
	"math"
	"strings"
	"testing"

	"gonum.org/v1/gonum/mat"

	"gaussflow/bases"
	"gaussflow/flows"
	"gaussflow/internal/errtest"
)

// TestSummary: the summary is a table like Keras's: one line per layer, then the totals.
func TestSummary(t *testing.T) {
	f := diagonal(t, 3, flows.GaussianizationConfig{Blocks: 1, Components: 2, PCA: true})
	want := `Layer (type)                    Output shape  Params
pca (fixed_ortho)               (N, 3)        9
block0.rotation (householder)   (N, 3)        9
block0.marginal (mixture_cdf)   (N, 3)        18
Total params: 36, trainable: 27, fixed: 9, dtype: float64
`
	squeeze := func(s string) string { return strings.Join(strings.Fields(s), " ") }
	if got := f.Summary(); squeeze(got) != squeeze(want) {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
	if n := f.TrainableParams(); n != 27 {
		t.Errorf("%d trainable parameters, want 27", n)
	}
}

// TestSummaryOfABase: the base's parameters have a line and are in the totals; those of a layer that is used twice count once.
func TestSummaryOfABase(t *testing.T) {
	base, err := bases.NewIndependent(2, bases.IndependentConfig{Family: bases.Normal{}})
	errtest.None(t, err)
	twice := affine(t, 2)
	f, err := flows.NewWithBase(base, flows.Named{Name: "a", Layer: twice}, flows.Named{Name: "b", Layer: twice})
	errtest.None(t, err)
	got := strings.Join(strings.Fields(f.Summary()), " ")
	for _, want := range []string{"a (affine) (N, 2) 4", "b (affine) (N, 2) 4", "base (independent) (N) 4", "Total params: 8, trainable: 8, fixed: 0"} {
		if !strings.Contains(got, want) {
			t.Errorf("got\n%s\nwant %q in it", f.Summary(), want)
		}
	}
}

// TestIntermediates: Intermediates returns x, the output of each layer and z; the log-dets and the base's log-density add up to log p.
func TestIntermediates(t *testing.T) {
	f := coupling(t, 3, flows.CouplingConfig{Blocks: 2, Components: 3, Hidden: []int{4}})
	x := randomData("blobs", 40, 3, 2)
	initFrom(t, f, x)
	steps, err := f.Intermediates(x)
	errtest.None(t, err)
	if len(steps) != 7 || !mat.Equal(steps[0], x) || !mat.Equal(steps[6], forward(t, f, x)) {
		t.Fatalf("%d steps, want 7 from x to z", len(steps))
	}
	lp := make([]float64, 40)
	for i := range lp {
		for _, z := range steps[6].RawRowView(i) {
			lp[i] -= (z*z + math.Log(2*math.Pi)) / 2
		}
	}
	for i, n := range f.Layers() {
		one, err := flows.New(n)
		errtest.None(t, err)
		z, logDet, err := one.Forward(steps[i])
		errtest.None(t, err)
		if !mat.Equal(z, steps[i+1]) {
			t.Errorf("step %d is not what %s makes of step %d", i+1, n.Name, i)
		}
		for row, l := range logDet {
			lp[row] += l
		}
	}
	if off := maxDifference(lp, logProb(t, f, x)); !(off <= 1e-12) {
		t.Errorf("Σ logDet + log φ(z) is off log p by %v", off)
	}
}

// TestNames: no two layers of a flow have the same name, and New refuses layers that do.
func TestNames(t *testing.T) {
	f := coupling(t, 2, flows.CouplingConfig{Blocks: 3})
	seen := map[string]bool{}
	for _, n := range f.Layers() {
		if seen[n.Name] {
			t.Errorf("two layers are called %s", n.Name)
		}
		seen[n.Name] = true
	}
	twice := f.Layers()[:1]
	_, err := flows.New(twice[0], twice[0])
	errtest.Says(t, err, "layer 1", "block0.rotation", "name of its own")
}
