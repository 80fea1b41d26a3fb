package flows

import (
	"fmt"
	"strings"
	"text/tabwriter"

	"gaussflow/layers"
)

// Summary is the table of layers that Keras prints: name and kind, output shape, number of parameters.
func (f *Flow) Summary() string {
	if !f.built() {
		return ErrNotBuilt.Error()
	}
	var s strings.Builder
	w := tabwriter.NewWriter(&s, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "Layer (type)\tOutput shape\tParams")
	trainable, fixed := 0, 0
	for _, n := range f.Layers() {
		count := 0
		for _, p := range n.Layer.Params() {
			count += p.Size()
			if p.Trainable {
				trainable += p.Size()
			} else {
				fixed += p.Size()
			}
		}
		fmt.Fprintf(w, "%s (%s)\t(N, %d)\t%d\n", n.Name, layers.Kind(n.Layer), n.Layer.Dim(), count)
	}
	w.Flush()
	fmt.Fprintf(&s, "Total params: %d, trainable: %d, fixed: %d, dtype: %s\n", trainable+fixed, trainable, fixed, f.dtype)
	return s.String()
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
