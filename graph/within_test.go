package graph_test

import (
	"errors"
	"strings"
	"testing"

	G "gorgonia.org/gorgonia"

	"gaussflow/graph"
)

var errBroken = errors.New("broken")

// brokenOp is a user's own op that fails or panics when it runs.
type brokenOp struct {
	stockOp
	panics bool
}

func (o brokenOp) Do(...G.Value) (G.Value, error) {
	if o.panics {
		panic("broken")
	}
	return nil, errBroken
}

// TestWithin: an error while building or running begins with the names of the parts of the graph in which it arose, the
// outermost first.
func TestWithin(t *testing.T) {
	for name, c := range map[string]struct {
		build func(b *graph.Builder, x *G.Node) *G.Node
		words []string
	}{
		"shapes":   {func(b *graph.Builder, x *G.Node) *G.Node { return b.MatMul(x, x) }, []string{"outer 1: inner: graph: ", "two matrices"}},
		"error":    {func(b *graph.Builder, _ *G.Node) *G.Node { return b.Fail(errBroken) }, []string{"outer 1: inner: broken"}},
		"panic":    {func(*graph.Builder, *G.Node) *G.Node { panic("broken") }, []string{"outer 1: inner: panic at within_test.go:", ": broken"}},
		"run":      {func(b *graph.Builder, x *G.Node) *G.Node { return b.Apply(brokenOp{}, x, x) }, []string{"graph: outer 1: inner: a user's product: broken"}},
		"run wild": {func(b *graph.Builder, x *G.Node) *G.Node { return b.Apply(brokenOp{panics: true}, x, x) }, []string{"graph: outer 1: inner: a user's product: panic at within_test.go:"}},
	} {
		p, err := graph.Build(graph.Float64, func(b *graph.Builder) []*G.Node {
			x := b.Input("x")
			var y *G.Node
			b.Within(func() { y = b.Exp(x) }, "before")
			b.Within(func() {
				b.Within(func() { y = b.Exp(y) }, "sibling")
				b.Within(func() { y = c.build(b, y) }, "inner")
			}, "outer %d", 1)
			return []*G.Node{y}
		})
		if err == nil {
			err = p.Run()
		}
		for _, w := range c.words {
			if err == nil || !strings.Contains(err.Error(), w) {
				t.Errorf("%s: error %v, want one with %q", name, err, w)
			}
		}
		if strings.Contains(name, "err") && !errors.Is(err, errBroken) {
			t.Errorf("%s: %v does not wrap the cause", name, err)
		}
	}
}
