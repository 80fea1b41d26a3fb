package flows

import (
	"fmt"
	"strings"
	"text/tabwriter"

	"gaussflow/bases"
	"gaussflow/graph"
	"gaussflow/layers"
)

// Summary is the table of layers that Keras prints: name and kind, output shape, number of parameters. A base that has parameters
// comes last. In the totals a parameter that several have counts once.
func (f *Flow) Summary() string {
	if !f.built() {
		return ErrNotBuilt.Error()
	}
	var s strings.Builder
	w := tabwriter.NewWriter(&s, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "Layer (type)\tOutput shape\tParams")
	for _, n := range f.Layers() {
		fmt.Fprintf(w, "%s (%s)\t(N, %d)\t%d\n", n.Name, layers.Kind(n.Layer), n.Layer.Dim(), numbers(n.Layer.Params()))
	}
	if params := f.base.Params(); len(params) > 0 {
		fmt.Fprintf(w, "%s (%s)\t(N)\t%d\n", baseName, bases.Kind(f.base), numbers(params))
	}
	w.Flush()
	total, trainable := numbers(f.Params()), f.TrainableParams()
	fmt.Fprintf(&s, "Total params: %d, trainable: %d, fixed: %d, dtype: %s\n", total, trainable, total-trainable, f.dtype)
	return s.String()
}

// numbers is how many params are.
func numbers(params []*graph.Param) (n int) {
	for _, p := range params {
		n += p.Size()
	}
	return n
}

// TrainableParams is the number of trained numbers.
func (f *Flow) TrainableParams() (n int) {
	for _, p := range f.Params() {
		if p.Trainable {
			n += p.Size()
		}
	}
	return n
}
