package layers

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strconv"

	G "gorgonia.org/gorgonia"

	"gaussflow/graph"
	"gaussflow/internal/defaults"
	"gaussflow/internal/strictjson"
)

// Chain is a bijector of bijectors: z = f_n(… f_1(x)), in list order; log-dets add.
type Chain struct{ layers []Bijector }

// NewChain chains at least one layer of equal width.
func NewChain(layers ...Bijector) (*Chain, error) {
	if len(layers) == 0 {
		return nil, fmt.Errorf("layers: Chain: got no layers, want at least one")
	}
	for i, l := range layers {
		if defaults.IsNil(l) {
			return nil, fmt.Errorf("layers: Chain: layer %d is nil", i)
		}
		if err := checkLink(l, layers[0]); err != nil {
			return nil, fmt.Errorf("layers: Chain: layer %d (%s) %w", i, Kind(l), err)
		}
	}
	c := &Chain{slices.Clone(layers)}
	for i, l := range layers {
		if n := ContextDim(l); n != 0 && n != c.ContextDim() {
			return nil, fmt.Errorf("layers: Chain: layer %d (%s) reads a context of %d numbers, want %d as the first that reads one", i, Kind(l), n, c.ContextDim())
		}
	}
	return c, nil
}

// checkLink reports a layer that cannot be in a chain with the first one. A type that embeds a layer panics where that is nil.
func checkLink(l, first Bijector) (err error) {
	defer defaults.HalfMade(&err, "")
	switch d := l.Dim(); {
	case d < 1:
		return fmt.Errorf("has dim %d, want ≥ 1: was it made by its constructor?", d)
	case d != first.Dim():
		return fmt.Errorf("has dim %d, want %d as layer 0", d, first.Dim())
	case slices.Contains(l.Params(), nil):
		return errors.New("has a nil among its parameters")
	}
	return nil
}

// ChainConfig describes the layers of a chain.
type ChainConfig struct {
	layers    []Bijector
	described []Description // the layers as a file describes them, in place of layers
}

// MarshalJSON writes the layers under their registered names.
func (c ChainConfig) MarshalJSON() ([]byte, error) {
	j := chainJSON{Layers: make([]Description, len(c.layers))}
	for i, l := range c.layers {
		var err error
		if j.Layers[i], err = Describe(l); err != nil {
			return nil, fmt.Errorf("layer %d (from 0): %w", i, err)
		}
	}
	return json.Marshal(j)
}

// UnmarshalJSON reads what MarshalJSON wrote.
func (c *ChainConfig) UnmarshalJSON(raw []byte) error {
	if err := checkDepth(raw); err != nil {
		return err
	}
	var j chainJSON
	if err := strictjson.Unmarshal(raw, &j, true); err != nil {
		return err
	}
	c.described = j.Layers
	return nil
}

// chainJSON is a ChainConfig in a file.
type chainJSON struct {
	Layers []Description `json:"layers"`
}

// Config describes the chain's layers.
func (c *Chain) Config() ChainConfig { return ChainConfig{layers: c.layers} }

// chainSpecs are the parameters of the layers in order, each prefixed by its layer's number: "0.shift".
func chainSpecs(dim int, c ChainConfig) (specs []graph.ParamSpec, err error) {
	err = c.each(dim, func(i int, of []graph.ParamSpec) error {
		specs = append(specs, within(strconv.Itoa(i), of)...)
		return nil
	})
	return specs, err
}

func newChain(dim int, c ChainConfig, params []*graph.Param) (*Chain, error) {
	var links []Bijector
	err := c.each(dim, func(i int, of []graph.ParamSpec) error {
		l, err := New(c.described[i], params[:len(of)])
		links, params = append(links, l), params[len(of):]
		return err
	})
	if err != nil {
		return nil, err
	}
	return NewChain(links...)
}

// each calls visit for each described layer with its parameters.
func (c ChainConfig) each(dim int, visit func(i int, of []graph.ParamSpec) error) error {
	if len(c.described) == 0 {
		return errors.New("layers: Chain: got no layers, want at least one")
	}
	for i, d := range c.described {
		of, err := Specs(d)
		if err == nil && d.Dim != dim {
			err = fmt.Errorf("dim = %d, want %d as the chain", d.Dim, dim)
		}
		if err == nil {
			err = visit(i, of)
		}
		if err != nil {
			return fmt.Errorf("layer %d (from 0): %w", i, err)
		}
	}
	return nil
}

// CheckParams asks the layers that do not accept every value whether their parameters are acceptable.
func (c *Chain) CheckParams() error {
	for i, l := range c.layers {
		if err := checkParams(l); err != nil {
			return fmt.Errorf("layer %d (from 0): %w", i, err)
		}
	}
	return nil
}

