package train_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"gonum.org/v1/gonum/mat"

	"gaussflow/graph"
	"gaussflow/internal/errtest"
	"gaussflow/losses"
	"gaussflow/rows"
	"gaussflow/train"
)

// everything is a configuration that uses all features of training at once.
var everything = train.Config{Optimizer: train.Adam{}, EMA: 0.9, Clip: train.Clip{GlobalNorm: 1},
	Schedule: train.Cosine{Peak: 0.05, WarmupSteps: 3, DecaySteps: 40}, Penalties: []losses.Penalty{losses.L2{Lambda: 0.01}}}

func fitSource(t testing.TB, tr *train.Trainer, src rows.Source, c train.FitConfig) *train.History {
	t.Helper()
	h, err := tr.FitSource(context.Background(), src, c)
	errtest.None(t, err)
	return h
}

// TestFitSourceIsFit: if the shuffle window holds the whole source, or nothing is shuffled, FitSource gives the bits of Fit,
// in whatever portions the source returns its rows.
func TestFitSourceIsFit(t *testing.T) {
	held := someRows(700, 22)
	for _, n := range []int{1, 16, 137} {
		x := someRows(n, 21)
		for _, c := range []train.FitConfig{
			{BatchSize: 16, Seed: 4}, {BatchSize: 16, Seed: 4, ShuffleRows: n}, {BatchSize: 1, Seed: 5, ShuffleRows: math.MaxInt},
			{Seed: 6}, {BatchSize: 7, NoShuffle: true}, {BatchSize: 7, NoShuffle: true, ShuffleRows: 2},
		} {
			for _, src := range []*stored{{x: x}, {x: x, most: 3}, {x: x, most: 1, late: true}, {x: x, late: true}} {
				c.Epochs, c.Workers = 3, 2
				dtype := graph.Float32
				if c.NoShuffle {
					dtype = graph.Float64
				}
				a, b := newGaussian(dtype), newGaussian(dtype)
				inMemory, streamed := c, c
				inMemory.BatchSize = min(c.BatchSize, n)
				inMemory.ValidationData, streamed.ValidationSource = held, &stored{x: held, most: 5}
				h := fit(t, newTrainer(t, a, everything), x, inMemory)
				k := fitSource(t, newTrainer(t, b, everything), src, streamed)
				what := fmt.Sprintf("%d rows, %+v: ", n, c)
				same(t, what+"losses", k.Loss, h.Loss)
				same(t, what+"validation losses", k.ValLoss, h.ValLoss)
				same(t, what+"parameters", b.theta(), a.theta())
				if src.open.Load() != 0 || src.passes.Load() != 3 {
					t.Errorf("%s%d passes, %d still open; want 3 and none", what, src.passes.Load(), src.open.Load())
				}
			}
		}
	}
}

// numbered are rows whose values are their numbers.
func numbered(n int) *mat.Dense {
	x := mat.NewDense(n, 2, nil)
	for i := range n {
		x.Set(i, 0, float64(i))
	}
	return x
}

// orders returns the order in which a fit sees the rows, for each epoch.
func orders(t *testing.T, tr *train.Trainer, n int, c train.FitConfig) [][]int {
	t.Helper()
	seen := make([][]int, c.Epochs)
	c.BatchSize, c.Workers = 1, 1
	c.Callbacks = []train.Callback{train.LambdaCallback{BatchEnd: func(s *train.State) error {
		seen[s.Epoch] = append(seen[s.Epoch], int(math.Round(s.Logs.BatchLoss)))
		return nil
	}}}
	fitSource(t, tr, &stored{x: numbered(n)}, c)
	return seen
}

