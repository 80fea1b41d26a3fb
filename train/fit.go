package train

import (
	"context"
	"errors"
	"fmt"
	"math"
	"time"

	"gonum.org/v1/gonum/mat"

	"gaussflow/graph"
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

// Fit trains on the rows of x. It ends after the last epoch, when a callback stops it, when ctx is done (at the
// next batch, with an error that wraps ctx.Err), or with a NonFiniteError. However it ends, the callbacks'
// OnTrainEnd runs, the model is usable and the history so far is returned.
func (t *Trainer) Fit(ctx context.Context, x mat.Matrix, c FitConfig) (*History, error) {
	const op = "train: Fit"
	if err := graph.CheckRows(op, x, t.model.Dim()); err != nil {
		return nil, err
	}
	if err := c.validate(op); err != nil {
		return nil, err
	}
	rows, _ := x.Dims()
	if err := checkWeights("Fit", c.SampleWeights, rows); err != nil {
		return nil, err
	}
	held, err := t.held(op, c)
	if err != nil {
		return nil, err
	}
	data := newDataset(x, c.SampleWeights)
	if c.ValidationSplit > 0 {
		if data, held, err = data.split(op, c.ValidationSplit); err != nil {
			return nil, err
		}
	}
	c = c.withDefaults(data.rows)
	c.ShuffleRows = 0 // it has no say here
	if c.BatchSize < 1 || c.BatchSize > data.rows {
		return nil, fmt.Errorf("%s: BatchSize = %d, want 1 to %d, the rows to train on (0 chooses)", op, c.BatchSize, data.rows)
	}
	return t.fit(ctx, op, c, newMemory(data, c), held)
}

// FitSource is Fit on the rows of src, in memory that does not grow with them. A goroutine reads a few batches ahead; it
// has ended when FitSource returns, which waits for the Read at hand. A row that is not finite or cannot be read ends the
// fit with an error that names it.
//
// An epoch is a pass, shuffled in a window of FitConfig.ShuffleRows rows: the window is filled, then each row that is read
// takes the place of one drawn uniformly, which is trained on; the rows left at the end follow in random order. This is
// exact shuffling where the window holds the whole source, and then gives the same bits as Fit; a source that is larger
// should not be sorted. Draws depend on seed and epoch alone. With FitConfig.NoShuffle rows keep their order.
//
// State.Batches and State.Rows are −1 until the first epoch is through.
func (t *Trainer) FitSource(ctx context.Context, src Source, c FitConfig) (*History, error) {
	const op = "train: FitSource"
	if err := checkSource(op, src, t.model.Dim()); err != nil {
		return nil, err
	}
	if err := c.validateSource(op); err != nil {
		return nil, err
	}
	held, err := t.held(op, c)
	if err != nil {
		return nil, err
	}
	c = c.withSourceDefaults(src.Dim())
	return t.fit(ctx, op, c, newStream(op, src, c.BatchSize, c.ShuffleRows, c.Seed), held)
}

// held is what c gives to validate on, nil where that is nothing or a split.
func (t *Trainer) held(op string, c FitConfig) (validation, error) {
	if c.ValidationSource != nil {
		op += ": ValidationSource"
		return &heldSource{op, c.ValidationSource}, checkSource(op, c.ValidationSource, t.model.Dim())
	}
	if c.ValidationData == nil {
		return nil, nil
	}
	if err := graph.CheckRows(op+": ValidationData", c.ValidationData, t.model.Dim()); err != nil {
		return nil, err
	}
	n, _ := c.ValidationData.Dims()
	return newDataset(c.ValidationData, c.ValidationWeights), checkWeights("Fit: ValidationWeights", c.ValidationWeights, n)
}

// fit trains on what feed deals.
func (t *Trainer) fit(ctx context.Context, op string, c FitConfig, feed feed, held validation) (*History, error) {
	if ctx == nil {
		return nil, errNoContext(op)
	}
	progress, err := c.Verbosity.callback()
	if err != nil {
		return nil, err
	}
	f := &fit{
		Trainer: t, op: op, config: c, feed: feed, validation: held,
		callbacks: append([]Callback{progress}, c.Callbacks...),
		state:     &State{Epoch: c.InitialEpoch, Epochs: c.Epochs, History: &History{}, trainer: t},
	}
	f.count()
	t.hire(c.Workers)
	defer t.start()()
	return f.state.History, f.run(ctx)
}

// hire makes sure of n workers; those there are keep their programs.
func (t *Trainer) hire(n int) {
	for len(t.workers) < n {
		t.workers = append(t.workers, &worker{trainer: t, shards: map[int]*shard{}})
	}
	t.workers = t.workers[:n]
}

// fit is one call of Fit or FitSource.
type fit struct {
	*Trainer
	op         string // of its errors
	config     FitConfig
	feed       feed
	validation validation // nil: none
	callbacks  []Callback
	begun      int // callbacks whose OnTrainBegin was well
	state      *State
	average    *ema
	cutShort   bool        // a callback has stopped the fit within an epoch
	of         fingerprint // once it was needed
}

// count tells the callbacks how much there is in an epoch.
func (f *fit) count() {
	f.state.Rows = f.feed.rows()
	f.state.Batches = batchesOf(f.state.Rows, f.config.BatchSize)
}

func (f *fit) begin() error {
	for _, c := range f.callbacks {
		if err := c.OnTrainBegin(f.state); err != nil {
			return err
		}
		f.begun++
	}
	return nil
}

// end leaves the average behind.
func (f *fit) end() (err error) {
	f.average.swap(f.params)
	for _, c := range f.callbacks[:f.begun] {
		err = errors.Join(err, c.OnTrainEnd(f.state))
	}
	return err
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
	resumed, err := f.resume(ctx)
	if err != nil {
		return err
	}
	f.count()
	defer func() { err = errors.Join(err, f.end()) }()
	if err := f.begin(); err != nil {
		return err
	}
	if err := resumed.callbacks(f.op, f.stateful()); err != nil {
		return err
	}
	for e := resumed.next(f.config.InitialEpoch); e < f.config.Epochs && !f.state.stopped; e++ {
		if err := f.epoch(ctx, e); err != nil {
			return err
		}
		if err := f.checkpoint(ctx, e); err != nil {
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
	if err := f.batches(ctx); err != nil {
		return err
	}
	f.cutShort = f.state.stopped
	f.state.Logs.Seconds = time.Since(start).Seconds()
	f.average.swap(f.params)
	defer f.average.swap(f.params)
	if f.validation != nil {
		v, err := f.validation.loss(ctx, f.Trainer)
		if err != nil {
			return err
		}
		f.state.Logs.ValLoss, f.state.Logs.HasVal = v, true
	}
	f.state.History.add(e, f.state.Logs)
	return f.each(func(c Callback) error { return c.OnEpochEnd(f.state) })
}

// batches trains on all batches of the epoch.
func (f *fit) batches(ctx context.Context) error {
	s, total, seen := f.state, 0.0, 0
	f.feed.begin(ctx, s.Epoch)
	defer f.feed.end()
	for b := 0; !s.stopped; b++ {
		data, index, err := f.feed.next(ctx)
		switch {
		case data == nil && err == nil:
			f.count()
			return nil
		case ctx.Err() != nil:
			return fmt.Errorf("%s: stopped before epoch %d, batch %d (from 0): %w", f.op, s.Epoch, b, ctx.Err())
		case err != nil:
			return err
		}
		s.Batch = b
		if err := f.each(func(c Callback) error { return c.OnBatchBegin(s) }); err != nil {
			return err
		}
		rate := f.LearningRate()
		cost, finite, err := f.train(data, index)
		if err != nil {
			return err
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

// train takes a step on a batch, unless its loss or gradient is not finite.
func (f *fit) train(data *dataset, index []int) (cost float64, finite bool, err error) {
	if cost, err = f.gradients(data, index); err != nil {
		return 0, false, err
	}
	if finite = isFinite(cost) && isFinite(sum(f.squares)); finite {
		f.update(f.average)
	}
	return cost, finite, nil
}

func isFinite(v float64) bool { return !math.IsNaN(v) && !math.IsInf(v, 0) }

func sum(v []float64) (t float64) {
	for _, x := range v {
		t += x
	}
	return t
}
