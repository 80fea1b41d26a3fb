package graph

import (
	"fmt"

	G "gorgonia.org/gorgonia"
)

// Grad is the gradient of the scalar cost in each input of wrt, built by Gorgonia's symbolic differentiation. The
// gradient in an input that cost does not depend on is zero.
func (b *Builder) Grad(cost *G.Node, wrt ...*G.Node) (grads []*G.Node) {
	if b.fails() {
		return make([]*G.Node, len(wrt))
	}
	defer func() {
		if r := recover(); r != nil {
			b.Fail(fmt.Errorf("graph: Grad: %v", r))
			grads = make([]*G.Node, len(wrt))
		}
	}()
	if err := b.check("Grad", append([]*G.Node{cost}, wrt...)...); err != nil {
		b.Fail(err)
		return make([]*G.Node, len(wrt))
	}
	reached := ancestors(cost)
	var active []*G.Node
	for _, n := range wrt {
		if reached[n] {
			active = append(active, n)
		}
	}
	var found G.Nodes
	if len(active) > 0 {
		var err error
		if found, err = G.Grad(cost, active...); err != nil {
			b.Fail(fmt.Errorf("graph: Grad: %w", err))
			return make([]*G.Node, len(wrt))
		}
	}
	grads = make([]*G.Node, len(wrt))
	for i, n := range wrt {
		if reached[n] {
			grads[i], found = found[0], found[1:]
		} else {
			grads[i] = b.Zeros(n.Shape()...)
		}
	}
	return grads
}

// ancestors is the set of nodes in which n has a gradient, including n: those from which it is computed other than through a
// detached node.
func ancestors(n *G.Node) map[*G.Node]bool {
	seen := map[*G.Node]bool{n: true}
	for queue := []*G.Node{n}; len(queue) > 0; {
		n, queue = queue[0], queue[1:]
		if o, ours := n.Op().(op); ours && o.spec == (detach{}) {
			continue
		}
		for _, c := range childrenOf(n) {
			if !seen[c] {
				seen[c] = true
				queue = append(queue, c)
			}
		}
	}
	return seen
}
