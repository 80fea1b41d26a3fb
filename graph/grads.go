package graph

import G "gorgonia.org/gorgonia"

// chain applies ops one after another with a sticky error, for the bodies of grads.
type chain struct{ err error }

func (c *chain) apply(s spec, children ...*G.Node) *G.Node {
	if c.err != nil {
		return nil
	}
	n, err := apply(s, children...)
	c.err = err
	return n
}

// nodes is the result of grads.
func (c *chain) nodes(ns ...*G.Node) (G.Nodes, error) {
	if c.err != nil {
		return nil, c.err
	}
	return ns, nil
}
