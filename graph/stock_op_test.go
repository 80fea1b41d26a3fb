package graph_test

import (
	"errors"
	"fmt"
	"hash"
	"hash/fnv"

	"github.com/chewxy/hm"
	G "gorgonia.org/gorgonia"
	"gorgonia.org/tensor"
)

// stockOp is a user's own op, written for Gorgonia: the product of two scalars, without a gradient.
type stockOp struct{}

func (stockOp) Arity() int { return 2 }
func (stockOp) Type() hm.Type {
	return hm.NewFnType(hm.TypeVariable('a'), hm.TypeVariable('a'), hm.TypeVariable('a'))
}
func (stockOp) InferShape(...G.DimSizer) (tensor.Shape, error) { return tensor.Shape{}, nil }
func (stockOp) Do(in ...G.Value) (G.Value, error) {
	return G.NewF64(in[0].Data().(float64) * in[1].Data().(float64)), nil
}
func (stockOp) ReturnsPtr() bool        { return false }
func (stockOp) CallsExtern() bool       { return false }
func (stockOp) OverwritesInput() int    { return -1 }
func (o stockOp) WriteHash(h hash.Hash) { fmt.Fprint(h, o.String()) }
func (o stockOp) Hashcode() uint32 {
	h := fnv.New32a()
	o.WriteHash(h)
	return h.Sum32()
}
func (stockOp) String() string     { return "a user's product" }
func (stockOp) DiffWRT(int) []bool { return []bool{true, true} }
func (stockOp) SymDiff(G.Nodes, *G.Node, *G.Node) (G.Nodes, error) {
	return nil, errors.New("no gradient")
}
