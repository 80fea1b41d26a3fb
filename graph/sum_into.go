package graph

import (
	"fmt"

	G "gorgonia.org/gorgonia"

	"gaussflow/graph/kernel"
)

// A sumInto is a node whose value is added up from run to run.
type sumInto struct {
	node  *G.Node
	total numbers
}

// SumInto has the program's runs add up n's values in total, a []float64 or []float32 by the graph's dtype, of n's size: see
// Program.RunSum. Programs may share totals. A batch that goes through in pieces adds its gradients up so.
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

// summing marks the specs that can add to their output instead of setting it: where array.add is set and true.
type summing interface{ sums() }

// linear marks the specs that are linear in those inputs that depend on data: what is summed of them can be computed once,
// from the sum of those inputs.
type linear interface{ linear() }

// planSums chooses how each sum is taken: by the op itself; by an op that is linear in something that the op before it can
// sum, once after the last run; or, where neither can be, from the node's value. A node of more than one use has a value:
// Gorgonia makes one node of equal gradients, so that two parameters' sums may be of the same one.
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

// linearIn is the one input that n depends on data through, if n is linear in it and its op can sum it.
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

// sumsIn makes a, the memory of a node that is summed by its own op, the total.
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

// addUp adds the steps that take the other sums from the nodes' values.
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
