package flows

import (
	"context"
	"fmt"
	"slices"

	"gonum.org/v1/gonum/mat"

	"gaussflow/graph/kernel"
	"gaussflow/train"
)

// Compile sets how the flow is trained; the optimizer starts anew.
func (f *Flow) Compile(c train.Config) error {
	if !f.built() {
		return fmt.Errorf("flows: Compile: %w", ErrNotBuilt)
	}
	t, err := train.New(f, c)
	if err != nil {
		return fmt.Errorf("flows: Compile: %w", err)
	}
	f.trainer = t
	return nil
}

// Trainer is what Compile made, nil before: for its optimizer state.
func (f *Flow) Trainer() *train.Trainer { return f.trainer }

// Fit trains on the rows of x; see train.Trainer.Fit. It sets Facts.Training. Before Compile it is train.ErrNotCompiled.
func (f *Flow) Fit(ctx context.Context, x mat.Matrix, c train.FitConfig) (*train.History, error) {
	if f == nil || f.trainer == nil {
		return nil, fmt.Errorf("flows: Fit: %w", train.ErrNotCompiled)
	}
	history, err := f.trainer.Fit(ctx, x, c)
	if history != nil {
		rows, _ := x.Dims()
		f.Facts.Training = &Training{rows, c.ValidationSplit, c.BatchSize, c.Seed, kernel.Set(), history}
	}
	return history, err
}

// FitSource trains on the rows of a source in memory that does not grow with them; see train.Trainer.FitSource. It sets
// Facts.Training. Before Compile it is train.ErrNotCompiled.
func (f *Flow) FitSource(ctx context.Context, src train.Source, c train.FitConfig) (*train.History, error) {
	if f == nil || f.trainer == nil {
		return nil, fmt.Errorf("flows: FitSource: %w", train.ErrNotCompiled)
	}
	rows := 0
	counted := train.LambdaCallback{TrainEnd: func(s *train.State) error { rows = max(0, s.Rows); return nil }}
	c.Callbacks = append(slices.Clone(c.Callbacks), counted)
	history, err := f.trainer.FitSource(ctx, src, c)
	if history != nil {
		f.Facts.Training = &Training{rows, 0, c.BatchSize, c.Seed, kernel.Set(), history}
	}
	return history, err
}

// EvaluateSource is Evaluate of the rows of a source, in constant memory. Before Compile it is train.ErrNotCompiled.
func (f *Flow) EvaluateSource(ctx context.Context, src train.Source) (float64, error) {
	if f == nil || f.trainer == nil {
		return 0, fmt.Errorf("flows: EvaluateSource: %w", train.ErrNotCompiled)
	}
	return f.trainer.EvaluateSource(ctx, src)
}

// Evaluate is the mean loss of the rows of x; nil weights are all one. Before Compile it is train.ErrNotCompiled.
func (f *Flow) Evaluate(x mat.Matrix, weights []float64) (float64, error) {
	if f == nil || f.trainer == nil {
		return 0, fmt.Errorf("flows: Evaluate: %w", train.ErrNotCompiled)
	}
	return f.trainer.Evaluate(x, weights)
}
