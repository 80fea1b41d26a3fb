package graph

import (
	"slices"

	G "gorgonia.org/gorgonia"
)

// A plan is what is determined about a graph before memory is allocated: what is computed, in which order, and how long
// it is needed.
type plan struct {
	order    []*G.Node
	children map[*G.Node][]*G.Node
	fixed    map[*G.Node]bool    // computed from parameters and constants alone
	kept     map[*G.Node]bool    // inputs and outputs, which are read from outside, and what the runs of a program's stages share
	parts    map[*G.Node]bool    // computed as the start of the output of an extension, their only child
	pads     map[*G.Node][]pad   // for a sum of pads: these are not computed, and the sum reads what they pad
	late     map[*G.Node]bool    // computed once after a series of runs
	totals   map[*G.Node]numbers // where the values of a summed node are added up by its op; nil for memory of its own
	lastRead [][]*G.Node         // for each place of order, the nodes whose memory is not read after it
	forever  map[*G.Node]bool    // nodes whose memory no other node may use, because it is read after the run or by every run
}

func newPlan(b *Builder, outputs []*G.Node) *plan {
	p := &plan{
		children: map[*G.Node][]*G.Node{}, fixed: map[*G.Node]bool{}, kept: map[*G.Node]bool{}, parts: map[*G.Node]bool{}, pads: map[*G.Node][]pad{},
		late: map[*G.Node]bool{}, totals: map[*G.Node]numbers{}, forever: map[*G.Node]bool{},
	}
	roots := append([]*G.Node(nil), outputs...)
	// the last parameter's gradient is the first that the backward pass can compute, while what it needs is still in
	// the cache
	for _, s := range slices.Backward(b.sums) {
		roots = append(roots, s.node)
	}
	for _, n := range roots {
		p.kept[n] = true
	}
	p.sort(roots)
	p.joinExtensions()
	p.sort(roots)
	uses := p.uses(roots)
	for _, n := range p.order {
		p.joinPads(n, uses)
	}
	p.sort(roots)
	for _, n := range p.order {
		p.kept[n] = p.kept[n] || n.Op() == nil || b.stage != nil && isStaged(n)
		p.fixed[n] = n.Op() != nil || b.bound[n] != nil
		for _, c := range p.children[n] {
			p.fixed[n] = p.fixed[n] && p.fixed[c]
		}
	}
	p.planSums(b.sums, uses)
	p.planMemory()
	return p
}

func isStaged(n *G.Node) bool {
	o, _ := n.Op().(op)
	s, ok := o.spec.(staged)
	return ok && s.inStages()
}

// sort lists the nodes from which roots are computed, children first, in an order that depends only on the graph.
func (p *plan) sort(roots []*G.Node) {
	p.order = nil
	seen := map[*G.Node]bool{}
	var visit func(n *G.Node)
	visit = func(n *G.Node) {
		if seen[n] {
			return
		}
		seen[n] = true
		if _, known := p.children[n]; !known {
			p.children[n] = childrenOf(n)
		}
		for _, c := range p.children[n] {
			visit(c)
		}
		p.order = append(p.order, n)
	}
	for _, n := range roots {
		visit(n)
	}
}

// uses counts the readers of each node: its parents, and each output or sum that it is.
func (p *plan) uses(roots []*G.Node) map[*G.Node]int {
	uses := map[*G.Node]int{}
	for _, n := range roots {
		uses[n]++
	}
	for _, n := range p.order {
		for _, c := range p.children[n] {
			uses[c]++
		}
	}
	return uses
}

// joinExtensions marks every node that is also the start of an extension's output as a part of the extension.
func (p *plan) joinExtensions() {
	for _, n := range p.order {
		o, _ := n.Op().(op)
		e, ok := o.spec.(extension)
		if !ok {
			continue
		}
		for _, m := range p.order {
			if other, _ := m.Op().(op); other.spec == e.extends() && sameNodes(p.children[m], p.children[n]) {
				p.parts[m], p.children[m] = true, []*G.Node{n}
			}
		}
	}
}

// joinPads finds Gorgonia's sums of gradients that were padded at places that do not overlap, and lets the sum read what was
// padded instead of the pads.
func (p *plan) joinPads(n *G.Node, uses map[*G.Node]int) {
	if n.Op() == nil || !isStockAdd(n.Op()) {
		return
	}
	var pads []pad
	var padded []*G.Node
	for _, c := range p.children[n] {
		o, _ := c.Op().(op)
		s, ok := o.spec.(pad)
		if !ok || uses[c] != 1 {
			return
		}
		inner := p.children[c][0]
		for i, other := range pads {
			if s.at < other.at+size(padded[i].Shape()) && other.at < s.at+size(inner.Shape()) {
				return
			}
		}
		pads, padded = append(pads, s), append(padded, inner)
	}
	p.pads[n], p.children[n] = pads, padded
}

// owner is the node in whose memory n's value lies.
func (p *plan) owner(n *G.Node) *G.Node {
	for p.isView(n) {
		n = p.children[n][0]
	}
	return n
}

func (p *plan) isView(n *G.Node) bool {
	_, ok := p.viewOffset(n)
	return ok
}

// viewOffset is the offset of n's value in its first child's memory; ok is false if it has memory of its own.
func (p *plan) viewOffset(n *G.Node) (at int, ok bool) {
	if p.parts[n] {
		return 0, true
	}
	o, _ := n.Op().(op)
	v, ok := o.spec.(view)
	if !ok {
		return 0, false
	}
	return v.offset(), true
}

// planMemory determines how long each node's memory is read. The memory of kept and fixed nodes, and of those that late
// steps read, is never reused.
func (p *plan) planMemory() {
	last := map[*G.Node]int{}
	for i, n := range p.order {
		if _, total := p.totals[n]; total || p.kept[n] || p.fixed[n] || p.late[n] {
			p.forever[p.owner(n)] = true
		}
		for _, c := range p.children[n] {
			if last[p.owner(c)] = i; p.late[n] {
				p.forever[p.owner(c)] = true
			}
		}
	}
	p.lastRead = make([][]*G.Node, len(p.order))
	for _, n := range p.order {
		if p.shared(n) && !p.isView(n) {
			p.lastRead[last[n]] = append(p.lastRead[last[n]], n)
		}
	}
}

// shared reports whether n's memory may be used for other nodes before and after.
func (p *plan) shared(n *G.Node) bool { return !p.forever[n] }
