package train_test

import (
	"context"
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"
	"time"

	"gonum.org/v1/gonum/mat"
	G "gorgonia.org/gorgonia"

	"gaussflow/graph"
	"gaussflow/internal/errtest"
	"gaussflow/losses"
	"gaussflow/train"
)

var adamOnNLL = train.Config{Optimizer: train.Adam{LearningRate: 0.05}}

// TestDeterminism: the same seed, data and number of workers give the same bits; another number of workers differs only by rounding.
func TestDeterminism(t *testing.T) {
	x := someRows(137, 1)
	for _, dtype := range []graph.Dtype{graph.Float64, graph.Float32} {
		run := func(workers int, seed uint64) (*train.History, []float64) {
			m := newGaussian(dtype)
			h := fit(t, newTrainer(t, m, adamOnNLL), x,
				train.FitConfig{Epochs: 4, BatchSize: 20, Seed: seed, Workers: workers, ValidationSplit: 0.1})
			return h, m.theta()
		}
		for _, workers := range []int{1, 2, 3} {
			a, p := run(workers, 5)
			b, q := run(workers, 5)
			same(t, "losses", a.Loss, b.Loss)
			same(t, "validation losses", a.ValLoss, b.ValLoss)
			same(t, "parameters", p, q)
		}
		a, p := run(1, 5)
		b, q := run(2, 5)
		if dtype == graph.Float64 {
			near(t, "losses of one worker and two", b.Loss, a.Loss, 1e-9)
			near(t, "parameters of one worker and two", q, p, 1e-9)
		}
		if c, _ := run(1, 6); slices.Equal(a.Loss, c.Loss) {
			t.Error("another seed shuffles alike")
		}
	}
}

// TestLossFalls: training reaches the NLL of the best Gaussian, log σ + ½ log 2πe for each column.
func TestLossFalls(t *testing.T) {
	x := someRows(400, 2)
	for _, dtype := range []graph.Dtype{graph.Float64, graph.Float32} {
		m := newGaussian(dtype)
		h := fit(t, newTrainer(t, m, adamOnNLL), x, train.FitConfig{Epochs: 300, BatchSize: 400})
		want := 0.0
		for j := range 2 {
			column := mat.Col(nil, j, x)
			mean, square := 0.0, 0.0
			for _, v := range column {
				mean += v / 400
			}
			for _, v := range column {
				square += (v - mean) * (v - mean) / 400
			}
			want += 0.5*math.Log(square) + 0.5*math.Log(2*math.Pi*math.E)
		}
		near(t, "last loss", h.Loss[299:], []float64{want}, 1e-5)
		if !(h.Loss[0] > want+1) {
			t.Errorf("the first loss %v is no better than the best, %v: nothing to learn", h.Loss[0], want)
		}
	}
}

// TestSampleWeights: the loss of a batch is Σ w·ℓ/n: a row of weight 2 counts twice in the sum but once in n, and a row of
// weight 0 only in n.
func TestSampleWeights(t *testing.T) {
	x := someRows(12, 3)
	weights := make([]float64, 12)
	var repeated []float64
	for i := range weights {
		weights[i] = float64(i % 3)
		for range i % 3 {
			repeated = append(repeated, x.RawRowView(i)...)
		}
	}
	twice := mat.NewDense(len(repeated)/2, 2, repeated)

	m := newGaussian(graph.Float64)
	tr := newTrainer(t, m, train.Config{Optimizer: train.SGD{LearningRate: testRate}})
	weighted, err := tr.Evaluate(x, weights)
	errtest.None(t, err)
	mean, err := tr.Evaluate(twice, nil)
	errtest.None(t, err)
	near(t, "weighted loss", []float64{weighted * 12}, []float64{mean * float64(len(repeated)/2)}, 1e-12)

	h := fit(t, tr, x, train.FitConfig{Epochs: 3, BatchSize: 5, NoShuffle: true, SampleWeights: weights})
	l := &loop{theta: make([]float64, 4), update: descend(testRate)}
	var want []float64
	for range 3 {
		want = append(want, l.epoch(x, weights, 5))
	}
	near(t, "losses", h.Loss, want, 1e-12)
	near(t, "parameters", m.theta(), l.theta, 1e-12)
}

