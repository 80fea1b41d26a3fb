package flows

import (
	"encoding/json"
	"errors"
	"fmt"

	"gaussflow/internal/strictjson"
	"gaussflow/train"
)

// A recipe is what a file says of how its flow was compiled.
type recipe struct {
	config json.RawMessage // a train.Config; nil: the flow was not compiled, or the file could not say how
	why    string          // it could not
}

// recipe is the flow's own for a file: what it is compiled with or, where it has been read and not been compiled since, what that file
// said.
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

// leftOut is an error of a part of the config without what encoding/json says of the way to it.
func leftOut(err error) string {
	for m := (*json.MarshalerError)(nil); errors.As(err, &m); {
		err = m.Err
	}
	return err.Error()
}

// Compiled is what the flow is compiled with: by Compile or, of a flow that has been read from a file, by the program that wrote it. It
// is train.ErrNotCompiled where it is not, or where the file could not say how: of an optimizer, schedule, loss or penalty of a type
// that is not registered, there or here (train.RegisterOptimizer, train.RegisterSchedule, losses.Register, losses.RegisterPenalty).
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

// compiled is the config in a file.
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

// compiled reports a flow without a trainer, once it has tried to compile it as the program that wrote its file did.
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
