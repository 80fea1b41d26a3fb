package flows_test

import (
	"bytes"
	"context"
	"errors"
	"reflect"
	"slices"
	"testing"

	"gaussflow/flows"
	"gaussflow/graph"
	"gaussflow/graph/safetensors"
	"gaussflow/internal/errtest"
	"gaussflow/losses"
	"gaussflow/train"
)

// ownOptimizer, ownLoss and ownSchedule are a user's own types; only ownOptimizer is registered.
type (
	ownOptimizer struct {
		train.SGD
		Extra float64 `json:"extra"`
	}
	ownLoss     struct{ losses.NLL }
	ownSchedule struct{ train.Constant }
)

var registeredOptimizer = train.RegisterOptimizer[ownOptimizer]("flows_test.own")

// TestLoadedIsCompiled: a flow that was loaded trains with the configuration that it was compiled with, and reaches the same
// parameters as a flow that is compiled by hand.
func TestLoadedIsCompiled(t *testing.T) {
	errtest.None(t, registeredOptimizer)
	x := randomData("blobs", 200, 2, 1)
	for name, c := range map[string]train.Config{
		"defaults": {},
		"adam_w": {Optimizer: train.AdamW{Adam: train.Adam{LearningRate: 0.02, AMSGrad: true}, WeightDecay: 0.1, Suffix: ".v"},
			Schedule:  train.Cosine{Peak: 0.01, WarmupSteps: 3, DecaySteps: 50},
			Penalties: []losses.Penalty{losses.L2{Lambda: 0.1}, losses.L2{Lambda: 0.01, Suffix: ".v"}}, Clip: train.Clip{GlobalNorm: 1}, EMA: 0.9},
		"rms_prop":    {Optimizer: train.RMSProp{Rho: train.None}, Schedule: train.Exponential{Initial: 0.01, DecaySteps: 2, DecayRate: 0.5}},
		"sgd":         {Optimizer: train.SGD{Momentum: 0.5, Nesterov: true}, Schedule: train.Piecewise{Boundaries: []int{3}, Rates: []float64{0.1, 0.01}}, Composed: true},
		"one's own":   {Optimizer: ownOptimizer{train.SGD{LearningRate: 0.03}, 7}, Loss: losses.NLL{}},
		"only a rate": {Schedule: train.Constant{Rate: 0.005}},
	} {
		t.Run(name, func(t *testing.T) {
			f := diagonal(t, 2, flows.GaussianizationConfig{Blocks: 1, Components: 2, Dtype: graph.Float64})
			errtest.None(t, f.Compile(c))
			file := saved(t, f)
			var loaded [2]*flows.Flow
			for i := range loaded {
				g, err := flows.LoadFrom(bytes.NewReader(file))
				errtest.None(t, err)
				if g.Trainer() != nil {
					t.Error("a flow that was read has a trainer before it needs one")
				}
				if again := saved(t, g); !bytes.Equal(again, file) {
					t.Error("saved again it is another file")
				}
				loaded[i] = g
			}
			got, err := loaded[0].Compiled()
			errtest.None(t, err)
			if !reflect.DeepEqual(got, c) {
				t.Errorf("compiled with %+v, want %+v", got, c)
			}
			errtest.None(t, loaded[1].Compile(c))
			for _, g := range loaded {
				_, err := g.Fit(context.Background(), x, train.FitConfig{Epochs: 3, BatchSize: 50, Workers: 1})
				errtest.None(t, err)
			}
			if !slices.EqualFunc(values(loaded[0]), values(loaded[1]), slices.Equal) {
				t.Error("trained with what was saved it has other parameters than compiled by hand")
			}
			if !bytes.Contains(saved(t, loaded[0]), []byte(`compiled`)) {
				t.Error("saved after training it says nothing of how")
			}
		})
	}
}

