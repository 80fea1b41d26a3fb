package train

import (
	"context"
	"errors"
	"fmt"
	"math"
	"runtime"
	"time"

	"gonum.org/v1/gonum/mat"

	"gaussflow/graph"
	"gaussflow/initializers"
)

// ErrNonFinite is wrapped by NonFiniteError.
var ErrNonFinite = errors.New("train: loss or gradient is not finite")

// A NonFiniteError says where a fit met a loss or gradient that is NaN or Inf. The parameters are those before
// that batch.
type NonFiniteError struct {
	Epoch, Batch int // from 0
	Loss         float64
}

func (e *NonFiniteError) Error() string {
	return fmt.Sprintf("%v: epoch %d, batch %d (from 0), loss %v", ErrNonFinite, e.Epoch, e.Batch, e.Loss)
}

// Unwrap is ErrNonFinite.
func (e *NonFiniteError) Unwrap() error { return ErrNonFinite }

// FitConfig is what Keras's fit takes. The zero value is one epoch in batches of up to 512 rows on all processors.
type FitConfig struct {
	Epochs       int // the last epoch is Epochs−1; default InitialEpoch+1
	InitialEpoch int
	BatchSize    int // rows a step, at most the rows there are; default 512 or all rows; the last batch may be smaller
	Seed         uint64
	NoShuffle    bool
	// ValidationSplit cuts this share of the rows off, the last ones, before shuffling.
	ValidationSplit   float64
	ValidationData    mat.Matrix // instead of a split
	ValidationWeights []float64
	// SampleWeights multiply the rows' losses, one a row; the batch loss is Σ w·loss/rows, as in Keras.
	SampleWeights []float64
	// Workers is the number of shards a batch is cut into, computed in parallel; default all processors. The
	// history depends on it in the last digits.
	Workers   int
	Verbosity Verbosity
	Callbacks []Callback
}

func (c FitConfig) withDefaults(rows int) FitConfig {
	if c.Epochs == 0 {
		c.Epochs = c.InitialEpoch + 1
	}
	if c.BatchSize == 0 {
		c.BatchSize = min(512, rows)
	}
	if c.Workers == 0 {
		c.Workers = runtime.GOMAXPROCS(0)
	}
	return c
}

func (c FitConfig) validate(rows int) error {
	switch {
	case c.Epochs < 1 || c.InitialEpoch < 0 || c.InitialEpoch >= c.Epochs:
		return fmt.Errorf("train: Fit: epochs %d to %d, want 0 ≤ InitialEpoch < Epochs", c.InitialEpoch, c.Epochs)
	case !(c.ValidationSplit >= 0 && c.ValidationSplit < 1):
		return fmt.Errorf("train: Fit: ValidationSplit = %g, want 0 ≤ ValidationSplit < 1", c.ValidationSplit)
	case c.ValidationSplit > 0 && c.ValidationData != nil:
		return errors.New("train: Fit: got both ValidationSplit and ValidationData, want one")
	case c.Workers < 0:
		return fmt.Errorf("train: Fit: Workers = %d, want ≥ 0", c.Workers)
	}
	return checkWeights("Fit", c.SampleWeights, rows)
}

// Fit trains on the rows of x. It ends after the last epoch, when a callback stops it, when ctx is done (at the
// next batch, with an error that wraps ctx.Err), or with a NonFiniteError. However it ends, the callbacks'
// OnTrainEnd runs, the model is usable and the history so far is returned.
func (t *Trainer) Fit(ctx context.Context, x mat.Matrix, c FitConfig) (*History, error) {
	if err := graph.CheckRows("train: Fit", x, t.model.Dim()); err != nil {
		return nil, err
	}
	rows, _ := x.Dims()
	if c.Epochs == 0 {
		c.Epochs = c.InitialEpoch + 1
	}
	if err := c.validate(rows); err != nil {
		return nil, err
	}
	data, validation, err := t.datasets(x, c)
	if err != nil {
		return nil, err
	}
	c = c.withDefaults(data.rows)
	if c.BatchSize < 1 || c.BatchSize > data.rows {
		return nil, fmt.Errorf("train: Fit: BatchSize = %d, want 1 to %d, the rows to train on (0 chooses)", c.BatchSize, data.rows)
	}
	progress, err := c.Verbosity.callback()
	if err != nil {
		return nil, err
	}
	f := &fit{
		Trainer: t, config: c, data: data, validation: validation, order: make([]int, data.rows),
		callbacks: append([]Callback{progress}, c.Callbacks...),
		state: &State{
			Epoch: c.InitialEpoch, Epochs: c.Epochs, Batches: (data.rows + c.BatchSize - 1) / c.BatchSize,
			History: &History{}, trainer: t,
		},
	}
	t.hire(c.Workers)
	defer t.start()()
	return f.state.History, f.run(ctx)
}

