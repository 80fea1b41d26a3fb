package layers

import (
	G "gorgonia.org/gorgonia"

	"gaussflow/graph"
)

// Dense is act(x·kernel + bias): kernel in×out, bias out.
type Dense struct {
	kernel, bias *graph.Param
	act          graph.Activation
}

func newDense(name string, in, out int, act graph.Activation, dtype graph.Dtype) *Dense {
	return &Dense{
		kernel: graph.NewParam(name+".kernel", dtype, in, out),
		bias:   graph.NewParam(name+".bias", dtype, out),
		act:    act,
	}
}

// Apply maps x (N×in) to N×out.
func (d *Dense) Apply(b *graph.Builder, x *G.Node) *G.Node {
	return b.Dense(x, b.Param(d.kernel), b.Param(d.bias), d.act)
}

// Kernel is the in×out weight matrix.
func (d *Dense) Kernel() *graph.Param { return d.kernel }

// Bias is the bias vector.
func (d *Dense) Bias() *graph.Param { return d.bias }
