package graph_test

import (
	"math"
	"strings"
	"testing"

	G "gorgonia.org/gorgonia"

	"gaussflow/graph"
	"gaussflow/graph/kernel"
	"gaussflow/internal/errtest"
)

// weighted holds rows of dim columns; row i has the weight 1 + i/10.
type weighted struct {
	x   []float64
	dim int
}

// all returns the indices of all rows.
func (w weighted) all() (index []int) {
	for i := range len(w.x) / w.dim {
		index = append(index, i)
	}
	return index
}

func (w weighted) Row(_ []float64, i int) (row []float64, weight float64) {
	return w.x[i*w.dim : (i+1)*w.dim], 1 + float64(i)/10
}

// swap is a·b of two scalars, for a cost: as its own gradient is 1, the gradients of its inputs are the inputs themselves.
type swap struct{ stockOp }

func (swap) SymDiff(in G.Nodes, _, _ *G.Node) (G.Nodes, error) { return G.Nodes{in[1], in[0]}, nil }

// TestEveryParameterGetsItsGradient: however Gorgonia merges gradient nodes, each parameter receives its own sum, whether
// the batch is run in one piece or in pieces of several lengths.
func TestEveryParameterGetsItsGradient(t *testing.T) {
	for name, c := range map[string]struct {
		shape []int
		cost  func(b *graph.Builder, x, p, q *G.Node) (rows *G.Node) // one number a row
		whole func(b *graph.Builder, p, q *G.Node) *G.Node           // a term that does not depend on the rows, added once a piece
	}{
		"two shifts":          {[]int{2}, func(b *graph.Builder, x, p, q *G.Node) *G.Node { return b.LogNormal(b.Add(b.Add(x, p), q)) }, nil},
		"two summed matrices": {[]int{2, 2}, func(b *graph.Builder, x, p, q *G.Node) *G.Node { return b.LogNormal(b.MatMul(x, b.Sum(p, q))) }, nil},
		"one of them twice":   {[]int{2}, func(b *graph.Builder, x, p, q *G.Node) *G.Node { return b.LogNormal(b.Add(b.Add(b.Add(x, p), q), p)) }, nil},
		"reflectors of a sum": {[]int{2, 2}, func(b *graph.Builder, x, p, q *G.Node) *G.Node {
			return b.LogNormal(b.MatMul(x, b.Orthogonal(b.Sum(p, q))))
		}, nil},
		"views": {[]int{2}, func(b *graph.Builder, x, p, q *G.Node) *G.Node {
			return b.LogNormal(b.Add(x, b.Slab(b.Stack(p, q), 1, 2)))
		}, nil},
		"each other's":         {nil, nil, func(b *graph.Builder, p, q *G.Node) *G.Node { return b.Apply(swap{}, p, q) }},
		"a constant for both":  {nil, nil, func(b *graph.Builder, p, q *G.Node) *G.Node { return b.Sum(p, q) }},
		"the rows' and others": {[]int{2}, func(b *graph.Builder, x, p, q *G.Node) *G.Node { return b.SumLast(b.Mul(x, b.Mul(p, q))) }, func(b *graph.Builder, p, q *G.Node) *G.Node { return b.Dot(p, q) }},
	} {
		t.Run(name, func(t *testing.T) {
			p, q := graph.NewParam("p", graph.Float64, c.shape...), graph.NewParam("q", graph.Float64, c.shape...)
			errtest.None(t, p.Set(normal(p.Size(), 1)))
			errtest.None(t, q.Set(normal(q.Size(), 2)))
			params := []*graph.Param{p, q}
			f := graph.NewGradFunc[float64](2, params, func(b *graph.Builder, in graph.BatchNodes) *G.Node {
				cost := b.Zeros()
				if c.cost != nil {
					cost = b.Dot(c.cost(b, in.X, b.Param(p), b.Param(q)), in.Weights)
				}
				if c.whole != nil {
					cost = b.Sum(cost, c.whole(b, b.Param(p), b.Param(q)))
				}
				return cost
			})
			for _, n := range []int{1, 131} {
				checkGradients(t, f, params, weighted{normal(2*n, 3), 2})
			}
		})
	}
}

