package train

import (
	"encoding/json"
	"fmt"

	"gaussflow/internal/registry"
	"gaussflow/internal/strictjson"
	"gaussflow/losses"
)

var (
	optimizers = registry.New[Optimizer, struct{}]("train.RegisterOptimizer")
	schedules  = registry.New[Schedule, struct{}]("train.RegisterSchedule")
)

// RegisterOptimizer lets a file record that a model was compiled with an optimizer of type O, under the given name. O must survive
// encoding to JSON and back. It is called once, in an init function.
func RegisterOptimizer[O Optimizer](kind string) error {
	return registry.AddValue[O](optimizers, kind, nil)
}

// RegisterSchedule is RegisterOptimizer for a schedule. Losses and penalties have losses.Register and
// losses.RegisterPenalty.
func RegisterSchedule[S Schedule](kind string) error {
	return registry.AddValue[S](schedules, kind, nil)
}

// The optimizers and schedules of this package. A new one needs a file and a line here.
func init() {
	for _, err := range []error{
		RegisterOptimizer[Adam]("adam"),
		RegisterOptimizer[AdamW]("adam_w"),
		RegisterOptimizer[RMSProp]("rms_prop"),
		RegisterOptimizer[SGD]("sgd"),
		RegisterSchedule[Constant]("constant"),
		RegisterSchedule[Cosine]("cosine"),
		RegisterSchedule[Exponential]("exponential"),
		RegisterSchedule[Piecewise]("piecewise"),
	} {
		if err != nil {
			panic(err) // a mistake in the lines above
		}
	}
}

// configJSON is the JSON form of a Config. An absent part has its default.
type configJSON struct {
	Optimizer *losses.Description  `json:"optimizer,omitempty"`
	Loss      *losses.Description  `json:"loss,omitempty"`
	Penalties []losses.Description `json:"penalties,omitempty"`
	Schedule  *losses.Description  `json:"schedule,omitempty"`
	Clip      Clip                 `json:"clip,omitzero"`
	EMA       float64              `json:"ema,omitempty"`
	Composed  bool                 `json:"composed,omitempty"`
}

// MarshalJSON writes every part under its registered name. A part of a type that is not registered is an error.
func (c Config) MarshalJSON() ([]byte, error) {
	j := configJSON{Clip: c.Clip, EMA: c.EMA, Composed: c.Composed}
	if err := c.complete(); err != nil {
		return nil, err
	}
	var err error
	if j.Optimizer, err = describe(optimizers, c.Optimizer); err != nil {
		return nil, fmt.Errorf("train: Optimizer: %w", err)
	}
	if j.Schedule, err = describe(schedules, c.Schedule); err != nil {
		return nil, fmt.Errorf("train: Schedule: %w", err)
	}
	if c.Loss != nil {
		d, err := losses.Describe(c.Loss)
		if err != nil {
			return nil, fmt.Errorf("train: Loss: %w", err)
		}
		j.Loss = &d
	}
	for i, p := range c.Penalties {
		d, err := losses.DescribePenalty(p)
		if err != nil {
			return nil, fmt.Errorf("train: penalty %d (from 0): %w", i, err)
		}
		j.Penalties = append(j.Penalties, d)
	}
	return json.Marshal(j)
}

// describe is n as JSON; nil if n is nil.
func describe[N any](r *registry.Registry[N, struct{}], n N) (*losses.Description, error) {
	if any(n) == nil {
		return nil, nil
	}
	kind, config, err := r.Describe(n)
	return &losses.Description{Kind: kind, Config: config}, err
}

// UnmarshalJSON reads what MarshalJSON wrote.
func (c *Config) UnmarshalJSON(raw []byte) error {
	var j configJSON
	if err := strictjson.Unmarshal(raw, &j, true); err != nil {
		return err
	}
	read := Config{Clip: j.Clip, EMA: j.EMA, Composed: j.Composed}
	var err error
	if j.Optimizer != nil {
		if read.Optimizer, err = optimizers.Make(j.Optimizer.Kind, struct{}{}, j.Optimizer.Config, nil); err != nil {
			return fmt.Errorf("train: Optimizer: %w", err)
		}
	}
	if j.Schedule != nil {
		if read.Schedule, err = schedules.Make(j.Schedule.Kind, struct{}{}, j.Schedule.Config, nil); err != nil {
			return fmt.Errorf("train: Schedule: %w", err)
		}
	}
	if j.Loss != nil {
		if read.Loss, err = losses.New(*j.Loss); err != nil {
			return fmt.Errorf("train: Loss: %w", err)
		}
	}
	for i, d := range j.Penalties {
		p, err := losses.NewPenalty(d)
		if err != nil {
			return fmt.Errorf("train: penalty %d (from 0): %w", i, err)
		}
		read.Penalties = append(read.Penalties, p)
	}
	*c = read
	return nil
}