// TestPartialBatch: if the parameters do not move, the mean loss over batches of unequal size is the mean over all rows.
func TestPartialBatch(t *testing.T) {
	x := someRows(23, 4)
	for _, workers := range []int{1, 2, 7} {
		tr := newTrainer(t, newGaussian(graph.Float64), train.Config{Optimizer: train.SGD{LearningRate: 1e-300}})
		want, err := tr.Evaluate(x, nil)
		errtest.None(t, err)
		for _, batch := range []int{1, 5, 22, 23} {
			h := fit(t, tr, x, train.FitConfig{BatchSize: batch, Workers: workers})
			near(t, fmt.Sprintf("loss at batch %d, %d workers", batch, workers), h.Loss, []float64{want}, 1e-13)
		}
	}
}

// TestEveryRowOnce: an epoch shows each row once, whatever the seed.
func TestEveryRowOnce(t *testing.T) {
	x := mat.NewDense(10, 2, nil)
	for i := range 10 {
		x.Set(i, 0, math.Pow(2, float64(i))) // every subset of the rows has a different sum
	}
	m := &linear{newGaussian(graph.Float64)}
	tr := newTrainer(t, m, train.Config{Optimizer: train.SGD{LearningRate: 1e-300}})
	for seed := range uint64(5) {
		var sums []float64
		watch := train.LambdaCallback{BatchEnd: func(s *train.State) error {
			sums = append(sums, s.Logs.BatchLoss*float64([]int{4, 4, 2}[s.Batch]))
			return nil
		}}
		fit(t, tr, x, train.FitConfig{BatchSize: 4, Seed: seed, Callbacks: []train.Callback{watch}})
		near(t, "sum of the batches", []float64{sums[0] + sums[1] + sums[2]}, []float64{1023}, 1e-12)
		if sums[0] == 15 {
			t.Errorf("seed %d does not shuffle", seed)
		}
	}
}

// linear has the loss Σ x of a row.
type linear struct{ *gaussian }

func (m *linear) Terms(b *graph.Builder, x *G.Node) losses.Terms {
	t := m.gaussian.Terms(b, x)
	zero := b.Sub(b.LogNormal(t.Output), b.LogNormal(t.Output))
	t.LayerLosses = []*G.Node{b.Sub(b.Add(b.SumLast(x), b.LogNormal(t.Output)), zero)}
	return t
}

// TestValidationSplit: the validation rows are the last ones, and are split off before anything is shuffled.
func TestValidationSplit(t *testing.T) {
	x := someRows(50, 5)
	head, tail := x.Slice(0, 40, 0, 2), x.Slice(40, 50, 0, 2)
	config := train.FitConfig{Epochs: 3, BatchSize: 16, Seed: 2}
	split, given := config, config
	split.ValidationSplit, given.ValidationData = 0.2, tail

	m, n := newGaussian(graph.Float64), newGaussian(graph.Float64)
	a := fit(t, newTrainer(t, m, adamOnNLL), x, split)
	b := fit(t, newTrainer(t, n, adamOnNLL), head, given)
	same(t, "losses", a.Loss, b.Loss)
	same(t, "validation losses", a.ValLoss, b.ValLoss)
	same(t, "parameters", m.theta(), n.theta())

	all := make([]int, 10)
	for i := range all {
		all[i] = 40 + i
	}
	want, _ := lossAndGrad(m.theta(), x, nil, all)
	near(t, "last validation loss", a.ValLoss[2:], []float64{want}, 1e-12)
}

