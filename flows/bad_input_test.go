package flows_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math"
	"math/rand/v2"
	"path/filepath"
	"reflect"
	"slices"
	"testing"

	"gonum.org/v1/gonum/mat"

	"gaussflow/flows"
	"gaussflow/graph"
	"gaussflow/initializers"
	"gaussflow/internal/errtest"
	"gaussflow/layers"
	"gaussflow/rows"
	"gaussflow/train"
	"gaussflow/transforms"
)

// readers are the methods of a flow that take rows.
var readers = map[string]func(f *flows.Flow, x mat.Matrix) error{
	"Forward":               func(f *flows.Flow, x mat.Matrix) error { _, _, err := f.Forward(x); return err },
	"Inverse":               func(f *flows.Flow, x mat.Matrix) error { _, _, err := f.Inverse(x); return err },
	"LogProb":               func(f *flows.Flow, x mat.Matrix) error { _, err := f.LogProb(x); return err },
	"LogProbGrad":           func(f *flows.Flow, x mat.Matrix) error { _, _, err := f.LogProbGrad(x); return err },
	"Intermediates":         func(f *flows.Flow, x mat.Matrix) error { _, err := f.Intermediates(x); return err },
	"InitFrom":              func(f *flows.Flow, x mat.Matrix) error { _, err := f.InitFrom(x, initializers.IGConfig{}); return err },
	"Evaluate":              func(f *flows.Flow, x mat.Matrix) error { _, err := f.Evaluate(x, nil); return err },
	"Predict":               func(f *flows.Flow, x mat.Matrix) error { _, err := f.Predict(x); return err },
	"the trainer's Predict": func(f *flows.Flow, x mat.Matrix) error { _, err := f.Trainer().Predict(x); return err },
	"Fit": func(f *flows.Flow, x mat.Matrix) error {
		_, err := f.Fit(context.Background(), x, train.FitConfig{})
		return err
	},
	"Fit's validation": func(f *flows.Flow, x mat.Matrix) error {
		_, err := f.Fit(context.Background(), randomData("blobs", 8, 3, 0), train.FitConfig{ValidationData: orNil(x)})
		return err
	},
}

// orNil replaces a nil validation matrix by an empty one, because nil means no validation.
func orNil(x mat.Matrix) mat.Matrix {
	if x == nil {
		return &mat.Dense{}
	}
	return x
}

func TestBadRows(t *testing.T) {
	with := func(v float64) mat.Matrix {
		x := randomData("blobs", 700, 3, 0)
		x.Set(601, 2, v) // beyond the first chunk of rows that a check reads
		return x
	}
	for name, bad := range map[string]struct {
		x     mat.Matrix
		words []string
		shape bool // the error is a ShapeError if true, and otherwise a DomainError at row 601, column 2
	}{
		"too narrow":       {randomData("blobs", 4, 2, 0), []string{"4×2", "input_dim = 3"}, true},
		"too wide":         {randomData("blobs", 4, 5, 0), []string{"4×5", "input_dim = 3"}, true},
		"no rows":          {&mat.Dense{}, []string{"0×0", "at least one row"}, true},
		"nil":              {nil, []string{"input_dim = 3"}, true},
		"a nil *mat.Dense": {(*mat.Dense)(nil), []string{"input_dim = 3"}, true},
		"NaN":              {with(math.NaN()), []string{"row 601", "column 2", "NaN", "finite"}, false},
		"+Inf":             {with(math.Inf(1)), []string{"row 601", "column 2", "+Inf", "finite"}, false},
		"-Inf":             {with(math.Inf(-1)), []string{"row 601", "column 2", "-Inf", "finite"}, false},
	} {
		for method, call := range readers {
			t.Run(method+"/"+name, func(t *testing.T) {
				f := coupling(t, 3, flows.CouplingConfig{Blocks: 1, Components: 2, Hidden: []int{4}})
				errtest.None(t, f.Compile(train.Config{}))
				before := values(f)
				err := errtest.Of(t, func() error { return call(f, bad.x) })
				words := bad.words
				if bad.x == nil && method == "Fit's validation" {
					words = []string{"0×0"}
				}
				errtest.Says(t, err, words...)
				var shape *graph.ShapeError
				var domain *rows.DomainError
				switch {
				case bad.shape && !errors.As(err, &shape):
					t.Errorf("%v is no *graph.ShapeError", err)
				case !bad.shape && (!errors.As(err, &domain) || domain.Row != 601 || domain.Col != 2):
					t.Errorf("%v is no *rows.DomainError at row 601, column 2", err)
				}
				if !slices.EqualFunc(values(f), before, slices.Equal) {
					t.Error("the parameters changed")
				}
			})
		}
	}
}

