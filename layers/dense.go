package layers

import (
	G "gorgonia.org/gorgonia"

	"gaussflow/graph"
)

// Dense is act(x·kernel + bias): kernel in×out, bias out. In a MaskedMLP an entry of the kernel that leads to a unit of lower
// degree counts as zero.
type Dense struct {
	kernel, bias  *graph.Param
	act           graph.Activation
	rows, columns []int // degrees of inputs and outputs; nil if it is not masked
}

// denseSpecs declares a kernel and a bias.
func denseSpecs(name string, in, out int) []graph.ParamSpec {
	return []graph.ParamSpec{{Name: name + ".kernel", Shape: []int{in, out}}, {Name: name + ".bias", Shape: []int{out}}}
}

// Apply maps x (N×in) to N×out.
func (d *Dense) Apply(b *graph.Builder, x *G.Node) *G.Node {
	return d.apply(b, x, d.act)
}

func (d *Dense) apply(b *graph.Builder, x *G.Node, act graph.Activation) *G.Node {
	if d.rows != nil {
		return b.MaskedDense(x, b.Param(d.kernel), b.Param(d.bias), d.rows, d.columns, act)
	}
	return b.Dense(x, b.Param(d.kernel), b.Param(d.bias), act)
}

// mask sets the entries of a kernel that the degrees forbid to zero.
func (d *Dense) mask(kernel []float64) {
	for i, from := range d.rows {
		for j, to := range d.columns {
			if from > to {
				kernel[i*len(d.columns)+j] = 0
			}
		}
	}
}

// Kernel is the in×out weight matrix.
func (d *Dense) Kernel() *graph.Param { return d.kernel }

// Bias is the bias vector.
func (d *Dense) Bias() *graph.Param { return d.bias }
