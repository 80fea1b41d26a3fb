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

// Checkpoint keeps a fit in a file, so that a fit that was killed, at any moment, can be resumed: it then gives the
// same parameters, history and callbacks' states, bit for bit, as one that was never interrupted, on the same kind of
// processor. The zero value keeps nothing.
//
// The file is replaced as a whole at the ends of epochs, after all callbacks have seen them; batches trained after the last such
// end are trained again. It holds parameters, the optimizer's state, the averaged weights, the history and the state of every
// Stateful callback. If Path cannot be written before the first epoch, the fit returns an error at once; if that happens later, it
// returns an UnkeptError when it has ended. An epoch that a callback cut short is not kept: the resumed fit trains it again. A fit
// that a callback ended at the end of an epoch is complete, and resuming it trains no further.
type Checkpoint struct {
	Path  string
	Every int // epochs between two checkpoints; default 1; the last epoch of a fit is always kept
	// Resume continues from the file at Path, or starts afresh if there is none. It is an error, ErrOtherFit, if the
	// file belongs to another model, configuration, data, seed, batch size or number of workers; Epochs may differ. To
	// compare the data, FitSource reads the source once more.
	Resume bool
}

// ErrOtherFit is wrapped by the error of a Fit whose checkpoint to resume belongs to a different fit.
var ErrOtherFit = errors.New("the checkpoint is of another fit")

// An OtherFitError says in what the checkpoint's fit differs from this one. It wraps ErrOtherFit.
type OtherFitError struct{ Differences []Difference }

// A Difference is a setting that affects what a fit computes: Got in the checkpoint, Want in the fit.
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

// ErrCheckpoint is wrapped by the error of a Fit whose checkpoint file is safetensors, but no checkpoint.
var ErrCheckpoint = errors.New("the file is no checkpoint")

// A Stateful callback has state that lasts from epoch to epoch. A checkpoint keeps that state, and a resumed fit
// restores it after OnTrainBegin.
type Stateful interface {
	MarshalState() ([]byte, error)
	UnmarshalState(state []byte) error
}

// An UnkeptError is returned with a fit that ran to its end but whose last Checkpoint could not be written: a full disk
// prevents resuming, it does not fail the fit.
type UnkeptError struct {
	op, Path string
	Err      error
}

func (e *UnkeptError) Error() string {
	return fmt.Sprintf("%s: checkpoint %s: %v", e.op, e.Path, e.Err)
}

// Unwrap returns the cause.
func (e *UnkeptError) Unwrap() error { return e.Err }

const checkpointFormat = "gaussflow-checkpoint/1"

// progressed is the part of a checkpoint that is not stored as tensors.
type progressed struct {
	Epoch     int     `json:"epoch"`   // the last complete epoch, from 0
	Stopped   bool    `json:"stopped"` // a callback stopped the fit at the end of Epoch
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

// checkpoint writes the file at the end of epoch e, if one is due.
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

// stateful lists the Stateful callbacks in order.
func (f *fit) stateful() (s []Stateful) {
	for _, c := range f.callbacks {
		if c, ok := c.(Stateful); ok {
			s = append(s, c)
		}
	}
	return s
}