// TestValidationLeavesTrainingAlone: parameters, optimizer and training losses are those of a fit without validation.
func TestValidationLeavesTrainingAlone(t *testing.T) {
	x := someRows(50, 6)
	for name, validation := range map[string]mat.Matrix{"same rows": x, "other rows": someRows(77, 7)} {
		m, n := newGaussian(graph.Float64), newGaussian(graph.Float64)
		with, without := newTrainer(t, m, adamOnNLL), newTrainer(t, n, adamOnNLL)
		a := fit(t, with, x, train.FitConfig{Epochs: 3, BatchSize: 16, ValidationData: validation})
		b := fit(t, without, x, train.FitConfig{Epochs: 3, BatchSize: 16})
		same(t, name+": losses", a.Loss, b.Loss)
		same(t, name+": parameters", m.theta(), n.theta())
		if fmt.Sprint(with.State()) != fmt.Sprint(without.State()) {
			t.Errorf("%s: validation touched the optimizer", name)
		}
	}
}

// TestResume: after State and SetState, a fit with InitialEpoch goes on with the same bits as without the break, shuffling included.
func TestResume(t *testing.T) {
	x := someRows(60, 8)
	for name, o := range optimizers {
		c := train.Config{Optimizer: o.ours, Schedule: train.Cosine{Peak: 0.05, WarmupSteps: 3, DecaySteps: 20}}
		f := train.FitConfig{Epochs: 6, BatchSize: 16, Seed: 3, Workers: 1}
		whole := newGaussian(graph.Float64)
		h := fit(t, newTrainer(t, whole, c), x, f)

		m := newGaussian(graph.Float64)
		first := newTrainer(t, m, c)
		f.Epochs = 2
		a := fit(t, first, x, f)
		second := newTrainer(t, m, c)
		errtest.None(t, second.SetState(first.State()))
		f.InitialEpoch, f.Epochs = 2, 6
		b := fit(t, second, x, f)
		same(t, name+": losses", slices.Concat(a.Loss, b.Loss), h.Loss)
		same(t, name+": parameters", m.theta(), whole.theta())
		if !slices.Equal(slices.Concat(a.Epoch, b.Epoch), h.Epoch) {
			t.Errorf("%s: epochs %v and %v, want %v together", name, a.Epoch, b.Epoch, h.Epoch)
		}
	}
}

// TestSetStateOfAnother: a State of another model or optimizer is refused, and none of it is set.
func TestSetStateOfAnother(t *testing.T) {
	adam := newTrainer(t, newGaussian(graph.Float64), train.Config{Optimizer: train.Adam{}})
	sgd := newTrainer(t, newGaussian(graph.Float64), train.Config{Optimizer: train.SGD{}})
	var shape *graph.ShapeError
	short := adam.State()
	short.Slots[1][1] = short.Slots[1][1][:1]
	short.Slots[0][0][0] = 9
	for name, s := range map[string]train.OptimizerState{"none": {}, "another optimizer's": sgd.State(), "one element short": short} {
		before := fmt.Sprint(adam.State())
		if err := adam.SetState(s); !errors.As(err, &shape) {
			t.Errorf("%s: got %v, want a ShapeError", name, err)
		}
		if fmt.Sprint(adam.State()) != before {
			t.Errorf("%s: the state was refused and yet changed", name)
		}
	}
}

// TestStateIsACopy: a later Fit does not change a State.
func TestStateIsACopy(t *testing.T) {
	tr := newTrainer(t, newGaussian(graph.Float64), adamOnNLL)
	s := tr.State()
	before := fmt.Sprint(s)
	fit(t, tr, someRows(10, 1), train.FitConfig{})
	if fmt.Sprint(s) != before {
		t.Error("Fit changed a copy of the state")
	}
}

