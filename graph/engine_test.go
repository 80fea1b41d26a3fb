package graph_test

import (
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	G "gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"gaussflow/graph"
	"gaussflow/graph/kernel"
	"gaussflow/internal/errtest"
)

// TestTypesOfNumbersDoNotMix: a parameter or node whose dtype differs from the graph's is an error that names the node and its dtype.
func TestTypesOfNumbersDoNotMix(t *testing.T) {
	for name, c := range map[string]struct {
		build func(b *graph.Builder) *G.Node
		words string
	}{
		"parameter":       {func(b *graph.Builder) *G.Node { return b.Param(graph.NewParam("w", graph.Float64, 2)) }, "w: dtype float64 in a graph of float32"},
		"no parameter":    {func(b *graph.Builder) *G.Node { return b.Param(nil) }, "nil"},
		"none of ours":    {func(b *graph.Builder) *G.Node { return b.Param(&graph.Param{Name: "w"}) }, "not made by NewParam"},
		"a user's vector": {func(b *graph.Builder) *G.Node { return b.Add(b.Input("x", 2), stockVector(b, tensor.Float64)) }, "input 1 (from 0) is of float64, want float32"},
		"whole numbers":   {func(b *graph.Builder) *G.Node { return b.Exp(stockVector(b, tensor.Int)) }, "input 0 (from 0) is of int"},
	} {
		_, err := graph.Build(graph.Float32, func(b *graph.Builder) []*G.Node { return []*G.Node{c.build(b)} })
		if err == nil || !strings.Contains(err.Error(), c.words) {
			t.Errorf("%s: error %v, want one with %q", name, err, c.words)
		}
	}
}

func stockVector(b *graph.Builder, of tensor.Dtype) *G.Node {
	return G.NewVector(b.Graph(), of, G.WithShape(2), G.WithName("stock"))
}

// TestSinglesInDoubles: with Widen, a graph of float64 reads a parameter of float32, and reads its new values after the
// parameter has changed.
func TestSinglesInDoubles(t *testing.T) {
	w := graph.NewParam("w", graph.Float32, 2)
	errtest.None(t, w.Set([]float64{0.1, -3}))
	var fixed, moving, x *G.Node
	program := func() *graph.Program {
		p, err := graph.Build(graph.Float64, func(b *graph.Builder) []*G.Node {
			b.Widen, x = true, b.Input("x", 2)
			fixed, moving = b.Exp(b.Param(w)), b.Add(x, b.Param(w))
			return []*G.Node{fixed, moving}
		})
		errtest.None(t, err)
		p.Set(x, []float64{1e-12, 1})
		return p
	}
	check := func(p *graph.Program, fixed, moving *G.Node) {
		t.Helper()
		errtest.None(t, p.Run())
		got, v := make([]float64, 4), w.Values()
		p.Get(fixed, got)
		p.Get(moving, got[2:])
		for i, want := range []float64{math.Exp(v[0]), math.Exp(v[1]), 1e-12 + v[0], 1 + v[1]} {
			if math.Abs(got[i]-want) > 1e-15*math.Abs(want) {
				t.Errorf("number %d is %v, want %v", i, got[i], want)
			}
		}
	}
	p, pFixed, pMoving := program(), fixed, moving
	check(p, pFixed, pMoving)
	errtest.None(t, w.Set([]float64{0.3, 2}))
	check(p, pFixed, pMoving)
	q := program()
	check(q, fixed, moving)
	w.Data().([]float32)[0] = 0.7
	w.Changed()
	check(q, fixed, moving)
	check(p, pFixed, pMoving)
}

// TestParamThatNewParamDidNotMake: a Param that was not made by NewParam has no numbers, and Set says so.
func TestParamThatNewParamDidNotMake(t *testing.T) {
	p := &graph.Param{Name: "w"}
	if err := p.Set([]float64{1}); err == nil || !strings.Contains(err.Error(), "not made by NewParam") {
		t.Errorf("Set: error %v", err)
	}
	if p.Dtype() != "" || p.Data() != nil {
		t.Errorf("dtype %q and data %v, want none", p.Dtype(), p.Data())
	}
}

