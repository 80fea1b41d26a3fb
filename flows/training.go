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

// Compile sets how the flow is trained; the optimizer starts afresh. A flow that Load has read need not be compiled: Fit and
// Evaluate use the configuration that was saved with it, see Compiled. If c has no Schedule and the flow's parameters have been
// fitted or loaded, the learning rate warms up: see WarmupRows. For such a flow Compile also rescales short Householder vectors, on
// whose length no map depends.
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

// lengthen rescales the Householder vectors of a fitted flow, so that one training step turns each
// rotation by a small angle only.
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

// rowsOf is the model that the trainer sees: one of whole rows, which the flow itself splits into x and
// context.
type rowsOf struct{ *Flow }

// Dim is the number of values in a row.
func (r rowsOf) Dim() int { return r.width() }

// WarmupRows is the number of rows over which the learning rate rises if train.Config has no Schedule: 15,360·√d, that is 30·√d
// steps of 512 rows, for a flow that InitFrom, a fit or a file has given its parameters; 0 for a fresh one. See train.Warmup.
//
// Full-sized first steps from fitted parameters do damage that grows with the number of columns: all columns move at once, and
// the gradients of a conditioner's kernels agree in sign, so that all kernels move in one direction.
func (f *Flow) WarmupRows() int {
	if !f.built() || !f.warm {
		return 0
	}
	return int(math.Round(15_360 * math.Sqrt(float64(f.Dim()))))
}

// Trainer is the trainer that Compile made, for access to its optimizer's state. Before Compile, and for a loaded flow before its
// first Fit or Evaluate, it is nil; the methods of a nil trainer return train.ErrNotCompiled.
func (f *Flow) Trainer() *train.Trainer {
	if f == nil {
		return nil
	}
	return f.trainer
}

// checkContext reports rows that a conditional flow cannot read. For other flows the trainer checks the
// rows.
func (f *Flow) checkContext(op string, x mat.Matrix) error {
	if f.ContextDim() == 0 {
		return nil
	}
	return f.checkRows("flows: "+op, x)
}

// Fit trains on the rows of x; see train.Trainer.Fit. It sets Metadata.Training. Before Compile it returns train.ErrNotCompiled. A
// row outside the flow's support (layers.Support) is an error that names the row and its column. In a fresh flow, layers that the
// first data initialize (layers.ActNorm) are set from rows of x, and mixtures that are the identity start apart: see StartTraining.
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

// meet prepares the flow for the rows of a fit before the trainer gets them.
func (f *Flow) meet(x mat.Matrix) error {
	bounded, _ := f.bounds()
	if bounded == 0 && f.selfSettings() == 0 || rows.Check("", x, f.width()) != nil {
		return nil // the trainer reports what is wrong with the rows
	}
	if err := f.checkDomain("Fit", 0, x); err != nil {
		return err
	}
	return f.firstData("Fit", x)
}

// StartTraining prepares a flow for its first training step: mixtures that are the identity, as those of a fresh coupling, get components
// that differ (transforms.Starter). Nothing else changes. Fit and FitSource call it, and so does the Trainer of any model that has it:
// see train.Starter.
func (f *Flow) StartTraining() error {
	if !f.built() {
		return fmt.Errorf("flows: StartTraining: %w", ErrNotBuilt)
	}
	for _, n := range all(f.Layers()) {
		if l, ok := n.Layer.(train.Starter); ok {
			if err := l.StartTraining(); err != nil {
				return fmt.Errorf("flows: StartTraining: layer %q: %w", n.Name, err)
			}
		}
	}
	return nil
}

// FitSource trains on the rows of a source, in memory that does not depend on their number; see train.Trainer.FitSource. It sets
// Metadata.Training. Before Compile it returns train.ErrNotCompiled. A row outside the flow's support is reported when it is read,
// provided that no layer before the bounded one is trained; otherwise the fit ends with a loss that is not finite.
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

// EvaluateSource is Evaluate for the rows of a source, in constant memory. Before Compile it returns
// train.ErrNotCompiled.
func (f *Flow) EvaluateSource(ctx context.Context, src rows.Source) (float64, error) {
	if err := f.compiled("EvaluateSource"); err != nil {
		return 0, err
	}
	return f.trainer.EvaluateSource(ctx, src)
}

// Evaluate is the mean loss of the rows of x; nil weights are all one. Before Compile it returns
// train.ErrNotCompiled.
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
