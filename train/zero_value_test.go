package train_test

import (
	"context"
	"errors"
	"reflect"
	"slices"
	"strings"
	"testing"

	"gonum.org/v1/gonum/mat"

	"gaussflow/graph"
	"gaussflow/losses"
	"gaussflow/rows"
	"gaussflow/train"
)

// callAll calls every method of v with valid arguments and passes the error of each, or nil if the method returns none, to
// check. It finds methods by reflection, so new ones are called as well.
func callAll(t *testing.T, name string, v any, check func(method string, returnsError bool, err error)) {
	t.Helper()
	arguments := map[reflect.Type]any{
		reflect.TypeFor[context.Context](): context.Background(),
		reflect.TypeFor[mat.Matrix]():      someRows(4, 1),
		reflect.TypeFor[rows.Source]():     &stored{x: someRows(4, 1)},
		reflect.TypeFor[*train.State]():    &train.State{},
	}
	value := reflect.ValueOf(v)
	for i := range value.NumMethod() {
		method := value.Type().Method(i).Name
		var in []reflect.Value
		for j := range value.Method(i).Type().NumIn() {
			of := value.Method(i).Type().In(j)
			if a, ok := arguments[of]; ok {
				in = append(in, reflect.ValueOf(a))
			} else {
				in = append(in, reflect.Zero(of))
			}
		}
		func() {
			defer func() {
				if r := recover(); r != nil {
					t.Errorf("%s: %s panics: %v", name, method, r)
				}
			}()
			out := value.Method(i).Call(in)
			var err error
			returnsError := len(out) > 0 && out[len(out)-1].Type() == reflect.TypeFor[error]()
			if returnsError {
				err, _ = out[len(out)-1].Interface().(error)
			}
			check(method, returnsError, err)
		}()
	}
}

// TestTrainerThatNewHasNotMade: the methods of a Trainer that New did not make return ErrNotCompiled or nothing.
func TestTrainerThatNewHasNotMade(t *testing.T) {
	for name, tr := range map[string]*train.Trainer{"nil": nil, "zero": {}} {
		methods := 0
		callAll(t, name, tr, func(method string, returnsError bool, err error) {
			methods++
			if returnsError && !errors.Is(err, train.ErrNotCompiled) {
				t.Errorf("%s: %s: got %v, want ErrNotCompiled", name, method, err)
			}
		})
		if methods < 8 {
			t.Errorf("%s: %d methods, want all of a Trainer's", name, methods)
		}
		if tr.LearningRate() != 0 || tr.State().Slots != nil {
			t.Errorf("%s: rate %g, state %v; want none", name, tr.LearningRate(), tr.State())
		}
	}
}

// TestZeroValues: every type that can be made without a constructor can be used; methods of a fit that has not begun return nothing.
func TestZeroValues(t *testing.T) {
	for name, v := range map[string]any{
		"State": &train.State{}, "History": &train.History{},
		"EarlyStopping": &train.EarlyStopping{}, "ReduceLROnPlateau": &train.ReduceLROnPlateau{}, "ModelCheckpoint": &train.ModelCheckpoint{},
		"CSVLogger":      &train.CSVLogger{},
		"LambdaCallback": train.LambdaCallback{}, "TerminateOnNaN": train.TerminateOnNaN{}, "NopCallback": train.NopCallback{},
		"Adam": train.Adam{}, "AdamW": train.AdamW{}, "SGD": train.SGD{}, "RMSProp": train.RMSProp{}, "Clip": train.Clip{},
		"Constant": train.Constant{}, "Exponential": train.Exponential{}, "Cosine": train.Cosine{}, "Piecewise": train.Piecewise{},
		"Piecewise of too few rates": train.Piecewise{Boundaries: []int{-3, -2}, Rates: []float64{1}},
		"Config":                     train.Config{}, "NonFiniteError": &train.NonFiniteError{},
	} {
		callAll(t, name, v, func(string, bool, error) {})
	}
	s := &train.State{}
	if err := s.SetWeights(nil); !errors.Is(err, train.ErrNotCompiled) || s.Weights() != nil {
		t.Errorf("a State of no fit has weights %v and takes some (%v)", s.Weights(), err)
	}
}

