package train

import (
	"errors"
	"fmt"

	G "gorgonia.org/gorgonia"

	"gaussflow/graph"
	"gaussflow/internal/defaults"
	"gaussflow/losses"
)

// ErrNotCompiled is wrapped by the errors of a Trainer that was not made by New, and of a model that has not been
// compiled.
var ErrNotCompiled = errors.New("not compiled: call Compile first, or train.New")

// A Model is anything with parameters and a graph.
type Model interface {
	Dim() int
	Dtype() graph.Dtype
	Params() []*graph.Param
	// Terms builds the output and the layer losses of a batch x (N×Dim).
	Terms(b *graph.Builder, x *G.Node) losses.Terms
}

// A Starter is a model that gradients cannot train as it is when it is made. StartTraining is called before the first step of a Trainer,
// once the arguments of Fit or FitSource have been checked. It must not change a model that can be trained as it is.
type Starter interface {
	StartTraining() error
}

// A Trainer trains one model. Its optimizer state persists from one Fit to the next, as in Keras. It must not be used
// by several goroutines at a time. New makes it; the methods of any other, including nil, return ErrNotCompiled.
type Trainer struct {
	*objective
	config    Config
	engine    engine
	judge     *judge
	step      int
	warmup    Warmup // if Config has no Schedule
	batch     int    // rows of the next step's batch, or the best guess
	rateScale float64
}

// New compiles a trainer for model. It evaluates model, loss and penalties once, so that their failures are reported here;
// ErrNotRowByRow for a loss that depends on the batch as a whole and is no losses.BatchLoss.
func New(model Model, c Config) (*Trainer, error) {
	if defaults.IsNil(model) {
		return nil, fmt.Errorf("train: New: the model is %s, want one", nilOf(model))
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

// compiled reports a trainer that was not made by New.
func (t *Trainer) compiled(op string) error {
	if t == nil || t.objective == nil {
		return fmt.Errorf("%s: %w", op, ErrNotCompiled)
	}
	return nil
}

// LearningRate is the rate of the next step; 0 if the trainer was not made by New.
func (t *Trainer) LearningRate() float64 {
	if t.compiled("") != nil {
		return 0
	}
	return t.config.Schedule.At(t.step) * t.warmup.after(t.batch).share() * t.rateScale
}

// update takes a step with the gradients of the last batch.
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
