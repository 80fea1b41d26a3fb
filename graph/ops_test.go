package graph_test

import (
	"math"
	"math/rand/v2"
	"testing"

	"gonum.org/v1/gonum/diff/fd"
	G "gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"gaussflow/graph"
)

// TestOps holds each op against its formula in plain Go, its gradient against finite differences of that formula,
// our Program against Gorgonia's TapeMachine to the last bit, and float32 against float64.
func TestOps(t *testing.T) {
	for name, c := range ops {
		t.Run(name, func(t *testing.T) {
			in := c.inputs()
			value, grads := c.run(t, graph.Float64, in, program)
			want := c.naive(in)
			equal(t, "value", value, want, 1e-12)
			if len(value) != len(want) {
				t.Fatalf("%d numbers, want %d", len(value), len(want))
			}
			for i := range in {
				equal(t, "gradient", grads[i], c.numericGrad(in, i), 1e-6)
			}
			for _, dtype := range []graph.Dtype{graph.Float64, graph.Float32} {
				v, g := c.run(t, dtype, in, program)
				stockV, stockG := c.run(t, dtype, in, tape)
				equal(t, string(dtype)+": the stock machine's value", v, stockV, 0)
				equal(t, string(dtype)+": value", v, value, 2e-5)
				for i := range in {
					equal(t, string(dtype)+": the stock machine's gradient", g[i], stockG[i], 0)
					equal(t, string(dtype)+": gradient", g[i], grads[i], 2e-4)
				}
			}
		})
	}
}

// TestLimits: −Inf is a valid logarithm, and the branch of an op that is not taken adds nothing to the gradient.
func TestLimits(t *testing.T) {
	inf := math.Inf(-1)
	lse := func(b *graph.Builder, in nodes) *G.Node { return b.LogSumExp(in[0]) }
	score := func(b *graph.Builder, in nodes) *G.Node { return b.NormalScore(in[0], in[1]) }
	for name, c := range map[string]struct {
		build  func(b *graph.Builder, in nodes) *G.Node
		in     [][]float64
		value  float64
		grads  [][]float64
		within float64
	}{
		"one term of weight zero": {lse, [][]float64{{inf, 0}}, 0, [][]float64{{0, 1}}, 0},
		"no term at all":          {lse, [][]float64{{inf, inf}}, inf, [][]float64{{0, 0}}, 0},
		"far below":               {lse, [][]float64{{-1e6, -1e6}}, -1e6 + math.Ln2, [][]float64{{0.5, 0.5}}, 1e-9},
		// z ≈ −√(−2 log F), whose slope in log F is −1/z; the other tail's log 1 = 0 would be z = +∞
		"far lower tail": {score, [][]float64{{-5e9}, {0}}, -1e5, [][]float64{{1e-5}, {0}}, 1e-3},
		"far upper tail": {score, [][]float64{{0}, {-5e9}}, 1e5, [][]float64{{0}, {-1e-5}}, 1e-3},
	} {
		b := graph.NewBuilder(graph.Float64)
		inputs := map[*G.Node][]float64{}
		var x nodes
		for _, v := range c.in {
			x = append(x, b.Input("x", 1, len(v)))
			inputs[x[len(x)-1]] = v
		}
		y := c.build(b, x)
		grads := b.Grad(b.SumLast(b.Reshape(y, 1)), x...)
		get := run(t, b, inputs, append(grads, y)...)
		if got := get(y)[0]; got != c.value && !(math.Abs(got-c.value) <= c.within) {
			t.Errorf("%s: value %v, want %v", name, got, c.value)
		}
		for i, n := range grads {
			equal(t, name+": gradient", get(n), c.grads[i], 1e-9)
		}
	}
}

func (c opCase) inputs() (in [][]float64) {
	for i, s := range c.shapes {
		in = append(in, normal(tensor.Shape(s).TotalSize(), uint64(i)))
	}
	if c.adjust != nil {
		c.adjust(in)
	}
	return in
}

