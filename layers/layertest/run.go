// Package layertest is the conformance suite that every bijector passes, ours and a user's own.
package layertest

import (
	"math"
	"math/rand/v2"
	"testing"

	"gonum.org/v1/gonum/diff/fd"
	"gonum.org/v1/gonum/mat"
	G "gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"gaussflow/graph"
	"gaussflow/layers"
)

// Options loosen the suite for a bijector that cannot do all of it; the zero value asks for everything.
type Options struct {
	// Tails are the magnitudes at which value, log-det and gradient must be finite; default 8 and 40.
	Tails []float64
}

// Run checks a float64 bijector: round trips, log-dets, gradients, fused against composed ops, our executor
// against Gorgonia's, tails, single rows, unmodified inputs, stable parameters and, where the layer can be
// described, its JSON. make is called several times and must return equal layers.
func Run(t *testing.T, make func() layers.Bijector, o Options) {
	t.Helper()
	if o.Tails == nil {
		o.Tails = []float64{8, 40}
	}
	fresh := func() layers.Bijector { b := make(); perturb(b); return b }
	for name, check := range map[string]func(*testing.T, func() layers.Bijector){
		"RoundTrip":        roundTrip,
		"LogDetJacobian":   logDetJacobian,
		"Gradients":        gradients,
		"ComposedAndFused": composedAndFused,
		"StockMachine":     stockMachine,
		"OneRow":           oneRow,
		"InputUnmodified":  inputUnmodified,
		"Params":           params,
		"Describe":         describe,
	} {
		t.Run(name, func(t *testing.T) { check(t, fresh) })
	}
	t.Run("Tails", func(t *testing.T) { tails(t, fresh(), o.Tails) })
}

// perturb moves every trainable parameter by a seeded N(0, 0.2²), so that no layer is tested as the identity.
func perturb(b layers.Bijector) {
	rng := rand.New(rand.NewPCG(5, 5))
	for _, p := range b.Params() {
		if !p.Trainable {
			continue
		}
		v := p.Values()
		for i := range v {
			v[i] += 0.2 * rng.NormFloat64()
		}
		if err := p.Set(v); err != nil {
			panic(err)
		}
	}
}

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

func (dir direction) build(b layers.Bijector, g *graph.Builder, x *G.Node) (y, logDet *G.Node) {
	if dir == inverse {
		return b.Inverse(g, x)
	}
	return b.Forward(g, x)
}

// result is one evaluation: the map, its log-det, and the gradients of Σ a∘y + Σ c∘logDet, with fixed random a
// and c, in x and in every parameter.
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
	n, d := x.Dims()
	g := graph.NewBuilder(graph.Float64)
	if len(b.Params()) > 0 {
		g = graph.NewBuilder(b.Params()[0].Dtype())
	}
	g.Composed = m.composed
	in := g.Input("x", n, d)
	y, logDet := dir.build(b, g, in)
	a, c := g.Input("a", n, d), g.Input("c", n)
	cost := g.Sum(g.Dot(y, a), g.Dot(logDet, c))
	var trainable []*graph.Param
	wrt := []*G.Node{in}
	for _, p := range b.Params() {
		if p.Trainable {
			trainable = append(trainable, p)
			wrt = append(wrt, g.Param(p))
		}
	}
	grads := g.Grad(cost, wrt...)
	outputs := append([]*G.Node{y, logDet, cost}, grads...)
	inputs := map[*G.Node][]float64{
		in: x.RawMatrix().Data,
		a:  Normal(n, d, 1, 77).RawMatrix().Data,
		c:  Normal(n, 1, 1, 78).RawMatrix().Data,
	}
	get := program(t, g, inputs, outputs)
	if m.stock {
		get = tape(t, g, inputs, b.Params())
	}
	r := result{y: get(y), logDet: get(logDet), gx: get(grads[0]), cost: get(cost)[0]}
	for i := range trainable {
		r.gparams = append(r.gparams, get(grads[i+1]))
	}
	return r
}

