package train

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"slices"

	"gaussflow/graph/safetensors"
	"gaussflow/internal/strictjson"
)

// A resumption is a checkpoint that has been read.
type resumption struct {
	progressed
	tensors    map[string]safetensors.Tensor
	unverified bool // the file has no checksum
}

// readCheckpoint reads the file to resume from and checks that it belongs to this fit. It returns nil if there is no
// file.
func (f *fit) readCheckpoint(ctx context.Context) (*resumption, error) {
	c := f.config.Checkpoint
	if !c.Resume {
		return nil, nil
	}
	file, err := safetensors.ReadFile(c.Path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	if got := file.Metadata["format"]; got != checkpointFormat {
		return nil, fmt.Errorf("%w: its format is %q, want %q", ErrCheckpoint, got, checkpointFormat)
	}
	for _, key := range slices.Sorted(maps.Keys(file.Metadata)) {
		if key != "format" && key != "fit" && key != "progress" {
			return nil, fmt.Errorf("%w: it has a string %q, which is none of a checkpoint's", ErrCheckpoint, key)
		}
	}
	var of fingerprint
	if err := strictjson.Unmarshal([]byte(file.Metadata["fit"]), &of, false); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrCheckpoint, err)
	}
	want, err := f.fingerprint(ctx)
	if err != nil {
		return nil, err
	}
	if err := of.differs(want); err != nil {
		return nil, err
	}
	r := &resumption{unverified: !file.Verified, tensors: map[string]safetensors.Tensor{}}
	for _, t := range file.Tensors {
		r.tensors[t.Name] = t
	}
	if err := strictjson.Unmarshal([]byte(file.Metadata["progress"]), &r.progressed, false); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrCheckpoint, err)
	}
	return r, r.check(f.config.Epochs)
}

// check reports values that no fit of so many epochs can have written.
func (p progressed) check(epochs int) error {
	h := p.History
	n := len(h.Epoch)
	switch {
	case p.Epoch < 0 || p.Step < 0 || p.EMASteps < 0 || !p.Warmup.valid():
		return fmt.Errorf("%w: epoch %d, step %d, %d averaged, a warm-up of %+v, want none negative and 0 ≤ Done ≤ Rows", ErrCheckpoint, p.Epoch, p.Step, p.EMASteps, p.Warmup)
	case p.Epoch >= epochs:
		return &OtherFitError{[]Difference{{"epochs", fmt.Sprintf("%d done", p.Epoch+1), fmt.Sprintf("at most %d", epochs)}}}
	case len(h.Loss) != n || len(h.LearningRate) != n || len(h.Seconds) != n || len(h.ValLoss) != n && len(h.ValLoss) != 0:
		return fmt.Errorf("%w: its history has columns of different lengths", ErrCheckpoint)
	}
	for name, values := range h.Metrics {
		if len(values) != n {
			return fmt.Errorf("%w: its history has %d numbers of %q for %d epochs", ErrCheckpoint, len(values), name, n)
		}
	}
	return nil
}

// next is the first epoch to train: initial if nothing is resumed.
func (r *resumption) next(initial int) int {
	if r == nil {
		return initial
	}
	return r.Epoch + 1
}

// resume restores what a checkpoint holds, except the callbacks' states, and returns it; nil if there is none.
func (f *fit) resume(ctx context.Context) (r *resumption, err error) {
	defer func() {
		if err != nil {
			err = fmt.Errorf("%s: resume %s: %w", f.op, f.config.Checkpoint.Path, err)
		}
	}()
	if r, err = f.readCheckpoint(ctx); r == nil || err != nil {
		return nil, err
	}
	if err := f.restore(r); err != nil {
		return nil, err
	}
	*f.state.History = r.History
	f.state.History.Unverified = r.History.Unverified || r.unverified
	f.state.stopped = r.Stopped
	f.state.Epoch = min(r.next(0), f.config.Epochs-1)
	return r, nil
}

func (f *fit) restore(r *resumption) error {
	optimizer := OptimizerState{Step: r.Step, RateScale: float64(r.RateScale), Warmup: r.Warmup}
	for i := range f.params {
		var slots [][]float64
		for j := range f.Trainer.config.Optimizer.Slots() {
			v, err := r.vector(fmt.Sprintf("optimizer.%d.%d", i, j), f.params[i].Size())
			if err != nil {
				return err
			}
			slots = append(slots, v)
		}
		optimizer.Slots = append(optimizer.Slots, slots)
	}
	if f.average != nil {
		f.average.steps = r.EMASteps
		for i := range f.average.average {
			v, err := r.vector(fmt.Sprintf("average.%d", i), f.params[i].Size())
			if err != nil {
				return err
			}
			f.average.average[i] = v
		}
	}
	for i, p := range f.model.Params() {
		name := fmt.Sprintf("parameter.%d", i)
		if err := p.SetData(r.tensors[name].Data); err != nil {
			return fmt.Errorf("%w: tensor %q: %w", ErrCheckpoint, name, err)
		}
	}
	return f.SetState(optimizer)
}

// vector is the tensor with that name, which must hold n float64 numbers.
func (r *resumption) vector(name string, n int) ([]float64, error) {
	v, ok := r.tensors[name].Data.([]float64)
	if !ok || len(v) != n {
		return nil, fmt.Errorf("%w: tensor %q: got %d numbers, want %d", ErrCheckpoint, name, len(v), n)
	}
	return v, nil
}

// callbacks restores the callbacks' states.
func (r *resumption) callbacks(op string, stateful []Stateful) error {
	if r == nil {
		return nil
	}
	for i, c := range stateful {
		state, ok := r.tensors[fmt.Sprintf("callback.%d", i)].Data.([]byte)
		if !ok {
			return fmt.Errorf("%s: resume: %w: no state of callback %d, a %T", op, ErrCheckpoint, i, c)
		}
		if err := c.UnmarshalState(state); err != nil {
			return fmt.Errorf("%s: resume: callback %d, a %T: %w", op, i, c, err)
		}
	}
	return nil
}
