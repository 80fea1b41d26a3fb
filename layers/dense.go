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

// denseSpecs declares a kernel and a bias.
func denseSpecs(name string, in, out int) []graph.ParamSpec {
	return []graph.ParamSpec{{Name: name + ".kernel", Shape: []int{in, out}}, {Name: name + ".bias", Shape: []int{out}}}
}

// Apply maps x (N×in) to N×out.
func (d *Dense) Apply(b *graph.Builder, x *G.Node) *G.Node {
	return b.Dense(x, b.Param(d.kernel), b.Param(d.bias), d.act)
}

// Kernel is the in×out weight matrix.
func (d *Dense) Kernel() *graph.Param { return d.kernel }

// Bias is the bias vector.
func (d *Dense) Bias() *graph.Param { return d.bias }
