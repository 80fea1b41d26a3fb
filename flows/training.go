package flows

import (
	"context"
	"fmt"
	"math"
	"slices"

	"gonum.org/v1/gonum/mat"

	"gaussflow/graph"
	"gaussflow/graph/kernel"
	"gaussflow/rows"
	"gaussflow/train"
)

// Compile sets how the flow is trained; the optimizer starts anew. A flow that Load has read need not be compiled: Fit and Evaluate
// compile it with what it was compiled with when it was saved, see Compiled. Without a Schedule the learning rate rises in the first steps
// where the flow has been brought to a good place: see WarmupRows. There short reflectors are made longer, which no map depends on.
func (f *Flow) Compile(c train.Config) error {
	if !f.built() {
		return fmt.Errorf("flows: Compile: %w", ErrNotBuilt)
	}
	t, err := train.New(rowsOf{f}, c)
	if err != nil {
		return fmt.Errorf("flows: Compile: %w", err)
	}
	if err := f.lengthen(); err != nil {
		return fmt.Errorf("flows: Compile: %w", err)
	}
	f.trainer, f.compile = t, c
	return nil
}

// lengthen makes a step of training a small turn of every rotation of a flow that is at a good place.
func (f *Flow) lengthen() error {
	if !f.warm {
		return nil
	}
	for _, n := range all(f.Layers()) {
		if l, ok := n.Layer.(interface{ Lengthen() error }); ok {
			if err := l.Lengthen(); err != nil {
				return err
			}
		}
	}
	return nil
}

// rowsOf is a flow as its trainer has it: a model of whole rows, which the flow itself cuts into x and context.
type rowsOf struct{ *Flow }

// Dim is how many numbers a row has.
func (r rowsOf) Dim() int { return r.width() }

// WarmupRows is over how many rows trained on the learning rate rises, where train.Config has no Schedule: 15,360·√d, of a batch of
// 512 rows 30·√d steps, for a flow that InitFrom, a fit or a file has brought to its place; 0 for a fresh one. See train.Warmup.
//
// What steps from there lose grows with the columns: all of them move, and the kernels of a conditioner, whose gradients agree in
// sign, all in one direction.
func (f *Flow) WarmupRows() int {
	if !f.built() || !f.warm {
		return 0
	}
	return int(math.Round(15_360 * math.Sqrt(float64(f.Dim()))))
}

// Trainer is what Compile made: for its optimizer state. Before Compile, and of a flow from a file before its first Fit or Evaluate, it
// is nil, whose methods are train.ErrNotCompiled.
func (f *Flow) Trainer() *train.Trainer {
	if f == nil {
		return nil
	}
	return f.trainer
}

// checkContext reports rows that are not those of a conditional flow; of any other the trainer reports them.
func (f *Flow) checkContext(op string, x mat.Matrix) error {
	if f.ContextDim() == 0 {
		return nil
	}
	return f.checkRows("flows: "+op, x)
}

// Fit trains on the rows of x; see train.Trainer.Fit. It sets Metadata.Training. Before Compile it is train.ErrNotCompiled. A row outside of
// the flow's support (layers.Support) is an error that names it and its column. In a fresh flow the layers that the first data sets
// (layers.ActNorm) are set by rows of x.
func (f *Flow) Fit(ctx context.Context, x mat.Matrix, c train.FitConfig) (*train.History, error) {
	if err := f.compiled("Fit"); err != nil {
		return nil, err
	}
	if err := f.checkContext("Fit", x); err != nil {
		return nil, err
	}
	if err := f.meet(x); err != nil {
		return nil, err
	}
	history, err := f.trainer.Fit(ctx, x, c)
	if history != nil {
		f.warm = true
		rows, _ := x.Dims()
		f.Metadata.Training = &FitSummary{rows, c.ValidationSplit, c.BatchSize, c.Seed, kernel.Set(), history}
	}
	return history, err
}

// meet is what a flow does with the rows of a fit before the trainer has them.
func (f *Flow) meet(x mat.Matrix) error {
	bounded, _ := f.bounds()
	if bounded == 0 && f.selfSettings() == 0 || rows.Check("", x, f.width()) != nil {
		return nil // of rows that are none the trainer says what they are
	}
	if err := f.checkDomain("Fit", 0, x); err != nil {
		return err
	}
	return f.firstData("Fit", x)
}

// FitSource trains on the rows of a source in memory that does not grow with them; see train.Trainer.FitSource. It sets
// Metadata.Training. Before Compile it is train.ErrNotCompiled. Rows outside of the flow's support are found as they are read, where no
// layer before it is trained; else a loss that is not finite ends the fit.
func (f *Flow) FitSource(ctx context.Context, src rows.Source, c train.FitConfig) (*train.History, error) {
	if err := f.compiled("FitSource"); err != nil {
		return nil, err
	}
	rows := 0
	counted := train.LambdaCallback{TrainEnd: func(s *train.State) error { rows = max(0, s.Rows); return nil }}
	c.Callbacks = append(slices.Clone(c.Callbacks), counted)
	if err := f.firstOf(ctx, src); err != nil {
		return nil, err
	}
	history, err := f.trainer.FitSource(ctx, f.inDomain("FitSource", src), c)
	if history != nil {
		f.warm = true
		f.Metadata.Training = &FitSummary{rows, 0, c.BatchSize, c.Seed, kernel.Set(), history}
	}
	return history, err
}

// EvaluateSource is Evaluate of the rows of a source, in constant memory. Before Compile it is train.ErrNotCompiled.
func (f *Flow) EvaluateSource(ctx context.Context, src rows.Source) (float64, error) {
	if err := f.compiled("EvaluateSource"); err != nil {
		return 0, err
	}
	return f.trainer.EvaluateSource(ctx, src)
}

// Evaluate is the mean loss of the rows of x; nil weights are all one. Before Compile it is train.ErrNotCompiled.
func (f *Flow) Evaluate(x mat.Matrix, weights []float64) (float64, error) {
	if err := f.compiled("Evaluate"); err != nil {
		return 0, err
	}
	if err := f.checkContext("Evaluate", x); err != nil {
		return 0, err
	}
	return f.trainer.Evaluate(x, weights)
}

// Predict is Keras's predict, the flow's output: z (N×d) for the rows of x (N×d). It is Forward without the log-dets, and as
// in Keras it does not need Compile.
func (f *Flow) Predict(x mat.Matrix) (z *mat.Dense, err error) {
	z, _, err = f.readMap("Predict", func() *graph.RowFunc { return f.forward }, x)
	return z, err
}
