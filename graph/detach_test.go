package graph_test

import (
	"strings"
	"testing"

	G "gorgonia.org/gorgonia"

	"gaussflow/graph"
)

// TestDetach: a detached node has its value but passes no gradient on, and a parameter that is read within Detached is a
// constant there, while the same parameter read elsewhere has its gradient.
func TestDetach(t *testing.T) {
	p := graph.NewParam("p", graph.Float64, 3)
	if err := p.Set([]float64{1, 2, 3}); err != nil {
		t.Fatal(err)
	}
	var value, inP, inX, x *G.Node
	program, err := graph.Build(graph.Float64, func(b *graph.Builder) []*G.Node {
		x = b.Input("x", 3)
		var constant *G.Node
		b.Detached(func() { constant = b.Mul(b.Param(p), b.Exp(b.Param(p))) })
		value = b.SumLast(b.Add(b.Mul(b.Mul(x, b.Param(p)), constant), b.Mul(b.Detach(x), x)))
		grads := b.Grad(value, b.Param(p), x)
		inP, inX = grads[0], grads[1]
		return []*G.Node{value, inP, inX}
	})
	if err != nil {
		t.Fatal(err)
	}
	program.Set(x, []float64{1, -1, 2})
	if err := program.Run(); err != nil {
		t.Fatal(err)
	}
	const e, e2, e3 = 2.718281828459045, 7.38905609893065, 20.085536923187668
	close := func(what string, node *G.Node, want ...float64) {
		t.Helper()
		got := make([]float64, len(want))
		program.Get(node, got)
		for i := range want {
			if d := got[i] - want[i]; !(d <= 1e-12 && d >= -1e-12) {
				t.Errorf("%s = %v, want %v", what, got, want)
			}
		}
	}
	close("the gradient in p", inP, 1*e, -1*2*e2, 2*3*e3) // only the p outside of Detached is differentiated
	close("the gradient in x", inX, 1*1*e+1, 2*2*e2-1, 3*3*e3+2)
}

// TestDetachedAlone: a cost that uses a parameter only where it is detached has a zero gradient in it and would never train
// it, which is an error.
func TestDetachedAlone(t *testing.T) {
	p := graph.NewParam("p", graph.Float64, 2)
	build := func(b *graph.Builder) (cost *G.Node) {
		b.Detached(func() { cost = b.SumLast(b.Exp(b.Param(p))) })
		return cost
	}
	var grad *G.Node
	program, err := graph.Build(graph.Float64, func(b *graph.Builder) []*G.Node {
		grad = b.Grad(build(b), b.Param(p))[0]
		return []*G.Node{grad}
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := program.Run(); err != nil {
		t.Fatal(err)
	}
	got := []float64{1, 1}
	if program.Get(grad, got); got[0] != 0 || got[1] != 0 {
		t.Errorf("the gradient is %v, want 0", got)
	}
	f := graph.NewGradFunc[float64](1, []*graph.Param{p}, func(b *graph.Builder, _ graph.BatchNodes) *G.Node { return build(b) })
	if _, err := f.Run(oneRow{}, []int{0}, 1); err == nil || !strings.Contains(err.Error(), "does not depend on") {
		t.Errorf("got %v, want an error that the cost does not depend on p", err)
	}
	b := graph.NewBuilder(graph.Float64)
	if b.Detached(nil); b.Err() == nil {
		t.Error("a function that is nil is no error")
	}
}

type oneRow struct{}

func (oneRow) Row([]float64, int) ([]float64, float64) { return []float64{1}, 1 }
