package graph

import (
	"errors"
	"fmt"
	"hash"
	"hash/fnv"

	"github.com/chewxy/hm"
	G "gorgonia.org/gorgonia"
	"gorgonia.org/tensor"
)

// op carries a spec through Gorgonia.
type op struct {
	spec   spec
	engine engine
	arity  int
	dims   int    // of the output
	salt   uint32 // another number where another node has the same hash, without which Gorgonia would take the two for one
}

var (
	_ G.SDOp            = op{}
	_ G.UsePreallocDoer = op{}
)

// apply adds spec(children…) to the children's graph.
//
// Gorgonia merges nodes of equal 32-bit hash without comparing their children. A merge with a node of
// other children is a collision: the op is then salted until its node is its own.
func apply(s spec, children ...*G.Node) (n *G.Node, err error) {
	defer func() {
		if r := recover(); r != nil {
			n, err = nil, fmt.Errorf("graph: %T: %v", s, r)
		}
	}()
	if len(children) == 0 {
		return nil, fmt.Errorf("graph: %T: got no inputs, want at least one", s)
	}
	e := Dtype(children[0].Dtype().String()).engine()
	shapes := make([]tensor.Shape, len(children))
	for i, c := range children {
		if c.Dtype() != e.tensorType() {
			return nil, fmt.Errorf("graph: %T: input %d (from 0) is of %v, want %s", s, i, c.Dtype(), e.dtype())
		}
		shapes[i] = c.Shape()
	}
	out, err := s.shape(shapes)
	if err != nil {
		return nil, fmt.Errorf("graph: %T: %w", s, err)
	}
	if err := checkShape(out); err != nil {
		return nil, fmt.Errorf("graph: %T: %w", s, err)
	}
	o := op{spec: s, engine: e, arity: len(children), dims: out.Dims()}
	for {
		n, err := G.ApplyOp(o, children...)
		if err != nil {
			return nil, fmt.Errorf("graph: %T: %w", s, err)
		}
		if sameNodes(childrenOf(n), children) {
			return n, nil
		}
		o.salt++
	}
}

func sameNodes(a, b []*G.Node) bool {
	if len(a) != len(b) {
		return false
	}
	for i := range a {
		if a[i] != b[i] {
			return false
		}
	}
	return true
}

// childrenOf lists the inputs of n in order.
func childrenOf(n *G.Node) (children []*G.Node) {
	it := n.Graph().From(n.ID())
	for it != nil && it.Next() {
		children = append(children, it.Node().(*G.Node))
	}
	return children
}

// Arity is the number of inputs.
func (o op) Arity() int { return o.arity }

// Type has a free variable for each input; the output's type is known already.
func (o op) Type() hm.Type {
	ts := make([]hm.Type, 0, o.arity+1)
	for i := range o.arity {
		ts = append(ts, hm.TypeVariable(rune(0x4e00+i))) // apart from Gorgonia's own letters
	}
	if o.dims == 0 {
		return hm.NewFnType(append(ts, o.engine.tensorType())...)
	}
	return hm.NewFnType(append(ts, G.TensorType{Dims: o.dims, Of: o.engine.tensorType()})...)
}

// InferShape is the spec's.
func (o op) InferShape(in ...G.DimSizer) (tensor.Shape, error) {
	shapes, err := G.DimSizersToShapes(in)
	if err != nil {
		return nil, err
	}
	return o.spec.shape(shapes)
}

// Do runs the op into new memory.
func (o op) Do(in ...G.Value) (G.Value, error) {
	shapes := make([]tensor.Shape, len(in))
	for i, v := range in {
		shapes[i] = v.Shape()
	}
	out, err := o.spec.shape(shapes)
	if err != nil {
		return nil, err
	}
	if out.IsScalar() {
		return o.do(nil, in)
	}
	return o.do(tensor.New(tensor.Of(o.engine.tensorType()), tensor.WithShape(out...)), in)
}

// UsePreallocDo runs the op into the memory given.
func (o op) UsePreallocDo(prealloc G.Value, in ...G.Value) (G.Value, error) {
	return o.do(prealloc, in)
}

// do runs under Gorgonia's own machines, which start it on another goroutine where a panic would end the
// process.
func (o op) do(out G.Value, in []G.Value) (v G.Value, err error) {
	defer func() {
		if r := recover(); r != nil {
			v, err = nil, fmt.Errorf("graph: %T: %v", o.spec, r)
		}
	}()
	return o.engine.do(o.spec, out, in)
}

// ReturnsPtr is false: no output aliases an input under Gorgonia's machines.
func (o op) ReturnsPtr() bool { return false }

// CallsExtern is false.
func (o op) CallsExtern() bool { return false }

// OverwritesInput is −1: no input is written.
func (o op) OverwritesInput() int { return -1 }

// WriteHash covers the spec's type and every field.
func (o op) WriteHash(h hash.Hash) {
	fmt.Fprintf(h, "%T%+v/%d/%v/%d/%d", o.spec, o.spec, o.arity, o.engine.dtype(), o.dims, o.salt)
}

// Hashcode is the hash of WriteHash.
func (o op) Hashcode() uint32 {
	h := fnv.New32a()
	o.WriteHash(h)
	return h.Sum32()
}

// String names the op in messages.
func (o op) String() string { return fmt.Sprintf("%T%+v", o.spec, o.spec) }

// DiffWRT is true for every input of a differentiable spec.
func (o op) DiffWRT(inputs int) []bool {
	wrt := make([]bool, inputs)
	_, ok := o.spec.(differentiable)
	for i := range wrt {
		wrt[i] = ok
	}
	return wrt
}

// SymDiff builds the gradient nodes.
func (o op) SymDiff(in G.Nodes, out, grad *G.Node) (G.Nodes, error) {
	d, ok := o.spec.(differentiable)
	if !ok {
		return nil, fmt.Errorf("graph: %T: %w", o.spec, errNoGradient)
	}
	return d.grads(in, out, grad)
}

var errNoGradient = errors.New("a gradient op has no gradient of its own")
