package flows_test

import (
	"flag"
	"fmt"
	"math"
	"os"
	"strings"
	"testing"

	"gonum.org/v1/gonum/mat"

	"gaussflow/flows"
	"gaussflow/graph"
	"gaussflow/internal/errtest"
	"gaussflow/layers"
	"gaussflow/train"
)

var regen = flag.Bool("regen", false, "write the example of docs/model-format.md anew")

const formatDoc = "../docs/model-format.md"

// TestStranger: a reader that follows docs/model-format.md alone computes the same log p, near and far out.
func TestStranger(t *testing.T) {
	x := randomData("student t", 300, 3, 1)
	for _, far := range [][]float64{{40, -40, 40}, {-200, 3, 0}, {1e3, 1e3, -1e3}} {
		x = mat.DenseCopyOf(x.Grow(1, 0))
		n, _ := x.Dims()
		x.SetRow(n-1, far)
	}
	for dtype, tol := range map[graph.Dtype]float64{graph.Float64: 1e-12, graph.Float32: 1e-4} {
		for name, f := range savedFlows(t, dtype) {
			fit(t, f, randomData("blobs", 300, 3, 2), train.Config{Optimizer: train.Adam{LearningRate: 0.01}}, 3)
			s, err := readAsStranger(saved(t, f))
			errtest.None(t, err)
			for i, want := range logProb(t, f, x) {
				if got, _, _ := s.logProb(x.RawRowView(i)); !(math.Abs(got-want) <= tol*math.Max(1, math.Abs(want))) {
					t.Errorf("%s, %s: row %v: log p = %.17g by the document, %.17g by the flow (off by %.2g)", name, dtype, x.RawRowView(i), got, want, got-want)
				}
			}
		}
	}
}

// exampleFlow is the model of the example in docs/model-format.md, with short numbers in every tensor.
func exampleFlow(t *testing.T) *flows.Flow {
	standardize, err := layers.NewStandardize(mat.NewDense(2, 2, []float64{0, 1, 2, 3}), layers.AffineConfig{})
	errtest.None(t, err)
	rotation, err := layers.NewHouseholder(2, layers.HouseholderConfig{})
	errtest.None(t, err)
	marginal, err := layers.NewMixtureCDF(2, layers.MixtureCDFConfig{Components: 2})
	errtest.None(t, err)
	coupling, err := layers.NewMixtureCDFCoupling(2, layers.MixtureCDFCouplingConfig{Components: 2, MLP: layers.MLPConfig{Hidden: []int{2}}})
	errtest.None(t, err)
	f, err := flows.New(flows.Named{Name: "standardize", Layer: standardize}, flows.Named{Name: "block0.rotation", Layer: rotation},
		flows.Named{Name: "block0.marginal", Layer: marginal}, flows.Named{Name: "block0.coupling", Layer: coupling})
	errtest.None(t, err)
	for i, values := range [][]float64{
		{10, -1}, {0.5, 0}, // shift, log_scale
		{1, 2, 0, 1},                                      // v
		{0, 1, 0, 0}, {-1, 1, 0, 2}, {0, -0.5, 0.25, 0.5}, // logits, means, log_scales
		{1, -1}, {0.5, 0}, // dense0 kernel, bias
		{0, 1, -1, 0.5, 0, 0.25, 0.5, 0, 0, -1, 0.5, 0}, {0, 0, -1, 1, 0, -0.25}, // dense1 kernel, bias
	} {
		errtest.None(t, f.Params()[i].Set(values))
	}
	f.Metadata = flows.Metadata{Columns: []string{"height", "weight"}, Seed: 11}
	return f
}

// example returns the example of the document: the description, the tensors, and two rows with their values after each layer.
func example(t *testing.T, s *stranger, f *flows.Flow) string {
	var b strings.Builder
	for _, n := range f.Layers() {
		for _, p := range n.Layer.Params() {
			fmt.Fprintf(&b, "%-36s %v  %v\n", n.Name+"."+p.Name, []int(p.Shape()), strings.Trim(fmt.Sprint(p.Values()), "[]"))
		}
	}
	for _, x := range [][]float64{{11, -0.5}, {60, 30}} {
		logP, values, logDets := s.logProb(x)
		fmt.Fprintf(&b, "\nx = %v\n", x)
		for i, n := range f.Layers() {
			fmt.Fprintf(&b, "after %-16s %18.10f %18.10f   log-det %16.10f\n", n.Name, values[i][0], values[i][1], logDets[i])
		}
		fmt.Fprintf(&b, "log p = %.10f\n", logP)
		want, err := f.LogProb(mat.NewDense(1, 2, x))
		errtest.None(t, err)
		if !(math.Abs(logP-want[0]) <= 1e-12*math.Abs(want[0])) {
			t.Errorf("x = %v: log p = %.17g by the document, %.17g by the flow", x, logP, want[0])
		}
	}
	return b.String()
}

// TestFormatDocument: the example in the document agrees with the values that a stranger computes, and with the flow's.
func TestFormatDocument(t *testing.T) {
	const open, end = "<!-- example -->\n```\n", "```\n<!-- end -->"
	f := exampleFlow(t)
	s, err := readAsStranger(saved(t, f))
	errtest.None(t, err)
	want := example(t, s, f)
	raw, err := os.ReadFile(formatDoc)
	errtest.None(t, err)
	before, rest, ok := strings.Cut(string(raw), open)
	got, after, ok2 := strings.Cut(rest, end)
	if !ok || !ok2 {
		t.Fatalf("%s has no example between %q and %q", formatDoc, open, end)
	}
	if *regen {
		errtest.None(t, os.WriteFile(formatDoc, []byte(before+open+want+end+after), 0o644))
	} else if got != want {
		t.Errorf("%s has\n%s\nwant\n%s\n(go test ./flows -run FormatDocument -regen writes it)", formatDoc, got, want)
	}
	for _, kind := range layers.Kinds() {
		if own := strings.Contains(kind, "."); !own && !strings.Contains(string(raw), "`"+kind+"`") {
			t.Errorf("%s does not describe the layer %s", formatDoc, kind)
		}
	}
}
