package flows_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"io/fs"
	"math"
	"math/rand/v2"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"sync"
	"testing"

	"gonum.org/v1/gonum/mat"
	G "gorgonia.org/gorgonia"

	"gaussflow/flows"
	"gaussflow/graph"
	"gaussflow/graph/safetensors"
	"gaussflow/internal/errtest"
	"gaussflow/layers"
	"gaussflow/train"
	"gaussflow/transforms"
)

// savedFlows returns flows of 3 columns that contain every layer with every way to configure it.
func savedFlows(t testing.TB, dtype graph.Dtype) map[string]*flows.Flow {
	x := randomData("blobs", 300, 3, 0)
	standardize, err := layers.NewStandardize(x, layers.AffineConfig{Dtype: dtype})
	errtest.None(t, err)
	affine, err := layers.NewAffine(3, layers.AffineConfig{Dtype: dtype})
	errtest.None(t, err)
	ortho, err := layers.NewFixedOrtho(3, layers.FixedOrthoConfig{Seed: 5, Dtype: dtype})
	errtest.None(t, err)
	sigmoid, err := layers.NewMixtureCDFCoupling(3, layers.MixtureCDFCouplingConfig{
		Mask: layers.Mask{false, true, false}, ScaleClamp: layers.SigmoidClamp(-2, 1), Dtype: dtype,
		MLP: layers.MLPConfig{Hidden: []int{5}, Activation: graph.Gelu}})
	errtest.None(t, err)
	linear, err := layers.NewMixtureCDFCoupling(3, layers.MixtureCDFCouplingConfig{Dtype: dtype, MLP: layers.MLPConfig{Hidden: []int{}}})
	errtest.None(t, err)
	mixed, err := flows.New(flows.Named{Name: "standardize", Layer: standardize}, flows.Named{Name: "ortho", Layer: ortho},
		flows.Named{Name: "sigmoid", Layer: sigmoid}, flows.Named{Name: "affine", Layer: affine}, flows.Named{Name: "linear", Layer: linear})
	errtest.None(t, err)
	each, err := layers.NewElementwise(3, layers.ElementwiseConfig{Transform: transforms.RationalQuadraticSpline{Bins: 5, Bound: 4}, Dtype: dtype})
	errtest.None(t, err)
	spline, err := layers.NewCoupling(3, layers.CouplingConfig{
		Mask: layers.Mask{false, true, false}, Transform: transforms.RationalQuadraticSpline{MinSlope: 1e-2},
		Conditioner: layers.MLPConfig{Hidden: []int{6}, Dtype: dtype}.New})
	errtest.None(t, err)
	splines, err := flows.New(flows.Named{Name: "each", Layer: each}, flows.Named{Name: "spline", Layer: spline})
	errtest.None(t, err)
	config := layers.AffineConfig{Dtype: dtype}
	lines, err := flows.New( // with supports so wide that far rows of the tests are inside
		flows.Named{Name: "support", Layer: errtest.Must(layers.NewSupport(layers.Logit(-2000, 3000), layers.YeoJohnson(0.7), layers.SoftplusInverse(-1100)))},
		flows.Named{Name: "norm", Layer: errtest.Must(layers.NewActNorm(3, config))},
		flows.Named{Name: "lu", Layer: errtest.Must(layers.NewLU(3, layers.LUConfig{Order: []int{1, 2, 0}, Negative: []bool{false, true, false}, Dtype: dtype}))},
		flows.Named{Name: "order", Layer: errtest.Must(layers.NewPermutation(layers.Reversed(3)))},
		flows.Named{Name: "inverse", Layer: errtest.Must(layers.Invert(errtest.Must(layers.NewAffine(3, config))))},
	)
	errtest.None(t, err)
	ends, err := flows.New(
		flows.Named{Name: "first", Layer: errtest.Must(layers.NewSupport(layers.Log(-1500), layers.LogBelow(1500), layers.Everywhere()))},
		flows.Named{Name: "second", Layer: errtest.Must(layers.NewSupport(layers.Everywhere(), layers.BoxCox(-20, 0), layers.Atanh(-3000, 3000)))},
		flows.Named{Name: "third", Layer: errtest.Must(layers.NewSupport(layers.BoxCox(-20, 0.1), layers.YeoJohnson(2), layers.YeoJohnson(0)))},
		flows.Named{Name: "affine", Layer: errtest.Must(layers.NewAffine(3, config))},
	)
	errtest.None(t, err)
	masked, err := layers.NewAutoregressive(3, layers.AutoregressiveConfig{
		Transform: transforms.Affine{}, Order: []int{1, 2, 0}, Conditioner: layers.MLPConfig{Hidden: []int{6, 5}, Activation: graph.Tanh, Dtype: dtype}.Masked})
	errtest.None(t, err)
	sampler, err := layers.NewAutoregressive(3, layers.AutoregressiveConfig{
		Transform: transforms.Affine{}, FastSampling: true, Conditioner: layers.MLPConfig{Hidden: []int{4}, Activation: graph.Tanh, Dtype: dtype}.Masked})
	errtest.None(t, err)
	autoregressive, err := flows.New(flows.Named{Name: "masked", Layer: masked}, flows.Named{Name: "sampler", Layer: sampler})
	errtest.None(t, err)
	var others []flows.Named
	for i, transform := range []transforms.Transform{ // with intervals so wide that all rows of the tests are inside
		transforms.CircularSpline{Bins: 3, Period: 2e4, Rotates: true}, transforms.CircularSpline{Period: 3e4}, transforms.IntervalSpline{Bins: 4, Lo: -1e4, Hi: 2e4},
		transforms.Empirical{Bins: 4, Bound: 2}, transforms.LogisticMixtureCDF{Components: 2}, transforms.GaussianMixtureCDF{Components: 2, Clamp: layers.SigmoidClamp(-2, 1)},
		transforms.Affine{}, transforms.Affine{Bound: 1.5}, transforms.Affine{ShiftLast: true}, transforms.YeoJohnson{}, transforms.SinhArcsinh{},
	} {
		layer, err := layers.NewElementwise(3, layers.ElementwiseConfig{Transform: transform, Dtype: dtype})
		errtest.None(t, err)
		others = append(others, flows.Named{Name: string(rune('a' + i)), Layer: layer})
	}
	logistic, err := layers.NewCoupling(3, layers.CouplingConfig{
		Transform: transforms.LogisticMixtureCDF{Components: 3, Clamp: layers.SigmoidClamp(-2, 2)}, Conditioner: layers.MLPConfig{Hidden: []int{6}, Dtype: dtype}.New})
	errtest.None(t, err)
	transformed, err := flows.New(append(others, flows.Named{Name: "logistic", Layer: logistic})...)
	errtest.None(t, err)
	return map[string]*flows.Flow{
		"transforms":     transformed,
		"autoregressive": autoregressive,
		"lines":          lines,
		"ends":           ends,
		"splines":        splines,
		"diagonal":       diagonal(t, 3, flows.GaussianizationConfig{Blocks: 2, Components: 3, Seed: 1, Dtype: dtype}),
		"diagonal, PCA":  diagonal(t, 3, flows.GaussianizationConfig{Blocks: 1, Components: 3, PCAInit: x, Dtype: dtype}),
		"coupling":       coupling(t, 3, flows.CouplingConfig{Blocks: 2, Components: 4, Hidden: []int{6, 5}, Seed: 1 << 62, Dtype: dtype}),
		"coupling, shared": coupling(t, 3, flows.CouplingConfig{Blocks: 1, Components: 4, Hidden: []int{6}, Shared: true,
			Mask: layers.AlternatingMask(3), Activation: graph.Silu, Dtype: dtype}),
		"coupling, default widths": coupling(t, 3, flows.CouplingConfig{Blocks: 1, NoRotation: true, Dtype: dtype}),
		"mixed":                    mixed,
	}
}

