package bench

import (
	"context"
	"math"
	"slices"
	"testing"

	"gonum.org/v1/gonum/mat"
	G "gorgonia.org/gorgonia"

	"gaussflow/bench/manual"
	"gaussflow/flows"
	"gaussflow/graph"
	"gaussflow/graph/kernel"
	"gaussflow/internal/errtest"
	"gaussflow/train"
)

// agreeRows is prime to all sizes of pieces, so that the hand-written opponent splits the rows unevenly among its workers
// or, with one worker, into uneven pieces. It is small because composed and stock are slow.
const agreeRows = 299

// gradient is the mean of −log p and its gradient in every parameter.
type gradient struct {
	loss   float64
	params [][]float64
}

// TestGradientsAgree holds all contestants to the same loss and gradient on every shape.
func TestGradientsAgree(t *testing.T) {
	for _, s := range Shapes {
		t.Run(s.Name, func(t *testing.T) {
			exact := gradients(t, s, graph.Float64)
			for name, g := range exact {
				agree(t, "float64 "+name, g, exact["fused"], 1e-10)
			}
			for name, g := range gradients(t, s, graph.Float32) {
				agree(t, "float32 "+name, g, exact["fused"], 3e-4)
			}
		})
	}
}

// gradients returns the gradients of all contestants, for the same parameters and rows.
func gradients(t *testing.T, s Shape, dtype graph.Dtype) map[string]gradient {
	t.Helper()
	f, err := s.Flow(dtype)
	errtest.None(t, err)
	x := s.Data(agreeRows)
	hand := byHand[float64]
	if dtype == graph.Float32 {
		hand = byHand[float32]
	}
	all := map[string]gradient{
		"fused": byGraph(t, f, x, false), "composed": byGraph(t, f, x, true), "stock": byStock(t, f, x, agreeRows),
	}
	if byHandToo(s) {
		all["manual, one worker"], all["manual, two workers"] = hand(t, f, x, 1), hand(t, f, x, 2)
	}
	return all
}

// byHandToo reports whether there is a hand-written opponent of the shape.
func byHandToo(s Shape) bool {
	return slices.ContainsFunc(Contestants, func(c Contestant) bool { return c.Name == "manual" && c.Does(s, Step) })
}

func byGraph(t *testing.T, f *flows.Flow, x *mat.Dense, composed bool) (g gradient) {
	t.Helper()
	n, dim := x.Dims()
	var in, cost *G.Node
	var grads []*G.Node
	p, err := graph.Build(f.Dtype(), func(b *graph.Builder) []*G.Node {
		b.Composed = composed
		in = b.Input("x", n, dim)
		_, logProb := f.LogProbNodes(b, in, nil)
		cost = b.Scale(b.SumLast(logProb), -1/float64(n))
		var wrt []*G.Node
		for _, p := range f.Params() {
			wrt = append(wrt, b.Param(p))
		}
		grads = b.Grad(cost, wrt...)
		return append(grads, cost)
	})
	errtest.None(t, err)
	p.Set(in, x.RawMatrix().Data)
	errtest.None(t, p.Run())
	for _, node := range grads {
		v := make([]float64, node.Shape().TotalSize())
		p.Get(node, v)
		g.params = append(g.params, v)
	}
	g.loss = p.Scalar(cost)
	return g
}

func byHand[T kernel.Float](t *testing.T, f *flows.Flow, x *mat.Dense, workers int) (g gradient) {
	t.Helper()
	m, err := manual.New[T](f, workers)
	errtest.None(t, err)
	defer m.Start()()
	var grads [][]T
	g.loss, grads = m.Gradient(x)
	for _, v := range grads {
		g.params = append(g.params, wide(v))
	}
	return g
}

func wide[T kernel.Float](v []T) []float64 {
	w := make([]float64, len(v))
	for i, x := range v {
		w[i] = float64(x)
	}
	return w
}

// byStock computes the gradient with the stock contestant, in parts of so many rows, which must divide the number of rows.
func byStock(t *testing.T, f *flows.Flow, x *mat.Dense, rows int) (g gradient) {
	t.Helper()
	n, _ := x.Dims()
	s, err := newStock(f, rows, n)
	errtest.None(t, err)
	errtest.None(t, s.learn(x))
	for _, p := range G.NodesToValueGrads(s.params) {
		v, err := p.Grad()
		errtest.None(t, err)
		g.params = append(g.params, float64s(v.Data()))
	}
	g.loss = float64s(s.out.Data())[0]
	return g
}

