package graph_test

import (
	"math"
	"slices"
	"strings"
	"sync"
	"testing"

	"gonum.org/v1/gonum/mat"
	G "gorgonia.org/gorgonia"

	"gaussflow/graph"
	"gaussflow/internal/errtest"
)

// run compiles and runs b for the given inputs.
func run(t *testing.T, b *graph.Builder, inputs map[*G.Node][]float64, outputs ...*G.Node) func(*G.Node) []float64 {
	t.Helper()
	p, err := b.Compile(outputs...)
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

func equal(t *testing.T, what string, got, want []float64, tol float64) {
	t.Helper()
	for i, w := range want {
		if !(math.Abs(got[i]-w) <= tol) {
			t.Errorf("%s: element %d = %v, want %v", what, i, got[i], w)
		}
	}
}

// TestEqualNamesStayApart: Gorgonia merges input nodes of equal name and shape; the Builder must keep them apart.
func TestEqualNamesStayApart(t *testing.T) {
	b := graph.NewBuilder(graph.Float64)
	x, y := b.Input("x", 2), b.Input("x", 2)
	p, q := graph.NewParam("w", graph.Float64, 2), graph.NewParam("w", graph.Float64, 2)
	if err := q.Set([]float64{5, 6}); err != nil {
		t.Fatal(err)
	}
	sum := b.Sum(x, y, b.Param(p), b.Param(q))
	get := run(t, b, map[*G.Node][]float64{x: {1, 2}, y: {10, 20}}, sum)
	equal(t, "sum", get(sum), []float64{16, 28}, 0)
	if b.Param(p) != b.Param(p) {
		t.Error("one parameter has two nodes")
	}
}

// TestManyEqualOps: any number of nodes of one op and shape with different children stay separate nodes.
func TestManyEqualOps(t *testing.T) {
	b := graph.NewBuilder(graph.Float64)
	const n = 400
	inputs := map[*G.Node][]float64{}
	var doubled []*G.Node
	for i := range n {
		x := b.Input("x", 1)
		inputs[x] = []float64{float64(i)}
		doubled = append(doubled, b.Scale(x, 2))
	}
	get := run(t, b, inputs, doubled...)
	for i, d := range doubled {
		equal(t, "doubled", get(d), []float64{2 * float64(i)}, 0)
	}
}

// TestStockOps: a user's conditioner may use Gorgonia's own functions; value and gradient run inside a Program.
func TestStockOps(t *testing.T) {
	b := graph.NewBuilder(graph.Float64)
	x := b.Input("x", 2, 2)
	y := b.Lift(G.Tanh(b.Lift(G.Mul(x, x))))
	cost := b.Dot(y, y)
	grad := b.Grad(cost, x)[0]
	values := []float64{0.1, 0.2, -0.3, 0.4}
	get := run(t, b, map[*G.Node][]float64{x: values}, y, cost, grad)

	f := func(v []float64) float64 {
		m := mat.NewDense(2, 2, v)
		var p mat.Dense
		p.Mul(m, m)
		s := 0.0
		for _, e := range p.RawMatrix().Data {
			s += math.Tanh(e) * math.Tanh(e)
		}
		return s
	}
	equal(t, "cost", get(cost), []float64{f(values)}, 1e-15)
	for i := range values {
		const h = 1e-5
		up, down := append([]float64(nil), values...), append([]float64(nil), values...)
		up[i] += h
		down[i] -= h
		equal(t, "gradient", get(grad)[i:i+1], []float64{(f(up) - f(down)) / (2 * h)}, 1e-9)
	}
	equal(t, "input after the run", get(x), values, 0)
}

func TestGradOfWhatDoesNotMatterIsZero(t *testing.T) {
	b := graph.NewBuilder(graph.Float64)
	x, y := b.Input("x", 3), b.Input("y", 2)
	grads := b.Grad(b.Dot(x, x), x, y)
	get := run(t, b, map[*G.Node][]float64{x: {1, 2, 3}}, grads...)
	equal(t, "∂/∂x", get(grads[0]), []float64{2, 4, 6}, 0)
	equal(t, "∂/∂y", get(grads[1]), []float64{0, 0}, 0)
}

// TestStickyError: after the first failure the Builder's methods do nothing, and Compile returns that failure.
func TestStickyError(t *testing.T) {
	for name, c := range map[string]struct {
		build func(b *graph.Builder) *G.Node
		word  string
	}{
		"shapes":      {func(b *graph.Builder) *G.Node { return b.MatMul(b.Input("a", 2, 3), b.Input("b", 2, 3)) }, "inner axes"},
		"nil input":   {func(b *graph.Builder) *G.Node { return b.Exp(nil) }, "nil"},
		"bad shape":   {func(b *graph.Builder) *G.Node { return b.Input("a", -1) }, "a"},
		"stock error": {func(b *graph.Builder) *G.Node { return b.Lift(G.Mul(b.Input("a", 2, 3), b.Input("b", 2, 3))) }, ""},
		"dtype": {func(b *graph.Builder) *G.Node {
			return b.Param(graph.NewParam("w", graph.Float32, 2))
		}, "float32"},
		"slab": {func(b *graph.Builder) *G.Node { return b.Slab(b.Input("a", 4), 2, 3) }, "at least 5"},
	} {
		t.Run(name, func(t *testing.T) {
			b := graph.NewBuilder(graph.Float64)
			n := b.Sum(c.build(b), b.Input("later", 2))
			if n != nil {
				t.Error("a node came out after a failure")
			}
			if _, err := b.Compile(n); err == nil || !strings.Contains(err.Error(), c.word) {
				t.Errorf("error %v, want one about %q", err, c.word)
			}
		})
	}
}

// TestBuildRecovers: after a failure the Builder returns nil, on which one of Gorgonia's functions panics; Build reports the
// first failure, not the panic.
func TestBuildRecovers(t *testing.T) {
	for word, write := range map[string]func(b *graph.Builder) []*G.Node{
		"inner axes": func(b *graph.Builder) []*G.Node {
			return []*G.Node{b.Lift(G.Tanh(b.MatMul(b.Input("a", 2, 3), b.Input("b", 2, 3))))}
		},
		"mine": func(*graph.Builder) []*G.Node { panic("mine") },
	} {
		p, err := graph.Build(graph.Float64, write)
		if p != nil || err == nil || !strings.Contains(err.Error(), word) {
			t.Errorf("got %v, error %v, want one about %q", p, err, word)
		}
	}
	// Build has released its lock
	if _, err := graph.Build(graph.Float64, func(b *graph.Builder) []*G.Node { return []*G.Node{b.Input("x", 1)} }); err != nil {
		t.Error(err)
	}
}

// TestSetAndGetOfOtherLengths: Set and Get copy as many numbers as both slices have.
func TestSetAndGetOfOtherLengths(t *testing.T) {
	for _, dtype := range []graph.Dtype{graph.Float64, graph.Float32} {
		var x *G.Node
		p, err := graph.Build(dtype, func(b *graph.Builder) []*G.Node { x = b.Input("x", 2); return []*G.Node{x} })
		if err != nil {
			t.Fatal(err)
		}
		p.Set(x, []float64{1, 2, 3})
		dst := []float64{9, 9, 9}
		p.Get(x, dst)
		equal(t, "more than there is", dst, []float64{1, 2, 9}, 0)
		p.Set(x, []float64{5})
		p.Get(x, dst[:1])
		equal(t, "less than there is", dst, []float64{5, 2, 9}, 0)
	}
}

// TestRowFunc: for any number of rows, and from 16 goroutines at once, each row gets the result that it gets alone.
func TestRowFunc(t *testing.T) {
	for _, dtype := range []graph.Dtype{graph.Float64, graph.Float32} {
		f := graph.NewRowFunc(dtype, 3, func(b *graph.Builder, x *G.Node) []*G.Node {
			return []*G.Node{b.Exp(x), b.LogNormal(x)}
		})
		x := mat.NewDense(1100, 3, nil)
		for i := range 1100 {
			x.SetRow(i, []float64{float64(i) / 1100, -float64(i%7) / 7, 0.5})
		}
		var wg sync.WaitGroup
		for g := range 16 {
			wg.Go(func() {
				for _, n := range []int{1 + g, 16, 17, 128, 129, 511, 512, 513, 1024, 1100} {
					out, err := f.Run(x.Slice(0, n, 0, 3))
					if err != nil {
						t.Error(err)
						return
					}
					for i := range n {
						if e := math.Exp(x.At(i, 0)); math.Abs(out[0][3*i]-e) > 1e-6*e {
							t.Errorf("%s, %d rows: row %d = %v, want %v", dtype, n, i, out[0][3*i], e)
						}
					}
					if len(out[0]) != 3*n || len(out[1]) != n {
						t.Errorf("%d rows: got %d and %d numbers", n, len(out[0]), len(out[1]))
					}
				}
			})
		}
		wg.Wait()
	}
}

// TestBuildFromManyGoroutines is for the race detector: Gorgonia's stock functions and Grad share constants that they
// hash when first asked.
func TestBuildFromManyGoroutines(t *testing.T) {
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			_, err := graph.Build(graph.Float32, func(b *graph.Builder) []*G.Node {
				x := b.Input("x", 3)
				y := b.Lift(G.Rectify(x))
				return append(b.Grad(b.Dot(y, y), x), y)
			})
			if err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
}

// TestSetRows: a matrix that exposes its rows and one that computes them fill an input alike; if there are too few rows, the
// last one is repeated.
func TestSetRows(t *testing.T) {
	x := mat.NewDense(3, 2, []float64{1, 2, 3, 4, 5, 6})
	for _, dtype := range []graph.Dtype{graph.Float32, graph.Float64} {
		var in *G.Node
		p, err := graph.Build(dtype, func(b *graph.Builder) []*G.Node {
			in = b.Input("x", 4, 2)
			return []*G.Node{in}
		})
		errtest.None(t, err)
		for _, m := range []mat.Matrix{x, mat.DenseCopyOf(x.T()).T()} {
			got := make([]float64, 8)
			errtest.None(t, p.SetRows(in, m, 1, 3))
			errtest.None(t, p.Run())
			p.Get(in, got)
			if want := []float64{3, 4, 5, 6, 5, 6, 5, 6}; !slices.Equal(got, want) {
				t.Errorf("%v, %T: got %v, want %v", dtype, m, got, want)
			}
		}
		for _, rows := range [][2]int{{-1, 2}, {2, 2}, {1, 4}} {
			errtest.Says(t, p.SetRows(in, x, rows[0], rows[1]), "of 3×2, want one of its rows at least")
		}
		errtest.Says(t, p.SetRows(in, nil, 0, 1), "of 0×0")
		errtest.Says(t, p.SetRows(in, mat.NewDense(3, 3, nil), 0, 1), "rows for an input of shape (4, 2)")
		errtest.Says(t, p.SetRows(in, mat.NewDense(5, 2, nil), 0, 5), "rows for an input of shape (4, 2)")
	}
}
