package layers

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
)

// A Description is a layer's architecture as JSON; its parameters are not in it.
type Description struct {
	Kind   string          `json:"kind"`
	Dim    int             `json:"dim"`
	Config json.RawMessage `json:"config"`
}

// A Configurer can be described: Config is a struct that survives JSON.
type Configurer interface {
	Config() any
}

// kinds is the table of bijectors: a new one is one line.
var kinds = map[string]func(dim int, config json.RawMessage) (Bijector, error){
	"householder":          maker(NewHouseholder),
	"fixed_ortho":          maker(NewFixedOrtho),
	"affine":               maker(NewAffine),
	"standardize":          maker(NewAffine),
	"mixture_cdf":          maker(NewMixtureCDF),
	"mixture_cdf_coupling": maker(NewMixtureCDFCoupling),
}

func maker[C any, B Bijector](make func(dim int, c C) (B, error)) func(int, json.RawMessage) (Bijector, error) {
	return func(dim int, raw json.RawMessage) (Bijector, error) {
		var c C
		if err := json.Unmarshal(raw, &c); err != nil {
			return nil, err
		}
		return make(dim, c)
	}
}

// Kinds lists the names that New knows.
func Kinds() []string { return slices.Sorted(maps.Keys(kinds)) }

// Describe is b's architecture. It is an error if b has no Config or is of no kind that New knows.
func Describe(b Bijector) (Description, error) {
	c, ok := b.(Configurer)
	if !ok || kinds[b.Name()] == nil {
		return Description{}, fmt.Errorf("layers: Describe: %T (%s) cannot be described: want one of %q with a Config", b, b.Name(), Kinds())
	}
	raw, err := json.Marshal(c.Config())
	if err != nil {
		return Description{}, fmt.Errorf("layers: Describe: %s: %w", b.Name(), err)
	}
	return Description{b.Name(), b.Dim(), raw}, nil
}

// New makes the layer that d describes, with fresh parameters.
func New(d Description) (Bijector, error) {
	make := kinds[d.Kind]
	if make == nil {
		return nil, fmt.Errorf("layers: New: kind = %q, want one of %q", d.Kind, Kinds())
	}
	b, err := make(d.Dim, d.Config)
	if err != nil {
		return nil, fmt.Errorf("layers: New: %s: %w", d.Kind, err)
	}
	return b, nil
}