func values(f *flows.Flow) (v [][]float64) {
	for _, p := range f.Params() {
		v = append(v, p.Values())
	}
	return v
}

// TestTooFarOut: a finite row whose squares overflow has no log p in float64, and the error names the row.
func TestTooFarOut(t *testing.T) {
	f := diagonal(t, 2, flows.GaussianizationConfig{Blocks: 1})
	x := mat.NewDense(3, 2, []float64{0, 0, 1, 1, 1e300, 0})
	errtest.Says(t, errtest.Of(t, func() error { _, err := f.LogProb(x); return err }), "LogProb", "row 2", "too far out")
}

func TestNotCompiled(t *testing.T) {
	f := diagonal(t, 2, flows.GaussianizationConfig{})
	x := randomData("blobs", 8, 2, 0)
	_, fitErr := f.Fit(context.Background(), x, train.FitConfig{})
	_, evalErr := f.Evaluate(x, nil)
	for _, err := range []error{fitErr, evalErr} {
		errtest.Says(t, err, "Compile")
		if !errors.Is(err, train.ErrNotCompiled) {
			t.Errorf("%v is not train.ErrNotCompiled", err)
		}
	}
	if f.Trainer() != nil {
		t.Error("Trainer is not nil before Compile")
	}
	z, err := f.Predict(x)
	errtest.None(t, err)
	want, _, err := f.Forward(x)
	errtest.None(t, err)
	if !mat.Equal(z, want) {
		t.Error("Predict before Compile is not Forward's z")
	}
}

// TestNotBuilt: the methods of a Flow that is nil or that no constructor made return ErrNotBuilt or nothing.
func TestNotBuilt(t *testing.T) {
	x := randomData("blobs", 8, 2, 0)
	for name, f := range map[string]*flows.Flow{"zero": {}, "nil": nil} {
		for method, call := range readers {
			t.Run(method+"/"+name, func(t *testing.T) {
				err := errtest.Of(t, func() error { return call(f, x) })
				if !errors.Is(err, flows.ErrNotBuilt) && !errors.Is(err, train.ErrNotCompiled) {
					t.Errorf("got %v, want ErrNotBuilt or ErrNotCompiled", err)
				}
			})
		}
		for method, call := range map[string]func() error{
			"Sample":  func() error { _, err := f.Sample(1, rand.New(rand.NewPCG(1, 1))); return err },
			"Compile": func() error { return f.Compile(train.Config{}) },
		} {
			t.Run(method+"/"+name, func(t *testing.T) {
				if err := errtest.Of(t, call); !errors.Is(err, flows.ErrNotBuilt) {
					t.Errorf("got %v, want ErrNotBuilt", err)
				}
			})
		}
		for method, call := range map[string]func() bool{
			"Dim":             func() bool { return f.Dim() == 0 },
			"Params":          func() bool { return len(f.Params()) == 0 },
			"Layers":          func() bool { return len(f.Layers()) == 0 },
			"TrainableParams": func() bool { return f.TrainableParams() == 0 },
			"Summary":         func() bool { return f.Summary() == flows.ErrNotBuilt.Error() },
			"Trainer":         func() bool { return f.Trainer() == nil },
		} {
			t.Run(method+"/"+name, func(t *testing.T) {
				empty := false
				errtest.None(t, errtest.Of(t, func() error { empty = call(); return nil }))
				if !empty {
					t.Error("it is not empty")
				}
			})
		}
	}
}

