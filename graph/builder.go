package graph

import (
	"errors"
	"fmt"

	G "gorgonia.org/gorgonia"
	"gorgonia.org/tensor"
)

// A Builder writes one expression graph. Its error is sticky, as that of a bufio.Writer: after the first failure every
// method does nothing and returns nil, so that a layer reads as maths and the caller checks Err once. It makes every
// input's name unique, because Gorgonia silently merges inputs with the same name.
//
// A Builder may be used by one goroutine, and for one program.
type Builder struct {
	// Composed builds layers from small ops instead of the fused ones: same numbers, slower; for comparison and for
	// tests.
	Composed bool
	// Widen lets a float64 graph use float32 parameters, whose values are all representable. Without it they are an error,
	// since they usually indicate one.
	Widen bool

	g      *G.ExprGraph
	engine engine
	err    error
	inputs int
	params map[*Param]*G.Node
	bound  map[*G.Node]*Param
	used   []*Param // in the order in which they are first used
	zeros  map[*G.Node]bool
	sums   []sumInto
	parts  map[*G.Node]string // see Within

	detached bool   // see Detached
	stage    *stage // of a program that runs in stages
}

// NewBuilder starts an empty graph with one storage type.
func NewBuilder(dtype Dtype) *Builder {
	return &Builder{
		g: G.NewGraph(), engine: dtype.engine(),
		params: map[*Param]*G.Node{}, bound: map[*G.Node]*Param{}, zeros: map[*G.Node]bool{},
		parts: map[*G.Node]string{},
	}
}

var errNoBuilder = errors.New("graph: the Builder is nil or zero: NewBuilder makes one")

// fails reports whether nothing more can be built: there is an error, or b was not made by NewBuilder.
func (b *Builder) fails() bool { return b == nil || b.g == nil || b.err != nil }

// Err is the first error, or nil.
func (b *Builder) Err() error {
	if b == nil || b.g == nil {
		return errNoBuilder
	}
	return b.err
}

// Fail records err, unless there is an earlier error, and returns nil.
func (b *Builder) Fail(err error) *G.Node {
	if !b.fails() {
		b.err = err
	}
	return nil
}

// Dtype is the storage type of every node; empty if b was not made by NewBuilder.
func (b *Builder) Dtype() Dtype {
	if b == nil || b.g == nil {
		return ""
	}
	return b.engine.dtype()
}

// Graph is Gorgonia's graph, for use with Gorgonia's own functions; see Lift. It is nil if b was not made by
// NewBuilder.
func (b *Builder) Graph() *G.ExprGraph {
	if b == nil {
		return nil
	}
	return b.g
}

// Input adds a tensor that the caller fills before each run; without axes it is a scalar.
func (b *Builder) Input(name string, shape ...int) (n *G.Node) {
	if b.fails() {
		return nil
	}
	if err := checkShape(shape); err != nil {
		return b.Fail(fmt.Errorf("graph: Input %q: %w", name, err))
	}
	defer func() {
		if r := recover(); r != nil {
			n = b.Fail(fmt.Errorf("graph: Input %q of shape %v: %v", name, shape, r))
		}
	}()
	b.inputs++
	unique := fmt.Sprintf("%d:%s", b.inputs, name)
	if len(shape) == 0 {
		return G.NewScalar(b.g, b.engine.tensorType(), G.WithName(unique))
	}
	return G.NewTensor(b.g, b.engine.tensorType(), len(shape), G.WithShape(shape...), G.WithName(unique))
}

// Zeros is a tensor of zeros; Sum skips it.
func (b *Builder) Zeros(shape ...int) *G.Node {
	n := b.Input("zeros", shape...)
	if n != nil {
		b.zeros[n] = true
	}
	return n
}

// Param is the node of p, always the same one; within Detached it is that node as a constant.
func (b *Builder) Param(p *Param) *G.Node {
	n := b.param(p)
	if b.fails() || !b.detached {
		return n
	}
	return b.Detach(n)
}

func (b *Builder) param(p *Param) *G.Node {
	if b.fails() {
		return nil
	}
	if n := b.params[p]; n != nil {
		return n
	}
	if err := p.check(); err != nil {
		return b.Fail(err)
	}
	if p.engine != b.engine && !(b.Widen && b.Dtype() == Float64) {
		return b.Fail(fmt.Errorf("graph: Param %s: dtype %s in a graph of %s", p.Name, p.Dtype(), b.Dtype()))
	}
	n := b.Input(p.Name, p.Shape()...)
	if n != nil {
		b.params[p], b.bound[n] = n, p
		b.used = append(b.used, p)
	}
	return n
}

// Params are the parameters that the graph uses, in the order in which they are first used.
func (b *Builder) Params() []*Param {
	if b == nil {
		return nil
	}
	return b.used
}

// Apply adds op(children…), for ops of one's own.
func (b *Builder) Apply(o G.Op, children ...*G.Node) *G.Node {
	if o == nil {
		return b.Fail(errors.New("graph: Apply: the op is nil"))
	}
	return b.guard(children, func() (*G.Node, error) { return G.ApplyOp(o, children...) })
}

// Lift adds the result of a function of Gorgonia's: b.Lift(gorgonia.Tanh(x)).
func (b *Builder) Lift(n *G.Node, err error) *G.Node {
	if err != nil {
		return b.Fail(fmt.Errorf("graph: %w", err))
	}
	return n
}

// apply adds one of this package's ops.
func (b *Builder) apply(s spec, children ...*G.Node) *G.Node {
	return b.guard(children, func() (*G.Node, error) { return apply(s, children...) })
}

func (b *Builder) guard(children []*G.Node, build func() (*G.Node, error)) (n *G.Node) {
	if b.fails() {
		return nil
	}
	if err := b.check("an op", children...); err != nil {
		return b.Fail(err)
	}
	defer func() {
		if r := recover(); r != nil {
			n = b.Fail(fmt.Errorf("graph: %v", r))
		}
	}()
	n, err := build()
	if err != nil {
		return b.Fail(err)
	}
	return n
}

// check reports a node that is nil or belongs to another Builder.
func (b *Builder) check(of string, nodes ...*G.Node) error {
	for i, n := range nodes {
		switch {
		case n == nil:
			return fmt.Errorf("graph: input %d (from 0) of %s is nil", i, of)
		case n.Graph() != b.g:
			return fmt.Errorf("graph: input %d (from 0) of %s is a node of another Builder", i, of)
		}
	}
	return nil
}

// Rows is the length of the first axis.
func Rows(n *G.Node) int { return axis(n, 0) }

// Cols is the length of the second axis.
func Cols(n *G.Node) int { return axis(n, 1) }

func axis(n *G.Node, i int) int {
	if n == nil || n.Shape().Dims() <= i {
		return 0
	}
	return n.Shape()[i]
}

func shapeError(what string, in []tensor.Shape) error {
	return fmt.Errorf("got shapes %v, want %s", in, what)
}