func saved(t testing.TB, f *flows.Flow) []byte {
	t.Helper()
	var b bytes.Buffer
	errtest.None(t, f.SaveTo(&b))
	return b.Bytes()
}

// TestSaveLoad: a loaded flow equals the one that was saved, bit for bit, trained or not.
func TestSaveLoad(t *testing.T) {
	x := randomData("student t", 700, 3, 1)
	for _, dtype := range []graph.Dtype{graph.Float64, graph.Float32} {
		for name, f := range savedFlows(t, dtype) {
			t.Run(name+"/"+string(dtype), func(t *testing.T) {
				fit(t, f, randomData("blobs", 300, 3, 2), train.Config{Optimizer: train.Adam{LearningRate: 0.01}}, 2)
				f.Params()[0].Trainable = false
				f.Metadata.Columns = []string{"height [m]", "<weight>", "Größe"}
				f.Metadata.Seed = math.MaxUint64
				f.Metadata.Extra = map[string]json.RawMessage{"quantiles": json.RawMessage(`[0.1,1e-300,{"a":null}]`)}
				path := filepath.Join(t.TempDir(), "m.gflow")
				errtest.None(t, f.Save(path))
				g, err := flows.Load(path)
				errtest.None(t, err)

				if !slices.Equal(logProb(t, g, x), logProb(t, f, x)) {
					t.Error("LogProb differs")
				}
				a, err := f.Sample(100, rand.New(rand.NewPCG(1, 2)))
				errtest.None(t, err)
				b, err := g.Sample(100, rand.New(rand.NewPCG(1, 2)))
				errtest.None(t, err)
				if !mat.Equal(a, b) {
					t.Error("Sample differs")
				}
				if !reflect.DeepEqual(g.Metadata, f.Metadata) {
					t.Errorf("facts = %+v, want %+v", g.Metadata, f.Metadata)
				}
				if g.Summary() != f.Summary() {
					t.Errorf("summary:\n%s\nwant\n%s", g.Summary(), f.Summary())
				}
				if !bytes.Equal(saved(t, g), saved(t, f)) {
					t.Error("saved again it is another file")
				}
				errtest.None(t, g.Compile(train.Config{}))
			})
		}
	}
}

