package graph_test

import (
	"strings"
	"testing"

	G "gorgonia.org/gorgonia"

	"gaussflow/graph"
	"gaussflow/graph/kernel"
	"gaussflow/internal/errtest"
)

// sums builds a graph of n rows whose gradients are accumulated in each way that exists: by matMul and column sums during
// the run, by the reflectors' op once after the last run, from the nodes' values (logits through a view; w used twice), and
// as zero.
type sums struct {
	*graph.Program
	x      *G.Node
	totals [][]float64
}

func newSums(t *testing.T, n int, params []*graph.Param, totals [][]float64) *sums {
	t.Helper()
	s := &sums{totals: totals}
	var err error
	s.Program, err = graph.Build(graph.Float64, func(b *graph.Builder) []*G.Node {
		s.x = b.Input("x", n, 2)
		w, bias, v, logits, unused := b.Param(params[0]), b.Param(params[1]), b.Param(params[2]), b.Param(params[3]), b.Param(params[4])
		h := b.Dense(b.MatMul(s.x, b.Orthogonal(v)), w, bias, graph.Tanh)
		z, slope := b.Mixture(b.MatMul(h, w), b.Stack(logits, logits, logits), 3, kernel.Clamp{})
		cost := b.Sum(b.SumLast(b.LogNormal(z)), b.SumLast(b.SumLast(slope)))
		for i, g := range b.Grad(cost, w, bias, v, logits, unused) {
			b.SumInto(g, totals[i])
		}
		return []*G.Node{cost}
	})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func sumParams(t *testing.T) (params []*graph.Param, totals [][]float64) {
	t.Helper()
	for i, shape := range [][]int{{2, 2}, {2}, {2, 2}, {2, 3}, {4}} {
		p := graph.NewParam("p", graph.Float64, shape...)
		if err := p.Set(normal(p.Size(), uint64(i))); err != nil {
			t.Fatal(err)
		}
		params, totals = append(params, p), append(totals, make([]float64, p.Size()))
	}
	return params, totals
}

// TestSumInto: the gradients of a batch in pieces of several lengths add up to those of the whole batch, batch after batch,
// and follow the parameters.
func TestSumInto(t *testing.T) {
	params, whole := sumParams(t)
	_, pieces := sumParams(t)
	all := newSums(t, 7, params, whole)
	two, three := newSums(t, 2, params, pieces), newSums(t, 3, params, pieces)
	for batch := range 3 {
		x := normal(14, uint64(20+batch))
		all.Set(all.x, x)
		errtest.None(t, all.Run())
		two.Set(two.x, x[:4])
		errtest.None(t, two.RunSum(false))
		two.Set(two.x, x[4:8])
		errtest.None(t, two.RunSum(true))
		errtest.None(t, two.FinishSum(false))
		three.Set(three.x, x[8:])
		errtest.None(t, three.RunSum(true))
		errtest.None(t, three.FinishSum(true))
		for i := range whole {
			equal(t, "sum of gradients", pieces[i], whole[i], 1e-12)
		}
		if batch < 2 && (whole[0][0] == 0 || whole[2][0] == 0 || whole[3][0] == 0) {
			t.Fatal("a gradient is zero: the test tests nothing")
		}
		errtest.None(t, params[0].Set(normal(4, uint64(40+batch))))
		errtest.None(t, params[2].Set(normal(4, uint64(50+batch))))
	}
}

func TestSumIntoOfTheWrongSize(t *testing.T) {
	for _, total := range []any{make([]float64, 2), make([]float32, 3), nil} {
		b := graph.NewBuilder(graph.Float64)
		b.SumInto(b.Input("x", 3), total)
		if _, err := b.Compile(); err == nil || !strings.Contains(err.Error(), "want 3 numbers of float64") {
			t.Errorf("total %T: error %v", total, err)
		}
	}
}