// TestL2 compares with λ·Σw² and its gradient 2λw, with several workers, whose shares of the penalty must add up to it.
func TestL2(t *testing.T) {
	const lambda = 0.3
	x := someRows(31, 10)
	for _, suffix := range []string{"", ".kernel"} {
		first := 0
		if suffix != "" {
			first = 2 // the suffix matches log_scale.kernel only
		}
		for _, workers := range []int{1, 2, 3, 4, 8} {
			m := newGaussian(graph.Float64)
			errtest.None(t, m.shift.Set([]float64{0.5, -1}))
			errtest.None(t, m.logScale.Set([]float64{0.2, 0.1}))
			l := &loop{theta: m.theta(), update: func(l *loop, g []float64) {
				for i := first; i < 4; i++ {
					g[i] += 2 * lambda * l.theta[i]
				}
				descend(0.02)(l, g)
			}}
			penalty := func() (p float64) {
				for _, w := range l.theta[first:] {
					p += lambda * w * w
				}
				return p
			}
			tr := newTrainer(t, m, train.Config{Optimizer: train.SGD{LearningRate: 0.02},
				Penalties: []losses.Penalty{losses.L2{Lambda: lambda, Suffix: suffix}}})
			for range 3 {
				want := penalty()
				want += l.epoch(x, nil, 31)
				got := fit(t, tr, x, train.FitConfig{BatchSize: 31, NoShuffle: true, Workers: workers})
				near(t, "loss", got.Loss, []float64{want}, 1e-12)
			}
			near(t, "parameters", m.theta(), l.theta, 1e-12)
			var all []int
			for i := range 31 {
				all = append(all, i)
			}
			want, _ := lossAndGrad(l.theta, x, nil, all)
			got, err := tr.Evaluate(x, nil)
			errtest.None(t, err)
			near(t, "Evaluate", []float64{got}, []float64{want + penalty()}, 1e-12)
		}
	}
}

// TestNonFinite: a loss or gradient that is not finite is an error that says where, and the parameters are those before that batch.
func TestNonFinite(t *testing.T) {
	x := someRows(40, 11)
	for name, worst := range map[string]float64{"the loss overflows": 1e200, "only a gradient overflows": 1e154} {
		t.Run(name, func(t *testing.T) {
			bad := mat.DenseCopyOf(x)
			bad.Set(25, 0, worst) // in batch 2, of batches of 10 rows
			m := newGaussian(graph.Float64)
			if worst == 1e154 { // z²/2 is finite, but the sum of squared gradients overflows
				errtest.None(t, m.logScale.Set([]float64{math.Log(2), 0}))
			}
			tr := newTrainer(t, m, train.Config{Optimizer: train.SGD{LearningRate: 1e-3}})
			clean := newGaussian(graph.Float64)
			errtest.None(t, clean.logScale.Set(m.logScale.Values()))
			fit(t, newTrainer(t, clean, train.Config{Optimizer: train.SGD{LearningRate: 1e-3}}), x.Slice(0, 20, 0, 2),
				train.FitConfig{BatchSize: 10, NoShuffle: true, Workers: 1})

			h, err := tr.Fit(context.Background(), bad, train.FitConfig{Epochs: 5, BatchSize: 10, NoShuffle: true, Workers: 1})
			var at *train.NonFiniteError
			if !errors.Is(err, train.ErrNonFinite) || !errors.As(err, &at) {
				t.Fatalf("got %v, want ErrNonFinite", err)
			}
			if at.Epoch != 0 || at.Batch != 2 || !strings.Contains(err.Error(), "epoch 0, batch 2") {
				t.Errorf("%v (%+v): want epoch 0, batch 2", err, at)
			}
			if h == nil || len(h.Loss) != 0 {
				t.Errorf("history %+v, want an empty one", h)
			}
			same(t, "parameters", m.theta(), clean.theta())
		})
	}
}