// TestStockAddsUpParts: the gradient of a batch in 13 parts is that of the whole batch.
func TestStockAddsUpParts(t *testing.T) {
	f, err := Shapes[0].Flow(graph.Float64)
	errtest.None(t, err)
	x := Shapes[0].Data(agreeRows)
	parts, whole := byStock(t, f, x, agreeRows/13), byStock(t, f, x, agreeRows)
	parts.loss = whole.loss // the gradient of the last part alone
	agree(t, "in parts", parts, whole, 1e-12)
}

func float64s(data any) []float64 {
	switch d := data.(type) {
	case []float64:
		return d
	case []float32:
		return wide(d)
	case float32:
		return []float64{float64(d)}
	}
	return []float64{data.(float64)}
}

// agree compares the losses, and the gradient in each parameter relative to its largest element.
func agree(t *testing.T, name string, got, want gradient, tol float64) {
	t.Helper()
	if d := math.Abs(got.loss-want.loss) / math.Abs(want.loss); !(d <= tol) {
		t.Errorf("%s: loss %v, want %v", name, got.loss, want.loss)
	}
	worst := 0.0
	for i := range want.params {
		if d := distance(got.params[i], want.params[i]); !(d <= tol) {
			t.Errorf("%s: gradient of parameter %d is off by %.2g of its largest element, want %g", name, i, d, tol)
		} else {
			worst = max(worst, d)
		}
	}
	t.Logf("%s: gradients within %.1e", name, worst)
}

// distance is the largest |a−b| over the largest |b|, or NaN where an element of a is NaN.
func distance(a, b []float64) (worst float64) {
	scale := 0.0
	for i := range b {
		worst = max(worst, math.Abs(a[i]-b[i]))
		scale = max(scale, math.Abs(b[i]))
	}
	if worst == 0 {
		return 0
	}
	return worst / scale
}

// TestLogProbAgrees compares log p of all contestants.
func TestLogProbAgrees(t *testing.T) {
	for _, s := range Shapes {
		for _, rows := range []int{1, agreeRows} {
			f, err := s.Flow(graph.Float64)
			errtest.None(t, err)
			x := s.Data(rows)
			want, err := f.LogProb(x)
			errtest.None(t, err)
			if byHandToo(s) {
				m, err := manual.New[float64](f, 2)
				errtest.None(t, err)
				got := make([]float64, rows)
				m.LogProb(got, x)
				if d := distance(got, want); !(d <= 1e-12) {
					t.Errorf("%s: manual: log p of %d rows is off by %.2g", s.Name, rows, d)
				}
			}
			stock, err := newStock(f, rows, 0)
			errtest.None(t, err)
			stock.load(x, 0)
			errtest.None(t, stock.run())
			if d := distance(float64s(stock.out.Data()), want); !(d <= 1e-12) {
				t.Errorf("%s: stock: log p of %d rows is off by %.2g", s.Name, rows, d)
			}
		}
	}
}

// TestStepsAgree takes a few steps of Adam with each contestant. Gorgonia's Adam corrects the second moment before it adds
// epsilon; ours, like Keras's, corrects it afterwards. Where gradients are tiny the parameters therefore differ, but the
// losses must agree.
func TestStepsAgree(t *testing.T) {
	const steps = 5
	for _, s := range []Shape{Shapes[0], {"small diagonal", 5, 2, 8, nil, 64, Mixtures}, {"small masked", 5, 3, 0, []int{8, 8}, 64, Masked}} {
		f, err := s.Flow(graph.Float64)
		errtest.None(t, err)
		m, err := manual.New[float64](f, 2)
		errtest.None(t, err)
		for i, p := range f.Params() { // weights that a mask leaves out have no gradient there
			errtest.None(t, p.Set(wide(m.Params()[i])))
		}
		defer m.Start()()
		machine, err := newStock(f, s.Batch, s.Batch)
		errtest.None(t, err)
		x := s.Data(s.Batch)
		errtest.None(t, f.Compile(train.Config{Optimizer: train.Adam{LearningRate: manual.LearningRate}}))
		before, err := f.Evaluate(x, nil)
		errtest.None(t, err)
		_, err = f.Fit(context.Background(), x, train.FitConfig{Epochs: steps, BatchSize: s.Batch, Workers: 2})
		errtest.None(t, err)
		for range steps {
			m.Step(x)
			errtest.None(t, machine.step(x))
		}
		for i, p := range f.Params() {
			if d := distance(m.Params()[i], p.Values()); !(d <= 1e-9) {
				t.Errorf("%s: manual: parameter %s is off by %.2g after %d steps", s.Name, p.Name, d, steps)
			}
		}
		after, err := f.Evaluate(x, nil)
		errtest.None(t, err)
		errtest.None(t, machine.run())
		if got := float64s(machine.out.Data())[0]; !(math.Abs(got-after) <= 0.05*(before-after)) {
			t.Errorf("%s: stock: loss %v after %d steps from %v, want %v", s.Name, got, steps, before, after)
		}
	}
}
