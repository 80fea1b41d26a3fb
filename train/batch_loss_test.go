package train_test

import (
	"context"
	"errors"
	"fmt"
	"math"
	"strings"
	"testing"

	"gonum.org/v1/gonum/mat"
	G "gorgonia.org/gorgonia"

	"gaussflow/graph"
	"gaussflow/internal/errtest"
	"gaussflow/losses"
	"gaussflow/train"
)

// rowsLoss is a loss made of a function: one that New must refuse, or one that looks like those but must be accepted.
type rowsLoss func(b *graph.Builder, t losses.Terms) *G.Node

func (l rowsLoss) Name() string                                  { return "rows" }
func (l rowsLoss) Rows(b *graph.Builder, t losses.Terms) *G.Node { return l(b, t) }
func nll(b *graph.Builder, t losses.Terms) *G.Node               { return losses.NLL{}.Rows(b, t) }
func mean(b *graph.Builder, x *G.Node) *G.Node {
	return b.Scale(b.SumLast(x), 1/float64(graph.Rows(x)))
}
func everyRow(b *graph.Builder, scalar *G.Node, like *G.Node) *G.Node {
	return b.ExpandLast(scalar, graph.Rows(like))
}
func squared(b *graph.Builder, x *G.Node) *G.Node { return b.Mul(x, x) }

// columns returns the two columns of z, each of shape N.
func columns(b *graph.Builder, z *G.Node) (u, v *G.Node) {
	u, v = b.Split(z, []bool{true, false})
	return b.Reshape(u, graph.Rows(z)), b.Reshape(v, graph.Rows(z))
}

// covariance builds the covariance of the two columns of z, a scalar.
func covariance(b *graph.Builder, z *G.Node) *G.Node {
	u, v := columns(b, z)
	return b.Sub(mean(b, b.Mul(u, v)), b.Mul(mean(b, u), mean(b, v)))
}

// decorrelated is the NLL plus the squared covariance of the latent columns, which can only be computed from the whole batch.
type decorrelated struct{ losses.NLL }

const covarianceWeight = 3.0

func (decorrelated) Batchwise() bool { return true }

func (decorrelated) Rows(b *graph.Builder, t losses.Terms) *G.Node {
	square := squared(b, covariance(b, t.Output))
	return b.Add(nll(b, t), everyRow(b, b.Scale(square, covarianceWeight), t.Output))
}

// decorrelatedLoss is the loss of decorrelated for a gaussian model, and its gradient, in plain Go: if rows of x have the
// covariance C, rows of z have C/(σ₀σ₁), whose slope in either log scale is its negative. Weights do not enter the
// covariance, but multiply it.
func decorrelatedLoss(theta []float64, x *mat.Dense, weights []float64, index []int) (loss float64, grad []float64) {
	loss, grad = lossAndGrad(theta, x, weights, index)
	n := float64(len(index))
	var u, v, uv, w float64
	for _, i := range index {
		u += x.At(i, 0) / n
		v += x.At(i, 1) / n
		uv += x.At(i, 0) * x.At(i, 1) / n
		if weights != nil {
			w += weights[i] / n
		}
	}
	if weights == nil {
		w = 1
	}
	square := math.Pow((uv-u*v)*math.Exp(-theta[2]-theta[3]), 2)
	for _, j := range []int{2, 3} {
		grad[j] -= 2 * w * covarianceWeight * square
	}
	return loss + w*covarianceWeight*square, grad
}

// correlatedRows are rows whose columns are correlated.
func correlatedRows(n int) *mat.Dense {
	x := someRows(n, 14)
	for i := range n {
		x.Set(i, 1, x.At(i, 1)+0.8*x.At(i, 0))
	}
	return x
}

