package graph

import (
	"fmt"

	G "gorgonia.org/gorgonia"

	"gaussflow/graph/kernel"
)

// A sumInto is a node whose value is summed over runs.
type sumInto struct {
	node  *G.Node
	total numbers
}

// SumInto makes the program's runs sum n's values in total, a []float64 or []float32 by the graph's dtype, with n's size:
// see Program.RunSum. Programs may share totals. The gradients of a batch that is processed in pieces are summed in this
// way.
func (b *Builder) SumInto(n *G.Node, total any) {
	if b.fails() {
		return
	}
	if err := b.check("SumInto", n); err != nil {
		b.Fail(err)
		return
	}
	numbers, ok := b.engine.of(total)
	if !ok || numbers.len() != size(n.Shape()) {
		b.Fail(fmt.Errorf("graph: SumInto: total is a %T, want %d numbers of %s", total, size(n.Shape()), b.Dtype()))
		return
	}
	b.sums = append(b.sums, sumInto{n, numbers})
}

// summing marks the specs that can add to their output instead of setting it, when array.add is set and true.
type summing interface{ sums() }

// linear marks the specs that are linear in those inputs that depend on data: the sum of their outputs can be computed
// once, from the sum of those inputs.
type linear interface{ linear() }

// planSums chooses how each sum is computed: by the op itself; once after the last run, by an op that is linear in
// something that the op before it can sum; or, if neither is possible, from the node's value. A node that is used more
// than once needs its value: Gorgonia merges equal gradients, so that the sums of two parameters may be of the same node.
func (p *plan) planSums(sums []sumInto, uses map[*G.Node]int) {
	for _, s := range sums {
		if uses[s.node] != 1 || p.fixed[s.node] {
			continue
		}
		o, _ := s.node.Op().(op)
		if _, ok := o.spec.(summing); ok {
			p.totals[s.node] = s.total
			continue
		}
		if inner := p.linearIn(s.node, uses); inner != nil {
			p.totals[inner] = nil
			p.late[s.node] = true
		}
	}
}

// linearIn is the only input through which n depends on data, provided that n is linear in it and its op can sum it.
func (p *plan) linearIn(n *G.Node, uses map[*G.Node]int) (inner *G.Node) {
	o, _ := n.Op().(op)
	if _, ok := o.spec.(linear); !ok {
		return nil
	}
	for _, c := range p.children[n] {
		if p.fixed[c] {
			continue
		}
		o, _ := c.Op().(op)
		if _, ok := o.spec.(summing); !ok || inner != nil || uses[c] != 1 {
			return nil
		}
		inner = c
	}
	return inner
}

// sumsIn makes the total the memory a of a node that is summed by its own op.
func (c *compiler[T]) sumsIn(n *G.Node, a *array[T]) {
	total, ok := c.totals[n]
	switch {
	case !ok:
	case total == nil:
		a.add = &c.program.pending
	default:
		a.data, a.add = total.(vector[T]), &c.program.add
	}
}

// addUp adds the steps that compute the other sums from the nodes' values.
func (c *compiler[T]) addUp() {
	for _, s := range c.builder.sums {
		if c.totals[s.node] != nil {
			continue
		}
		total, value, add := s.total.(vector[T]), c.arrays[s.node].data, &c.program.add
		step := func() error {
			if *add {
				kernel.Accumulate(total, value)
			} else {
				copy(total, value)
			}
			return nil
		}
		if c.late[s.node] {
			c.program.late = append(c.program.late, step)
		} else {
			c.program.steps = append(c.program.steps, step)
		}
	}
}