// TestShuffleWindow: every row comes once an epoch and at most a window's length early, in an order that the seed and the
// epoch decide; the first row is drawn uniformly from the window.
func TestShuffleWindow(t *testing.T) {
	const n, window, draws = 40, 8, 1600
	tr := newTrainer(t, &linear{newGaussian(graph.Float64)}, train.Config{Optimizer: train.SGD{LearningRate: 1e-300}})
	all := make([]int, n)
	for i := range all {
		all[i] = i
	}
	var first [window]int
	for seed := range uint64(draws / 2) {
		seen := orders(t, tr, n, train.FitConfig{Epochs: 2, Seed: seed, ShuffleRows: window})
		for _, order := range seen {
			first[order[0]]++
			for at, row := range order {
				if row > at+window-1 {
					t.Fatalf("seed %d: row %d comes at %d, before it was in the window of %d", seed, row, at, window)
				}
			}
			if sorted := slices.Sorted(slices.Values(order)); !slices.Equal(sorted, all) {
				t.Fatalf("seed %d: the epoch's rows are %v, want each once", seed, sorted)
			}
		}
		if slices.Equal(seen[0], seen[1]) || slices.Equal(seen[0], all) {
			t.Fatalf("seed %d: epochs %v", seed, seen)
		}
	}
	for row, times := range first { // 5 standard deviations of a binomial
		const p = 1.0 / window
		if off := math.Abs(float64(times) - draws*p); off > 5*math.Sqrt(draws*p*(1-p)) {
			t.Errorf("row %d came first %d times of %d, want about %d", row, times, draws, draws/window)
		}
	}
	again := orders(t, tr, n, train.FitConfig{Epochs: 2, Seed: 3, ShuffleRows: window})
	late := orders(t, tr, n, train.FitConfig{Epochs: 2, InitialEpoch: 1, Seed: 3, ShuffleRows: window})
	if !slices.Equal(again[1], late[1]) {
		t.Errorf("epoch 1 alone is %v, after epoch 0 %v", late[1], again[1])
	}
}

// TestFitSourceResume: a fit that is resumed after any epoch, or where it was cancelled, ends as one that ran through.
func TestFitSourceResume(t *testing.T) {
	x, path := someRows(150, 23), filepath.Join(t.TempDir(), "fit.ckpt")
	c := train.FitConfig{Epochs: 6, BatchSize: 16, Seed: 2, Workers: 2, ShuffleRows: 32, ValidationSource: &stored{x: someRows(30, 24)}}
	whole := newGaussian(graph.Float64)
	want := fitSource(t, newTrainer(t, whole, everything), &stored{x: x}, c)
	c.Checkpoint = train.Checkpoint{Path: path, Resume: true}
	for _, stop := range [][2]int{{0, 9}, {2, 4}, {2, 9}, {4, 0}} { // epoch and batch at which it was cancelled
		ctx, cancel := context.WithCancel(context.Background())
		cut := c
		cut.Callbacks = []train.Callback{train.LambdaCallback{BatchEnd: func(s *train.State) error {
			if s.Epoch == stop[0] && s.Batch == stop[1] {
				cancel()
			}
			return nil
		}}}
		if _, err := newTrainer(t, newGaussian(graph.Float64), everything).FitSource(ctx, &stored{x: x}, cut); !errors.Is(err, context.Canceled) {
			t.Fatalf("cancelled in epoch %d: %v", stop[0], err)
		}
	}
	m := newGaussian(graph.Float64)
	src := &stored{x: x, most: 7}
	batches := 0
	c.Callbacks = []train.Callback{train.LambdaCallback{TrainBegin: func(s *train.State) error { batches = s.Batches; return nil }}}
	got := fitSource(t, newTrainer(t, m, everything), src, c)
	same(t, "losses", got.Loss, want.Loss)
	same(t, "validation losses", got.ValLoss, want.ValLoss)
	same(t, "parameters", m.theta(), whole.theta())
	if batches != 10 {
		t.Errorf("a resumed fit begins with %d batches, want 10: the source has been read", batches)
	}
	for name, change := range map[string]func(c *train.FitConfig, s *stored){
		"rows: got 150×2, checksum":            func(_ *train.FitConfig, s *stored) { s.x = someRows(151, 23) },
		"shuffle rows: got 32, want 33":        func(c *train.FitConfig, _ *stored) { c.ShuffleRows = 33 },
		"validation: got 30×2, checksum":       func(c *train.FitConfig, _ *stored) { c.ValidationSource = nil },
		"shuffle: got true, want false":        func(c *train.FitConfig, _ *stored) { c.NoShuffle = true },
		"train: FitSource: after 9 rows: disk": func(_ *train.FitConfig, s *stored) { s.failAt, s.failure = 10, errDisk },
	} {
		other, src := c, &stored{x: x}
		change(&other, src)
		_, err := newTrainer(t, newGaussian(graph.Float64), everything).FitSource(context.Background(), src, other)
		if err == nil || !strings.Contains(err.Error(), name) {
			t.Errorf("error %v, want one about %s", err, name)
		}
	}
}