// datasets are the rows to train on and those to validate on, nil where there are none.
func (t *Trainer) datasets(x mat.Matrix, c FitConfig) (data, validation *dataset, err error) {
	data = newDataset(x, c.SampleWeights)
	switch {
	case c.ValidationSplit > 0:
		all := data.rows
		if at := int(float64(all) * (1 - c.ValidationSplit)); at < 1 || at == all {
			return nil, nil, fmt.Errorf("train: Fit: ValidationSplit = %g leaves %d of %d rows to train on, want some on both sides", c.ValidationSplit, at, all)
		}
		data, validation = data.split(c.ValidationSplit)
	case c.ValidationData != nil:
		if err := graph.CheckRows("train: Fit: ValidationData", c.ValidationData, t.model.Dim()); err != nil {
			return nil, nil, err
		}
		n, _ := c.ValidationData.Dims()
		if err := checkWeights("Fit: ValidationWeights", c.ValidationWeights, n); err != nil {
			return nil, nil, err
		}
		validation = newDataset(c.ValidationData, c.ValidationWeights)
	}
	return data, validation, nil
}

// hire makes sure of n workers; those there are keep their programs.
func (t *Trainer) hire(n int) {
	for len(t.workers) < n {
		t.workers = append(t.workers, &worker{trainer: t, shards: map[int]*shard{}})
	}
	t.workers = t.workers[:n]
}

// fit is one call of Fit.
type fit struct {
	*Trainer
	config           FitConfig
	data, validation *dataset
	order            []int
	callbacks        []Callback
	state            *State
	average          *ema
}

func (f *fit) each(hook func(Callback) error) error {
	for _, c := range f.callbacks {
		if err := hook(c); err != nil {
			return err
		}
	}
	return nil
}

func (f *fit) run(ctx context.Context) (err error) {
	if f.Trainer.config.EMA > 0 {
		f.average = newEMA(f.Trainer.config.EMA, f.params)
	}
	if err := f.each(func(c Callback) error { return c.OnTrainBegin(f.state) }); err != nil {
		return err
	}
	defer func() {
		f.average.swap(f.params) // what is left behind is the average
		err = errors.Join(err, f.each(func(c Callback) error { return c.OnTrainEnd(f.state) }))
	}()
	for e := f.config.InitialEpoch; e < f.config.Epochs && !f.state.stopped; e++ {
		if err := f.epoch(ctx, e); err != nil {
			return err
		}
	}
	return nil
}

func (f *fit) epoch(ctx context.Context, e int) error {
	start := time.Now()
	f.state.Epoch, f.state.Logs = e, Logs{LearningRate: f.LearningRate()}
	if err := f.each(func(c Callback) error { return c.OnEpochBegin(f.state) }); err != nil {
		return err
	}
	f.shuffle(e)
	if err := f.batches(ctx); err != nil {
		return err
	}
	f.state.Logs.Seconds = time.Since(start).Seconds()
	f.average.swap(f.params)
	defer f.average.swap(f.params)
	if f.validation != nil {
		v, err := f.Evaluate(f.validation.x, f.validation.weights)
		if err != nil {
			return err
		}
		f.state.Logs.ValLoss, f.state.Logs.HasVal = v, true
	}
	f.state.History.add(e, f.state.Logs)
	return f.each(func(c Callback) error { return c.OnEpochEnd(f.state) })
}

// shuffle orders the rows of epoch e, by the seed and e alone: a fit resumed at InitialEpoch sees the same order.
func (f *fit) shuffle(e int) {
	for i := range f.order {
		f.order[i] = i
	}
	if f.config.NoShuffle {
		return
	}
	rng := initializers.NewRand(f.config.Seed, uint64(e)+1<<32)
	rng.Shuffle(len(f.order), func(i, j int) { f.order[i], f.order[j] = f.order[j], f.order[i] })
}

func (f *fit) batches(ctx context.Context) error {
	s, total, seen := f.state, 0.0, 0
	for b := 0; b < s.Batches && !s.stopped; b++ {
		if err := ctx.Err(); err != nil {
			return fmt.Errorf("train: Fit: stopped before epoch %d, batch %d (from 0): %w", s.Epoch, b, err)
		}
		s.Batch = b
		if err := f.each(func(c Callback) error { return c.OnBatchBegin(s) }); err != nil {
			return err
		}
		index := f.order[b*f.config.BatchSize : min((b+1)*f.config.BatchSize, len(f.order))]
		rate := f.LearningRate()
		cost, err := f.gradients(f.data, index)
		if err != nil {
			return err
		}
		finite := isFinite(cost) && isFinite(sum(f.squares))
		if finite {
			f.update(f.average)
		}
		total += cost * float64(len(index))
		seen += len(index)
		s.Logs = Logs{Loss: total / float64(seen), BatchLoss: cost, LearningRate: rate}
		if !finite && isFinite(cost) {
			s.Logs.BatchLoss = math.NaN() // a gradient, not the loss
		}
		if err := f.each(func(c Callback) error { return c.OnBatchEnd(s) }); err != nil {
			return err
		}
		if !finite && !s.stopped {
			return &NonFiniteError{s.Epoch, b, cost}
		}
	}
	return nil
}

func isFinite(v float64) bool { return !math.IsNaN(v) && !math.IsInf(v, 0) }

func sum(v []float64) (t float64) {
	for _, x := range v {
		t += x
	}
	return t
}
