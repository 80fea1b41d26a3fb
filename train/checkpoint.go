package train

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"gaussflow/graph/safetensors"
	"gaussflow/internal/defaults"
)

// Checkpoint keeps a fit in a file, so that one that was killed, at any moment, can go on: the resumed fit gives the
// same parameters, history and callbacks' states, bit for bit, as one that was never interrupted, on the same kind of
// processor. The zero value keeps nothing.
//
// The file is replaced as a whole at the ends of epochs, after all callbacks have seen them; batches since are
// trained again. It holds parameters, the optimizer's state, the averaged weights, the history and the state of every
// callback that is Stateful. A Path that cannot be written is an error before the first epoch; one that can no longer be, later, is
// an UnkeptError when the fit has ended. An epoch that a callback cut short is not kept: the resumed fit trains it again. A fit that a
// callback ended at the end of an epoch is over, and a resumed one ends there too.
type Checkpoint struct {
	Path  string
	Every int // epochs from one to the next; default 1; the last epoch of a fit is always kept
	// Resume goes on from the file at Path, and begins anew where there is none. It is an error, ErrOtherFit, if
	// the file is of another model, configuration, data, seed, batch size or number of workers; Epochs may differ.
	// FitSource then reads the source once more, to see that it is the same.
	Resume bool
}

// ErrOtherFit is wrapped by the error of a Fit that was told to resume another one.
var ErrOtherFit = errors.New("the checkpoint is of another fit")

// An OtherFitError says by what a checkpoint is of another fit. It wraps ErrOtherFit.
type OtherFitError struct{ Differences []Difference }

// A Difference is something that decides what a fit computes, as the checkpoint and the fit have it.
type Difference struct{ Name, Got, Want string }

func (e *OtherFitError) Error() string {
	lines := make([]string, len(e.Differences))
	for i, d := range e.Differences {
		lines[i] = fmt.Sprintf("%s: got %s, want %s", d.Name, d.Got, d.Want)
	}
	return fmt.Sprintf("%v: %s", ErrOtherFit, strings.Join(lines, "; "))
}

// Unwrap is ErrOtherFit.
func (e *OtherFitError) Unwrap() error { return ErrOtherFit }

// ErrCheckpoint is wrapped by the error of a Fit whose checkpoint is a safetensors file of something else.
var ErrCheckpoint = errors.New("the file is no checkpoint")

// A Stateful callback remembers something from epoch to epoch. A checkpoint keeps it, and a resumed fit gives it back
// after OnTrainBegin.
type Stateful interface {
	MarshalState() ([]byte, error)
	UnmarshalState(state []byte) error
}

// An UnkeptError comes with a fit that went to its end, and whose last Checkpoint could not be written: a full disk costs the
// possibility to go on, not the fit.
type UnkeptError struct {
	op, Path string
	Err      error
}

func (e *UnkeptError) Error() string {
	return fmt.Sprintf("%s: checkpoint %s: %v", e.op, e.Path, e.Err)
}

// Unwrap is why.
func (e *UnkeptError) Unwrap() error { return e.Err }

const checkpointFormat = "gaussflow-checkpoint/1"

// progressed is the part of a checkpoint that is not in tensors.
type progressed struct {
	Epoch     int     `json:"epoch"`   // the last one in it, from 0
	Stopped   bool    `json:"stopped"` // by a callback, at its end
	Step      int     `json:"step"`
	RateScale number  `json:"rate_scale"`
	Warmup    Warmup  `json:"warmup,omitzero"`
	EMASteps  int     `json:"ema_steps"`
	History   History `json:"history"`
}

func (c Checkpoint) validate(op string) error {
	switch {
	case c.Every < 0:
		return fmt.Errorf("%s: Checkpoint.Every = %d, want ≥ 1 (0: the default, every epoch)", op, c.Every)
	case c.Path == "" && c != Checkpoint{}:
		return fmt.Errorf("%s: Checkpoint = %+v, want a Path", op, c)
	}
	return nil
}

// checkpoint writes the file at the end of epoch e, where it is due.
func (f *fit) checkpoint(ctx context.Context, e int) error {
	c := f.config.Checkpoint
	last := e == f.config.Epochs-1 || f.state.stopped
	if c.Path == "" || f.cutShort || !last && (e+1)%defaults.Or(c.Every, 1) != 0 {
		return nil
	}
	file, err := f.snapshot(ctx, e)
	if err != nil {
		return fmt.Errorf("%s: checkpoint: %w", f.op, err)
	}
	f.unkept = nil
	if err = safetensors.WriteFile(c.Path, file); err != nil {
		f.unkept = &UnkeptError{f.op, c.Path, err} // the fit goes on, and the next checkpoint may succeed
	}
	return nil
}

func (f *fit) snapshot(ctx context.Context, e int) (*safetensors.File, error) {
	optimizer := f.Trainer.State()
	p := progressed{
		Epoch: e, Stopped: f.state.stopped, Step: optimizer.Step, RateScale: number(optimizer.RateScale), Warmup: optimizer.Warmup,
		History: *f.state.History,
	}
	file := &safetensors.File{}
	add := func(name string, shape []int, data any) {
		file.Tensors = append(file.Tensors, safetensors.Tensor{Name: name, Shape: shape, Data: data})
	}
	for i, param := range f.model.Params() {
		add(fmt.Sprintf("parameter.%d", i), param.Shape(), param.Data())
	}
	for i, slots := range optimizer.Slots {
		for j, v := range slots {
			add(fmt.Sprintf("optimizer.%d.%d", i, j), []int{len(v)}, v)
		}
	}
	if f.average != nil {
		p.EMASteps = f.average.steps
		for i, v := range f.average.average {
			add(fmt.Sprintf("average.%d", i), []int{len(v)}, v)
		}
	}
	for i, c := range f.stateful() {
		state, err := c.MarshalState()
		if err != nil {
			return nil, fmt.Errorf("%T: %w", c, err)
		}
		add(fmt.Sprintf("callback.%d", i), []int{len(state)}, state)
	}
	raw, err := json.Marshal(p)
	if err != nil {
		return nil, err
	}
	fit, err := f.fingerprint(ctx)
	if err != nil {
		return nil, err
	}
	of, err := json.Marshal(fit)
	file.Metadata = map[string]string{"format": checkpointFormat, "progress": string(raw), "fit": string(of)}
	return file, err
}

// stateful are the callbacks that remember something, in order.
func (f *fit) stateful() (s []Stateful) {
	for _, c := range f.callbacks {
		if c, ok := c.(Stateful); ok {
			s = append(s, c)
		}
	}
	return s
}
