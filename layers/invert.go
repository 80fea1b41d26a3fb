package layers

import (
	"encoding/json"
	"errors"
	"fmt"

	G "gorgonia.org/gorgonia"

	"gaussflow/graph"
	"gaussflow/internal/defaults"
	"gaussflow/internal/strictjson"
)

// Inverted is a bijector the other way round: its Forward is the Inverse of another one, and its Inverse the Forward. It has the other's
// parameters and reads its context. A sigmoid is an inverted Support; a layer whose density is the slow direction, inverted, is one
// whose samples are.
type Inverted struct{ of Bijector }

// Invert turns b round. Of one that is inverted already it is the one inside.
func Invert(b Bijector) (Bijector, error) {
	if defaults.IsNil(b) {
		return nil, errors.New("layers: Invert: the layer is nil")
	}
	if i, ok := b.(*Inverted); ok && i.of != nil {
		return i.of, nil
	}
	return &Inverted{b}, nil
}

// InvertedConfig is what an Inverted is made of.
type InvertedConfig struct {
	of        Bijector
	described Description // instead of of
}

// invertedJSON is an InvertedConfig in a file.
type invertedJSON struct {
	Of Description `json:"of"`
}

// MarshalJSON writes the layer under its registered name.
func (c InvertedConfig) MarshalJSON() ([]byte, error) {
	d, err := Describe(c.of)
	if err != nil {
		return nil, err
	}
	return json.Marshal(invertedJSON{d})
}

// UnmarshalJSON reads what MarshalJSON wrote.
func (c *InvertedConfig) UnmarshalJSON(raw []byte) error {
	if err := checkDepth(raw); err != nil {
		return err
	}
	var j invertedJSON
	if err := strictjson.Unmarshal(raw, &j, true); err != nil {
		return err
	}
	c.described = j.Of
	return nil
}

// invertedSpecs are the layer's, under the number of the only one inside: "0.shift".
func invertedSpecs(dim int, c InvertedConfig) ([]graph.ParamSpec, error) {
	if c.described.Dim != dim {
		return nil, fmt.Errorf("layers: Inverted: dim = %d of the layer inside, want %d", c.described.Dim, dim)
	}
	inside, err := Specs(c.described)
	return within("0", inside), err
}

func newInverted(_ int, c InvertedConfig, params []*graph.Param) (*Inverted, error) {
	of, err := New(c.described, params)
	if err != nil {
		return nil, err
	}
	return &Inverted{of}, nil
}

// Config is what the layer is made of.
func (i *Inverted) Config() InvertedConfig { return InvertedConfig{of: i.of} }

// Layers is the layer that is inverted, alone.
func (i *Inverted) Layers() []Bijector {
	if i.of == nil {
		return nil
	}
	return []Bijector{i.of}
}

// CheckParams asks the layer inside.
func (i *Inverted) CheckParams() error { return checkParams(i.of) }

// Dim is d; 0 of a layer that Invert has not made.
func (i *Inverted) Dim() int {
	if i.of == nil {
		return 0
	}
	return i.of.Dim()
}

// ContextDim is how many numbers of context the layer reads.
func (i *Inverted) ContextDim() int { return ContextDim(i.of) }

// Params are those of the layer inside.
func (i *Inverted) Params() []*graph.Param {
	if i.of == nil {
		return nil
	}
	return i.of.Params()
}

// Domain is the image of the layer inside.
func (i *Inverted) Domain() []Interval {
	if b, ok := i.of.(Bounded); ok {
		return b.Image()
	}
	return nil
}

// Image is the domain of the layer inside.
func (i *Inverted) Image() []Interval {
	if b, ok := i.of.(Bounded); ok {
		return b.Domain()
	}
	return nil
}

// Forward is the Inverse of the layer inside.
func (i *Inverted) Forward(b *graph.Builder, x, context *G.Node) (z, logDet *G.Node) {
	if i.of == nil {
		b.Fail(fmt.Errorf("layers: Inverted: %w", errNotMade))
		return nil, nil
	}
	return i.of.Inverse(b, x, context)
}

// Inverse is the Forward of the layer inside.
func (i *Inverted) Inverse(b *graph.Builder, z, context *G.Node) (x, logDet *G.Node) {
	if i.of == nil {
		b.Fail(fmt.Errorf("layers: Inverted: %w", errNotMade))
		return nil, nil
	}
	return i.of.Forward(b, z, context)
}
