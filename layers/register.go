package layers

import (
	"encoding/json"
	"fmt"

	"gaussflow/graph"
	"gaussflow/internal/registry"
)

// A Description is a layer's architecture as JSON, without its parameters.
type Description struct {
	Kind   string          `json:"kind"`
	Dim    int             `json:"dim"`
	Config json.RawMessage `json:"config"`
}

// A ParamChecker is a layer that does not accept every value of its parameters. It is asked after they have been read
// from a file.
type ParamChecker interface {
	CheckParams() error
}

var bijectors = registry.New[Bijector, int]("layers.Register")

// Register lets layers of type B be saved and loaded, under the given name in files. Each program that writes or reads such
// files calls it once, in an init function.
//
// A layer's Config must survive encoding to JSON and back. specs declares the parameters that a configuration has with dim
// columns, and reports a configuration that is invalid. make puts a layer together from such parameters, whose values are set
// later; the layer's Params must be those, in that order. A name prefixed by the program's, as "acme.spline", cannot collide
// with others.
func Register[B interface {
	Bijector
	Config() C
}, C any](kind string, specs func(dim int, c C) ([]graph.ParamSpec, error), make func(dim int, c C, params []*graph.Param) (B, error)) error {
	return registry.Add(bijectors, kind, B.Config, specs, make)
}

// Kinds lists the names of the registered layers.
func Kinds() []string { return bijectors.Kinds() }

// Kind is the name that b's type is registered under; if it is not registered, the Go type.
func Kind(b Bijector) string {
	if kind := bijectors.KindOf(b); kind != "" {
		return kind
	}
	return fmt.Sprintf("%T", b)
}

// Describe describes b's architecture. It returns an error if its type, or that of a part, is not registered: see
// Register.
func Describe(b Bijector) (Description, error) {
	kind, config, err := bijectors.Describe(b)
	if err != nil {
		return Description{}, fmt.Errorf("layers: Describe: %w", err)
	}
	d := Description{kind, b.Dim(), config}
	specs, err := Specs(d)
	if err != nil {
		return d, fmt.Errorf("layers: Describe: %w", err)
	}
	if err := registry.Check(specs, Slots(b)); err != nil {
		return d, fmt.Errorf("layers: Describe: %s: Params: %w", kind, err)
	}
	return d, nil
}

// Specs are the parameters of the layer that d describes, found without making the layer.
func Specs(d Description) ([]graph.ParamSpec, error) {
	specs, err := bijectors.Specs(d.Kind, d.Dim, d.Config)
	if err != nil {
		return nil, fmt.Errorf("layers: %w", err)
	}
	return specs, nil
}

// New makes the layer that d describes from params, which must be as Specs says; the caller sets their values. Two layers that
// are given the same parameter share it.
func New(d Description, params []*graph.Param) (Bijector, error) {
	b, err := bijectors.Make(d.Kind, d.Dim, d.Config, params)
	if err != nil {
		return nil, fmt.Errorf("layers: New: %w", err)
	}
	if b.Dim() != d.Dim {
		return nil, fmt.Errorf("layers: New: %s: made for %d columns, want %d", d.Kind, b.Dim(), d.Dim)
	}
	return b, nil
}

// made makes a layer with the parameters that its configuration declares, all zero.
func made[B, C any](dim int, c C, dtype graph.Dtype,
	specs func(int, C) ([]graph.ParamSpec, error), make func(int, C, []*graph.Param) (B, error)) (b B, err error) {
	declared, err := specs(dim, c)
	if err != nil {
		return b, err
	}
	params, err := graph.NewParams(dtype, declared)
	if err != nil {
		return b, err
	}
	return make(dim, c, params)
}

// checkDtype reports parameters whose dtype is not the one that a configuration asks for.
func checkDtype(params []*graph.Param, dtype graph.Dtype) error {
	if err := dtype.Validate(); err != nil {
		return err
	}
	for _, p := range params {
		if p.Dtype() != dtype && (p.Dtype() != graph.Float64 || dtype != "") {
			return fmt.Errorf("parameter %q is %s, want %s", p.Name, p.Dtype(), dtype)
		}
	}
	return nil
}

// The layers of this package. A new one needs a file and a line here.
func init() {
	for _, err := range []error{
		Register("act_norm", actNormSpecs, newActNorm),
		Register("affine", affineSpecs, newAffine),
		Register("autoregressive", autoregressiveSpecs, newAutoregressive),
		Register("chain", chainSpecs, newChain),
		Register("coupling", couplingSpecs, newCoupling),
		Register("elementwise", elementwiseSpecs, newElementwise),
		Register("fixed_ortho", fixedOrthoSpecs, newFixedOrtho),
		Register("householder", householderSpecs, newHouseholder),
		Register("inverted", invertedSpecs, newInverted),
		Register("lu", luSpecs, newLU),
		Register("mixture_cdf", mixtureCDFSpecs, newMixtureCDF),
		Register("mixture_cdf_coupling", mixtureCDFCouplingSpecs, newMixtureCDFCoupling),
		Register("permutation", permutationSpecs, newPermutation),
		Register("standardize", standardizeSpecs, newStandardize),
		Register("support", supportSpecs, newSupport),
	} {
		if err != nil {
			panic(err) // a mistake in the lines above
		}
	}
}
