package manual

import (
	"math"
	"testing"

	"gonum.org/v1/gonum/mat"

	"gaussflow/flows"
	"gaussflow/graph"
	"gaussflow/layers"
	"gaussflow/transforms"
)

// TestNewRefuses: a flow that the hand-written opponent does not support is an error that says why.
func TestNewRefuses(t *testing.T) {
	coupling := func(c flows.CouplingConfig) *flows.Flow {
		f, err := flows.NewCoupling(3, c)
		if err != nil {
			t.Fatal(err)
		}
		return f
	}
	pca, err := flows.NewGaussianization(3, flows.GaussianizationConfig{PCA: true})
	if err != nil {
		t.Fatal(err)
	}
	inverse, err := layers.NewAutoregressive(3, layers.AutoregressiveConfig{Transform: transforms.Affine{}, FastSampling: true})
	if err != nil {
		t.Fatal(err)
	}
	fast, err := flows.New(flows.Named{Name: "layer", Layer: inverse})
	if err != nil {
		t.Fatal(err)
	}
	for name, f := range map[string]*flows.Flow{
		"fast sampling":   fast,
		"splines":         coupling(flows.CouplingConfig{Transform: transforms.RationalQuadraticSpline{}}),
		"shared mixtures": coupling(flows.CouplingConfig{Shared: true}),
		"another mask":    coupling(flows.CouplingConfig{Mask: layers.AlternatingMask(3)}),
		"tanh":            coupling(flows.CouplingConfig{Activation: graph.Tanh}),
		"no rotation":     coupling(flows.CouplingConfig{NoRotation: true}),
		"float32":         coupling(flows.CouplingConfig{Dtype: graph.Float32}),
		"a PCA":           pca,
		"nothing":         {},
	} {
		if _, err := New[float64](f, 1); err == nil {
			t.Errorf("a flow with %s: no error", name)
		}
	}
	if _, err := New[float64](coupling(flows.CouplingConfig{}), 0); err == nil {
		t.Error("no workers: no error")
	}
}

// TestWorkersDoNotMatter: any number of workers, also more than there are rows, gives the same gradient.
func TestWorkersDoNotMatter(t *testing.T) {
	f, err := flows.NewCoupling(3, flows.CouplingConfig{Blocks: 2, Hidden: []int{5, 5}, Seed: 3})
	if err != nil {
		t.Fatal(err)
	}
	x := mat.NewDense(3, 3, []float64{1, 2, 3, -1, 0.5, 0, 0.3, -2, 1})
	// Parameters away from the start, where the gradients of the hidden layers are zero; and the same ones for all, since the
	// first step of Adam is g/(|g| + 3e-6) times its rate, which magnifies the rounding error of a gradient near zero some
	// 300 times.
	away, err := New[float64](f, 1)
	if err != nil {
		t.Fatal(err)
	}
	away.Step(x)
	for i, p := range f.Params() {
		if err := p.Set(away.Params()[i]); err != nil {
			t.Fatal(err)
		}
	}
	var want []float64
	for _, workers := range []int{1, 2, 3, 5} {
		m, err := New[float64](f, workers)
		if err != nil {
			t.Fatal(err)
		}
		if workers > 1 {
			stop := m.Start()
			defer stop()
		}
		loss, grads := m.Gradient(x)
		got := []float64{loss}
		for _, g := range grads {
			got = append(got, g...)
		}
		if want == nil {
			want = got
		}
		for i := range want {
			if !(math.Abs(got[i]-want[i]) <= 1e-14) {
				t.Fatalf("%d workers: number %d of loss and gradient is %v, want %v", workers, i, got[i], want[i])
			}
		}
	}
}