// TestNotBuiltMethods calls every method of a flow that no constructor made, with valid arguments.
func TestNotBuiltMethods(t *testing.T) {
	arguments := map[reflect.Type]any{
		reflect.TypeFor[context.Context](): context.Background(),
		reflect.TypeFor[mat.Matrix]():      randomData("blobs", 8, 2, 0),
		reflect.TypeFor[rows.Source]():     tableOf(randomData("blobs", 8, 2, 0)),
		reflect.TypeFor[io.Writer]():       io.Discard,
		reflect.TypeFor[string]():          filepath.Join(t.TempDir(), "no.gflow"),
	}
	for name, f := range map[string]*flows.Flow{"zero": {}, "nil": nil} {
		v := reflect.ValueOf(f)
		for i := range v.NumMethod() {
			method := v.Type().Method(i).Name
			err := errtest.Of(t, func() error {
				arguments[reflect.TypeFor[*graph.Builder]()] = graph.NewBuilder(graph.Float64)
				var in []reflect.Value
				for j := range v.Method(i).Type().NumIn() {
					of := v.Method(i).Type().In(j)
					if a, ok := arguments[of]; ok {
						in = append(in, reflect.ValueOf(a))
					} else {
						in = append(in, reflect.Zero(of))
					}
				}
				call := v.Method(i).Call
				if v.Method(i).Type().IsVariadic() {
					call = v.Method(i).CallSlice
				}
				out := call(in)
				if n := len(out); n > 0 && out[n-1].Type() == reflect.TypeFor[error]() {
					if err, _ := out[n-1].Interface().(error); !errors.Is(err, flows.ErrNotBuilt) && !errors.Is(err, train.ErrNotCompiled) {
						return fmt.Errorf("got %v, want ErrNotBuilt or ErrNotCompiled", err)
					}
				}
				return nil
			})
			if err != nil {
				t.Errorf("%s flow: %s: %v", name, method, err)
			}
		}
	}
}

func TestBadSample(t *testing.T) {
	f := diagonal(t, 2, flows.GaussianizationConfig{})
	rng := rand.New(rand.NewPCG(1, 1))
	for name, c := range map[string]struct {
		n     int
		rng   *rand.Rand
		words []string
	}{
		"none":     {0, rng, []string{"n = 0", "≥ 1"}},
		"negative": {-3, rng, []string{"n = -3", "≥ 1"}},
		"no rng":   {5, nil, []string{"rng is nil"}},
	} {
		t.Run(name, func(t *testing.T) {
			errtest.Says(t, errtest.Of(t, func() error { _, err := f.Sample(c.n, c.rng); return err }), c.words...)
			errtest.Says(t, errtest.Of(t, func() error { _, _, err := f.SampleAndLogProb(c.n, c.rng); return err }), c.words...)
		})
	}
}

