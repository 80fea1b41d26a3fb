package train

import (
	"context"
	"errors"
	"fmt"
	"math"
	"time"

	"gaussflow/internal/files"
)

// fit is one call of Fit or FitSource.
type fit struct {
	*Trainer
	ctx        context.Context
	op         string // the method's name in errors
	config     FitConfig
	feed       feed
	validation validation // nil: none
	callbacks  []Callback
	begun      int // number of callbacks whose OnTrainBegin succeeded
	state      *State
	average    *ema
	cutShort   bool        // a callback has stopped the fit within an epoch
	of         fingerprint // computed when first needed
	unkept     error       // the last checkpoint's failure, an UnkeptError
}

// count sets the numbers of rows and batches of an epoch in the State.
func (f *fit) count() {
	f.state.Rows = f.feed.rows()
	f.state.Batches = batchesOf(f.state.Rows, f.config.BatchSize)
}

// lossNow implements State.lossNow.
func (f *fit) lossNow(val bool) (v float64, ok bool, err error) {
	var rows validation = f.feed
	if val {
		rows = f.validation
	}
	if rows == nil || !val && f.batchwise() {
		return 0, false, nil
	}
	v, err = rows.loss(f.ctx, f.Trainer)
	return v, err == nil, err
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

// end makes the averaged parameters the model's, if there is an average.
func (f *fit) end() (err error) {
	f.average.swap(f.params)
	for _, c := range f.callbacks[:f.begun] {
		err = errors.Join(err, c.OnTrainEnd(f.state))
	}
	return errors.Join(err, f.unkept)
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
	f.beginAverage()
	if f.config.Checkpoint.Path != "" { // before the rows of an epoch are drawn
		_, err := f.fingerprint(ctx)
		if err == nil {
			err = files.Check(f.config.Checkpoint.Path)
		}
		if err != nil {
			return fmt.Errorf("%s: checkpoint: %w", f.op, err)
		}
	}
	resumed, err := f.resume(ctx)
	if err != nil {
		return err
	}
	if resumed == nil {
		if err := f.startTraining(ctx); err != nil {
			return fmt.Errorf("%s: %w", f.op, err)
		}
	}
	f.count()
	f.ctx, f.state.fit = ctx, f
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

// beginAverage begins the average of the parameters, if there is to be one, with what they are now.
func (f *fit) beginAverage() {
	if f.Trainer.config.EMA > 0 {
		f.average = newEMA(f.Trainer.config.EMA, f.params)
	}
}

// startTraining gives a Starter its turn, if this fit takes the trainer's first step.
func (f *fit) startTraining(ctx context.Context) error {
	s, ok := f.model.(Starter)
	if !ok || f.step > 0 || f.config.InitialEpoch >= f.config.Epochs || ctx.Err() != nil {
		return nil
	}
	if err := s.StartTraining(); err != nil {
		return err
	}
	f.beginAverage()
	return nil
}

func (f *fit) epoch(ctx context.Context, e int) error {
	start := time.Now()
	f.batch = f.config.BatchSize // the last batch of the previous epoch may have been smaller
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
	if f.validation != nil && (e+1)%f.config.ValidationFreq == 0 {
		v, err := f.validation.loss(ctx, f.Trainer)
		if err != nil {
			return err
		}
		f.state.Logs.ValLoss, f.state.Logs.HasVal = v, true
	}
	f.state.History.add(e, f.state.Logs, f.validation != nil)
	return f.each(func(c Callback) error { return c.OnEpochEnd(f.state) })
}

// batches trains on all batches of the epoch.
func (f *fit) batches(ctx context.Context) error {
	s, total, seen := f.state, 0.0, 0
	f.feed.begin(ctx, s.Epoch)
	defer f.feed.end()
	for n := 0; !s.stopped; n++ {
		b, err := f.feed.next(ctx)
		switch {
		case b.size() == 0 && err == nil:
			f.count()
			return nil
		case ctx.Err() != nil:
			return fmt.Errorf("%s: stopped before epoch %d, batch %d (from 0): %w", f.op, s.Epoch, n, ctx.Err())
		case err != nil:
			return err
		}
		s.Batch, f.batch = n, b.size()
		if err := f.each(func(c Callback) error { return c.OnBatchBegin(s) }); err != nil {
			return err
		}
		rate := f.LearningRate()
		cost, finite, err := f.train(b)
		if err != nil {
			return err
		}
		total += cost * float64(b.size())
		seen += b.size()
		s.Logs = Logs{Loss: total / float64(seen), BatchLoss: cost, LearningRate: rate}
		if !finite && isFinite(cost) {
			s.Logs.BatchLoss = math.NaN() // the gradient is not finite, whatever the loss is
		}
		if err := f.each(func(c Callback) error { return c.OnBatchEnd(s) }); err != nil {
			return err
		}
		if !finite && !s.stopped {
			return &NonFiniteError{s.Epoch, n, cost}
		}
	}
	return nil
}

// train takes a step on a batch, unless its loss or gradient is not finite.
func (f *fit) train(b batch) (cost float64, finite bool, err error) {
	cost, squares, err := f.engine.gradients(b)
	if err != nil {
		return 0, false, fmt.Errorf("%s: %w", f.op, err)
	}
	if !isFinite(cost) || !isFinite(squares) {
		return cost, false, nil
	}
	if err := f.update(f.average); err != nil {
		return 0, false, fmt.Errorf("%s: %w", f.op, err)
	}
	return cost, true, nil
}
