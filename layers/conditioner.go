package layers

import (
	"encoding/json"
	"errors"
	"fmt"

	G "gorgonia.org/gorgonia"

	"gaussflow/graph"
	"gaussflow/internal/defaults"
	"gaussflow/internal/registry"
)

// A Conditioner computes the parameters of a transform from what is known of a row: for a coupling its identity half and, if
// there is one, the context.
type Conditioner interface {
	// Params are its parameters, always the same ones in the same order.
	Params() []*graph.Param
	// Apply maps what is known (N×in) to θ (N×out).
	Apply(b *graph.Builder, known *G.Node) *G.Node
}

// MakeConditioner makes a conditioner with in inputs and out outputs; the layer that needs it supplies the numbers.
// MLPConfig.New is one.
type MakeConditioner func(in, out int) (Conditioner, error)

// A ConstantSetter is a Conditioner that can be made constant: θ = c for every input, bit for bit. A warm start needs it.
type ConstantSetter interface {
	SetConstant(c []float64) error
}

// A ConditionerDescription is a conditioner's architecture as JSON. It does not say how many numbers the conditioner reads and
// outputs: the layer determines that.
type ConditionerDescription struct {
	Kind   string          `json:"kind"`
	Config json.RawMessage `json:"config"`
}

// MakeAutoregressiveConditioner makes a conditioner for an Autoregressive layer, each of whose outputs depends on no more
// than a allows. MLPConfig.Masked is one.
type MakeAutoregressiveConditioner func(a Autoregression) (Conditioner, error)

// widths are how many numbers a conditioner reads and outputs and, for one in an Autoregressive layer, what each output
// may depend on.
type widths struct {
	in, out int
	of      *Autoregression
}

var conditioners = registry.New[Conditioner, widths]("layers.RegisterConditioner or layers.RegisterAutoregressiveConditioner")

// RegisterConditioner lets layers with conditioners of type C be saved, under the given name in files. What Register says holds
// here too; specs and make are told how many numbers the conditioner reads and outputs.
func RegisterConditioner[B interface {
	Conditioner
	Config() C
}, C any](kind string, specs func(in, out int, c C) ([]graph.ParamSpec, error), make func(in, out int, c C, params []*graph.Param) (B, error)) error {
	if specs == nil || make == nil {
		return fmt.Errorf("layers.RegisterConditioner: %s: got a nil function, want specs and make", kind)
	}
	return registry.Add(conditioners, kind, B.Config,
		func(w widths, c C) ([]graph.ParamSpec, error) {
			if w.of != nil {
				return nil, errors.New("got a conditioner that may read all that is known, in an Autoregressive layer, " +
					"want one registered with layers.RegisterAutoregressiveConditioner")
			}
			return specs(w.in, w.out, c)
		},
		func(w widths, c C, params []*graph.Param) (B, error) { return make(w.in, w.out, c, params) })
}

// RegisterAutoregressiveConditioner is RegisterConditioner for conditioners of Autoregressive layers: specs and make are told what
// each output may depend on.
func RegisterAutoregressiveConditioner[B interface {
	Conditioner
	Config() C
}, C any](kind string, specs func(a Autoregression, c C) ([]graph.ParamSpec, error), make func(a Autoregression, c C, params []*graph.Param) (B, error)) error {
	if specs == nil || make == nil {
		return fmt.Errorf("layers.RegisterAutoregressiveConditioner: %s: got a nil function, want specs and make", kind)
	}
	return registry.Add(conditioners, kind, B.Config,
		func(w widths, c C) ([]graph.ParamSpec, error) {
			if w.of == nil {
				return nil, errors.New("got a conditioner of Autoregressive layers in another one, want one registered with layers.RegisterConditioner")
			}
			return specs(*w.of, c)
		},
		func(w widths, c C, params []*graph.Param) (B, error) { return make(*w.of, c, params) })
}

// ConditionerKinds lists the names of the registered conditioners.
func ConditionerKinds() []string { return conditioners.Kinds() }

// DescribeConditioner describes c's architecture. It returns an error if c's type is not registered.
func DescribeConditioner(c Conditioner) (ConditionerDescription, error) {
	if defaults.IsNil(c) {
		return ConditionerDescription{}, fmt.Errorf("layers: DescribeConditioner: %w", errNotMade)
	}
	kind, config, err := conditioners.Describe(c)
	if err != nil {
		return ConditionerDescription{}, fmt.Errorf("layers: DescribeConditioner: %w", err)
	}
	return ConditionerDescription{kind, config}, nil
}

// ConditionerSpecs are the parameters of the conditioner that d describes, with in inputs and out outputs.
func ConditionerSpecs(d ConditionerDescription, in, out int) ([]graph.ParamSpec, error) {
	return conditionerSpecs(d, widths{in: in, out: out})
}

func conditionerSpecs(d ConditionerDescription, w widths) ([]graph.ParamSpec, error) {
	specs, err := conditioners.Specs(d.Kind, w, d.Config)
	if err != nil {
		return nil, fmt.Errorf("conditioner: %w", err)
	}
	return specs, nil
}

// NewConditioner makes the conditioner that d describes from params, which must be as ConditionerSpecs says.
func NewConditioner(d ConditionerDescription, in, out int, params []*graph.Param) (Conditioner, error) {
	return newConditioner(d, widths{in: in, out: out}, params)
}

func newConditioner(d ConditionerDescription, w widths, params []*graph.Param) (Conditioner, error) {
	c, err := conditioners.Make(d.Kind, w, d.Config, params)
	if err != nil {
		return nil, fmt.Errorf("conditioner: %w", err)
	}
	return c, nil
}

// The conditioners of this package. A new one needs a file and a line here.
func init() {
	for _, err := range []error{
		RegisterConditioner("mlp", mlpSpecs, newMLP),
		RegisterAutoregressiveConditioner("masked_mlp", maskedMLPSpecs, newMaskedMLP),
	} {
		if err != nil {
			panic(err) // a mistake in the lines above
		}
	}
}
