package layers

import (
	"bytes"
	"encoding/json"
	"errors"
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

// A ParamChecker is a layer that not every value of its parameters makes sense for; it is asked after they have been
// read from a file.
type ParamChecker interface {
	CheckParams() error
}

// A kind is how layers of one name are made, and how many numbers their parameters have.
type kind struct {
	make func(dim int, config json.RawMessage) (Bijector, error)
	size func(dim int, config json.RawMessage) (float64, error)
}

// kinds is the table of bijectors: a new one is one line.
var kinds = map[string]kind{
	"householder":          maker(NewHouseholder),
	"fixed_ortho":          maker(NewFixedOrtho),
	"affine":               maker(affineOf(false)),
	"standardize":          maker(affineOf(true)),
	"mixture_cdf":          maker(NewMixtureCDF),
	"mixture_cdf_coupling": maker(NewMixtureCDFCoupling),
}

// affineOf makes the two kinds of Affine: the kind alone says which it is, and a config of the other one is an error.
func affineOf(frozen bool) func(dim int, c AffineConfig) (*Affine, error) {
	return func(dim int, c AffineConfig) (*Affine, error) {
		if c.Frozen && !frozen {
			return nil, errors.New("config: frozen is true, which is a standardize")
		}
		c.Frozen = frozen
		return NewAffine(dim, c)
	}
}

// A config is what a constructor takes. Its numbers is how many the layer's parameters have, in all: what a
// description costs is known before it is paid.
type config interface{ numbers(dim int) float64 }

func maker[C config, B Bijector](make func(dim int, c C) (B, error)) kind {
	return kind{
		make: func(dim int, raw json.RawMessage) (Bijector, error) {
			c, err := parse[C](raw)
			if err != nil {
				return nil, err
			}
			return make(dim, c)
		},
		size: func(dim int, raw json.RawMessage) (float64, error) {
			c, err := parse[C](raw)
			return c.numbers(dim), err
		},
	}
}

// parse refuses fields it does not know: a layer without them would be another layer.
func parse[C config](raw json.RawMessage) (c C, err error) {
	if !json.Valid(raw) { // a Decoder would not look past the first value
		return c, fmt.Errorf("config %.40q is not JSON", raw)
	}
	d := json.NewDecoder(bytes.NewReader(raw))
	d.DisallowUnknownFields()
	err = d.Decode(&c)
	return c, err
}

// Kinds lists the names that New knows.
func Kinds() []string { return slices.Sorted(maps.Keys(kinds)) }

// Describe is b's architecture. It is an error if b has no Config, is of no kind that New knows, or has a
// conditioner of the caller's own.
func Describe(b Bijector) (Description, error) {
	c, ok := b.(Configurer)
	if _, known := kinds[b.Name()]; !ok || !known {
		return Description{}, fmt.Errorf("layers: Describe: %T (%s) cannot be described: want one of %q with a Config", b, b.Name(), Kinds())
	}
	if custom, ok := b.(*MixtureCDFCoupling); ok && custom.config.Custom {
		return Description{}, fmt.Errorf("layers: Describe: %s: the conditioner %T is the caller's own: want an MLP or a SharedMLP", b.Name(), custom.conditioner)
	}
	raw, err := json.Marshal(c.Config())
	if err != nil {
		return Description{}, fmt.Errorf("layers: Describe: %s: %w", b.Name(), err)
	}
	return Description{b.Name(), b.Dim(), raw}, nil
}

// New makes the layer that d describes, with fresh parameters.
func New(d Description) (Bijector, error) {
	k, ok := kinds[d.Kind]
	if !ok {
		return nil, fmt.Errorf("layers: New: kind = %q, want one of %q", d.Kind, Kinds())
	}
	b, err := k.make(d.Dim, d.Config)
	if err != nil {
		return nil, fmt.Errorf("layers: New: %s: %w", d.Kind, err)
	}
	return b, nil
}

// Size is how many numbers the parameters of the layer that d describes have, found without making it.
func Size(d Description) (float64, error) {
	k, ok := kinds[d.Kind]
	if !ok {
		return 0, fmt.Errorf("layers: Size: kind = %q, want one of %q", d.Kind, Kinds())
	}
	n, err := k.size(d.Dim, d.Config)
	if err != nil {
		return 0, fmt.Errorf("layers: Size: %s: %w", d.Kind, err)
	}
	return n, nil
}