// TestBatchLoss: with any number of workers, with batches of several pieces and a smaller last one, losses and steps are
// those of the whole batch, as computed in plain Go.
func TestBatchLoss(t *testing.T) {
	const n, batch, epochs, rate = 700, 300, 3, 0.05
	x := correlatedRows(n)
	weights := make([]float64, n)
	for i := range weights {
		weights[i] = float64(i%3) / 2
	}
	for name, w := range map[string][]float64{"no weights": nil, "weights": weights} {
		theta := make([]float64, 4)
		var want []float64
		for range epochs {
			total := 0.0
			for lo := 0; lo < n; lo += batch {
				var index []int
				for i := lo; i < min(lo+batch, n); i++ {
					index = append(index, i)
				}
				loss, grad := decorrelatedLoss(theta, x, w, index)
				total += loss * float64(len(index)) / n
				for i, g := range grad {
					theta[i] -= rate * g
				}
			}
			want = append(want, total)
		}
		var all []int
		for i := range n {
			all = append(all, i)
		}
		for _, workers := range []int{1, 2, 4, 8} {
			t.Run(fmt.Sprintf("%s/%d workers", name, workers), func(t *testing.T) {
				m := newGaussian(graph.Float64)
				tr := newTrainer(t, m, train.Config{Optimizer: train.SGD{LearningRate: rate}, Loss: decorrelated{}})
				h := fit(t, tr, x, train.FitConfig{Epochs: epochs, BatchSize: batch, NoShuffle: true, Workers: workers,
					SampleWeights: w, ValidationData: x, ValidationWeights: w})
				near(t, "losses", h.Loss, want, 1e-12)
				near(t, "parameters", m.theta(), theta, 1e-12)
				after, _ := decorrelatedLoss(theta, x, w, all)
				near(t, "the last validation loss, of all rows as one batch", h.ValLoss[epochs-1:], []float64{after}, 1e-12)
			})
		}
	}
}

// TestBatchLossOfASource: a batch loss gives the same bits from a source as from a matrix; validating it on a source is refused.
func TestBatchLossOfASource(t *testing.T) {
	x := correlatedRows(500)
	m, n := newGaussian(graph.Float32), newGaussian(graph.Float32)
	c, f := train.Config{Loss: decorrelated{}}, train.FitConfig{Epochs: 2, BatchSize: 200, Workers: 2, Seed: 3, ValidationData: x}
	a := fit(t, newTrainer(t, m, c), x, f)
	tr := newTrainer(t, n, c)
	b, err := tr.FitSource(context.Background(), &stored{x: x}, f)
	errtest.None(t, err)
	same(t, "losses", b.Loss, a.Loss)
	same(t, "validation losses", b.ValLoss, a.ValLoss)
	same(t, "parameters", n.theta(), m.theta())
	_, evaluated := tr.EvaluateSource(context.Background(), &stored{x: x})
	f.ValidationData, f.ValidationSource = nil, &stored{x: x}
	_, validated := tr.FitSource(context.Background(), &stored{x: x}, f)
	for _, err := range []error{evaluated, validated} {
		if err == nil || !strings.Contains(err.Error(), "all rows as one batch") {
			t.Errorf("got %v, want an error about one batch", err)
		}
	}
}

// centred is a model that subtracts the batch's mean, so that its rows depend on each other.
type centred struct{ *gaussian }

func (m centred) Terms(b *graph.Builder, x *G.Node) losses.Terms {
	t := m.gaussian.Terms(b, x)
	u, v := columns(b, t.Output)
	u = b.Sub(u, everyRow(b, mean(b, u), u))
	t.Output = b.Join(b.Reshape(u, graph.Rows(x), 1), b.Reshape(v, graph.Rows(x), 1), []bool{true, false})
	t.LogBase = b.LogNormal(t.Output)
	return t
}

// batchLosses are losses whose rows depend on each other, but which do not implement losses.BatchLoss.
var batchLosses = map[string]rowsLoss{
	"a covariance": decorrelated{}.Rows,
	"a small covariance": func(b *graph.Builder, t losses.Terms) *G.Node {
		return b.Add(nll(b, t), everyRow(b, b.Scale(covariance(b, t.Output), 0.01), t.Output))
	},
	"the mean": func(b *graph.Builder, t losses.Terms) *G.Node { return everyRow(b, mean(b, nll(b, t)), t.Output) },
	"the sum over the number of rows": func(b *graph.Builder, t losses.Terms) *G.Node {
		return b.Scale(nll(b, t), 1/float64(graph.Rows(t.Output)))
	},
	"the row before": func(b *graph.Builder, t losses.Terms) *G.Node {
		rows := nll(b, t)
		n := graph.Rows(rows)
		if n == 1 {
			return rows
		}
		return b.Add(rows, b.Lift(G.Concat(0, b.Slab(rows, n-1, 1), b.Slab(rows, 0, n-1))))
	},
	"all in the first row": func(b *graph.Builder, t losses.Terms) *G.Node {
		rows := nll(b, t)
		n := graph.Rows(rows)
		if n == 1 {
			return rows
		}
		zero := b.Sub(rows, rows)
		return b.Lift(G.Concat(0, b.Reshape(b.SumLast(rows), 1), b.Slab(zero, 0, n-1)))
	},
}