// TestCancel: a cancelled fit returns promptly, with the parameters and the history so far.
func TestCancel(t *testing.T) {
	x := someRows(100, 12)
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	m := newGaussian(graph.Float64)
	tr := newTrainer(t, m, adamOnNLL)
	batches, ended := 0, false
	var cancelled time.Time
	watch := train.LambdaCallback{
		BatchEnd: func(*train.State) error {
			if batches++; batches == 25 { // during epoch 2, batch 4
				cancelled = time.Now()
				cancel()
			}
			return nil
		},
		TrainEnd: func(*train.State) error { ended = true; return nil },
	}
	h, err := tr.Fit(ctx, x, train.FitConfig{Epochs: 1_000_000, BatchSize: 10, Callbacks: []train.Callback{watch}})
	if !errors.Is(err, context.Canceled) || !strings.Contains(err.Error(), "epoch 2, batch 5") {
		t.Errorf("got %v, want context.Canceled before epoch 2, batch 5", err)
	}
	if wait := time.Since(cancelled); wait > time.Second {
		t.Errorf("Fit returned %v after the context was done", wait)
	}
	if batches != 25 || !ended || len(h.Loss) != 2 {
		t.Errorf("%d batches, OnTrainEnd called: %v, history of %d epochs; want 25, true, 2", batches, ended, len(h.Loss))
	}
	if loss, err := tr.Evaluate(x, nil); err != nil || math.IsNaN(loss) || loss >= h.Loss[0] {
		t.Errorf("after the cancelled fit the loss is %v (%v), want less than %v", loss, err, h.Loss[0])
	}
	fit(t, tr, x, train.FitConfig{}) // the same trainer can fit again
}

// TestEvaluateAndPredict on more rows than one chunk.
func TestEvaluateAndPredict(t *testing.T) {
	x := someRows(1100, 13)
	m := newGaussian(graph.Float64)
	errtest.None(t, m.shift.Set([]float64{1, 2}))
	errtest.None(t, m.logScale.Set([]float64{0.5, -0.5}))
	tr := newTrainer(t, m, train.Config{})
	var all []int
	for i := range 1100 {
		all = append(all, i)
	}
	want, _ := lossAndGrad(m.theta(), x, nil, all)
	got, err := tr.Evaluate(x, nil)
	errtest.None(t, err)
	near(t, "Evaluate", []float64{got}, []float64{want}, 1e-13)
	z, err := tr.Predict(x)
	errtest.None(t, err)
	for i := range 1100 {
		near(t, "Predict", z.RawRowView(i), []float64{(x.At(i, 0) - 1) * math.Exp(-0.5), (x.At(i, 1) - 2) * math.Exp(0.5)}, 1e-14)
	}
}

// redrawn is a table whose Redraw shifts all rows by 100·(epoch + 1).
type redrawn struct {
	x  *mat.Dense
	by float64
}

func (r *redrawn) Dims() (n, d int)    { return r.x.Dims() }
func (r *redrawn) At(i, j int) float64 { return r.x.At(i, j) + r.by }
func (r *redrawn) T() mat.Matrix       { return mat.Transpose{Matrix: r} }
func (r *redrawn) Redraw(epoch int)    { r.by = 100 * float64(epoch+1) }

// TestRedrawn: each epoch sees newly drawn rows, while the validation rows stay the same.
func TestRedrawn(t *testing.T) {
	for _, split := range []float64{0, 0.25} {
		rate := train.Constant{Rate: 1e-300} // the parameters hardly move, so that the losses show which rows were used
		tr := newTrainer(t, newGaussian(graph.Float64), train.Config{Schedule: rate})
		h := fit(t, tr, &redrawn{x: someRows(40, 1)}, train.FitConfig{Epochs: 3, BatchSize: 8, ValidationSplit: split})
		if !(h.Loss[0] > 1000 && h.Loss[1] > 2*h.Loss[0] && h.Loss[2] > h.Loss[1]) {
			t.Errorf("split %v: losses %v, want those of rows at 100, 200 and 300", split, h.Loss)
		}
		if split > 0 && (h.ValLoss[0] > 100 || h.ValLoss[2] != h.ValLoss[0]) {
			t.Errorf("validation losses %v, want those of the rows as they were", h.ValLoss)
		}
	}
}
