package flows_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"math"
	"slices"
	"strings"
	"testing"

	"gonum.org/v1/gonum/mat"

	"gaussflow/bases"
	"gaussflow/flows"
	"gaussflow/graph"
	"gaussflow/initializers"
	"gaussflow/internal/errtest"
	"gaussflow/layers"
	"gaussflow/rows"
	"gaussflow/train"
	"gaussflow/transforms"
)

// nested is a flow of chains within chains, with a layer that two chains share, an inverted chain that contains a user's own
// layer, and a trainable base.
func nested(t *testing.T) *flows.Flow {
	t.Helper()
	errtest.None(t, registered)
	shared := affine(t, 3)
	own := &power{graph.NewParam("s", graph.Float64, 3), "s"}
	mixture := errtest.Must(layers.NewMixtureCDF(3, layers.MixtureCDFConfig{Components: 2}))
	inner := errtest.Must(layers.NewChain(errtest.Must(layers.NewHouseholder(3, layers.HouseholderConfig{Seed: 1})), shared, mixture))
	back := errtest.Must(layers.Invert(errtest.Must(layers.NewChain(own, errtest.Must(layers.NewLU(3, layers.LUConfig{}))))))
	f, err := flows.NewWithBase(errtest.Must(bases.NewIndependent(3, bases.IndependentConfig{Family: bases.StudentT{}})),
		flows.Named{Name: "chain", Layer: errtest.Must(layers.NewChain(inner, errtest.Must(layers.NewPermutation(layers.Reversed(3)))))},
		flows.Named{Name: "again", Layer: shared},
		flows.Named{Name: "back", Layer: back},
	)
	errtest.None(t, err)
	return f
}

func namesOf(weights []flows.Weight) (names []string) {
	for _, w := range weights {
		names = append(names, w.Name)
	}
	return names
}

// TestWeights: parameters have the names of their tensors, and are unchanged, bit for bit, after Weights, JSON and SetWeights.
func TestWeights(t *testing.T) {
	f := nested(t)
	perturbFlow(t, f)
	want := []string{"chain.0.0.v", "chain.0.1.shift", "chain.0.1.log_scale", "chain.0.2.logits", "chain.0.2.means", "chain.0.2.log_scales",
		"back.0.0.s", "back.0.1.lu", "base.mean", "base.log_scale", "base.log_degrees"}
	weights := f.Weights()
	if got := namesOf(weights); !slices.Equal(got, want) {
		t.Fatalf("the names are %q, want %q", got, want)
	}
	s, err := readAsStranger(saved(t, f))
	errtest.None(t, err)
	for _, w := range weights {
		if !slices.Equal(s.tensors[w.Name], w.Values) {
			t.Errorf("the tensor %s of the file has other numbers", w.Name)
		}
	}
	raw, err := json.Marshal(weights)
	errtest.None(t, err)
	var read []flows.Weight
	errtest.None(t, json.Unmarshal(raw, &read))
	g := nested(t)
	errtest.None(t, g.SetWeights(read...))
	x := randomData("blobs", 40, 3, 1)
	if d := maxDifference(logProb(t, g, x), logProb(t, f, x)); d > 0 {
		t.Errorf("log p differs by %g", d)
	}
	errtest.None(t, g.SetWeights(flows.Weight{Name: "again.shift", Shape: []int{3}, Values: []float64{1, 2, 3}}))
	if v := g.Weights()[1].Values; !slices.Equal(v, []float64{1, 2, 3}) {
		t.Errorf("a shared parameter that is set by its second name is %v", v)
	}
}

// TestBadWeights: if one weight cannot be set, SetWeights returns an error and sets none.
func TestBadWeights(t *testing.T) {
	f := diagonal(t, 2, flows.GaussianizationConfig{Blocks: 1, Components: 2, PCA: true})
	before := f.Weights()
	good := flows.Weight{Name: "block0.marginal.means", Shape: []int{2, 2}, Values: []float64{1, 2, 3, 4}}
	for name, c := range map[string]struct {
		weight flows.Weight
		words  []string
	}{
		"no such name": {flows.Weight{Name: "block9.v", Shape: []int{1}, Values: []float64{1}}, []string{`"block9.v"`, "Weights"}},
		"of no name":   {flows.Weight{}, []string{`""`}},
		"shape":        {flows.Weight{Name: "block0.rotation.v", Shape: []int{4}, Values: make([]float64, 4)}, []string{"block0.rotation.v", "[4]", "[2 2]"}},
		"too few":      {flows.Weight{Name: "block0.rotation.v", Shape: []int{2, 2}, Values: make([]float64, 3)}, []string{"3 numbers", "want 4"}},
		"not finite":   {flows.Weight{Name: "block0.rotation.v", Shape: []int{2, 2}, Values: []float64{1, math.NaN(), 0, 1}}, []string{"block0.rotation.v", "not a finite number"}},
		"no rotation":  {flows.Weight{Name: "pca.q", Shape: []int{2, 2}, Values: []float64{2, 0, 0, 2}}, []string{"pca", "orthogonal"}},
	} {
		t.Run(name, func(t *testing.T) {
			errtest.Says(t, errtest.Of(t, func() error { return f.SetWeights(good, c.weight) }), append(c.words, "SetWeights")...)
			for i, w := range f.Weights() {
				if !slices.Equal(w.Values, before[i].Values) {
					t.Errorf("%s has been set", w.Name)
				}
			}
		})
	}
	errtest.Says(t, (&flows.Flow{}).SetWeights(), "not built")
}