func TestBadConfigs(t *testing.T) {
	newCoupling := func(d int, c flows.CouplingConfig) func() error {
		return func() error { _, err := flows.NewCoupling(d, c); return err }
	}
	newDiagonal := func(d int, c flows.GaussianizationConfig) func() error {
		return func() error { _, err := flows.NewGaussianization(d, c); return err }
	}
	newFlow := func(named ...flows.Named) func() error {
		return func() error { _, err := flows.New(named...); return err }
	}
	rotation := func(d int, dtype graph.Dtype) layers.Bijector {
		h, err := layers.NewHouseholder(d, layers.HouseholderConfig{Dtype: dtype})
		errtest.None(t, err)
		return h
	}
	nan := mat.NewDense(3, 2, []float64{1, 2, 3, math.NaN(), 5, 7})
	for name, c := range map[string]struct {
		call  func() error
		words []string
	}{
		"no layers":        {newFlow(), []string{"no layers"}},
		"nil layer":        {newFlow(flows.Named{Name: "a"}), []string{"layer 0", "nil"}},
		"layer of no name": {newFlow(flows.Named{Layer: rotation(2, "")}), []string{"layer 0", "name"}},
		"two of one name": {newFlow(flows.Named{Name: "a", Layer: rotation(2, "")}, flows.Named{Name: "a", Layer: rotation(2, "")}),
			[]string{"layer 1", `"a"`}},
		"two widths": {newFlow(flows.Named{Name: "a", Layer: rotation(2, "")}, flows.Named{Name: "b", Layer: rotation(3, "")}),
			[]string{"dim 3", "want 2"}},
		"two dtypes": {newFlow(flows.Named{Name: "a", Layer: rotation(2, "")}, flows.Named{Name: "b", Layer: rotation(2, graph.Float32)}),
			[]string{"float32", "want float64"}},

		"coupling of no column":               {newCoupling(0, flows.CouplingConfig{}), []string{"dim = 0", "≥ 2"}},
		"coupling of one column":              {newCoupling(1, flows.CouplingConfig{}), []string{"dim = 1", "≥ 2"}},
		"coupling of negative blocks":         {newCoupling(2, flows.CouplingConfig{Blocks: -1}), []string{"Blocks = -1"}},
		"coupling of −1 components":           {newCoupling(2, flows.CouplingConfig{Components: -1}), []string{"Components = -1"}},
		"coupling of −1 reflectors":           {newCoupling(2, flows.CouplingConfig{Reflectors: -1}), []string{"Reflectors = -1"}},
		"mask all true":                       {newCoupling(2, flows.CouplingConfig{Mask: layers.Mask{true, true}}), []string{"all 2", "true"}},
		"mask all false":                      {newCoupling(2, flows.CouplingConfig{Mask: layers.Mask{false, false}}), []string{"all 2", "false"}},
		"mask of the wrong length":            {newCoupling(3, flows.CouplingConfig{Mask: layers.Mask{true, false}}), []string{"2 entries", "3 columns"}},
		"empty mask":                          {newCoupling(2, flows.CouplingConfig{Mask: layers.Mask{}}), []string{"0 entries", "2 columns"}},
		"unknown activation":                  {newCoupling(2, flows.CouplingConfig{Activation: "sine"}), []string{"sine", "relu"}},
		"unknown kernel":                      {newCoupling(2, flows.CouplingConfig{Kernel: "lecun"}), []string{"lecun", "glorot_uniform"}},
		"unknown dtype":                       {newCoupling(2, flows.CouplingConfig{Dtype: "float16"}), []string{"float16", "float32"}},
		"hidden layer of no width":            {newCoupling(2, flows.CouplingConfig{Hidden: []int{8, 0}}), []string{"Hidden[1] = 0"}},
		"hidden layer of −1":                  {newCoupling(2, flows.CouplingConfig{Hidden: []int{-1}}), []string{"Hidden[0] = -1"}},
		"mixture beside a transform":          {newCoupling(2, flows.CouplingConfig{Components: 4, Transform: transforms.Affine{}}), []string{"Components = 4", "Transform"}},
		"clamp beside a transform":            {newCoupling(2, flows.CouplingConfig{ScaleClamp: layers.TanhClamp(1), Transform: transforms.Affine{}}), []string{"ScaleClamp", "Transform"}},
		"spline of one bin":                   {newCoupling(2, flows.CouplingConfig{Transform: transforms.RationalQuadraticSpline{Bins: 1}}), []string{"coupling_a", "1"}},
		"coupling of context −1":              {newCoupling(2, flows.CouplingConfig{Context: -1}), []string{"Context = -1"}},
		"residual of two layers":              {newCoupling(2, flows.CouplingConfig{Hidden: []int{4, 4}, Residual: true}), []string{"Hidden = [4 4]", "odd number"}},
		"diagonal mixture beside a transform": {newDiagonal(2, flows.GaussianizationConfig{Components: 4, Transform: transforms.Affine{}}), []string{"Components = 4", "Transform"}},
		"diagonal means beside a transform":   {newDiagonal(2, flows.GaussianizationConfig{MixtureInit: randomData("blobs", 9, 2, 0), Transform: transforms.Affine{}}), []string{"MixtureInit", "Transform"}},
		"diagonal network of no context":      {newDiagonal(2, flows.GaussianizationConfig{Hidden: []int{4}}), []string{"Hidden = [4]", "Context"}},
		"diagonal of context −1":              {newDiagonal(2, flows.GaussianizationConfig{Context: -1}), []string{"Context = -1"}},
		"clamp without width":                 {newCoupling(2, flows.CouplingConfig{ScaleClamp: layers.TanhClamp(-1)}), []string{"ScaleClamp", "bound > 0"}},
		"clamp of NaN":                        {newCoupling(2, flows.CouplingConfig{ScaleClamp: layers.TanhClamp(math.NaN())}), []string{"ScaleClamp"}},
		"clamp upside down":                   {newCoupling(2, flows.CouplingConfig{ScaleClamp: layers.SigmoidClamp(2, -2)}), []string{"ScaleClamp", "lo < hi"}},
		"diagonal of no column":               {newDiagonal(0, flows.GaussianizationConfig{}), []string{"dim = 0", "≥ 1"}},
		"diagonal of −2 columns":              {newDiagonal(-2, flows.GaussianizationConfig{}), []string{"dim = -2", "≥ 1"}},
		"diagonal of negative blocks":         {newDiagonal(2, flows.GaussianizationConfig{Blocks: -1}), []string{"Blocks = -1"}},
		"diagonal of unknown dtype":           {newDiagonal(2, flows.GaussianizationConfig{Dtype: "int"}), []string{`"int"`, "float64"}},
		"PCA of another width":                {newDiagonal(3, flows.GaussianizationConfig{PCAInit: randomData("blobs", 9, 2, 0)}), []string{"3", "2"}},
		"PCA of one row":                      {newDiagonal(2, flows.GaussianizationConfig{PCAInit: randomData("blobs", 1, 2, 0)}), []string{"1 row,", "at least 2"}},
		"PCA of no rows":                      {newDiagonal(2, flows.GaussianizationConfig{PCAInit: &mat.Dense{}}), []string{"PCA", "0×0"}},
		"PCA of NaN":                          {newDiagonal(2, flows.GaussianizationConfig{PCAInit: nan}), []string{"row 1", "column 1", "NaN"}},
		"mixtures from another width":         {newDiagonal(3, flows.GaussianizationConfig{MixtureInit: randomData("blobs", 9, 2, 0)}), []string{"MixtureInit", "9×2", "= 3"}},
		"mixtures from NaN":                   {newDiagonal(2, flows.GaussianizationConfig{MixtureInit: nan}), []string{"MixtureInit", "row 1", "column 1"}},
		"warm start with few reflectors": {func() error {
			f := diagonal(t, 3, flows.GaussianizationConfig{Reflectors: 2})
			_, err := f.InitFrom(randomData("blobs", 9, 3, 0), initializers.IGConfig{})
			return err
		}, []string{"block0.rotation", "num_reflectors == d"}},
		"warm start from one row": {func() error {
			f := diagonal(t, 2, flows.GaussianizationConfig{})
			_, err := f.InitFrom(randomData("blobs", 1, 2, 0), initializers.IGConfig{})
			return err
		}, []string{"block0.rotation", "1 row,", "at least 2"}},
		"warm start by a bad fit": {func() error {
			f := diagonal(t, 2, flows.GaussianizationConfig{})
			_, err := f.InitFrom(randomData("blobs", 9, 2, 0), initializers.IGConfig{Mixture: initializers.MixtureConfig{MaxSteps: -1}})
			return err
		}, []string{"block0.marginal", "MaxSteps = -1"}},
		"warm start within a bad clamp": {func() error {
			f := diagonal(t, 2, flows.GaussianizationConfig{})
			_, err := f.InitFrom(randomData("blobs", 9, 2, 0), initializers.IGConfig{ScaleClamp: layers.TanhClamp(-1)})
			return err
		}, []string{"scales"}},
	} {
		t.Run(name, func(t *testing.T) { errtest.Says(t, errtest.Of(t, c.call), c.words...) })
	}
}