// TestBadSources: each broken source is an error, and leaves no goroutine running and no reader open.
func TestBadSources(t *testing.T) {
	x := someRows(40, 25)
	nan := mat.DenseCopyOf(x)
	nan.Set(25, 1, math.NaN())
	good := &stored{x: x}
	var none *stored
	for name, c := range map[string]struct {
		src    rows.Source
		config train.FitConfig
		words  string
	}{
		"nil":                  {nil, train.FitConfig{}, "the source is nil, want one"},
		"nil pointer":          {none, train.FitConfig{}, "the source is a nil *train_test.stored, want one"},
		"three columns":        {&stored{x: mat.NewDense(2, 3, nil)}, train.FitConfig{}, "a source of 3 columns, want input_dim = 2"},
		"no rows":              {empty{}, train.FitConfig{}, "the source has no rows"},
		"not one row":          {&stored{x: x, failAt: 1, failure: errDisk}, train.FitConfig{}, "after 0 rows: disk on fire"},
		"a file cut off":       {&stored{x: x, failAt: 23, failure: fmt.Errorf("inflate: %w", io.EOF)}, train.FitConfig{}, "after 22 rows: inflate"},
		"cannot be opened":     {unopened{errDisk}, train.FitConfig{}, "disk on fire"},
		"opens as nil":         {unopened{}, train.FitConfig{}, "opened as nil"},
		"read error":           {&stored{x: x, most: 4, failAt: 23, failure: errDisk}, train.FitConfig{BatchSize: 8}, "after 22 rows: disk on fire"},
		"NaN":                  {&stored{x: nan}, train.FitConfig{}, "row 25, column 1 (from 0) is NaN"},
		"too many rows":        {&stored{x: x, lie: 1 << 20}, train.FitConfig{}, "Read returned 1048576 rows"},
		"fewer than none":      {&stored{x: x, lie: -1}, train.FitConfig{}, "Read returned -1 rows"},
		"stuck":                {stuck{}, train.FitConfig{}, "multiple Read calls return no data"},
		"split":                {good, train.FitConfig{ValidationSplit: 0.1}, "ValidationSplit = 0.1"},
		"weights":              {good, train.FitConfig{SampleWeights: make([]float64, 40)}, "SampleWeights"},
		"batch":                {good, train.FitConfig{BatchSize: -1}, "BatchSize = -1"},
		"window":               {good, train.FitConfig{ShuffleRows: -1}, "ShuffleRows = -1"},
		"epochs":               {good, train.FitConfig{InitialEpoch: 3, Epochs: 2}, "train: FitSource: epochs 3 to 2"},
		"two validations":      {good, train.FitConfig{ValidationData: x, ValidationSource: good}, "more than one of"},
		"nil validation":       {good, train.FitConfig{ValidationSource: none}, "ValidationSource: the source is a nil *train_test.stored, want one"},
		"NaN to validate on":   {good, train.FitConfig{ValidationSource: &stored{x: nan}}, "ValidationSource: row 25, column 1"},
		"nil callback":         {good, train.FitConfig{Callbacks: []train.Callback{train.NopCallback{}, nil}}, "callback 1 (from 0) is nil"},
		"nil callback pointer": {good, train.FitConfig{Callbacks: []train.Callback{(*train.EarlyStopping)(nil)}}, "is a nil *train.EarlyStopping, want one"},
	} {
		t.Run(name, func(t *testing.T) {
			before := runtime.NumGoroutine()
			_, err := newTrainer(t, newGaussian(graph.Float64), adamOnNLL).FitSource(context.Background(), c.src, c.config)
			if err == nil || !strings.Contains(err.Error(), c.words) {
				t.Errorf("error %v, want one about %s", err, c.words)
			}
			if s, ok := c.src.(*stored); ok && s != nil && s.open.Load() != 0 {
				t.Errorf("%d passes are open", s.open.Load())
			}
			settled(t, before)
		})
	}
}