// Dim is d; 0 if the chain was not made by NewChain.
func (c *Chain) Dim() int {
	if len(c.layers) == 0 {
		return 0
	}
	return c.layers[0].Dim()
}

// ContextDim is the width of the context that the conditional links read; 0 if no link reads one.
func (c *Chain) ContextDim() int {
	for _, l := range c.layers {
		if n := ContextDim(l); n != 0 {
			return n
		}
	}
	return 0
}

// Layers are the links in order.
func (c *Chain) Layers() []Bijector { return slices.Clone(c.layers) }

// Params are the links' parameters in order; a shared one is listed once.
func (c *Chain) Params() (params []*graph.Param) {
	seen := map[*graph.Param]bool{}
	for _, l := range c.layers {
		for _, p := range l.Params() {
			if !seen[p] {
				seen[p] = true
				params = append(params, p)
			}
		}
	}
	return params
}

// Forward runs the links in order.
func (c *Chain) Forward(b *graph.Builder, x, context *G.Node) (z, logDet *G.Node) {
	zs, logDets := c.Steps(b, x, context)
	return zs[len(zs)-1], b.Sum(logDets...)
}

// Inverse runs the links' inverses in reverse order.
func (c *Chain) Inverse(b *graph.Builder, z, context *G.Node) (x, logDet *G.Node) {
	var logDets []*G.Node
	for i := len(c.layers) - 1; i >= 0; i-- {
		z, logDet = c.StepBack(b, i, z, context)
		logDets = append(logDets, logDet)
	}
	return z, b.Sum(logDets...)
}

// Steps is Forward with all intermediate results: the n+1 values from x to z and the n log-dets.
func (c *Chain) Steps(b *graph.Builder, x, context *G.Node) (zs, logDets []*G.Node) {
	zs = append(zs, x)
	for i := range c.layers {
		z, logDet := c.Step(b, i, x, context)
		zs, logDets = append(zs, z), append(logDets, logDet)
		x = z
	}
	return zs, logDets
}

// Step is the Forward of link i alone.
func (c *Chain) Step(b *graph.Builder, i int, x, context *G.Node) (z, logDet *G.Node) {
	if i < 0 || i >= len(c.layers) {
		b.Fail(fmt.Errorf("layers: Chain: Step: there is no link %d, want one of %d, from 0", i, len(c.layers)))
		return nil, nil
	}
	return c.link(b, i, "Forward", c.layers[i].Forward, x, context)
}

// StepBack is the Inverse of link i alone.
func (c *Chain) StepBack(b *graph.Builder, i int, z, context *G.Node) (x, logDet *G.Node) {
	if i < 0 || i >= len(c.layers) {
		b.Fail(fmt.Errorf("layers: Chain: StepBack: there is no link %d, want one of %d, from 0", i, len(c.layers)))
		return nil, nil
	}
	return c.link(b, i, "Inverse", c.layers[i].Inverse, z, context)
}

type bijectorMap func(b *graph.Builder, x, context *G.Node) (y, logDet *G.Node)

// link builds one of the maps of link i. If that panics, fails or builds a node of another shape, the error names the link
// and the map.
func (c *Chain) link(b *graph.Builder, i int, direction string, f bijectorMap, x, context *G.Node) (y, logDet *G.Node) {
	b.Within(func() {
		if err := checkContext(x, context, ContextDim(c.layers[i])); b.Err() == nil && err != nil {
			b.Fail(err)
			return
		}
		y, logDet = f(b, x, context)
		if b.Err() == nil {
			b.Fail(checkMap(x, y, logDet))
		}
	}, "layer %d (%s).%s", i, name{c.layers[i]}, direction)
	return y, logDet
}

// checkMap reports a y that does not have x's shape N×d, or a logDet that does not have N numbers.
func checkMap(x, y, logDet *G.Node) error {
	switch {
	case y == nil || logDet == nil:
		return errors.New("got a nil node, want a value and a log-det")
	case !y.Shape().Eq(x.Shape()):
		return fmt.Errorf("got a value of shape %v, want %v", y.Shape(), x.Shape())
	case !logDet.Shape().Eq(x.Shape()[:1]):
		return fmt.Errorf("got a log-det of shape %v, want %v: one number a row", logDet.Shape(), x.Shape()[:1])
	}
	return nil
}

// name prints a layer for errors: its kind, if it is registered, and its type.
type name struct{ Bijector }

func (n name) String() string {
	if kind := bijectors.KindOf(n.Bijector); kind != "" {
		return fmt.Sprintf("%s, %T", kind, n.Bijector)
	}
	return fmt.Sprintf("%T", n.Bijector)
}
