package layers_test

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/mat"
	"gonum.org/v1/gonum/stat"
	G "gorgonia.org/gorgonia"

	"gaussflow/flows"
	"gaussflow/graph"
	"gaussflow/layers"
	"gaussflow/losses"
	"gaussflow/train"
)

// precision is a storage type and the fraction of the reference's float32 tolerances that it must meet.
type precision struct {
	dtype graph.Dtype
	share float64
}

// tol is the reference's tolerance in float32, and a thousandth of it in float64.
func (p precision) tol(reference float64) float64 { return reference * p.share }

func both(check func(t *testing.T, p precision)) func(*testing.T) {
	return func(t *testing.T) {
		for _, p := range []precision{{graph.Float32, 1}, {graph.Float64, 1e-3}} {
			t.Run(string(p.dtype), func(t *testing.T) { check(t, p) })
		}
	}
}

// within fails where a number of got is further than tol from the one of want.
func within(t *testing.T, what string, got, want []float64, tol float64) {
	t.Helper()
	if len(got) != len(want) {
		t.Fatalf("%s: got %d numbers, want %d", what, len(got), len(want))
	}
	for i := range want {
		if !(math.Abs(got[i]-want[i]) <= tol) {
			t.Fatalf("%s: number %d is %v, want %v, tolerance %.1g", what, i, got[i], want[i], tol)
		}
	}
}

func finite(t *testing.T, what string, values []float64) {
	t.Helper()
	for i, v := range values {
		if math.IsNaN(v) || math.IsInf(v, 0) {
			t.Fatalf("%s: number %d is %v", what, i, v)
		}
	}
}

// elements are the numbers of x, row after row.
func elements(x *mat.Dense) []float64 { return x.RawMatrix().Data }

// distances are the distances between the rows of x and those of y, ascending.
func distances(x, y *mat.Dense) []float64 {
	n, _ := x.Dims()
	var off mat.Dense
	off.Sub(x, y)
	out := make([]float64, n)
	for i := range out {
		out[i] = mat.Norm(off.RowView(i), 2)
	}
	slices.Sort(out)
	return out
}

// roundTripWithin fails where the median or the maximum of the distances between rows of x and of back is above its tolerance.
func roundTripWithin(t *testing.T, x, back *mat.Dense, median, greatest float64) {
	t.Helper()
	d := distances(x, back)
	finite(t, "round trip", d)
	if got := stat.Quantile(0.5, stat.Empirical, d, nil); got >= median {
		t.Errorf("round trip: median %.2g, want below %.1g", got, median)
	}
	if got := d[len(d)-1]; got >= greatest {
		t.Errorf("round trip: maximum %.2g, want below %.1g", got, greatest)
	}
}

// negative is −v.
func negative(v []float64) []float64 {
	out := make([]float64, len(v))
	for i, x := range v {
		out[i] = -x
	}
	return out
}

// jitter moves every trainable parameter by N(0, std²).
func jitter(t *testing.T, params []*graph.Param, std float64) {
	t.Helper()
	rng := rand.New(rand.NewPCG(21, 0))
	for _, p := range params {
		if !p.Trainable {
			continue
		}
		v := p.Values()
		for i := range v {
			v[i] += std * rng.NormFloat64()
		}
		if err := p.Set(v); err != nil {
			t.Fatal(err)
		}
	}
}

type build = func(b *graph.Builder, x *G.Node) []*G.Node

// compiled runs a graph that is compiled for exactly as many rows as x has.
func compiled(t *testing.T, dtype graph.Dtype, x *mat.Dense, nodesOf build) [][]float64 {
	t.Helper()
	n, d := x.Dims()
	b := graph.NewBuilder(dtype)
	in := b.Input("x", n, d)
	nodes := nodesOf(b, in)
	program, err := b.Compile(nodes...)
	if err != nil {
		t.Fatal(err)
	}
	program.Set(in, elements(x))
	if err := program.Run(); err != nil {
		t.Fatal(err)
	}
	var out [][]float64
	for _, node := range nodes {
		values := make([]float64, node.Shape().TotalSize())
		program.Get(node, values)
		out = append(out, values)
	}
	return out
}

func forwardNodes(l layers.Bijector) build {
	return func(b *graph.Builder, x *G.Node) []*G.Node {
		z, logDet := l.Forward(b, x, nil)
		return []*G.Node{z, logDet}
	}
}