// odd are models that New must refuse.
type odd struct {
	*gaussian
	dim    int
	params []*graph.Param
}

func (m odd) Dim() int               { return m.dim }
func (m odd) Params() []*graph.Param { return m.params }

func TestOddModels(t *testing.T) {
	g := newGaussian(graph.Float64)
	fixed := graph.NewParam("fixed", graph.Float64, 1)
	fixed.Trainable = false
	for words, m := range map[string]train.Model{
		"the model is nil, want one":           nil,
		"the model is a nil *train_test.":      (*gaussian)(nil),
		"has 0 columns":                        odd{g, 0, g.Params()},
		"parameter 1 (from 0) of the model":    odd{g, 2, []*graph.Param{g.shift, nil}},
		"parameter w is float32":               odd{g, 2, []*graph.Param{graph.NewParam("w", graph.Float32, 1)}},
		"the model has no trainable parameter": odd{g, 2, []*graph.Param{fixed}},
	} {
		if _, err := train.New(m, train.Config{}); err == nil || !strings.Contains(err.Error(), words) {
			t.Errorf("got %v, want an error with %q", err, words)
		}
	}
}

// TestFieldsOutOfRange: a negative number is never valid, and None is valid only in fields that document it.
func TestFieldsOutOfRange(t *testing.T) {
	type validator interface{ Validate() error }
	for name, c := range map[string]struct {
		is validator
		ok bool
	}{
		"decay":                    {train.AdamW{WeightDecay: -2}, false},
		"decay None":               {train.AdamW{WeightDecay: train.None}, true},
		"decay of a rate None":     {train.AdamW{Adam: train.Adam{LearningRate: train.None}}, false},
		"beta1":                    {train.Adam{Beta1: -0.1}, false},
		"betas None":               {train.Adam{Beta1: train.None, Beta2: train.None}, true},
		"epsilon None":             {train.Adam{Epsilon: train.None}, false},
		"rho None":                 {train.RMSProp{Rho: train.None}, true},
		"rho":                      {train.RMSProp{Rho: 1}, false},
		"epsilon":                  {train.RMSProp{Epsilon: -1e-7}, false},
		"momentum None":            {train.SGD{Momentum: train.None}, false},
		"plateau's gain None":      {&train.ReduceLROnPlateau{MinDelta: train.None}, true},
		"plateau's gain":           {&train.ReduceLROnPlateau{MinDelta: -1e-4}, false},
		"plateau's patience None":  {&train.ReduceLROnPlateau{Patience: train.None}, false},
		"stopping's patience None": {&train.EarlyStopping{Patience: train.None}, false},
		"stopping's gain":          {&train.EarlyStopping{MinDelta: -1e-4}, false},
		"penalty":                  {train.Config{Penalties: []losses.Penalty{losses.L2{Lambda: -1}}}, false},
	} {
		if err := c.is.Validate(); (err == nil) != c.ok {
			t.Errorf("%s: got %v, want an error: %v", name, err, !c.ok)
		}
	}
}

// TestNone: None in a field means the number 0, while 0 means the default.
func TestNone(t *testing.T) {
	steps := func(o train.Optimizer) []float64 {
		p := []float64{1, -2, 0.5}
		state := make([][]float64, o.Slots())
		for i := range state {
			state[i] = make([]float64, 3)
		}
		for step, g := range testGrads {
			o.Rules().Float64(train.Part[float64]{Name: "w", Values: p, Grad: slices.Clone(g), State: state}, testRate, step+1)
		}
		return p
	}
	naive := func(of scalar) []float64 {
		p := []float64{1, -2, 0.5}
		memory := []map[string]float64{{}, {}, {}}
		for step, g := range testGrads {
			for i := range p {
				p[i] = of(p[i], g[i], step+1, memory[i])
			}
		}
		return p
	}
	same(t, "AdamW without decay", steps(train.AdamW{WeightDecay: train.None}), steps(train.Adam{}))
	near(t, "Adam without memory", steps(train.Adam{Beta1: train.None, Beta2: train.None}), naive(adamOf(0, 0, 1e-7, 0, false)), 1e-14)
	near(t, "RMSProp without memory", steps(train.RMSProp{Rho: train.None}), naive(rmsPropOf(0, 0, 1e-7)), 1e-14)
}
