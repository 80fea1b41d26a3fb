package graph

import (
	"fmt"
	"maps"

	G "gorgonia.org/gorgonia"

	"gaussflow/graph/kernel"
)

// compile gives the nodes of a plan their memory and makes the program's steps, children first.
func (e *engineOf[T]) compile(b *Builder, outputs []*G.Node) (*Program, error) {
	c := &compiler[T]{
		engineOf: e, plan: newPlan(b, outputs), builder: b, program: &Program{buffers: map[*G.Node]numbers{}},
		work: newWorkspace[T](), arrays: map[*G.Node]array[T]{}, memory: map[int][][]T{}, readAhead: map[*G.Node]bool{},
	}
	c.work.stage = b.stage
	for i, n := range c.order {
		if err := c.bind(n); err != nil {
			return nil, err
		}
		for _, m := range c.lastRead[i] {
			a := c.arrays[m]
			c.memory[len(a.data)] = append(c.memory[len(a.data)], a.data)
		}
	}
	c.addUp()
	c.program.sources = c.sources()
	return c.program, nil
}

// sources are the parameters from which fixed nodes are computed or something is made ahead, and those that are converted to float64.
func (c *compiler[T]) sources() (params []*Param) {
	read := maps.Clone(c.readAhead)
	for _, n := range c.order {
		for _, child := range c.children[n] {
			read[child] = read[child] || c.fixed[n]
		}
	}
	for _, p := range c.builder.used {
		if n := c.builder.params[p]; read[n] || p.engine.dtype() != c.name {
			params = append(params, p)
		}
	}
	return params
}

// compiler is the state of one compilation.
type compiler[T kernel.Float] struct {
	*engineOf[T]
	*plan
	builder *Builder
	program *Program
	work    *workspace[T]
	arrays  map[*G.Node]array[T]
	memory  map[int][][]T // memory that is no longer read, by length

	readAhead map[*G.Node]bool // fixed nodes of which something is made ahead
}

// make returns memory for n. It reuses what another node no longer needs, provided that n's own memory may be reused
// later.
func (c *compiler[T]) make(n *G.Node) array[T] {
	shape := n.Shape()
	length := size(shape)
	if free := c.memory[length]; c.shared(n) && len(free) > 0 {
		c.memory[length] = free[:len(free)-1]
		return array[T]{data: free[len(free)-1], shape: shape, work: c.work}
	}
	return array[T]{data: kernel.Aligned[T](length), shape: shape, work: c.work}
}

// bind gives n its memory and adds the step that fills it; inputs, constants and views need no step.
func (c *compiler[T]) bind(n *G.Node) error {
	a, step, err := c.bindNode(n)
	if err != nil {
		return err
	}
	c.arrays[n] = a
	if c.kept[n] {
		c.program.buffers[n] = vector[T](a.data)
	}
	p := c.program
	switch {
	case step == nil:
	case c.fixed[n]:
		p.fixed = append(p.fixed, step)
	case c.late[n]:
		p.late = append(p.late, step)
	default:
		p.steps = append(p.steps, step)
	}
	return nil
}

func (c *compiler[T]) bindNode(n *G.Node) (a array[T], step func() error, err error) {
	if p := c.builder.bound[n]; p != nil {
		return c.param(p)
	}
	var in []array[T]
	for _, child := range c.children[n] {
		in = append(in, c.input(child))
	}
	if n.Op() != nil && len(in) == 0 {
		return constantOf[T](n)
	}
	o, ours := n.Op().(op)
	if at, ok := c.viewOffset(n); ok {
		return array[T]{data: in[0].data[at:][:size(n.Shape())], shape: n.Shape()}, nil, nil
	}
	a = c.make(n)
	c.sumsIn(n, &a)
	switch pads, assembled := c.pads[n]; {
	case n.Op() == nil: // an input
		return a, nil, nil
	case assembled:
		return a, assemble(pads, a, in), nil
	case ours:
		return a, stepOf(c.builder.parts[n], o.spec, c.binder(o.spec.kernels())(a, in)), nil
	case isStockAdd(n.Op()) && sameSizes(a, in): // Gorgonia's own op for sums of gradient terms
		return a, addTerms(a, in), nil
	}
	return a, c.stockStep(c.builder.parts[n], n.Op(), a, in), nil
}

// input is the array of a node as an op reads it.
func (c *compiler[T]) input(n *G.Node) array[T] {
	a := c.arrays[n]
	if c.fixed[n] {
		a.ahead = func(make func()) {
			c.program.fixed = append(c.program.fixed, func() error { make(); return nil })
			c.readAhead[n] = true
		}
	}
	return a
}

// stepOf makes a step that runs a kernel of s; its errors begin with the name of the part of the graph.
func stepOf(part string, s spec, run func()) func() error {
	f, ok := s.(fallible)
	if !ok {
		return func() error { run(); return nil }
	}
	return func() error {
		run()
		if err := f.failure(); err != nil {
			return fmt.Errorf("graph: %s%w", part, err)
		}
		return nil
	}
}

// param is p's own memory or, for a float32 parameter in a float64 graph, that of its widened values.
func (c *compiler[T]) param(p *Param) (a array[T], widen func() error, err error) {
	if own, ok := p.data.(vector[T]); ok {
		return array[T]{data: own, shape: p.Shape()}, nil, nil
	}
	wide, ok := any(p.widened()).([]T)
	if !ok {
		return a, nil, fmt.Errorf("graph: Param %s: dtype %s in a program of %s", p.Name, p.Dtype(), c.name)
	}
	return array[T]{data: wide, shape: p.Shape()}, p.widen, nil
}

func constantOf[T kernel.Float](n *G.Node) (a array[T], step func() error, err error) {
	v, err := n.Op().Do()
	if err != nil {
		return a, nil, fmt.Errorf("graph: constant %v: %w", n, err)
	}
	return array[T]{data: append([]T(nil), valueOf[T](v)...), shape: n.Shape()}, nil, nil
}

func addTerms[T kernel.Float](out array[T], in []array[T]) func() error {
	return func() error {
		copy(out.data, in[0].data)
		for _, x := range in[1:] {
			kernel.Accumulate(out.data, x.data)
		}
		return nil
	}
}

func sameSizes[T kernel.Float](a array[T], in []array[T]) bool {
	for _, x := range in {
		if len(x.data) != len(a.data) {
			return false
		}
	}
	return true
}

// assemble sums pads at places that do not overlap, without writing the zeros between them first.
func assemble[T kernel.Float](pads []pad, out array[T], in []array[T]) func() error {
	whole := 0
	for _, x := range in {
		whole += len(x.data)
	}
	return func() error {
		if whole < len(out.data) {
			clear(out.data)
		}
		for i, p := range pads {
			copy(out.data[p.at:], in[i].data)
		}
		return nil
	}
}
