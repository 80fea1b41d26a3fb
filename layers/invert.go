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

// Inverted is a bijector with its directions exchanged: its Forward is the Inverse of the layer inside, its Inverse the Forward. It
// shares that layer's parameters and context. Inverting a Support gives a sigmoid, for example; inverting a layer with a slow
// density and fast samples gives one with a fast density and slow samples.
type Inverted struct{ of Bijector }

// Invert exchanges the directions of b. For an Inverted it returns the layer inside.
func Invert(b Bijector) (Bijector, error) {
	if defaults.IsNil(b) {
		return nil, errors.New("layers: Invert: the layer is nil")
	}
	if i, ok := b.(*Inverted); ok && i.of != nil {
		return i.of, nil
	}
	return &Inverted{b}, nil
}

// InvertedConfig describes the layer inside an Inverted.
type InvertedConfig struct {
	of        Bijector
	described Description // the layer as a file describes it, in place of of
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

// invertedSpecs are the parameters of the layer inside, prefixed by its number, 0: "0.shift".
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

// Config describes the layer inside.
func (i *Inverted) Config() InvertedConfig { return InvertedConfig{of: i.of} }

// Layers holds one layer, the one inside.
func (i *Inverted) Layers() []Bijector {
	if i.of == nil {
		return nil
	}
	return []Bijector{i.of}
}

// CheckParams checks the parameters of the layer inside.
func (i *Inverted) CheckParams() error { return checkParams(i.of) }

// Dim is d; 0 if the layer was not made by Invert.
func (i *Inverted) Dim() int {
	if i.of == nil {
		return 0
	}
	return i.of.Dim()
}

// ContextDim is how many context values the layer reads.
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
