package flows

import (
	"encoding/json"
	"errors"
	"fmt"

	"gaussflow/internal/strictjson"
	"gaussflow/train"
)

// A recipe records how a flow was compiled, as a model file keeps it.
type recipe struct {
	config json.RawMessage // a train.Config; nil if the flow was not compiled or its configuration could not be saved
	why    string          // why the configuration could not be saved; else empty
}

// recipe returns how the flow was compiled, for a file: its current configuration or, if it was loaded and not compiled since, what
// its file said.
func (f *Flow) recipe() recipe {
	if f.trainer == nil {
		return f.asRead
	}
	raw, err := json.Marshal(f.compile)
	if err != nil {
		return recipe{why: leftOut(err)}
	}
	return recipe{config: raw}
}

// leftOut is the message of an error about a part of the configuration, without the wrapping that
// encoding/json adds.
func leftOut(err error) string {
	for m := (*json.MarshalerError)(nil); errors.As(err, &m); {
		err = m.Err
	}
	return err.Error()
}

// Compiled is the configuration that the flow was compiled with, by Compile or, if it was loaded from a file, by the program that
// wrote the file. It returns train.ErrNotCompiled if the flow was never compiled, or if its file could not record how because an
// optimizer, schedule, loss or penalty is of a type that is not registered in the writing or the reading program
// (train.RegisterOptimizer, train.RegisterSchedule, losses.Register, losses.RegisterPenalty).
func (f *Flow) Compiled() (train.Config, error) {
	const op = "flows: Compiled"
	switch {
	case !f.built():
		return train.Config{}, fmt.Errorf("%s: %w", op, ErrNotBuilt)
	case f.trainer != nil:
		return f.compile, nil
	}
	return f.asRead.compiled(op)
}

// compiled decodes the configuration.
func (r recipe) compiled(op string) (c train.Config, err error) {
	switch {
	case r.why != "":
		return c, fmt.Errorf("%s: the model's file does not say what it was compiled with (%s): %w", op, r.why, train.ErrNotCompiled)
	case r.config == nil:
		return c, fmt.Errorf("%s: %w", op, train.ErrNotCompiled)
	}
	if err := strictjson.Unmarshal(r.config, &c, true); err != nil {
		return c, fmt.Errorf("%s: what the model's file says that it was compiled with: %w: %w", op, err, train.ErrNotCompiled)
	}
	return c, nil
}

// compiled makes sure that the flow has a trainer: one that was loaded and not compiled since is compiled as its
// file says.
func (f *Flow) compiled(op string) error {
	if !f.built() {
		return fmt.Errorf("flows: %s: %w", op, train.ErrNotCompiled)
	}
	if f.trainer != nil {
		return nil
	}
	c, err := f.asRead.compiled("flows: " + op)
	if err != nil {
		return err
	}
	return f.Compile(c)
}
