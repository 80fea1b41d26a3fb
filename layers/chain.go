package layers

import (
	"fmt"

	G "gorgonia.org/gorgonia"

	"gaussflow/graph"
)

// Chain is a bijector of bijectors: z = f_n(… f_1(x)), in list order; log-dets add.
type Chain struct{ layers []Bijector }

// NewChain chains at least one layer of equal width.
func NewChain(layers ...Bijector) (*Chain, error) {
	if len(layers) == 0 {
		return nil, fmt.Errorf("layers: Chain: got no layers, want at least one")
	}
	for i, l := range layers {
		if l == nil {
			return nil, fmt.Errorf("layers: Chain: layer %d is nil", i)
		}
		if l.Dim() != layers[0].Dim() {
			return nil, fmt.Errorf("layers: Chain: layer %d (%s) has dim %d, want %d as layer 0", i, l.Name(), l.Dim(), layers[0].Dim())
		}
	}
	return &Chain{layers}, nil
}

// Name is "chain".
func (c *Chain) Name() string { return "chain" }

// Dim is d.
func (c *Chain) Dim() int { return c.layers[0].Dim() }

// Layers are the links in order.
func (c *Chain) Layers() []Bijector { return c.layers }

// Params are the links' parameters in order, each once.
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
func (c *Chain) Forward(b *graph.Builder, x *G.Node) (z, logDet *G.Node) {
	zs, logDets := c.Steps(b, x)
	return zs[len(zs)-1], b.Sum(logDets...)
}

// Inverse runs the links' inverses in reverse order.
func (c *Chain) Inverse(b *graph.Builder, z *G.Node) (x, logDet *G.Node) {
	var logDets []*G.Node
	for i := len(c.layers) - 1; i >= 0; i-- {
		z, logDet = c.layers[i].Inverse(b, z)
		logDets = append(logDets, logDet)
	}
	return z, b.Sum(logDets...)
}

// Steps is Forward with everything on the way: the n+1 values from x to z and the n log-dets.
func (c *Chain) Steps(b *graph.Builder, x *G.Node) (zs, logDets []*G.Node) {
	zs = append(zs, x)
	for _, l := range c.layers {
		z, logDet := l.Forward(b, x)
		zs, logDets = append(zs, z), append(logDets, logDet)
		x = z
	}
	return zs, logDets
}