// TestLeftOut: if part of a flow's training configuration cannot be saved, the flow can still be saved, loaded and used;
// only Fit and Evaluate fail, and say what is missing and how to register it.
func TestLeftOut(t *testing.T) {
	x := randomData("blobs", 50, 2, 1)
	for name, c := range map[string]struct {
		config train.Config
		words  []string
	}{
		"a loss":     {train.Config{Loss: ownLoss{}}, []string{"Loss", "flows_test.ownLoss", "not registered", "losses.Register"}},
		"a schedule": {train.Config{Schedule: ownSchedule{train.Constant{Rate: 0.1}}}, []string{"Schedule", "flows_test.ownSchedule", "train.RegisterSchedule"}},
	} {
		f := diagonal(t, 2, flows.GaussianizationConfig{Blocks: 1, Components: 2})
		errtest.None(t, f.Compile(c.config))
		if _, err := f.Compiled(); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		g, err := flows.LoadFrom(bytes.NewReader(saved(t, f)))
		errtest.None(t, err)
		if !slices.Equal(logProb(t, g, x), logProb(t, f, x)) {
			t.Errorf("%s: log p differs", name)
		}
		_, err = g.Evaluate(x, nil)
		errtest.Says(t, err, c.words...)
		if !errors.Is(err, train.ErrNotCompiled) {
			t.Errorf("%s: %v is not train.ErrNotCompiled", name, err)
		}
		if again := saved(t, g); !bytes.Equal(again, saved(t, f)) {
			t.Errorf("%s: saved again it is another file", name)
		}
		errtest.None(t, g.Compile(train.Config{}))
		_, err = g.Evaluate(x, nil)
		errtest.None(t, err)
	}
	never, err := flows.LoadFrom(bytes.NewReader(saved(t, diagonal(t, 2, flows.GaussianizationConfig{Blocks: 1}))))
	errtest.None(t, err)
	_, err = never.Compiled()
	errtest.Says(t, err, "not compiled")
	_, err = (&flows.Flow{}).Compiled()
	errtest.Says(t, err, "not built")
}

// TestStrangeCompiled: a flow can be loaded whatever its file says about training, because log p does not depend on it.
func TestStrangeCompiled(t *testing.T) {
	f := diagonal(t, 2, flows.GaussianizationConfig{Blocks: 1, Components: 2})
	errtest.None(t, f.Compile(train.Config{EMA: 0.5}))
	good := saved(t, f)
	for compiled, words := range map[string][]string{
		`{"optimizer":{"kind":"acme.lion","config":{}}}`:                      {"Optimizer", "acme.lion", "train.RegisterOptimizer"},
		`{"optimizer":{"kind":"adam","config":{"beta9":1}}}`:                  {"beta9"},
		`{"optimizer":{"kind":"adam","config":{"learning_rate":-1}}}`:         {"LearningRate"},
		`{"loss":{"kind":"mse","config":{}}}`:                                 {"Loss", "mse"},
		`{"penalties":[{"kind":"l2","config":{}},{"kind":"l1","config":{}}]}`: {"penalty 1", "l1"},
		`{"schedule":7}`:             {"schedule"},
		`{"ema":0.5,"ema":0.25}`:     {"twice"},
		`{"warmup":0.5}`:             {"warmup"},
		`[]`:                         {"array"},
		`{"ema":2}`:                  {"EMA"},
		`{"clip":{"value":"large"}}`: {"clip"},
	} {
		file, err := safetensors.Read(bytes.NewReader(good))
		errtest.None(t, err)
		file.Metadata["model"] = string(bytes.Replace([]byte(file.Metadata["model"]), []byte(`{"ema":0.5}`), []byte(compiled), 1))
		var b bytes.Buffer
		errtest.None(t, safetensors.Write(&b, file))
		g, err := flows.LoadFrom(&b)
		if err != nil {
			if compiled != `{"ema":0.5,"ema":0.25}` { // a name that comes twice makes the whole file invalid
				t.Errorf("%s: %v", compiled, err)
			}
			continue
		}
		_, err = g.Fit(context.Background(), randomData("blobs", 20, 2, 1), train.FitConfig{})
		errtest.Says(t, err, words...)
	}
}
