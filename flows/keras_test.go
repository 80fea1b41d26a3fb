package flows_test

import (
	"encoding/json"
	"math"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"

	"gonum.org/v1/gonum/mat"

	"gaussflow/data"
	"gaussflow/flows"
	"gaussflow/graph"
	"gaussflow/internal/errtest"
	"gaussflow/internal/hdf5"
	"gaussflow/layers"
)

// kerasWeights reads the weights of the .weights.h5 files that testdata/keras/write.py wrote.
func kerasWeights(t testing.TB, name string) (weights []flows.KerasWeight) {
	t.Helper()
	raw, err := os.ReadFile("testdata/keras/" + name + ".weights.h5")
	errtest.None(t, err)
	datasets, err := hdf5.Read(raw)
	errtest.None(t, err)
	for _, d := range datasets {
		weights = append(weights, flows.KerasWeight{Name: d.Path, Shape: d.Shape, Values: d.Values})
	}
	return weights
}

// TestFromKeras: log p of the flow made from Keras's weights equals Keras's value to 5e-6 for every row whose values Keras
// does not clip; for the others it is finite and different.
func TestFromKeras(t *testing.T) {
	var known struct {
		Flows map[string]struct {
			Rows    [][]float64
			LogProb []float64 `json:"log_prob"`
			Inside  []bool
		}
	}
	raw, err := os.ReadFile("testdata/keras/log_prob.json")
	errtest.None(t, err)
	errtest.None(t, json.Unmarshal(raw, &known))
	for name, want := range known.Flows {
		for _, dtype := range []graph.Dtype{graph.Float64, graph.Float32} {
			tolerance := map[graph.Dtype]float64{graph.Float64: 5e-6, graph.Float32: 5e-5}[dtype]
			f, err := flows.FromKeras(kerasWeights(t, name), flows.KerasConfig{Dtype: dtype})
			errtest.None(t, err)
			d := len(want.Rows[0])
			inside, worst := 0, 0.0
			for i, got := range logProb(t, f, mat.NewDense(len(want.Rows), d, slices.Concat(want.Rows...))) {
				off := math.Abs(got - want.LogProb[i])
				if want.Inside[i] {
					inside++
					worst = max(worst, off)
				}
				if want.Inside[i] != (off <= tolerance) {
					t.Errorf("%s, %s: row %d, inside %v: log p = %.9g, by Keras %.9g", name, dtype, i, want.Inside[i], got, want.LogProb[i])
				}
			}
			t.Logf("%s, %s: %d rows inside, off by %.2g at most", name, dtype, inside, worst)
			if inside < 30 || inside == len(want.Rows) {
				t.Errorf("%s: %d of %d rows are inside, want most of them, not all", name, inside, len(want.Rows))
			}
			if len(f.Params()) != len(kerasWeights(t, name)) {
				t.Errorf("%s: %d parameters, want one for each of %d arrays", name, len(f.Params()), len(kerasWeights(t, name)))
			}
		}
	}
}

// TestKerasNPZ: arrays in the order of get_weights make the same flow as the paths of a .weights.h5 do.
func TestKerasNPZ(t *testing.T) {
	for _, name := range []string{"coupling", "diagonal"} {
		want, err := flows.FromKeras(kerasWeights(t, name), flows.KerasConfig{})
		errtest.None(t, err)
		var weights []flows.KerasWeight
		for i := range want.Params() {
			key := "arr_" + strconv.Itoa(i)
			file, err := data.Open("testdata/keras/"+name+".npz", data.Options{Key: key})
			errtest.None(t, err)
			table, err := file.ReadAll()
			errtest.None(t, err)
			r, c := table.X.Dims()
			weights = append([]flows.KerasWeight{{Name: key, Shape: []int{r, c}, Values: mat.DenseCopyOf(table.X).RawMatrix().Data}}, weights...)
		}
		got, err := flows.FromKeras(weights, flows.KerasConfig{})
		errtest.None(t, err)
		if !slices.EqualFunc(values(got), values(want), slices.Equal) || got.Summary() != want.Summary() {
			t.Errorf("%s: another flow\n%s\nwant\n%s", name, got.Summary(), want.Summary())
		}
	}
}

// TestKerasOfMany: layers beyond the ninth are in their places (layer_10 follows layer_9), and the library's other recipes
// are recognized by the shapes of their arrays.
func TestKerasOfMany(t *testing.T) {
	for name, f := range map[string]*flows.Flow{
		"twelve blocks":  diagonal(t, 2, flows.GaussianizationConfig{Blocks: 12, Components: 1, Reflectors: 1, Seed: 5}),
		"no rotation":    coupling(t, 5, flows.CouplingConfig{Blocks: 11, Components: 2, Hidden: []int{4, 3}, NoRotation: true, Seed: 5}),
		"no hidden":      coupling(t, 2, flows.CouplingConfig{Blocks: 2, Components: 3, Hidden: []int{}, Reflectors: 1}),
		"shared":         coupling(t, 4, flows.CouplingConfig{Blocks: 1, Components: 4, Hidden: []int{6}, Shared: true, Activation: graph.Tanh}),
		"one and a half": coupling(t, 3, flows.CouplingConfig{Blocks: 1, Components: 4, Hidden: []int{6, 6, 6}}),
	} {
		perturbFlow(t, f)
		config := flows.KerasConfig{Shared: name == "shared"}
		if config.Shared {
			config.Activation = graph.Tanh
		}
		for _, byPath := range []bool{true, false} {
			weights := asKeras(f, byPath)
			slices.Reverse(weights)
			g, err := flows.FromKeras(weights, config)
			if err != nil {
				t.Errorf("%s, by path %v: %v", name, byPath, err)
				continue
			}
			x := randomData("blobs", 20, f.Dim(), 1)
			if d := maxDifference(logProb(t, g, x), logProb(t, f, x)); !(d <= 1e-12) {
				t.Errorf("%s, by path %v: log p is off by %g", name, byPath, d)
			}
		}
	}
}