func normal(n int, seed uint64) []float64 {
	rng := rand.New(rand.NewPCG(seed, 12))
	v := make([]float64, n)
	for i := range v {
		v[i] = rng.NormFloat64()
	}
	return v
}

// machine runs a graph on the given inputs and returns a function that reads the requested nodes.
type machine func(t *testing.T, b *graph.Builder, inputs map[*G.Node][]float64, outputs ...*G.Node) func(*G.Node) []float64

// run returns the op's value, and for each input the gradient of Σ weight·value with random weights.
func (c opCase) run(t *testing.T, dtype graph.Dtype, in [][]float64, on machine) (value []float64, grads [][]float64) {
	t.Helper()
	b := graph.NewBuilder(dtype)
	inputs := map[*G.Node][]float64{}
	var x nodes
	for i, s := range c.shapes {
		x = append(x, b.Input("x", s...))
		inputs[x[i]] = in[i]
	}
	y := c.build(b, x)
	if b.Err() != nil {
		t.Fatal(b.Err())
	}
	weights := b.Input("weights", y.Shape()...)
	inputs[weights] = normal(y.Shape().TotalSize(), 99)
	outputs := append(nodes{y}, b.Grad(b.Dot(y, weights), x...)...)
	get := on(t, b, inputs, outputs...)
	for _, n := range outputs[1:] {
		grads = append(grads, get(n))
	}
	return get(y), grads
}

// numericGrad is the central difference of Σ weight·value of the plain formula in input i.
func (c opCase) numericGrad(in [][]float64, i int) []float64 {
	varied := append([][]float64(nil), in...)
	return fd.Gradient(nil, func(x []float64) float64 {
		varied[i] = x
		value := c.naive(varied)
		total := 0.0
		for j, w := range normal(len(value), 99) {
			total += w * value[j]
		}
		return total
	}, in[i], &fd.Settings{Formula: fd.Central})
}

func program(t *testing.T, b *graph.Builder, inputs map[*G.Node][]float64, outputs ...*G.Node) func(*G.Node) []float64 {
	t.Helper()
	return run(t, b, inputs, outputs...)
}

// tape runs the graph on Gorgonia's TapeMachine. Values are read by Read ops, because the memory of other nodes may be
// overwritten later.
func tape(t *testing.T, b *graph.Builder, inputs map[*G.Node][]float64, outputs ...*G.Node) func(*G.Node) []float64 {
	t.Helper()
	for _, n := range b.Graph().AllNodes() {
		if n.Op() == nil {
			let(t, n, inputs[n])
		}
	}
	return func(n *G.Node) []float64 {
		var v G.Value
		G.Read(n, &v)
		m := G.NewTapeMachine(b.Graph())
		defer func() { _ = m.Close() }()
		if err := m.RunAll(); err != nil {
			t.Fatal(err)
		}
		switch x := v.Data().(type) {
		case float64:
			return []float64{x}
		case float32:
			return []float64{float64(x)}
		case []float32:
			return convert[float64](x)
		}
		return append([]float64(nil), v.Data().([]float64)...)
	}
}

// let gives an input of the tape machine its value; nil is zero.
func let(t *testing.T, n *G.Node, v []float64) {
	t.Helper()
	if v == nil {
		v = make([]float64, n.Shape().TotalSize())
	}
	var backing any = append([]float64(nil), v...)
	var scalar any = v[0]
	if n.Dtype() == tensor.Float32 {
		backing, scalar = convert[float32](v), float32(v[0])
	}
	value := scalar
	if !n.Shape().IsScalar() {
		value = tensor.New(tensor.WithShape(n.Shape()...), tensor.WithBacking(backing))
	}
	if err := G.Let(n, value); err != nil {
		t.Fatal(err)
	}
}

func convert[D, S float32 | float64](v []S) []D {
	out := make([]D, len(v))
	for i, x := range v {
		out[i] = D(x)
	}
	return out
}