// TestTensorNames: the names and shapes of tensors are part of the file format and must not change.
func TestTensorNames(t *testing.T) {
	f := coupling(t, 3, flows.CouplingConfig{Blocks: 1, Components: 2, Hidden: []int{6, 5}})
	file, err := safetensors.Read(bytes.NewReader(saved(t, f)))
	errtest.None(t, err)
	want := []safetensors.Tensor{
		{Name: "block0.rotation.v", Shape: []int{3, 3}},
		{Name: "block0.coupling_a.mlp.dense0.kernel", Shape: []int{1, 6}}, {Name: "block0.coupling_a.mlp.dense0.bias", Shape: []int{6}},
		{Name: "block0.coupling_a.mlp.dense1.kernel", Shape: []int{6, 5}}, {Name: "block0.coupling_a.mlp.dense1.bias", Shape: []int{5}},
		{Name: "block0.coupling_a.mlp.dense2.kernel", Shape: []int{5, 12}}, {Name: "block0.coupling_a.mlp.dense2.bias", Shape: []int{12}},
		{Name: "block0.coupling_b.mlp.dense0.kernel", Shape: []int{2, 6}}, {Name: "block0.coupling_b.mlp.dense0.bias", Shape: []int{6}},
		{Name: "block0.coupling_b.mlp.dense1.kernel", Shape: []int{6, 5}}, {Name: "block0.coupling_b.mlp.dense1.bias", Shape: []int{5}},
		{Name: "block0.coupling_b.mlp.dense2.kernel", Shape: []int{5, 6}}, {Name: "block0.coupling_b.mlp.dense2.bias", Shape: []int{6}},
	}
	got := slices.Clone(file.Tensors)
	for i := range got {
		got[i].Data = nil
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got  %v\nwant %v", got, want)
	}
}

