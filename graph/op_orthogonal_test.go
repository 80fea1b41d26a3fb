package graph_test

import (
	"errors"
	"testing"

	G "gorgonia.org/gorgonia"

	"gaussflow/graph"
)

// TestReflectorsAreBounded: a rotation of few columns by very many reflectors is refused, because it would take memory for
// the square of their number.
func TestReflectorsAreBounded(t *testing.T) {
	for _, shape := range [][2]int{{1 << 20, 2}, {2, 1 << 20}} {
		_, err := graph.Build(graph.Float64, func(b *graph.Builder) []*G.Node {
			return []*G.Node{b.Orthogonal(b.Input("v", shape[0], shape[1]))}
		})
		var size *graph.SizeError
		if !errors.As(err, &size) {
			t.Errorf("%v: got %v, want a SizeError", shape, err)
		}
	}
}