// TestFrozenLayers: a layer, a layer inside of another, a base or a parameter that is frozen is not changed by training, and
// is still frozen after Save and Load.
func TestFrozenLayers(t *testing.T) {
	f := nested(t)
	errtest.None(t, f.Compile(train.Config{}))
	errtest.None(t, f.SetTrainable(false, "chain.0.0", "again", "back.0.1.lu", "base"))
	before := f.Weights()
	x := randomData("blobs", 64, 3, 2)
	_, err := f.Fit(context.Background(), x, train.FitConfig{Epochs: 1})
	errtest.None(t, err)
	frozen := []string{"chain.0.0.v", "chain.0.1.shift", "chain.0.1.log_scale", "back.0.1.lu", "base.mean", "base.log_scale", "base.log_degrees"}
	g, err := flows.LoadFrom(bytes.NewReader(saved(t, f)))
	errtest.None(t, err)
	for i, w := range f.Weights() {
		if stays := slices.Contains(frozen, w.Name); stays != slices.Equal(w.Values, before[i].Values) || g.Params()[i].Trainable == stays {
			t.Errorf("%s: frozen %v, moved %v; trained after it was read: %v", w.Name, stays, !slices.Equal(w.Values, before[i].Values), g.Params()[i].Trainable)
		}
	}
	errtest.None(t, f.SetTrainable(true, "chain"))
	if !f.Params()[0].Trainable {
		t.Error("a layer that is to be trained again is not")
	}
	errtest.Says(t, f.SetTrainable(false, "chain.7"), `"chain.7"`)
	errtest.Says(t, (&flows.Flow{}).SetTrainable(true), "not built")
	pca := diagonal(t, 2, flows.GaussianizationConfig{Blocks: 1, PCA: true})
	errtest.Says(t, pca.SetTrainable(true, "pca"), "pca", "not trained")
	errtest.None(t, pca.SetTrainable(false, "pca"))
}

// TestLayersByName: a layer is found by its name, also inside of another layer, and Summary shows these names.
func TestLayersByName(t *testing.T) {
	f := nested(t)
	if f.Layer("again") == nil || f.Layer("chain.0.1") != f.Layer("again") || layers.Kind(f.Layer("back.0.1")) != "lu" {
		t.Error("a layer is not found by its name")
	}
	if f.Layer("chain.2") != nil || f.Layer("") != nil || (&flows.Flow{}).Layer("again") != nil {
		t.Error("a layer is found that is not there")
	}
	summary := f.Summary()
	for _, line := range []string{"chain (chain)", "\n  chain.0 (chain)", "\n    chain.0.0 (householder)", "\n  chain.1 (permutation)", "\nback (inverted)", "\n    back.0.1 (lu)", "Total params: 54, "} {
		if !strings.Contains(summary, line) {
			t.Errorf("%q is not in the summary:\n%s", line, summary)
		}
	}
}

// TestNestedFlowsAreKept: chains within chains, inverted chains with a user's own layers, and parameters that chains share
// are unchanged after Save and Load.
func TestNestedFlowsAreKept(t *testing.T) {
	f := nested(t)
	perturbFlow(t, f)
	file := saved(t, f)
	g, err := flows.LoadFrom(bytes.NewReader(file))
	errtest.None(t, err)
	x := randomData("blobs", 40, 3, 3)
	if d := maxDifference(logProb(t, g, x), logProb(t, f, x)); d > 0 {
		t.Errorf("log p differs by %g after Save and Load", d)
	}
	if again := saved(t, g); !bytes.Equal(again, file) {
		t.Error("a second Save writes another file")
	}
	if g.Layer("again").Params()[0] != g.Layer("chain.0.1").Params()[0] {
		t.Error("a parameter that was shared is two")
	}
}