// linear is a user's own conditioner.
type linear struct{ kernel, bias *graph.Param }

func (c linear) Params() []*graph.Param { return []*graph.Param{c.kernel, c.bias} }
func (c linear) Apply(b *graph.Builder, xa *G.Node) *G.Node {
	return b.Dense(xa, b.Param(c.kernel), b.Param(c.bias), graph.Linear)
}

func TestCannotSave(t *testing.T) {
	own, err := layers.NewCoupling(2, layers.CouplingConfig{
		Transform: transforms.GaussianMixtureCDF{Components: 1},
		Conditioner: func(in, out int) (layers.Conditioner, error) {
			return linear{graph.NewParam("kernel", "", in, out), graph.NewParam("bias", "", out)}, nil
		},
	})
	errtest.None(t, err)
	custom, err := flows.New(flows.Named{Name: "own", Layer: own})
	errtest.None(t, err)
	nan := diagonal(t, 2, flows.GaussianizationConfig{Blocks: 1, Components: 1})
	errtest.None(t, nan.Params()[1].Set([]float64{0, math.NaN()}))
	columns := diagonal(t, 2, flows.GaussianizationConfig{})
	columns.Metadata.Columns = []string{"one"}
	skewed := diagonal(t, 2, flows.GaussianizationConfig{PCA: true})
	errtest.None(t, skewed.Params()[0].Set([]float64{1, 1, 0, 1}))
	dir := t.TempDir()
	for name, c := range map[string]struct {
		flow  *flows.Flow
		words []string
	}{
		"custom conditioner": {custom, []string{"layer own", "flows_test.linear", "not registered", "layers.RegisterConditioner"}},
		"NaN":                {nan, []string{"block0.marginal.logits", "element 1 is NaN"}},
		"column names":       {columns, []string{"1 column names", "want 2"}},
		"not orthogonal":     {skewed, []string{"layer pca", "orthogonal"}},
		"not built":          {&flows.Flow{}, []string{"not built"}},
		"nil":                {nil, []string{"not built"}},
	} {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(dir, name)
			errtest.Says(t, errtest.Of(t, func() error { return c.flow.Save(path) }), append(c.words, "Save")...)
			if _, err := flows.Load(path); !errors.Is(err, fs.ErrNotExist) {
				t.Errorf("a file was left: %v", err)
			}
		})
	}
}

// TestLoadedFromManyGoroutines: 16 goroutines that score a loaded flow at once get what one alone gets.
func TestLoadedFromManyGoroutines(t *testing.T) {
	x := refMoons(400)
	f := coupling(t, 2, flows.CouplingConfig{Blocks: 2, Components: 4, Hidden: []int{16}, Seed: 11})
	initFrom(t, f, x)
	g, err := flows.LoadFrom(bytes.NewReader(saved(t, f)))
	errtest.None(t, err)
	want := logProb(t, f, x)
	var wg sync.WaitGroup
	for i := range 16 {
		wg.Go(func() {
			rows := x.Slice(20*i, 20*i+80, 0, 2)
			for range 5 {
				if lp, err := g.LogProb(rows); err != nil || !slices.Equal(lp, want[20*i:20*i+80]) {
					t.Errorf("goroutine %d: %v, or other numbers than one at a time", i, err)
				}
			}
		})
	}
	wg.Wait()
}

func TestLoadNoFile(t *testing.T) {
	_, err := flows.Load(filepath.Join(t.TempDir(), "absent"))
	if !errors.Is(err, fs.ErrNotExist) || !strings.Contains(err.Error(), "absent") {
		t.Errorf("got %v, want fs.ErrNotExist with the path", err)
	}
}
