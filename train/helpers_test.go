package train_test

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"gonum.org/v1/gonum/mat"
	G "gorgonia.org/gorgonia"

	"gaussflow/graph"
	"gaussflow/internal/errtest"
	"gaussflow/losses"
	"gaussflow/train"
)

// gaussian is the smallest flow: z = (x − shift)·exp(−logScale) in two columns. Its loss and gradients have closed forms,
// which lossAndGrad repeats in plain Go.
type gaussian struct {
	dtype           graph.Dtype
	shift, logScale *graph.Param
}

func newGaussian(dtype graph.Dtype) *gaussian {
	return &gaussian{dtype, graph.NewParam("shift", dtype, 2), graph.NewParam("log_scale.kernel", dtype, 2)}
}

func (m *gaussian) Dim() int               { return 2 }
func (m *gaussian) Dtype() graph.Dtype     { return m.dtype }
func (m *gaussian) Params() []*graph.Param { return []*graph.Param{m.shift, m.logScale} }

func (m *gaussian) Terms(b *graph.Builder, x *G.Node) losses.Terms {
	minus := b.Scale(b.Param(m.logScale), -1)
	z := b.Mul(b.Sub(x, b.Param(m.shift)), b.Exp(minus))
	return losses.Terms{Output: z, LogBase: b.LogNormal(z), LayerLosses: []*G.Node{b.ExpandLast(b.SumLast(b.Param(m.logScale)), graph.Rows(x))}}
}

// theta is shift and log scale, 4 numbers.
func (m *gaussian) theta() []float64 { return append(m.shift.Values(), m.logScale.Values()...) }

// lossAndGrad is Σ w·(−log p)/n over the rows of x named by index, and its gradient in theta.
func lossAndGrad(theta []float64, x *mat.Dense, weights []float64, index []int) (loss float64, grad []float64) {
	grad = make([]float64, 4)
	for _, i := range index {
		w := 1 / float64(len(index))
		if weights != nil {
			w *= weights[i]
		}
		for j := range 2 {
			scale := math.Exp(theta[2+j])
			z := (x.At(i, j) - theta[j]) / scale
			loss += w * (0.5*z*z + 0.5*math.Log(2*math.Pi) + theta[2+j])
			grad[j] -= w * z / scale
			grad[2+j] += w * (1 - z*z)
		}
	}
	return loss, grad
}

// loop is the plain training loop, written out without workers or shuffling.
type loop struct {
	theta  []float64
	step   int
	update func(l *loop, grad []float64)
}

// epoch takes the batches in order, the last one possibly smaller, and returns the mean loss over all rows.
func (l *loop) epoch(x *mat.Dense, weights []float64, batch int) float64 {
	n, _ := x.Dims()
	total := 0.0
	for lo := 0; lo < n; lo += batch {
		var index []int
		for i := lo; i < min(lo+batch, n); i++ {
			index = append(index, i)
		}
		loss, grad := lossAndGrad(l.theta, x, weights, index)
		total += loss * float64(len(index))
		l.step++
		l.update(l, grad)
	}
	return total / float64(n)
}

// descend is a step of gradient descent with this rate.
func descend(rate float64) func(l *loop, grad []float64) {
	return func(l *loop, grad []float64) {
		for i, g := range grad {
			l.theta[i] -= rate * g
		}
	}
}

// someRows are n rows that are neither centred nor of scale one.
func someRows(n int, seed uint64) *mat.Dense {
	rng := rand.New(rand.NewPCG(seed, 9))
	x := mat.NewDense(n, 2, nil)
	for i := range n {
		x.SetRow(i, []float64{1 + 2*rng.NormFloat64(), -0.5 + 0.5*rng.NormFloat64()})
	}
	return x
}

func newTrainer(t testing.TB, m train.Model, c train.Config) *train.Trainer {
	t.Helper()
	tr, err := train.New(m, c)
	errtest.None(t, err)
	return tr
}

func fit(t testing.TB, tr *train.Trainer, x mat.Matrix, c train.FitConfig) *train.History {
	t.Helper()
	h, err := tr.Fit(context.Background(), x, c)
	errtest.None(t, err)
	return h
}

// near fails where a number of got is further than tol, relative to max(1, |want|).
func near(t testing.TB, what string, got, want []float64, tol float64) {
	t.Helper()
	if len(got) != len(want) {
		t.Fatalf("%s: %d numbers, want %d", what, len(got), len(want))
	}
	for i, w := range want {
		if !(math.Abs(got[i]-w) <= tol*math.Max(1, math.Abs(w))) {
			t.Errorf("%s: number %d is %v, want %v (off by %.2g, tolerance %g)", what, i, got[i], w, got[i]-w, tol)
		}
	}
}

// same fails where two slices differ in a single bit.
func same(t testing.TB, what string, got, want []float64) {
	t.Helper()
	if !slices.Equal(got, want) {
		t.Errorf("%s: got %v, want %v, bit for bit", what, got, want)
	}
}

// diary is a callback that records which hooks were called.
func diary(lines *[]string) train.LambdaCallback {
	note := func(format string, args func(s *train.State) []any) func(*train.State) error {
		return func(s *train.State) error {
			*lines = append(*lines, fmt.Sprintf(format, args(s)...))
			return nil
		}
	}
	none := func(*train.State) []any { return nil }
	epoch := func(s *train.State) []any { return []any{s.Epoch} }
	batch := func(s *train.State) []any { return []any{s.Epoch, s.Batch} }
	return train.LambdaCallback{
		TrainBegin: note("train begin", none), TrainEnd: note("train end", none),
		EpochBegin: note("epoch %d begin", epoch), EpochEnd: note("epoch %d end", epoch),
		BatchBegin: note("batch %d.%d begin", batch), BatchEnd: note("batch %d.%d end", batch),
	}
}
