package bases

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"

	"gonum.org/v1/gonum/mat"
	G "gorgonia.org/gorgonia"

	"gaussflow/graph"
	"gaussflow/internal/defaults"
	"gaussflow/internal/registry"
)

// A Base is a density of d numbers, written once as a graph, together with a way to sample from it.
type Base interface {
	// Dim is d.
	Dim() int
	// Params are its parameters, always the same ones in the same order.
	Params() []*graph.Param
	// LogProb is log p of each row of z (N×d), a vector of N, in nats. The context is N×c, or nil if there is none.
	LogProb(b *graph.Builder, z, context *G.Node) *G.Node
	// Sample draws n rows with rng. The context has one row for each; it is nil if there is none.
	Sample(n int, context mat.Matrix, rng *rand.Rand) (*mat.Dense, error)
}

// A Conditional base reads a context.
type Conditional interface {
	// ContextDim is how many context values a row has; 0 if the base was made without a context.
	ContextDim() int
}

// ContextDim is how many context values b reads, 0 if it reads none.
func ContextDim(b Base) int {
	if c, ok := b.(Conditional); ok && !defaults.IsNil(b) {
		return c.ContextDim()
	}
	return 0
}

// A Bounded base is a density that is zero outside a set.
type Bounded interface {
	// Bounded reports that LogProb may be −Inf, as the log-density of a point outside the set rather than by overflow.
	Bounded() bool
}

// IsBounded reports whether b is a Bounded base whose Bounded is true.
func IsBounded(b Base) bool {
	bounded, ok := b.(Bounded)
	return ok && !defaults.IsNil(b) && bounded.Bounded()
}

// A Description is a base's architecture as JSON, without its parameters.
type Description struct {
	Kind   string          `json:"kind"`
	Config json.RawMessage `json:"config"`
}

var known = registry.New[Base, int]("bases.Register")

// Register lets flows with bases of type B be saved, under the given name in files. It works like layers.Register, which
// describes the arguments.
func Register[B interface {
	Base
	Config() C
}, C any](kind string, specs func(dim int, c C) ([]graph.ParamSpec, error), make func(dim int, c C, params []*graph.Param) (B, error)) error {
	return registry.Add(known, kind, B.Config, specs, make)
}

// Kinds lists the names of the registered bases.
func Kinds() []string { return known.Kinds() }

// Kind is the name that b's type is registered under; if it is not registered, the Go type.
func Kind(b Base) string {
	if kind := known.KindOf(b); kind != "" {
		return kind
	}
	return fmt.Sprintf("%T", b)
}

// Describe describes b's architecture. It returns an error if its type, or that of a part, is not registered.
func Describe(b Base) (Description, error) {
	kind, config, err := known.Describe(b)
	if err != nil {
		return Description{}, fmt.Errorf("bases: Describe: %w", err)
	}
	specs, err := Specs(Description{kind, config}, b.Dim())
	if err == nil {
		err = registry.Check(specs, b.Params())
	}
	if err != nil {
		return Description{}, fmt.Errorf("bases: Describe: %s: %w", kind, err)
	}
	return Description{kind, config}, nil
}

// Specs are the parameters of the base of dim numbers that d describes, found without making the base.
func Specs(d Description, dim int) ([]graph.ParamSpec, error) {
	specs, err := known.Specs(d.Kind, dim, d.Config)
	if err != nil {
		return nil, fmt.Errorf("bases: %w", err)
	}
	return specs, nil
}

// New makes the base of dim numbers that d describes from params, which must be as Specs says.
func New(d Description, dim int, params []*graph.Param) (Base, error) {
	b, err := known.Make(d.Kind, dim, d.Config, params)
	if err != nil {
		return nil, fmt.Errorf("bases: New: %w", err)
	}
	return b, nil
}

// The bases of this package. A new one needs a file and a line here.
func init() {
	for _, err := range []error{
		Register("gaussian_mixture", gaussianMixtureSpecs, newGaussianMixture),
		Register("independent", independentSpecs, newIndependent),
		Register("standard_normal", standardNormalSpecs, newStandardNormal),
		Register("uniform", uniformSpecs, newUniform),
		RegisterFamily[Normal]("normal"),
		RegisterFamily[StudentT]("student_t"),
		RegisterFamily[UniformInterval]("uniform_interval"),
	} {
		if err != nil {
			panic(err) // a mistake in the lines above
		}
	}
}
