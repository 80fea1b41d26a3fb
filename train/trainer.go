package train

import (
	"errors"
	"fmt"

	"gonum.org/v1/gonum/mat"
	G "gorgonia.org/gorgonia"

	"gaussflow/graph"
	"gaussflow/graph/kernel"
	"gaussflow/internal/crew"
	"gaussflow/losses"
)

// ErrNotCompiled is returned by Fit and Evaluate of a model that has not been compiled.
var ErrNotCompiled = errors.New("train: not compiled: call Compile first")

// A Model is anything with parameters and a graph.
type Model interface {
	Dim() int
	Dtype() graph.Dtype
	Params() []*graph.Param
	// Terms builds the output and the layer losses of a batch x (N×Dim).
	Terms(b *graph.Builder, x *G.Node) losses.Terms
}

// Config is what Keras's compile takes. The zero value is Adam with its defaults on the exact NLL.
type Config struct {
	Optimizer Optimizer        // Adam{}
	Loss      losses.Loss      // losses.NLL{}
	Penalties []losses.Penalty // added to the mean loss
	Schedule  Schedule         // the learning rate at each step; nil: the optimizer's own, constant
	Clip      Clip
	// EMA, if positive, keeps an exponential moving average of the parameters with this momentum (0.999,
	// say; less in the first steps, min(EMA, (1+t)/(10+t))). Validation, OnEpochEnd and the model that the fit
	// leaves behind use the average.
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
		c.Schedule = Constant{c.Optimizer.Rate()}
	}
	return c
}

// Validate reports fields out of range.
func (c Config) Validate() error {
	if err := c.complete(); err != nil {
		return err
	}
	c = c.withDefaults()
	return errors.Join(c.Optimizer.Validate(), c.Schedule.Validate(), c.Clip.Validate(), checkShare("Config", "EMA", c.EMA))
}

// complete reports a nil pointer, which is no default, and a nil penalty.
func (c Config) complete() error {
	for name, v := range map[string]any{"Optimizer": c.Optimizer, "Loss": c.Loss, "Schedule": c.Schedule} {
		if v != nil && isNil(v) {
			return fmt.Errorf("train: Config: %s is a nil %T", name, v)
		}
	}
	for i, p := range c.Penalties {
		if isNil(p) {
			return fmt.Errorf("train: Config: penalty %d (from 0) is nil, a %T", i, p)
		}
	}
	return nil
}

// A Trainer trains one model. Its optimizer state lasts from one Fit to the next, as in Keras. One goroutine at a
// time may use it.
type Trainer struct {
	model     Model
	config    Config
	params    []*graph.Param // trainable
	slots     []any          // of each parameter, [][]float64 or [][]float32
	step      int
	rateScale float64
	workers   []*worker
	crew      *crew.Crew // of the workers, while a fit runs
	phases    phases
	evalRows  *graph.RowFunc

	size       int // numbers in params
	segments   []segment
	data       *dataset // of the batch at hand, with the rows at index
	index      []int
	shards     int       // of the batch
	spreadOver int       // workers that the segments are spread over
	squares    []float64 // of the batch's gradient, one a segment
	rate       float64   // of the step at hand
	averaged   *ema      // of the fit at hand
}

// phases are what a crew does in a step, method values made once.
type phases struct{ shard, reduce, update func(worker int) }

// New compiles a trainer for model.
func New(model Model, c Config) (*Trainer, error) {
	if err := c.Validate(); err != nil {
		return nil, err
	}
	c = c.withDefaults()
	t := &Trainer{model: model, config: c, rateScale: 1}
	t.phases = phases{t.shard, t.reduce, t.updateSegments}
	for _, p := range model.Params() {
		if p.Trainable {
			t.params = append(t.params, p)
		}
	}
	if len(t.params) == 0 {
		return nil, fmt.Errorf("train: New: the model has no trainable parameters")
	}
	for _, p := range t.params {
		t.size += p.Size()
		if p.Dtype() == graph.Float32 {
			t.slots = append(t.slots, newSlots[float32](c.Optimizer.Slots(), p.Size()))
		} else {
			t.slots = append(t.slots, newSlots[float64](c.Optimizer.Slots(), p.Size()))
		}
	}
	t.segments = segmentsOf(t.params, t.slots)
	t.squares = make([]float64, len(t.segments))
	t.evalRows = graph.NewRowFunc(model.Dtype(), model.Dim(), func(b *graph.Builder, x *G.Node) []*G.Node {
		return []*G.Node{t.rows(b, x)}
	})
	return t, nil
}

// rows builds the whole loss of each row.
func (t *Trainer) rows(b *graph.Builder, x *G.Node) *G.Node {
	b.Composed = t.config.Composed
	terms := t.model.Terms(b, x)
	var rows *G.Node
	b.Within(func() { rows = t.config.Loss.Rows(b, terms) }, "loss %T", t.config.Loss)
	if t.config.Loss.Whole() {
		return rows
	}
	return b.Sum(append([]*G.Node{rows}, terms.LayerLosses...)...)
}

// penalty builds the sum of the penalties, zero where there are none.
func (t *Trainer) penalty(b *graph.Builder) *G.Node {
	terms := []*G.Node{b.Zeros()}
	for i, p := range t.config.Penalties {
		b.Within(func() { terms = append(terms, p.Scalar(b, t.params)) }, "penalty %d (from 0), %T", i, p)
	}
	return b.Sum(terms...)
}

// LearningRate is the rate of the next step.
func (t *Trainer) LearningRate() float64 { return t.config.Schedule.At(t.step) * t.rateScale }

