package graph

import G "gorgonia.org/gorgonia"

// chain applies ops one after another with a sticky error, for use in the methods grads.
type chain struct{ err error }

func (c *chain) apply(s spec, children ...*G.Node) *G.Node {
	if c.err != nil {
		return nil
	}
	n, err := apply(s, children...)
	c.err = err
	return n
}

// parts reads tensors with the shapes of like from packed, where they are stored one after the other.
func (c *chain) parts(packed *G.Node, like G.Nodes) (parts G.Nodes) {
	at := 0
	for _, x := range like {
		parts = append(parts, c.apply(slabOf(at, x.Shape()), packed))
		at += size(x.Shape())
	}
	return parts
}

// nodes is the result of a method grads.
func (c *chain) nodes(ns ...*G.Node) (G.Nodes, error) {
	if c.err != nil {
		return nil, c.err
	}
	return ns, nil
}
