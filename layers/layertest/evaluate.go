package layertest

import (
	"math"
	"math/rand/v2"
	"testing"

	"gonum.org/v1/gonum/mat"
	G "gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"gaussflow/graph"
	"gaussflow/layers"
)

// Normal draws an n×d matrix from N(0, std²).
func Normal(n, d int, std float64, seed uint64) *mat.Dense {
	rng := rand.New(rand.NewPCG(seed, 6))
	m := mat.NewDense(n, d, nil)
	for i := range n {
		for j := range d {
			m.Set(i, j, std*rng.NormFloat64())
		}
	}
	return m
}

// direction says which of a bijector's maps to run.
type direction bool

const (
	forward direction = false
	inverse direction = true
)

func (dir direction) String() string {
	if dir == inverse {
		return "inverse"
	}
	return "forward"
}

// build runs a map of b on rows, which are x with its context beside it.
func (dir direction) build(b layers.Bijector, g *graph.Builder, rows *G.Node) (y, logDet *G.Node) {
	x, context := rows, (*G.Node)(nil)
	if layers.ContextDim(b) > 0 {
		x, context = g.Apart(rows, b.Dim())
	}
	if dir == inverse {
		return b.Inverse(g, x, context)
	}
	return b.Forward(g, x, context)
}

// width is how many numbers b reads a row: those of x, then those of the context.
func width(b layers.Bijector) int { return b.Dim() + layers.ContextDim(b) }

// rowsFor draws n rows for b, x and context.
func rowsFor(b layers.Bijector, n int, std float64, seed uint64) *mat.Dense {
	return Normal(n, width(b), std, seed)
}

// xOf is the part of rows that b maps, row-major.
func xOf(b layers.Bijector, rows *mat.Dense) []float64 {
	n, _ := rows.Dims()
	return mat.DenseCopyOf(rows.Slice(0, n, 0, b.Dim())).RawMatrix().Data
}

// withX are rows with x, row-major, in place of their own.
func withX(b layers.Bijector, rows *mat.Dense, x []float64) *mat.Dense {
	n, _ := rows.Dims()
	with := mat.DenseCopyOf(rows)
	with.Slice(0, n, 0, b.Dim()).(*mat.Dense).Copy(mat.NewDense(n, b.Dim(), x))
	return with
}

// result is one evaluation: the map, its log-det, and the gradients of Σ a∘y + Σ c∘logDet, with fixed random a
// and c, in the rows, x and context, and in every parameter.
type result struct {
	y, logDet, gx []float64
	gparams       [][]float64
	cost          float64
}

// mode is how a graph is built and run.
type mode struct {
	composed bool
	stock    bool // Gorgonia's TapeMachine instead of our Program
}

func evaluate(t testing.TB, b layers.Bijector, dir direction, x *mat.Dense, m mode) result {
	t.Helper()
	return evaluation(t, b, dir, x, m)()
}

// evaluation is evaluate of one graph as often as it is called, at x and the parameters as they then are; under Gorgonia's
// machine, as they are now.
func evaluation(t testing.TB, b layers.Bijector, dir direction, x *mat.Dense, m mode) func() result {
	t.Helper()
	n, columns := x.Dims()
	g := graph.NewBuilder(graph.Float64)
	if len(b.Params()) > 0 {
		g = graph.NewBuilder(b.Params()[0].Dtype())
	}
	g.Composed = m.composed
	in := g.Input("x", n, columns)
	y, logDet := dir.build(b, g, in)
	a, c := g.Input("a", n, b.Dim()), g.Input("c", n)
	cost := g.Sum(g.Dot(y, a), g.Dot(logDet, c))
	wrt := []*G.Node{in}
	for _, p := range trainable(b) {
		wrt = append(wrt, g.Param(p))
	}
	grads := g.Grad(cost, wrt...)
	outputs := append([]*G.Node{y, logDet, cost}, grads...)
	inputs := map[*G.Node][]float64{
		in: x.RawMatrix().Data,
		a:  Normal(n, b.Dim(), 1, 77).RawMatrix().Data,
		c:  Normal(n, 1, 1, 78).RawMatrix().Data,
	}
	run, get := program(t, g, inputs, outputs)
	if m.stock {
		run, get = func() {}, tape(t, g, inputs, b.Params())
	}
	return func() result {
		run()
		r := result{y: get(y), logDet: get(logDet), gx: get(grads[0]), cost: get(cost)[0]}
		for _, g := range grads[1:] {
			r.gparams = append(r.gparams, get(g))
		}
		return r
	}
}

func program(t testing.TB, g *graph.Builder, inputs map[*G.Node][]float64, outputs []*G.Node) (run func(), get func(*G.Node) []float64) {
	t.Helper()
	p, err := g.Compile(outputs...)
	if err != nil {
		t.Fatal(err)
	}
	run = func() {
		for n, v := range inputs {
			p.Set(n, v)
		}
		if err := p.Run(); err != nil {
			t.Fatal(err)
		}
	}
	return run, func(n *G.Node) []float64 {
		v := make([]float64, n.Shape().TotalSize())
		p.Get(n, v)
		return v
	}
}

// tape runs the whole graph on Gorgonia's machine; every node that was asked for is read out by a Read op,
// because a node's own value may be overwritten later.
func tape(t testing.TB, g *graph.Builder, inputs map[*G.Node][]float64, params []*graph.Param) func(*G.Node) []float64 {
	t.Helper()
	for n, v := range inputs {
		let(t, n, v)
	}
	for _, p := range params {
		let(t, g.Param(p), p.Values())
	}
	for _, n := range g.Graph().AllNodes() {
		if n.Op() == nil && n.Value() == nil { // an input that is never filled is zero
			let(t, n, make([]float64, n.Shape().TotalSize()))
		}
	}
	return func(n *G.Node) []float64 {
		var v G.Value
		G.Read(n, &v)
		machine := G.NewTapeMachine(g.Graph())
		defer func() { _ = machine.Close() }()
		if err := machine.RunAll(); err != nil {
			t.Fatal(err)
		}
		if x, ok := v.Data().(float64); ok {
			return []float64{x}
		}
		return append([]float64(nil), v.Data().([]float64)...)
	}
}

func let(t testing.TB, n *G.Node, v []float64) {
	t.Helper()
	var value any = tensor.New(tensor.WithShape(n.Shape()...), tensor.WithBacking(append([]float64(nil), v...)))
	if n.Shape().IsScalar() {
		value = v[0]
	}
	if err := G.Let(n, value); err != nil {
		t.Fatal(err)
	}
}

// distance is the largest |a−b| relative to max(1, |b|).
func distance(a, b []float64) (worst float64) {
	for i := range a {
		d := math.Abs(a[i]-b[i]) / math.Max(1, math.Abs(b[i]))
		if a[i] != b[i] && !(d <= worst) { // NaN counts
			worst = d
		}
	}
	return worst
}

func within(t *testing.T, what string, got, want []float64, tol float64) {
	t.Helper()
	if d := distance(got, want); !(d <= tol) {
		t.Errorf("%s: off by %.2g, tolerance %.2g", what, d, tol)
	}
}