// TestSetData: SetData takes numbers of the parameter's own dtype and size, bit for bit, and refuses all others.
func TestSetData(t *testing.T) {
	p := graph.NewParam("w", graph.Float32, 2)
	errtest.None(t, p.SetData([]float32{1, 0.1}))
	equal(t, "values", p.Values(), []float64{1, float64(float32(0.1))}, 0)
	for _, bad := range []any{nil, []float64{1, 2}, []float32{1}, []byte{1, 2}} {
		if p.SetData(bad) == nil {
			t.Errorf("%T %v is taken, want an error", bad, bad)
		}
	}
	equal(t, "values after the bad ones", p.Values(), []float64{1, float64(float32(0.1))}, 0)
	if new(graph.Param).SetData([]float64{}) == nil {
		t.Error("a Param that NewParam did not make takes numbers")
	}
}

// TestSharedMixturesFollowTheirParameter: mixtures that columns share are prepared ahead of a program's runs, and anew when their
// parameter has changed, though nothing else of the program depends on it alone. The program has the same numbers as one in which
// the mixtures are an input.
func TestSharedMixturesFollowTheirParameter(t *testing.T) {
	const n, d, k = 3, 2, 4
	for _, clamp := range []kernel.Clamp{{}, {Kind: kernel.ClampTanh, Hi: 3}} {
		theta := graph.NewParam("theta", graph.Float64, 3, d, k)
		rng := rand.New(rand.NewPCG(1, 1))
		random := func(n int) []float64 {
			v := make([]float64, n)
			for i := range v {
				v[i] = rng.NormFloat64()
			}
			return v
		}
		var x, in *G.Node
		program := func(mixtures func(b *graph.Builder) *G.Node) (*graph.Program, []*G.Node) {
			var out []*G.Node
			p, err := graph.Build(graph.Float64, func(b *graph.Builder) []*G.Node {
				x = b.Input("x", n, d)
				m := mixtures(b)
				z, l := b.Mixture(x, m, k, clamp)
				back, l2 := b.MixtureInverse(z, m, k, clamp)
				loss := b.SumLast(b.SumLast(b.Sum(z, l)))
				out = append([]*G.Node{z, l, back, l2}, b.Grad(loss, x)...)
				return out
			})
			errtest.None(t, err)
			return p, out
		}
		p, of := program(func(b *graph.Builder) *G.Node { return b.Param(theta) })
		px := x
		q, want := program(func(b *graph.Builder) *G.Node { in = b.Input("theta", 3, d, k); return in })
		for range 3 {
			values, rows := random(3*d*k), random(n*d)
			errtest.None(t, theta.Set(values))
			q.Set(in, values)
			p.Set(px, rows)
			q.Set(x, rows)
			errtest.None(t, p.Run())
			errtest.None(t, q.Run())
			for i := range of {
				a, b := make([]float64, n*d), make([]float64, n*d)
				p.Get(of[i], a)
				q.Get(want[i], b)
				if !slices.Equal(a, b) {
					t.Errorf("clamp %v, output %d: %v, want %v", clamp, i, a, b)
				}
			}
		}
	}
}

// TestWeightsThatBecomeInfinite: products pass over the zeros behind a relu only where weights are finite, which is looked up when they
// change: zero times infinity is no number, for one row as for many.
func TestWeightsThatBecomeInfinite(t *testing.T) {
	const in, hidden, out = 4, 64, 80
	for _, n := range []int{1, 40} {
		first, second := graph.NewParam("first", graph.Float32, in, hidden), graph.NewParam("second", graph.Float32, hidden, out)
		bias, zeros := graph.NewParam("bias", graph.Float32, hidden), graph.NewParam("zeros", graph.Float32, out)
		weights := make([]float64, hidden*out)
		for i := range weights {
			weights[i] = 1
		}
		errtest.None(t, second.Set(weights))
		var x, y *G.Node
		p, err := graph.Build(graph.Float32, func(b *graph.Builder) []*G.Node {
			x = b.Input("x", n, in)
			y = b.Dense(b.Dense(x, b.Param(first), b.Param(bias), graph.Relu), b.Param(second), b.Param(zeros), graph.Linear)
			return []*G.Node{y}
		})
		errtest.None(t, err)
		for _, weight := range []float64{1, math.Inf(1), 1} {
			weights[5*out+7] = weight
			errtest.None(t, second.Set(weights))
			errtest.None(t, p.Run())
			got := make([]float64, n*out)
			p.Get(y, got)
			for i, v := range got {
				if nan := i%out == 7 && math.IsInf(weight, 1); math.IsNaN(v) != nan || !nan && v != 0 {
					t.Fatalf("%d rows, weight %v: element %d is %v", n, weight, i, v)
				}
			}
		}
	}
}