func inverseNodes(l layers.Bijector) build {
	return func(b *graph.Builder, z *G.Node) []*G.Node {
		x, logDet := l.Inverse(b, z, nil)
		return []*G.Node{x, logDet}
	}
}

// run evaluates a map of l by a RowFunc, in batches, as the methods of a flow do.
func run(t *testing.T, l layers.Bijector, x *mat.Dense, nodesOf build) (y *mat.Dense, logDet []float64) {
	t.Helper()
	out, err := graph.NewRowFunc(l.Params()[0].Dtype(), l.Dim(), nodesOf).Run(x)
	if err != nil {
		t.Fatal(err)
	}
	n, d := x.Dims()
	return mat.NewDense(n, d, out[0]), out[1]
}

func forward(t *testing.T, l layers.Bijector, x *mat.Dense) (z *mat.Dense, logDet []float64) {
	t.Helper()
	return run(t, l, x, forwardNodes(l))
}

func inverse(t *testing.T, l layers.Bijector, z *mat.Dense) (x *mat.Dense, logDet []float64) {
	t.Helper()
	return run(t, l, z, inverseNodes(l))
}

// flowOf is a flow of this layer alone.
func flowOf(t *testing.T, l layers.Bijector) *flows.Flow {
	t.Helper()
	f, err := flows.New(flows.Named{Name: layers.Kind(l), Layer: l})
	if err != nil {
		t.Fatal(err)
	}
	return f
}

// layerLosses returns the losses that the layer adds in training, for each loss one number per row of x.
func layerLosses(t *testing.T, l layers.Bijector, x *mat.Dense) [][]float64 {
	t.Helper()
	f := flowOf(t, l)
	return compiled(t, f.Dtype(), x, func(b *graph.Builder, x *G.Node) []*G.Node { return f.Terms(b, x).LayerLosses })
}

// addsOneLoss checks that a forward call adds one loss, −mean(logDet), and that it makes the base loss the exact
// NLL.
func addsOneLoss(t *testing.T, l layers.Bijector, x *mat.Dense, tol float64) {
	t.Helper()
	z, logDet := forward(t, l, x)
	added := layerLosses(t, l, x)
	if len(added) != 1 {
		t.Fatalf("a forward call adds %d losses, want 1", len(added))
	}
	within(t, "loss", []float64{stat.Mean(added[0], nil)}, []float64{-stat.Mean(logDet, nil)}, tol)

	n, d := z.Dims()
	square := floats.Dot(elements(z), elements(z)) / float64(n)
	want := 0.5*(square+float64(d)*math.Log(2*math.Pi)) - stat.Mean(logDet, nil)
	within(t, "nll", []float64{evaluate(t, flowOf(t, l), losses.NLL{}, x)}, []float64{want}, tol*math.Max(1, math.Abs(want)))
}

func evaluate(t *testing.T, f *flows.Flow, loss losses.Loss, x *mat.Dense) float64 {
	t.Helper()
	if err := f.Compile(train.Config{Loss: loss}); err != nil {
		t.Fatal(err)
	}
	v, err := f.Evaluate(x, nil)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

// inverseAddsNoLoss checks that the loss of a batch is the same after an inverse call, and that a graph which
// holds an inverse call between two forward calls has one loss for each forward call.
func inverseAddsNoLoss(t *testing.T, l layers.Bijector, x *mat.Dense) {
	t.Helper()
	f := flowOf(t, l)
	before := evaluate(t, f, losses.NLL{}, x)
	if _, _, err := f.Inverse(x); err != nil {
		t.Fatal(err)
	}
	if after := evaluate(t, f, losses.NLL{}, x); after != before {
		t.Errorf("loss after an inverse call = %v, want %v as before", after, before)
	}
	added := compiled(t, f.Dtype(), x, func(b *graph.Builder, x *G.Node) []*G.Node {
		first := f.Terms(b, x)
		l.Inverse(b, first.Output, nil)
		return append(first.LayerLosses, f.Terms(b, x).LayerLosses...)
	})
	if len(added) != 2 {
		t.Fatalf("two forward calls and an inverse one add %d losses, want 2", len(added))
	}
	within(t, "loss of the second forward call", added[1], added[0], 0)
}