// TestUndeclaredBatchLosses: a loss whose rows depend on each other but that does not declare it is refused in both dtypes,
// with an error that says what to do.
func TestUndeclaredBatchLosses(t *testing.T) {
	refused := func(name string, m train.Model, l losses.Loss) {
		_, err := train.New(m, train.Config{Loss: l})
		if !errors.Is(err, train.ErrNotRowByRow) || !strings.Contains(fmt.Sprint(err), "losses.BatchLoss") {
			t.Errorf("%s: got %v, want ErrNotRowByRow", name, err)
		}
	}
	for _, dtype := range []graph.Dtype{graph.Float64, graph.Float32} {
		for name, l := range batchLosses {
			refused(name, newGaussian(dtype), l)
		}
		refused("a model that centres the batch", centred{newGaussian(dtype)}, losses.NLL{})
	}
}

// TestRowLosses: New accepts losses of single rows, also if the random rows that it tries are outside of their domain, or if
// their values are large.
func TestRowLosses(t *testing.T) {
	for _, dtype := range []graph.Dtype{graph.Float64, graph.Float32} {
		for name, l := range map[string]rowsLoss{
			"log of a negative number": func(b *graph.Builder, t losses.Terms) *G.Node {
				u, _ := columns(b, t.Output)
				return b.Lift(G.Log(u))
			},
			"large": func(b *graph.Builder, t losses.Terms) *G.Node { return b.Scale(nll(b, t), 1e12) },
			"steep": func(b *graph.Builder, t losses.Terms) *G.Node { return b.Exp(b.Scale(nll(b, t), 3)) },
		} {
			if _, err := train.New(newGaussian(dtype), train.Config{Loss: l}); err != nil {
				t.Errorf("%s: %v", name, err)
			}
		}
	}
}

// TestLossesOfAnotherShape: a loss that is a scalar, a matrix or nil is refused.
func TestLossesOfAnotherShape(t *testing.T) {
	for name, c := range map[string]struct {
		loss rowsLoss
		got  string
	}{
		"a scalar": {func(b *graph.Builder, t losses.Terms) *G.Node { return mean(b, nll(b, t)) }, "got ()"},
		"a matrix": {func(_ *graph.Builder, t losses.Terms) *G.Node { return t.Output }, "got (16, 2)"},
		"nothing":  {func(*graph.Builder, losses.Terms) *G.Node { return nil }, "got nil"},
	} {
		_, err := train.New(newGaussian(graph.Float64), train.Config{Loss: c.loss})
		var shape *graph.ShapeError
		if !errors.As(err, &shape) || !strings.Contains(err.Error(), c.got) || !strings.Contains(err.Error(), "one number a row") {
			t.Errorf("%s: got %v, want a ShapeError with %q", name, err, c.got)
		}
	}
}

// grown is a penalty that is not a scalar.
type grown struct{}

func (grown) Scalar(b *graph.Builder, params []*graph.Param) *G.Node { return b.Param(params[0]) }

func TestPenaltyOfAnotherShape(t *testing.T) {
	_, err := train.New(newGaussian(graph.Float64), train.Config{Penalties: []losses.Penalty{losses.L2{}, grown{}}})
	var shape *graph.ShapeError
	if !errors.As(err, &shape) || !strings.Contains(err.Error(), "penalty 1 (from 0), train_test.grown") {
		t.Errorf("got %v, want a ShapeError about penalty 1", err)
	}
}