// asKeras returns the parameters of a flow as Keras would save them.
func asKeras(f *flows.Flow, byPath bool) (weights []flows.KerasWeight) {
	counts := map[string]int{}
	numbered := func(kind string) string {
		n := counts[kind]
		counts[kind]++
		if n == 0 {
			return kind
		}
		return kind + "_" + strconv.Itoa(n)
	}
	for _, l := range f.Layers() {
		kind := map[string]string{"rotation": "householder", "marginal": "mixture_cdf_gaussianization", "pca": "fixed_ortho"}[l.Name[strings.LastIndex(l.Name, ".")+1:]]
		if kind == "" {
			kind = "mixture_cdf_coupling"
		}
		layer := numbered(kind)
		for i, p := range l.Layer.Params() {
			name := "arr_" + strconv.Itoa(len(weights))
			if byPath {
				name = "bijector_layers/" + layer + "/vars/" + strconv.Itoa(i)
				if kind == "mixture_cdf_coupling" {
					dense := "dense"
					if i > 1 {
						dense += "_" + strconv.Itoa(i/2)
					}
					name = "bijector_layers/" + layer + "/conditioner/layers/" + dense + "/vars/" + strconv.Itoa(i%2)
				}
			}
			weights = append(weights, flows.KerasWeight{Name: name, Shape: p.Shape(), Values: p.Values()})
		}
	}
	return weights
}

// TestBadKeras: arrays that no flow of the library has are an error that says which array is wrong.
func TestBadKeras(t *testing.T) {
	good := kerasWeights(t, "coupling")
	changed := func(change func(w []flows.KerasWeight) []flows.KerasWeight) error {
		w := slices.Clone(good)
		_, err := flows.FromKeras(change(w), flows.KerasConfig{})
		return err
	}
	type arrays = []flows.KerasWeight
	for name, c := range map[string]struct {
		err   error
		words string
	}{
		"none":             {changed(func(arrays) arrays { return nil }), "no arrays"},
		"one missing":      {changed(func(w arrays) arrays { return w[1:] }), "householder"},
		"the last missing": {changed(func(w arrays) arrays { return w[:len(w)-1] }), "17 arrays, want a multiple of 9"},
		"twice":            {changed(func(w arrays) arrays { return append(w, w[0]) }), "householder/vars/0"},
		"too few numbers":  {changed(func(w arrays) arrays { w[0].Values = w[0].Values[1:]; return w }), "got 8 numbers of shape [3 3]"},
		"three axes":       {changed(func(w arrays) arrays { w[0].Shape = []int{3, 3, 1}; return w }), "[3 3 1]"},
		"an own name":      {changed(func(w arrays) arrays { w[1].Name = "mine"; return w }), "1 of 18 arrays have no layer"},
		"another block": {changed(func(w arrays) arrays {
			w[1] = flows.KerasWeight{Name: w[1].Name, Shape: []int{2, 3}, Values: make([]float64, 6)}
			return w
		}), "the same in every block"},
		"another mask": {func() error {
			_, err := flows.FromKeras(asKeras(coupling(t, 4, flows.CouplingConfig{Blocks: 1, Mask: layers.Mask{true, false, false, false}}), true), flows.KerasConfig{})
			return err
		}(), "reads 1 of 4 columns, want 2"},
		"not finite": {changed(func(w arrays) arrays {
			w[0].Values = slices.Clone(w[0].Values)
			w[0].Values[2] = math.NaN()
			return w
		}), "not a finite number"},
		"nothing like it": {changed(func(arrays) arrays { return arrays{{Name: "arr_0", Shape: []int{2}, Values: []float64{1, 2}}} }), "those of no flow"},
	} {
		if c.err == nil || !strings.Contains(c.err.Error(), c.words) {
			t.Errorf("%s: got %v, want an error with %q", name, c.err, c.words)
		}
	}
	_, err := flows.FromKeras(good, flows.KerasConfig{Activation: "step"})
	errtest.Says(t, err, "step")
	_, err = flows.FromKeras(good, flows.KerasConfig{Shared: true})
	errtest.Says(t, err, "array", "got shape [5 9]", "want [5 18]")
	skewed := kerasWeights(t, "diagonal")
	skewed[0].Values = []float64{1, 1, 0, 1}
	_, err = flows.FromKeras(skewed, flows.KerasConfig{})
	errtest.Says(t, err, "orthogonal")
}
