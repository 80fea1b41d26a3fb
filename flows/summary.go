package flows

import (
	"fmt"
	"io"
	"strings"
	"text/tabwriter"

	"gaussflow/bases"
	"gaussflow/graph"
	"gaussflow/layers"
)

// Summary is a table of layers as Keras prints it: name and kind, output shape, number of parameters. The layers inside another,
// such as a chain, are indented below it; the chain's count is their sum. A base with parameters comes last. In the totals a shared
// parameter counts once.
func (f *Flow) Summary() string {
	if !f.built() {
		return ErrNotBuilt.Error()
	}
	var s strings.Builder
	w := tabwriter.NewWriter(&s, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "Layer (type)\tOutput shape\tParams")
	summarize(w, "", f.Layers())
	if params := f.base.Params(); len(params) > 0 {
		fmt.Fprintf(w, "%s (%s)\t(N)\t%d\n", baseName, bases.Kind(f.base), numbers(params))
	}
	w.Flush()
	total, trainable := numbers(f.Params()), f.TrainableParams()
	fmt.Fprintf(&s, "Total params: %d, trainable: %d, fixed: %d, dtype: %s\n", total, trainable, total-trainable, f.dtype)
	return s.String()
}

// summarize writes a line for each layer and for the layers inside it.
func summarize(w io.Writer, indent string, named []Named) {
	for _, n := range named {
		fmt.Fprintf(w, "%s%s (%s)\t(N, %d)\t%d\n", indent, n.Name, layers.Kind(n.Layer), n.Layer.Dim(), numbers(n.Layer.Params()))
		summarize(w, indent+"  ", inside(n.Name, n.Layer))
	}
}

// numbers counts the values of params.
func numbers(params []*graph.Param) (n int) {
	for _, p := range params {
		n += p.Size()
	}
	return n
}

// TrainableParams is the number of parameter values that are trained.
func (f *Flow) TrainableParams() (n int) {
	for _, p := range f.Params() {
		if p.Trainable {
			n += p.Size()
		}
	}
	return n
}