func program(t testing.TB, g *graph.Builder, inputs map[*G.Node][]float64, outputs []*G.Node) func(*G.Node) []float64 {
	t.Helper()
	p, err := g.Compile(outputs...)
	if err != nil {
		t.Fatal(err)
	}
	for n, v := range inputs {
		p.Set(n, v)
	}
	if err := p.Run(); err != nil {
		t.Fatal(err)
	}
	return func(n *G.Node) []float64 {
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

func roundTrip(t *testing.T, make func() layers.Bijector) {
	b := make()
	for _, dir := range []direction{forward, inverse} {
		x := Normal(64, b.Dim(), 1.5, 1)
		there := evaluate(t, b, dir, x, mode{})
		y := mat.NewDense(64, b.Dim(), there.y)
		back := evaluate(t, b, !dir, y, mode{})
		within(t, dir.String()+" and back", back.y, x.RawMatrix().Data, 1e-11)
		for i := range there.logDet {
			there.logDet[i] *= -1
		}
		within(t, dir.String()+": log-dets cancel", back.logDet, there.logDet, 1e-10)
	}
}

func logDetJacobian(t *testing.T, make func() layers.Bijector) {
	b := make()
	d := b.Dim()
	for _, dir := range []direction{forward, inverse} {
		x := Normal(4, d, 1, 2)
		got := evaluate(t, b, dir, x, mode{}).logDet
		for i := range got {
			jac := mat.NewDense(d, d, nil)
			fd.Jacobian(jac, func(y, row []float64) {
				copy(y, evaluate(t, b, dir, mat.NewDense(1, d, row), mode{}).y)
			}, append([]float64(nil), x.RawRowView(i)...), &fd.JacobianSettings{Formula: fd.Central})
			want, _ := mat.LogDet(jac)
			if math.Abs(got[i]-want) > 1e-7 {
				t.Errorf("%v: log-det of row %d = %v, numeric Jacobian %v", dir, i, got[i], want)
			}
		}
	}
}

func gradients(t *testing.T, make func() layers.Bijector) {
	b := make()
	for _, dir := range []direction{forward, inverse} {
		x := Normal(3, b.Dim(), 1, 3)
		r := evaluate(t, b, dir, x, mode{})
		cost := func() float64 { return evaluate(t, b, dir, x, mode{}).cost }
		want := numeric(x.RawMatrix().Data, func(v []float64) {}, cost)
		within(t, dir.String()+": gradient in x", r.gx, want, 1e-6)
		i := 0
		for _, p := range b.Params() {
			if !p.Trainable {
				continue
			}
			want := numeric(p.Values(), func(v []float64) { _ = p.Set(v) }, cost)
			within(t, dir.String()+": gradient in "+p.Name, r.gparams[i], want, 1e-6)
			i++
		}
	}
}

// numeric is the central difference of cost in each element of v, which set stores.
func numeric(v []float64, set func([]float64), cost func() float64) []float64 {
	const h = 1e-5
	grad := make([]float64, len(v))
	for i, x := range v {
		at := func(y float64) float64 { v[i] = y; set(v); return cost() }
		grad[i] = (8*(at(x+h)-at(x-h)) - (at(x+2*h) - at(x-2*h))) / (12 * h)
		at(x)
	}
	return grad
}

func compare(t *testing.T, name string, got, want result, tol float64) {
	t.Helper()
	within(t, name+": value", got.y, want.y, tol)
	within(t, name+": log-det", got.logDet, want.logDet, tol)
	within(t, name+": gradient in x", got.gx, want.gx, tol)
	for i := range got.gparams {
		within(t, name+": gradient of a parameter", got.gparams[i], want.gparams[i], tol)
	}
}

func composedAndFused(t *testing.T, make func() layers.Bijector) {
	b := make()
	for _, dir := range []direction{forward, inverse} {
		x := Normal(32, b.Dim(), 2, 4)
		compare(t, dir.String(), evaluate(t, b, dir, x, mode{}), evaluate(t, b, dir, x, mode{composed: true}), 1e-12)
	}
}

func stockMachine(t *testing.T, make func() layers.Bijector) {
	b := make()
	for _, m := range []mode{{}, {composed: true}} {
		for _, dir := range []direction{forward, inverse} {
			x := Normal(5, b.Dim(), 1, 5)
			ours := evaluate(t, b, dir, x, m)
			m.stock = true
			compare(t, dir.String(), ours, evaluate(t, b, dir, x, m), 1e-13)
		}
	}
}

func oneRow(t *testing.T, make func() layers.Bijector) {
	b := make()
	x := Normal(9, b.Dim(), 1, 6)
	all := evaluate(t, b, forward, x, mode{})
	for i := range 9 {
		one := evaluate(t, b, forward, mat.NewDense(1, b.Dim(), x.RawRowView(i)), mode{})
		within(t, "one row against nine", one.y, all.y[i*b.Dim():(i+1)*b.Dim()], 1e-15)
		within(t, "one row's log-det", one.logDet, all.logDet[i:i+1], 1e-14)
	}
}

func inputUnmodified(t *testing.T, make func() layers.Bijector) {
	b := make()
	x := Normal(6, b.Dim(), 1, 7)
	before := mat.DenseCopyOf(x)
	var params [][]float64
	for _, p := range b.Params() {
		params = append(params, p.Values())
	}
	evaluate(t, b, forward, x, mode{})
	evaluate(t, b, inverse, x, mode{})
	if !mat.Equal(x, before) {
		t.Error("the input was modified")
	}
	for i, p := range b.Params() {
		within(t, "parameter "+p.Name+" after evaluation", p.Values(), params[i], 0)
	}
}

func params(t *testing.T, make func() layers.Bijector) {
	b, twin := make(), make()
	for i, p := range b.Params() {
		if p != b.Params()[i] {
			t.Errorf("parameter %d is not the same from call to call", i)
		}
		within(t, "parameter "+p.Name+" of two layers of one seed", p.Values(), twin.Params()[i].Values(), 0)
	}
}

func describe(t *testing.T, make func() layers.Bijector) {
	b := make()
	d, err := layers.Describe(b)
	if err != nil {
		t.Skip(err)
	}
	if c, ok := b.(layers.Configurer).Config().(layers.CouplingConfig); ok && c.Custom {
		t.Skip("a conditioner of the caller's own is not in the description")
	}
	twin, err := layers.New(d)
	if err != nil {
		t.Fatal(err)
	}
	again, err := layers.Describe(twin)
	if err != nil {
		t.Fatal(err)
	}
	if string(again.Config) != string(d.Config) {
		t.Errorf("config after JSON = %s, want %s", again.Config, d.Config)
	}
	for i, p := range b.Params() {
		if err := twin.Params()[i].Set(p.Values()); err != nil {
			t.Fatal(err)
		}
	}
	x := Normal(6, b.Dim(), 1, 8)
	compare(t, "after JSON", evaluate(t, twin, forward, x, mode{}), evaluate(t, b, forward, x, mode{}), 0)
}

func tails(t *testing.T, b layers.Bijector, magnitudes []float64) {
	d := b.Dim()
	for _, size := range magnitudes {
		x := mat.NewDense(2, d, nil)
		for j := range d {
			x.Set(0, j, size)
			x.Set(1, j, -size)
		}
		r := evaluate(t, b, forward, x, mode{})
		for _, v := range append(append([][]float64{r.y, r.logDet, r.gx}, r.gparams...), evaluate(t, b, forward, x, mode{composed: true}).gx) {
			for _, e := range v {
				if math.IsNaN(e) || math.IsInf(e, 0) {
					t.Fatalf("at ±%v: a value or gradient is %v", size, e)
				}
			}
		}
		back := evaluate(t, b, inverse, mat.NewDense(2, d, r.y), mode{})
		within(t, "round trip in the tails", back.y, x.RawMatrix().Data, 1e-9)
	}
}