// TestWarmStartInChains: the layers of a chain are fitted one by one, as if there were no chain; a layer without a fit is passed over.
func TestWarmStartInChains(t *testing.T) {
	x := randomData("blobs", 200, 3, 4)
	make := func() []layers.Bijector {
		return []layers.Bijector{
			errtest.Must(layers.NewHouseholder(3, layers.HouseholderConfig{})), errtest.Must(layers.NewMixtureCDF(3, layers.MixtureCDFConfig{Components: 2})),
			errtest.Must(layers.NewPermutation(layers.Reversed(3))), errtest.Must(layers.NewLU(3, layers.LUConfig{})),
			errtest.Must(layers.NewCoupling(3, layers.CouplingConfig{Transform: transforms.SinhArcsinh{}})),
			errtest.Must(layers.Invert(affine(t, 3))), errtest.Must(layers.NewMixtureCDF(3, layers.MixtureCDFConfig{Components: 2})),
		}
	}
	flat := make()
	var named []flows.Named
	for i, l := range flat {
		named = append(named, flows.Named{Name: string(rune('a' + i)), Layer: l})
	}
	f, err := flows.New(named...)
	errtest.None(t, err)
	in := make()
	g, err := flows.New(flows.Named{Name: "all", Layer: errtest.Must(layers.NewChain(in[0], errtest.Must(layers.NewChain(in[1:5]...)), in[5], in[6]))})
	errtest.None(t, err)
	before := f.Layer("e").Params()[0].Values()
	want, got := initFrom(t, f, x), initFrom(t, g, x)
	if !slices.Equal(numbers(got), numbers(want)) {
		t.Error("in a chain the warm start is another")
	}
	if gain := logProb(t, f, x)[0] - logProb(t, g, x)[0]; gain != 0 {
		t.Errorf("log p differs by %v", gain)
	}
	if !slices.Equal(before, f.Layer("e").Params()[0].Values()) {
		t.Error("a layer that is passed over has changed")
	}
	if !slices.ContainsFunc(f.Layer("g").Params()[1].Values(), func(v float64) bool { return v != 0 }) {
		t.Error("the layer after those that are passed over is not fitted")
	}
	c, err := layers.NewElementwise(3, layers.ElementwiseConfig{Transform: transforms.SinhArcsinh{}})
	errtest.None(t, err)
	if err := c.InitFrom(x, initializers.Site{}); !errors.Is(err, initializers.ErrNothingToFit) {
		t.Errorf("InitFrom of a layer without a fit: %v", err)
	}
}

// TestFirstDataSetsActNorm: the first fit of a fresh flow sets an ActNorm by the rows that the layers before it put out,
// also within a chain; a later fit does not set it again.
func TestFirstDataSetsActNorm(t *testing.T) {
	x := randomData("blobs", 300, 3, 5)
	for name, fit := range map[string]func(f *flows.Flow, epochs int) error{
		"Fit": func(f *flows.Flow, epochs int) error {
			_, err := f.Fit(context.Background(), x, train.FitConfig{Epochs: epochs})
			return err
		},
		"FitSource": func(f *flows.Flow, epochs int) error {
			_, err := f.FitSource(context.Background(), tableOf(x), train.FitConfig{Epochs: epochs})
			return err
		},
	} {
		before := affine(t, 3)
		errtest.None(t, before.Params()[0].Set([]float64{100, -50, 7}))
		before.Params()[0].Trainable, before.Params()[1].Trainable = false, false
		norm := errtest.Must(layers.NewActNorm(3, layers.AffineConfig{}))
		f, err := flows.New(flows.Named{Name: "before", Layer: before}, flows.Named{Name: "chain", Layer: errtest.Must(layers.NewChain(norm))})
		errtest.None(t, err)
		errtest.None(t, f.Compile(train.Config{Optimizer: train.SGD{LearningRate: 1e-12}}))
		errtest.None(t, fit(f, 1))
		set := f.Weights()
		z := forward(t, f, x)
		if d := maxDifference(meansOf(z), []float64{0, 0, 0}); !(d <= 1e-6) {
			t.Errorf("%s: after the first data the columns have the means %v", name, meansOf(z))
		}
		errtest.None(t, f.SetWeights(flows.Weight{Name: "chain.0.shift", Shape: []int{3}, Values: []float64{5, 5, 5}}))
		errtest.None(t, fit(f, 1))
		if v := f.Weights()[2].Values; !(math.Abs(v[0]-5) <= 1e-6) {
			t.Errorf("%s: a later fit has set it anew: %v, first %v", name, v, set[2].Values)
		}
	}
}

func meansOf(z *mat.Dense) (means []float64) {
	_, d := z.Dims()
	for j := range d {
		mean, _ := rows.MeanStd(mat.Col(nil, j, z))
		means = append(means, mean)
	}
	return means
}