// checkGradients compares the gradients of a run with central differences of its cost.
func checkGradients(t *testing.T, f *graph.GradFunc[float64], params []*graph.Param, rows weighted) {
	t.Helper()
	cost := func() float64 {
		c, err := f.Run(rows, rows.all(), len(rows.all()))
		errtest.None(t, err)
		return c
	}
	cost()
	var grads [][]float64
	for _, g := range f.Grads() {
		grads = append(grads, append([]float64(nil), g...))
	}
	const h = 1e-5
	for i, p := range params {
		v := p.Values()
		for j, x := range v {
			at := func(y float64) float64 { v[j] = y; errtest.None(t, p.Set(v)); return cost() }
			numeric := (at(x+h) - at(x-h)) / (2 * h)
			at(x)
			equal(t, "gradient in "+p.Name, grads[i][j:j+1], []float64{numeric}, 1e-7)
		}
	}
}

// TestWhatWouldNeverBeTrained: a parameter that the cost does not depend on, or that is not listed, is an error that names it.
func TestWhatWouldNeverBeTrained(t *testing.T) {
	a, b := graph.NewParam("a", graph.Float64, 2), graph.NewParam("b", graph.Float64, 2)
	still := graph.NewParam("still", graph.Float64, 2)
	still.Trainable = false
	cost := func(b *graph.Builder, in graph.BatchNodes, p *graph.Param) *G.Node {
		return b.Dot(b.LogNormal(b.Add(b.Add(in.X, b.Param(p)), b.Param(still))), in.Weights)
	}
	for name, c := range map[string]struct {
		params []*graph.Param
		cost   func(b *graph.Builder, in graph.BatchNodes) *G.Node
		words  string
	}{
		"not used":      {[]*graph.Param{a, b}, func(g *graph.Builder, in graph.BatchNodes) *G.Node { return cost(g, in, a) }, `does not depend on parameter 1 (from 0), "b" of shape (2)`},
		"used in vain":  {[]*graph.Param{a, b}, func(g *graph.Builder, in graph.BatchNodes) *G.Node { g.Exp(g.Param(b)); return cost(g, in, a) }, `does not depend on parameter 1`},
		"not listed":    {[]*graph.Param{a}, func(g *graph.Builder, in graph.BatchNodes) *G.Node { return g.Sum(cost(g, in, a), cost(g, in, b)) }, `"b" of shape (2), which is not among`},
		"listed twice":  {[]*graph.Param{a, a}, func(g *graph.Builder, in graph.BatchNodes) *G.Node { return cost(g, in, a) }, "there twice"},
		"another dtype": {[]*graph.Param{graph.NewParam("c", graph.Float32, 2)}, func(g *graph.Builder, in graph.BatchNodes) *G.Node { return cost(g, in, a) }, `"c"`},
		"no cost":       {[]*graph.Param{a}, func(*graph.Builder, graph.BatchNodes) *G.Node { return nil }, "cost is nil"},
	} {
		_, err := graph.NewGradFunc[float64](2, c.params, c.cost).Run(weighted{normal(4, 1), 2}, []int{0, 1}, 2)
		if err == nil || !strings.Contains(err.Error(), c.words) {
			t.Errorf("%s: error %v, want one with %q", name, err, c.words)
		}
	}
	f := graph.NewGradFunc[float64](2, []*graph.Param{a}, func(g *graph.Builder, in graph.BatchNodes) *G.Node { return cost(g, in, a) })
	if _, err := f.Run(weighted{dim: 2}, nil, 1); err == nil {
		t.Error("a run of no rows went by without an error")
	}
	_, err := f.Run(weighted{normal(6, 1), 3}, []int{0, 1}, 2)
	errtest.Says(t, err, "row 0: got 3 numbers, want 2")
	_, err = f.Run(weighted{normal(4, 1), 2}, []int{0, 1}, 2)
	errtest.None(t, err)
}

