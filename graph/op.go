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

// op makes a spec an op of Gorgonia's.
type op struct {
	spec   spec
	engine engine
	arity  int
	dims   int    // number of axes of the output
	salt   uint32 // distinguishes the op from another one with the same hash, which Gorgonia would otherwise take for the same
}

var (
	_ G.SDOp            = op{}
	_ G.UsePreallocDoer = op{}
)

// apply adds spec(children…) to the children's graph.
//
// Gorgonia merges nodes with the same 32-bit hash without comparing their children. If the node returned has other
// children, the hashes have collided: the salt is then changed until the op gets a node of its own.
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

// Type has a free type variable for each input; the output's type is known already.
func (o op) Type() hm.Type {
	ts := make([]hm.Type, 0, o.arity+1)
	for i := range o.arity {
		ts = append(ts, hm.TypeVariable(rune(0x4e00+i))) // letters that Gorgonia does not use itself
	}
	if o.dims == 0 {
		return hm.NewFnType(append(ts, o.engine.tensorType())...)
	}
	return hm.NewFnType(append(ts, G.TensorType{Dims: o.dims, Of: o.engine.tensorType()})...)
}

// InferShape is the spec's shape.
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

// UsePreallocDo runs the op into the given memory.
func (o op) UsePreallocDo(prealloc G.Value, in ...G.Value) (G.Value, error) {
	return o.do(prealloc, in)
}

// do runs the op under Gorgonia's own machines, which call it on another goroutine, where a panic would end the
// process.
func (o op) do(out G.Value, in []G.Value) (v G.Value, err error) {
	defer func() {
		if r := recover(); r != nil {
			v, err = nil, fmt.Errorf("graph: %T: %v", o.spec, r)
		}
	}()
	return o.engine.do(o.spec, out, in)
}

// ReturnsPtr is false: under Gorgonia's machines no output aliases an input.
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

// String prints the op in messages.
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
