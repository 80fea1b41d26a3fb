package train

import (
	"errors"
	"fmt"

	G "gorgonia.org/gorgonia"

	"gaussflow/graph"
	"gaussflow/internal/defaults"
	"gaussflow/losses"
)

// ErrNotCompiled is wrapped by the errors of a Trainer that New has not made, and of a model that has not been compiled.
var ErrNotCompiled = errors.New("not compiled: call Compile first, or train.New")

// A Model is anything with parameters and a graph.
type Model interface {
	Dim() int
	Dtype() graph.Dtype
	Params() []*graph.Param
	// Terms builds the output and the layer losses of a batch x (N×Dim).
	Terms(b *graph.Builder, x *G.Node) losses.Terms
}

// A Trainer trains one model. Its optimizer state lasts from one Fit to the next, as in Keras. One goroutine at a
// time may use it. New makes it; the methods of any other, nil included, are ErrNotCompiled.
type Trainer struct {
	*objective
	config    Config
	engine    engine
	judge     *judge
	step      int
	warmup    Warmup // where Config has no Schedule
	batch     int    // rows of the next step's batch, as far as they are known
	rateScale float64
}

// New compiles a trainer for model. It tries model, loss and penalties: what fails in them is an error here, ErrNotRowByRow for a
// loss that looks at a batch as a whole and is no losses.BatchLoss.
func New(model Model, c Config) (*Trainer, error) {
	if defaults.IsNil(model) {
		return nil, fmt.Errorf("train: New: the model is nil, a %T", model)
	}
	if err := c.Validate(); err != nil {
		return nil, err
	}
	var warmup Warmup
	if m, ok := model.(WarmStarted); ok && c.Schedule == nil {
		warmup.Rows = max(0, m.WarmupRows())
	}
	c = c.withDefaults()
	o, err := newObjective(model, c)
	if err != nil {
		return nil, err
	}
	e, err := newEngine(o, c)
	if err != nil {
		return nil, err
	}
	t := &Trainer{objective: o, config: c, engine: e, judge: newJudge(o), warmup: warmup, batch: defaultBatch, rateScale: 1}
	if _, err := o.penaltyNow(); err != nil {
		return nil, fmt.Errorf("train: New: %w", err)
	}
	if err := t.judge.checkRowByRow(); err != nil {
		return nil, fmt.Errorf("train: New: %w", err)
	}
	return t, nil
}

// compiled reports a trainer that New has not made.
func (t *Trainer) compiled(op string) error {
	if t == nil || t.objective == nil {
		return fmt.Errorf("%s: %w", op, ErrNotCompiled)
	}
	return nil
}

// LearningRate is the rate of the next step; 0 of a trainer that New has not made.
func (t *Trainer) LearningRate() float64 {
	if t.compiled("") != nil {
		return 0
	}
	return t.config.Schedule.At(t.step) * t.warmup.after(t.batch).share() * t.rateScale
}

// update takes a step by the gradients of the last batch.
func (t *Trainer) update(average *ema) error {
	rate := t.LearningRate()
	t.step++
	t.warmup = t.warmup.after(t.batch)
	err := t.engine.update(update{rate, t.step, average, average.next()})
	for _, p := range t.params {
		p.Changed()
	}
	return err
}
