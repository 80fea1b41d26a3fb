package tabular

import (
	"context"
	"errors"
	"fmt"
	"math"
	"slices"
	"time"

	"gonum.org/v1/gonum/mat"
	"gonum.org/v1/gonum/stat"

	"gaussflow/flows"
	"gaussflow/graph/kernel"
	"gaussflow/internal/counted"
	"gaussflow/train"
)

// model puts the model together when the training has ended.
func (f *fit) model(ctx context.Context, history *train.History, start time.Time) (*Model, error) {
	if err := f.setOffsets(func(j int) float64 { return f.offset[j] }); err != nil {
		return nil, err
	}
	held, err := f.logProb(ctx, f.held, f.heldAt)
	if err != nil {
		return nil, err
	}
	fitted, err := f.logProb(ctx, f.table, f.at)
	if err != nil {
		return nil, err
	}
	reference, err := f.reference(ctx, history, fitted, held)
	if err != nil {
		return nil, err
	}
	n, _ := f.rows.Dims()
	validated, _ := f.validation.Dims()
	training := Training{
		Rows: n, ValidationRows: validated, Parameters: f.core.TrainableParams(), Seconds: time.Since(start).Seconds(),
		Kernels: kernel.Set(), History: history, LogLikelihood: stat.Mean(held, nil),
	}
	training.ReferenceRows = len(reference)
	warnings := f.warnings()
	if n < training.Parameters {
		warnings = append(warnings, Warning{Kind: FewRows, Text: fmt.Sprintf("%s for %s: held-out rows chose when to stop", counted.Of(n, "row"), counted.Of(training.Parameters, "parameter"))})
	}
	return &Model{Flow: f.flow, Facts: Facts{
		Columns: f.columns, Config: f.Config, Quanta: f.quantum, Warnings: warnings, Training: training,
		Reference: newQuantiles(reference), Fitted: newQuantiles(fitted), Held: newQuantiles(held),
	}}, nil
}

// warnings are those about the table.
func (f *fit) warnings() []Warning {
	n, _ := f.rows.Dims()
	warnings := append(f.wild, columnWarnings(f.columns, n, f.Dequantize != DequantizeNone)...)
	if f.ahead != nil {
		warnings = append(warnings, f.ahead.warnings(f.kept)...)
	}
	return warnings
}

// scoredIfInterrupted is how many rows are scored if a fit was interrupted. They are in random order and stand for all rows, because a model
// that is to be saved at once cannot wait until millions are scored.
const scoredIfInterrupted = 1 << 12

// logProb is log p of the rows of x, in their order; once ctx is done, only of the first rows. at are their row numbers in the
// table.
func (f *fit) logProb(ctx context.Context, x *mat.Dense, at []int) (logProb []float64, err error) {
	n, d := x.Dims()
	for lo := 0; lo < n && (lo == 0 || ctx.Err() == nil); lo += scoredIfInterrupted {
		some, err := f.flow.LogProb(x.Slice(lo, min(lo+scoredIfInterrupted, n), 0, d))
		if err != nil {
			return nil, f.locate(err, lo, x, at)
		}
		logProb = append(logProb, some...)
	}
	return logProb, nil
}

// locate adds to an error the row of the table and the column that is farthest out; lo is the index of the first row that was
// scored.
func (f *fit) locate(err error, lo int, x *mat.Dense, at []int) error {
	var bad *flows.RowError
	if !errors.As(err, &bad) {
		return err
	}
	row, worst := x.RawRowView(lo+bad.Row), 0
	out := func(j int) float64 { return math.Abs(row[j]-f.kept[j].Mean) / f.kept[j].Std }
	for j := range row {
		if out(j) > out(worst) {
			worst = j
		}
	}
	e := &RowError{Row: -1, Column: f.kept[worst].Name, Value: row[worst], Err: bad}
	if at != nil {
		e.Row = at[lo+bad.Row]
	}
	return e
}

// referenceRows is how many validation rows suffice as a reference; if there are fewer, training rows are added.
const referenceRows = 200

// reference is log p of rows that a model was not fitted to: the validation rows and, if they are few, training rows too, each
// scored by a fit without it. For an interrupted fit the training rows are scored by the model itself.
func (f *fit) reference(ctx context.Context, history *train.History, fitted, held []float64) ([]float64, error) {
	if len(held) >= referenceRows {
		return held, nil
	}
	crossed, err := f.crossFlow(ctx, history)
	switch {
	case ctx.Err() != nil:
		crossed = fitted
	case err != nil:
		return nil, err
	}
	return slices.Concat(crossed, held), nil
}
