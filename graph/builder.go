package graph

import (
	"errors"
	"fmt"

	G "gorgonia.org/gorgonia"
	"gorgonia.org/tensor"
)

// A Builder writes one expression graph. Its error is sticky (the bufio.Writer idiom): after the first
// failure every method returns nil and does nothing, so a layer reads as maths and the caller asks Err once.
// It makes every input's name unique, because Gorgonia silently merges inputs of one name.
//
// A Builder belongs to one goroutine and one program.
type Builder struct {
	// Composed asks for layers made of small ops instead of the fused ones: same numbers, slower; for
	// comparison and for tests.
	Composed bool
	// Widen lets a graph of float64 take parameters of float32: every one of their values is a float64 too. Without it they are
	// an error, as most often they are one.
	Widen bool

	g      *G.ExprGraph
	engine engine
	err    error
	inputs int
	params map[*Param]*G.Node
	bound  map[*G.Node]*Param
	used   []*Param // in the order of their first use
	zeros  map[*G.Node]bool
	sums   []sumInto
	parts  map[*G.Node]string // see Within

	detached bool // see Detached
}

// NewBuilder starts an empty graph of one storage type.
func NewBuilder(dtype Dtype) *Builder {
	return &Builder{
		g: G.NewGraph(), engine: dtype.engine(),
		params: map[*Param]*G.Node{}, bound: map[*G.Node]*Param{}, zeros: map[*G.Node]bool{},
		parts: map[*G.Node]string{},
	}
}

var errNoBuilder = errors.New("graph: the Builder is nil or zero: NewBuilder makes one")

// fails reports whether there is nothing to build on: an error stands, or NewBuilder did not make b.
func (b *Builder) fails() bool { return b == nil || b.g == nil || b.err != nil }

// Err is the first error, or nil.
func (b *Builder) Err() error {
	if b == nil || b.g == nil {
		return errNoBuilder
	}
	return b.err
}

// Fail records err unless an earlier one stands, and returns nil.
func (b *Builder) Fail(err error) *G.Node {
	if !b.fails() {
		b.err = err
	}
	return nil
}

// Dtype is the storage type of every node; empty if NewBuilder did not make b.
func (b *Builder) Dtype() Dtype {
	if b == nil || b.g == nil {
		return ""
	}
	return b.engine.dtype()
}

// Graph is Gorgonia's graph, for stock functions; see Lift. nil if NewBuilder did not make b.
func (b *Builder) Graph() *G.ExprGraph {
	if b == nil {
		return nil
	}
	return b.g
}

// Input adds a tensor that the caller fills before each run. No axes: a scalar.
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

// Zeros is a tensor of zeros; Sum leaves it out.
func (b *Builder) Zeros(shape ...int) *G.Node {
	n := b.Input("zeros", shape...)
	if n != nil {
		b.zeros[n] = true
	}
	return n
}

// Param is the node of p, the same one each time; within Detached, that node as a constant.
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

// Params are the parameters that the graph uses, in the order of their first use.
func (b *Builder) Params() []*Param {
	if b == nil {
		return nil
	}
	return b.used
}

// Apply adds op(children…), for ops of a user's own.
func (b *Builder) Apply(o G.Op, children ...*G.Node) *G.Node {
	if o == nil {
		return b.Fail(errors.New("graph: Apply: the op is nil"))
	}
	return b.guard(children, func() (*G.Node, error) { return G.ApplyOp(o, children...) })
}

// Lift takes the result of a stock Gorgonia function: b.Lift(gorgonia.Tanh(x)).
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

// check reports a node that is nil or of another Builder.
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