// TestSumIntoTwice: the two sums of one node, the node's own value among the outputs, and the sum of a node that it is
// computed from do not disturb each other.
func TestSumIntoTwice(t *testing.T) {
	var x, y *G.Node
	totals := [][]float64{make([]float64, 2), make([]float64, 2), make([]float64, 6)}
	p, err := graph.Build(graph.Float64, func(b *graph.Builder) []*G.Node {
		x = b.Input("x", 3, 2)
		cost := b.SumLast(b.LogNormal(b.Add(x, b.Param(graph.NewParam("w", graph.Float64, 2)))))
		grads := b.Grad(cost, b.Param(b.Params()[0]), x)
		y = grads[0]
		b.SumInto(y, totals[0])
		b.SumInto(y, totals[1])
		b.SumInto(grads[1], totals[2])
		return []*G.Node{y}
	})
	errtest.None(t, err)
	p.Set(x, []float64{1, 2, 3, 4, 5, 6})
	errtest.None(t, p.RunSum(false))
	errtest.None(t, p.RunSum(true))
	errtest.None(t, p.FinishSum(false))
	value := make([]float64, 2)
	p.Get(y, value)
	equal(t, "the last run's value", value, []float64{-9, -12}, 0)
	for _, total := range totals[:2] {
		equal(t, "the sum over two runs", total, []float64{-18, -24}, 0)
	}
	equal(t, "the sum of the gradient in x", totals[2], []float64{-2, -4, -6, -8, -10, -12}, 0)
}

// TestWholeBatch: with Whole, a cost that is no sum over rows, here the logarithm of a sum over them, is computed from all
// rows in one piece.
func TestWholeBatch(t *testing.T) {
	w := graph.NewParam("w", graph.Float64, 2)
	errtest.None(t, w.Set([]float64{0.5, -2}))
	f := graph.NewGradFunc[float64](2, []*graph.Param{w}, func(b *graph.Builder, in graph.BatchNodes) *G.Node {
		return b.LogSumExp(b.SumLast(b.Mul(in.X, b.Param(w))))
	})
	f.Whole = true
	for _, n := range []int{1, 131, 300, 2, 3, 131} {
		rows := weighted{normal(2*n, 5), 2}
		checkGradients(t, f, []*graph.Param{w}, rows)
		got, err := f.Run(rows, rows.all(), n)
		errtest.None(t, err)
		sum := 0.0
		for i := range n {
			sum += math.Exp(0.5*rows.x[2*i] - 2*rows.x[2*i+1])
		}
		equal(t, "cost", []float64{got}, []float64{math.Log(sum)}, 1e-12)
	}
}

// TestGradFuncIn32 compares a GradFunc of float32 with the same one of float64.
func TestGradFuncIn32(t *testing.T) {
	rows := weighted{normal(2*300, 5), 2}
	cost64, grad64 := scaled[float64](t, rows)
	cost32, grad32 := scaled[float32](t, rows)
	equal(t, "cost", []float64{cost32}, []float64{cost64}, 1e-4)
	for i := range grad64 {
		equal(t, "gradient", []float64{float64(grad32[i])}, []float64{grad64[i]}, 1e-4)
	}
}

func scaled[T kernel.Float](t *testing.T, rows weighted) (float64, []T) {
	t.Helper()
	dtype := graph.Float64
	if _, ok := any(T(0)).(float32); ok {
		dtype = graph.Float32
	}
	w := graph.NewParam("w", dtype, 2)
	errtest.None(t, w.Set([]float64{0.5, -2}))
	f := graph.NewGradFunc[T](2, []*graph.Param{w}, func(b *graph.Builder, in graph.BatchNodes) *G.Node {
		return b.Dot(b.LogNormal(b.Mul(in.X, b.Param(w))), in.Weights)
	})
	cost, err := f.Run(rows, rows.all(), len(rows.all()))
	errtest.None(t, err)
	return cost, f.Grads()[0]
}
