package train

import (
	"errors"
	"fmt"

	"gaussflow/internal/defaults"
	"gaussflow/losses"
)

// None stands for zero in the fields whose comment offers it, as AdamW.WeightDecay, where a plain zero stands for the
// default.
const None = defaults.None

// Config holds the arguments of Keras's compile. The zero value is Adam with its defaults on the exact NLL.
type Config struct {
	Optimizer Optimizer        // default Adam{}
	Loss      losses.Loss      // default losses.NLL{}
	Penalties []losses.Penalty // added to the mean loss
	// Schedule is the learning rate at each step; default: the optimizer's own, constant, with the warm-up that a WarmStarted
	// model asks for.
	Schedule Schedule
	Clip     Clip // default: no bound
	// EMA, if positive, keeps an exponential moving average of the parameters with this momentum (0.999, for example;
	// less in the first steps, min(EMA, (1+t)/(10+t))). Validation, OnEpochEnd and the model that the fit leaves behind
	// use the average. Default 0: no average.
	EMA float64
	// Composed trains on graphs of small ops instead of the fused ones.
	Composed bool
}

func (c Config) withDefaults() Config {
	if c.Optimizer == nil {
		c.Optimizer = Adam{}
	}
	if c.Loss == nil {
		c.Loss = losses.NLL{}
	}
	if c.Schedule == nil {
		c.Schedule = Constant{Rate: c.Optimizer.Rate()}
	}
	return c
}

// Validate reports fields out of range, including those of a loss or a penalty that has a Validate method.
func (c Config) Validate() error {
	if err := c.complete(); err != nil {
		return err
	}
	c = c.withDefaults()
	errs := []error{c.Optimizer.Validate(), c.Schedule.Validate(), c.Clip.Validate(), checkShare("Config", "EMA", c.EMA), validate(c.Loss)}
	for _, p := range c.Penalties {
		errs = append(errs, validate(p))
	}
	return errors.Join(errs...)
}

func validate(v any) error {
	if v, ok := v.(interface{ Validate() error }); ok {
		return v.Validate()
	}
	return nil
}

// nilOf says what a nil value is: nil itself, or a nil pointer of a type.
func nilOf(v any) string {
	if v == nil {
		return "nil"
	}
	return fmt.Sprintf("a nil %T", v)
}

// complete reports a nil pointer in an interface, which does not stand for a default, and a nil penalty.
func (c Config) complete() error {
	for name, v := range map[string]any{"Optimizer": c.Optimizer, "Loss": c.Loss, "Schedule": c.Schedule} {
		if v != nil && defaults.IsNil(v) {
			return fmt.Errorf("train: Config: %s is a nil %T", name, v)
		}
	}
	for i, p := range c.Penalties {
		if defaults.IsNil(p) {
			return fmt.Errorf("train: Config: penalty %d (from 0) is %s, want one", i, nilOf(p))
		}
	}
	return nil
}