// settled fails if, after a moment, more goroutines run than before.
func settled(t *testing.T, before int) {
	t.Helper()
	for range 100 {
		if runtime.NumGoroutine() <= before {
			return
		}
		time.Sleep(5 * time.Millisecond)
	}
	t.Errorf("%d goroutines, want %d", runtime.NumGoroutine(), before)
}

// TestFitSourceEnds: however a fit ends, its reader is closed, its goroutine has ended and its callbacks are told.
func TestFitSourceEnds(t *testing.T) {
	x := someRows(2000, 26)
	x.Set(1999, 0, 1e200)
	for name, end := range map[string]func(cancel func(), s *train.State) error{
		"cancelled":  func(cancel func(), _ *train.State) error { cancel(); return nil },
		"stopped":    func(_ func(), s *train.State) error { s.Stop(); return nil },
		"an error":   func(func(), *train.State) error { return errDisk },
		"not finite": func(func(), *train.State) error { return nil },
	} {
		before := runtime.NumGoroutine()
		ctx, cancel := context.WithCancel(context.Background())
		ended := false
		src := &stored{x: x, most: 5}
		_, err := newTrainer(t, newGaussian(graph.Float64), adamOnNLL).FitSource(ctx, src, train.FitConfig{BatchSize: 10, NoShuffle: true,
			Callbacks: []train.Callback{train.LambdaCallback{
				TrainEnd: func(*train.State) error { ended = true; return nil },
				BatchEnd: func(s *train.State) error {
					if s.Batch == 7 {
						return end(cancel, s)
					}
					return nil
				}}}})
		want := map[string]error{"cancelled": context.Canceled, "an error": errDisk, "not finite": train.ErrNonFinite}[name]
		if !errors.Is(err, want) || want == nil && err != nil {
			t.Errorf("%s: error %v, want %v", name, err, want)
		}
		if name == "cancelled" && !strings.Contains(err.Error(), "epoch 0, batch 8") {
			t.Errorf("cancelled: %v does not say where", err)
		}
		if src.open.Load() != 0 || !ended {
			t.Errorf("%s: %d passes open, OnTrainEnd called: %v", name, src.open.Load(), ended)
		}
		settled(t, before)
		cancel()
	}
}

// TestCancelWhileReading: a fit that waits for rows can be cancelled, and ends when the current Read returns.
func TestCancelWhileReading(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	src := &stored{x: someRows(10, 1), wait: make(chan struct{})}
	over := make(chan error)
	go func() {
		_, err := newTrainer(t, newGaussian(graph.Float64), adamOnNLL).FitSource(ctx, src, train.FitConfig{})
		over <- err
	}()
	for src.open.Load() == 0 {
		time.Sleep(time.Millisecond)
	}
	cancel()
	close(src.wait)
	if err := <-over; !errors.Is(err, context.Canceled) || src.open.Load() != 0 {
		t.Errorf("error %v, %d passes open", err, src.open.Load())
	}
}