// Evaluate is the mean loss of the rows of x, Σ w·loss/N, plus penalties; nil weights are all one.
func (t *Trainer) Evaluate(x mat.Matrix, weights []float64) (float64, error) {
	if err := graph.CheckRows("train: Evaluate", x, t.model.Dim()); err != nil {
		return 0, err
	}
	n, _ := x.Dims()
	if err := checkWeights("Evaluate", weights, n); err != nil {
		return 0, err
	}
	out, err := t.evalRows.Run(x)
	if err != nil {
		return 0, err
	}
	total := 0.0
	for i, l := range out[0] {
		if weights != nil {
			l *= weights[i]
		}
		total += l
	}
	p, err := t.penaltyNow()
	return total/float64(n) + p, err
}

func (t *Trainer) penaltyNow() (float64, error) {
	if len(t.config.Penalties) == 0 {
		return 0, nil
	}
	var n *G.Node
	p, err := graph.Build(t.model.Dtype(), func(b *graph.Builder) []*G.Node {
		n = t.penalty(b)
		return []*G.Node{n}
	})
	if err != nil {
		return 0, err
	}
	err = p.Run()
	return p.Scalar(n), err
}

// Predict is the model's output for the rows of x.
func (t *Trainer) Predict(x mat.Matrix) (*mat.Dense, error) {
	if err := graph.CheckRows("train: Predict", x, t.model.Dim()); err != nil {
		return nil, err
	}
	f := graph.NewRowFunc(t.model.Dtype(), t.model.Dim(), func(b *graph.Builder, x *G.Node) []*G.Node {
		return []*G.Node{t.model.Terms(b, x).Output}
	})
	out, err := f.Run(x)
	if err != nil {
		return nil, err
	}
	n, _ := x.Dims()
	return mat.NewDense(n, len(out[0])/n, out[0]), nil
}

func checkWeights(op string, w []float64, n int) error {
	if w != nil && len(w) != n {
		return &graph.ShapeError{Op: "train: " + op, Got: fmt.Sprintf("%d sample weights", len(w)), Want: fmt.Sprintf("%d, one a row", n)}
	}
	total := 0.0
	for i, v := range w {
		if !(v >= 0) {
			return fmt.Errorf("train: %s: sample weight %d is %v, want ≥ 0", op, i, v)
		}
		total += v
	}
	if w != nil && total == 0 {
		return fmt.Errorf("train: %s: all sample weights are 0, want a positive one", op)
	}
	return nil
}

func newSlots[T kernel.Float](n, size int) [][]T {
	slots := make([][]T, n)
	for i := range slots {
		slots[i] = kernel.Aligned[T](size)
	}
	return slots
}

func (t *Trainer) weights() [][]float64 {
	w := make([][]float64, len(t.params))
	for i, p := range t.params {
		w[i] = p.Values()
	}
	return w
}

func (t *Trainer) setWeights(w [][]float64) error {
	if len(w) != len(t.params) {
		return &graph.ShapeError{Op: "train: SetWeights", Got: fmt.Sprintf("%d tensors", len(w)), Want: fmt.Sprint(len(t.params))}
	}
	for i, p := range t.params {
		if err := p.Set(w[i]); err != nil {
			return err
		}
	}
	return nil
}

// OptimizerState is what the optimizer remembers, in the order of the trainable parameters.
type OptimizerState struct {
	Step      int           `json:"step"`
	RateScale float64       `json:"rate_scale"` // what callbacks have multiplied the learning rate by
	Slots     [][][]float64 `json:"slots"`      // parameter, slot, element
}

// State is a copy of the optimizer's state.
func (t *Trainer) State() OptimizerState {
	s := OptimizerState{Step: t.step, RateScale: t.rateScale}
	for _, slots := range t.slots {
		var copies [][]float64
		switch slots := slots.(type) {
		case [][]float64:
			copies = widened(slots)
		case [][]float32:
			copies = widened(slots)
		}
		s.Slots = append(s.Slots, copies)
	}
	return s
}

// SetState restores a copy. It is an error if it is of another optimizer or model.
func (t *Trainer) SetState(s OptimizerState) error {
	if len(s.Slots) != len(t.slots) {
		return &graph.ShapeError{Op: "train: SetState", Got: fmt.Sprintf("%d parameters", len(s.Slots)), Want: fmt.Sprint(len(t.slots))}
	}
	for i, p := range t.params {
		if len(s.Slots[i]) != t.config.Optimizer.Slots() {
			return &graph.ShapeError{Op: "train: SetState", Got: fmt.Sprintf("%d slots", len(s.Slots[i])), Want: fmt.Sprint(t.config.Optimizer.Slots())}
		}
		for _, v := range s.Slots[i] {
			if len(v) != p.Size() {
				return &graph.ShapeError{Op: "train: SetState", Got: fmt.Sprintf("%d elements", len(v)), Want: fmt.Sprint(p.Size())}
			}
		}
	}
	for i, slots := range t.slots {
		switch slots := slots.(type) {
		case [][]float64:
			narrow(slots, s.Slots[i])
		case [][]float32:
			narrow(slots, s.Slots[i])
		}
	}
	t.step, t.rateScale = s.Step, s.RateScale
	return nil
}

func widened[T kernel.Float](slots [][]T) [][]float64 {
	out := newSlots[float64](len(slots), 0)
	for i, slot := range slots {
		for _, x := range slot {
			out[i] = append(out[i], float64(x))
		}
	}
	return out
}

func narrow[T kernel.Float](dst [][]T, src [][]float64) {
	for i, slot := range src {
		for j, x := range slot {
			dst[i][j] = T(x)
		}
	}
}