// TestCancelled: a fit that is cancelled before its first batch returns an empty history and leaves the flow as it was.
func TestCancelled(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	x := randomData("blobs", 64, 2, 0)
	f := coupling(t, 2, flows.CouplingConfig{Blocks: 1, Hidden: []int{4}})
	errtest.None(t, f.Compile(train.Config{}))
	before := logProb(t, f, x)
	history, err := f.Fit(ctx, x, train.FitConfig{Epochs: 100})
	if !errors.Is(err, context.Canceled) || history == nil || len(history.Loss) != 0 {
		t.Errorf("history %v, error %v: want an empty history and context.Canceled", history, err)
	}
	if !slices.Equal(logProb(t, f, x), before) {
		t.Error("the flow changed")
	}
}

func TestBatchLargerThanTheData(t *testing.T) {
	x := randomData("blobs", 20, 2, 0)
	f := diagonal(t, 2, flows.GaussianizationConfig{Blocks: 1})
	errtest.None(t, f.Compile(train.Config{}))
	_, err := f.Fit(context.Background(), x, train.FitConfig{BatchSize: 21})
	errtest.None(t, err)
	if facts := f.Metadata.Training; facts.Rows != 20 || len(facts.History.Loss) != 1 {
		t.Errorf("the facts are %+v, want 20 rows and one epoch", facts)
	}
}