// TestStateOfASource: State.Batches and State.Rows are −1 until the whole source has been read once.
func TestStateOfASource(t *testing.T) {
	var seen [][2]int
	note := func(s *train.State) error { seen = append(seen, [2]int{s.Batches, s.Rows}); return nil }
	fitSource(t, newTrainer(t, newGaussian(graph.Float64), adamOnNLL), &stored{x: someRows(25, 1)}, train.FitConfig{Epochs: 2, BatchSize: 10,
		Callbacks: []train.Callback{train.LambdaCallback{TrainBegin: note, EpochEnd: note, TrainEnd: note}}})
	if want := [][2]int{{-1, -1}, {3, 25}, {3, 25}, {3, 25}}; !slices.Equal(seen, want) {
		t.Errorf("batches and rows are %v, want %v", seen, want)
	}
}

// TestFitSourceAllocatesNothing: after the first batches, a step does not allocate.
func TestFitSourceAllocatesNothing(t *testing.T) {
	const warm, steps = 50, 450
	var stats runtime.MemStats
	allocations := 0
	watch := train.LambdaCallback{BatchEnd: func(s *train.State) error {
		switch s.Batch {
		case warm:
			runtime.ReadMemStats(&stats)
			allocations = -int(stats.Mallocs)
		case steps:
			runtime.ReadMemStats(&stats)
			allocations += int(stats.Mallocs)
		}
		return nil
	}}
	fitSource(t, newTrainer(t, newGaussian(graph.Float64), adamOnNLL), &stored{x: someRows(20*(steps+50), 2)},
		train.FitConfig{BatchSize: 20, Workers: 2, ShuffleRows: 300, Callbacks: []train.Callback{watch}})
	if allocations > steps/10 { // the runtime allocates now and then
		t.Errorf("%d allocations in %d steps, want none", allocations, steps-warm)
	}
}

// TestEvaluateSource: EvaluateSource gives the bits of Evaluate.
func TestEvaluateSource(t *testing.T) {
	for _, n := range []int{1, 511, 4096, 9001} {
		x := someRows(n, 27)
		tr := newTrainer(t, newGaussian(graph.Float32), everything)
		want, err := tr.Evaluate(x, nil)
		errtest.None(t, err)
		got, err := tr.EvaluateSource(context.Background(), &stored{x: x, most: 1000})
		errtest.None(t, err)
		same(t, fmt.Sprint(n, " rows"), []float64{got}, []float64{want})
	}
}

// TestBatches: batches come in order, the last one smaller, and the sequence can be read repeatedly; a loop that is left
// early leaves no goroutine and no reader.
func TestBatches(t *testing.T) {
	before := runtime.NumGoroutine()
	src := &stored{x: numbered(10), most: 3}
	batches := train.Batches(context.Background(), src, 4)
	for range 2 {
		var sizes, seen []int
		for x, err := range batches {
			errtest.None(t, err)
			n, _ := x.Dims()
			sizes = append(sizes, n)
			for i := range n {
				seen = append(seen, int(x.At(i, 0)))
			}
		}
		if !slices.Equal(sizes, []int{4, 4, 2}) || !slices.IsSorted(seen) || len(seen) != 10 {
			t.Errorf("batches of %v rows: %v", sizes, seen)
		}
	}
	for range batches {
		break
	}
	if src.open.Load() != 0 {
		t.Error("a pass is open")
	}
	settled(t, before)
	var noContext context.Context
	for name, b := range map[string]func(yield func(*mat.Dense, error) bool){
		"size = 0":       train.Batches(context.Background(), src, 0),
		"ctx is nil":     train.Batches(noContext, src, 1),
		"source is nil":  train.Batches(context.Background(), nil, 1),
		"after 4 rows":   train.Batches(context.Background(), &stored{x: numbered(9), failAt: 5, failure: errDisk}, 2),
		"context cancel": train.Batches(cancelled(), src, 1),
	} {
		var last error
		for _, err := range b {
			last = err
		}
		if last == nil || !strings.Contains(last.Error(), name) {
			t.Errorf("error %v, want one about %s", last, name)
		}
	}
}

func cancelled() context.Context {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	return ctx
}
