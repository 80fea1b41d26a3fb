package graph_test

import (
	"errors"
	"strings"
	"testing"

	G "gorgonia.org/gorgonia"

	"gaussflow/graph"
)

// shift is the recursion y_j = v_j + θ_j.
func shift(order, parts []int, theta func(b *graph.Builder, y, context *G.Node) *G.Node) graph.Recursion {
	return graph.Recursion{Order: order, Parts: parts, Theta: theta,
		Map: func(b *graph.Builder, v, theta *G.Node) (y, logSlope *G.Node) { return b.Add(v, theta), b.Scale(v, 0) }}
}

func theSame(_ *graph.Builder, y, _ *G.Node) *G.Node { return y }

// TestRecursionSaysWhatIsWrong: an invalid Recursion, a Theta of the wrong shape and an op that fails at run time are each
// an error that says which.
func TestRecursionSaysWhatIsWrong(t *testing.T) {
	two := []int{0, 1}
	for name, c := range map[string]struct {
		r    graph.Recursion
		word string
	}{
		"no functions":   {graph.Recursion{Order: two, Parts: []int{1}}, "Theta or Map is nil"},
		"no order":       {shift(nil, []int{1}, theSame), "Order = []"},
		"a column twice": {shift([]int{1, 1}, []int{1}, theSame), "Order = [1 1]"},
		"no parts":       {shift(two, nil, theSame), "Parts = []"},
		"a part of 0":    {shift(two, []int{1, 0}, theSame), "Parts = [1 0]"},
		"narrow theta":   {shift(two, []int{2}, theSame), "Theta put out shape (3, 2), want (3, 4)"},
		"nil theta":      {shift(two, []int{1}, func(*graph.Builder, *G.Node, *G.Node) *G.Node { return nil }), "of Theta is nil"},
		"an error":       {shift(two, []int{1}, func(b *graph.Builder, _, _ *G.Node) *G.Node { return b.Fail(errors.New("no θ")) }), "no θ"},
	} {
		b := graph.NewBuilder(graph.Float64)
		b.Recurse(c.r, b.Input("v", 3, 2), nil)
		if err := b.Err(); err == nil || !strings.Contains(err.Error(), c.word) {
			t.Errorf("%s: error %v, want one with %q", name, err, c.word)
		}
	}
	b := graph.NewBuilder(graph.Float64)
	v := b.Input("v", 3, 2)
	var y *G.Node
	b.Within(func() {
		y, _ = b.Recurse(shift(two, []int{1}, func(b *graph.Builder, y, _ *G.Node) *G.Node {
			square := b.Dot(y, y)
			return b.Reshape(b.ExpandLast(b.Apply(brokenOp{}, square, square), 6), 3, 2)
		}), v, nil)
	}, "layer 3")
	p, err := b.Compile(y)
	if err != nil {
		t.Fatal(err)
	}
	if err := p.Run(); err == nil || !strings.Contains(err.Error(), "layer 3") || !errors.Is(err, errBroken) {
		t.Errorf("a run of what fails: error %v, want one that names the layer and says %q", err, errBroken)
	}
}
