package train

import (
	"context"
	"fmt"

	"gonum.org/v1/gonum/mat"

	"gaussflow/rows"
)

// Fit trains on the rows of x. It ends after the last epoch, when a callback stops it, when ctx is done (at the next
// batch, with an error that wraps ctx.Err), or with a NonFiniteError. However it ends, the callbacks' OnTrainEnd is
// called, the model is usable and the history so far is returned.
func (t *Trainer) Fit(ctx context.Context, x mat.Matrix, c FitConfig) (*History, error) {
	const op = "train: Fit"
	if err := t.compiled(op); err != nil {
		return nil, err
	}
	if err := rows.Check(op, x, t.model.Dim()); err != nil {
		return nil, err
	}
	if err := c.validate(op); err != nil {
		return nil, err
	}
	rows, _ := x.Dims()
	if err := checkWeights(op, c.SampleWeights, rows); err != nil {
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
	c = c.withDefaults()
	c.BatchSize = min(c.BatchSize, data.rows)
	c.ShuffleRows = 0 // not used with rows in memory
	return t.fit(ctx, op, c, newMemory(data, c), held)
}

// FitSource is Fit on the rows of src, in memory that does not depend on their number. A goroutine reads a few batches
// ahead. FitSource waits for its current Read and ends it before it returns. A row that is not finite or cannot be read
// ends the fit with an error that names it.
//
// An epoch is one pass over the source, shuffled in a window of FitConfig.ShuffleRows rows. The window is filled first;
// then each row that is read takes the place of one drawn uniformly from the window, which is trained on; at the end the
// remaining rows follow in random order. If the window holds the whole source, the shuffle is exact and gives the same
// bits as Fit. A larger source should not be sorted. Draws depend on seed and epoch alone. With FitConfig.NoShuffle rows
// keep their order.
//
// State.Batches and State.Rows are −1 during the first epoch.
func (t *Trainer) FitSource(ctx context.Context, src rows.Source, c FitConfig) (*History, error) {
	const op = "train: FitSource"
	if err := t.compiled(op); err != nil {
		return nil, err
	}
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

// held is what c gives to validate on; nil if that is nothing or a split.
func (t *Trainer) held(op string, c FitConfig) (validation, error) {
	if c.ValidationSource != nil {
		op += ": ValidationSource"
		return &heldSource{op, c.ValidationSource}, t.checkHeldSource(op, c.ValidationSource)
	}
	if c.ValidationData == nil {
		return nil, nil
	}
	if err := rows.Check(op+": ValidationData", c.ValidationData, t.model.Dim()); err != nil {
		return nil, err
	}
	n, _ := c.ValidationData.Dims()
	return newDataset(c.ValidationData, c.ValidationWeights), checkWeights(op+": ValidationWeights", c.ValidationWeights, n)
}

// fit trains on the batches that feed deals.
func (t *Trainer) fit(ctx context.Context, op string, c FitConfig, feed feed, held validation) (*History, error) {
	if ctx == nil {
		return nil, errNoContext(op)
	}
	f := &fit{
		Trainer: t, op: op, config: c, feed: feed, validation: held,
		callbacks: c.Callbacks,
		state:     &State{Epoch: c.InitialEpoch, Epochs: c.Epochs, History: &History{}, trainer: t},
	}
	f.count()
	if !t.engine.begin(min(c.Workers, c.BatchSize)) {
		return nil, fmt.Errorf("%s: the trainer is in a fit already, of which this is a callback or another goroutine", op)
	}
	defer t.engine.end()
	return f.state.History, f.run(ctx)
}
