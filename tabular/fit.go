package tabular

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math"
	"slices"
	"time"

	"gonum.org/v1/gonum/mat"
	"gonum.org/v1/gonum/stat"

	"gaussflow/data"
	"gaussflow/flows"
	"gaussflow/graph/kernel"
	"gaussflow/internal/defaults"
	"gaussflow/layers"
	"gaussflow/train"
)

// Fit fits a flow to the rows of x, whose columns are called names. The flow standardizes the columns by the rows
// trained on, starts as an iterative Gaussianization of them, and is trained with noise (see noisy) until its validation
// loss has stopped falling. The model is the best epoch's; where no epoch was better than the start, it is the start, with a
// warning.
//
// It is an error if x is empty, has fewer than four rows, a number that is not finite, or a constant column
// (ConstantError) without DropConstant. When ctx is done, the best model so far is returned with an error that wraps
// ctx.Err; without one if there is none yet.
func Fit(ctx context.Context, names []string, x mat.Matrix, c Config) (*Model, error) {
	start := time.Now()
	if ctx == nil {
		return nil, errors.New("tabular: Fit: ctx is nil, want a context.Context, context.Background() say")
	}
	if err := c.Validate(); err != nil {
		return nil, err
	}
	if err := checkTable(names, x); err != nil {
		return nil, err
	}
	division, err := split(x, c)
	if err != nil {
		return nil, err
	}
	f := &fit{division: division}
	if err := f.inspect(ctx, names); err != nil {
		return nil, fmt.Errorf("tabular: Fit: stopped before the warm start: %w", err)
	}
	if err := f.keep(c.DropConstant); err != nil {
		return nil, err
	}
	n, _ := f.rows.Dims()
	f.settings = newSettings(c, n, f.kept)
	if err := f.checkSpreads(f.kept); err != nil {
		return nil, fmt.Errorf("tabular: Fit: %w", err)
	}
	f.centre()
	if err := f.warmStart(ctx); err != nil {
		return nil, fmt.Errorf("tabular: Fit: %w", err)
	}
	if err := f.checkSaves(); err != nil {
		return nil, fmt.Errorf("tabular: Fit: the model could not be saved: %w", err)
	}
	history, err := f.train(ctx)
	if history == nil {
		return nil, fmt.Errorf("tabular: Fit: %w", err)
	}
	if len(history.Epoch) == 0 { // interrupted within the first one, or before a callback has looked
		history.BestEpoch = train.Start
	}
	m, errEnd := f.model(ctx, history, time.Since(start))
	if errEnd != nil {
		return nil, fmt.Errorf("tabular: Fit: %w", errEnd)
	}
	if history.Unverified {
		m.Warnings = append(m.Warnings, Warning{Kind: UnverifiedStart, Text: "the fit went on from a checkpoint without a checksum, as they " +
			"had none once: whether its numbers were those that had been kept is not known"})
	}
	if err == nil && ctx.Err() != nil { // not all rows have their log p
		err = fmt.Errorf("tabular: Fit: %w", ctx.Err())
	}
	diverged := errors.Is(err, train.ErrNonFinite)
	if n := len(history.Epoch); history.BestEpoch == train.Start && (n > 0 || diverged) {
		m.Warnings = append(m.Warnings, Warning{Kind: NotImproved, Text: fmt.Sprintf("training did not help: at a learning rate of %g "+
			"none of its whole epochs, %d, was better than the warm start, which is the model", f.LearningRate, n)})
	}
	if diverged {
		m.Warnings = append(m.Warnings, Warning{Kind: Diverged, Text: diverges(err, f.LearningRate)})
		err = nil
	}
	return m, err
}

// diverges says where a loss was not finite.
func diverges(err error, rate float64) string {
	at := ""
	var where *train.NonFiniteError
	if errors.As(err, &where) {
		at = fmt.Sprintf(" in epoch %d, batch %d", where.Epoch+1, where.Batch+1)
	}
	return fmt.Sprintf("training diverged%s, at a peak learning rate of %g: the loss or a gradient was not finite, and the best parameters before were kept", at, rate)
}

// fit is one call of Fit.
type fit struct {
	settings
	*division                // its rows of the kept columns, less offset
	table, held   *mat.Dense // the same as they came
	offset        []float64  // 0: none
	columns, kept []Column
	standardize   *layers.Standardize
	flow          *flows.Flow
	noisy         *noisy
}

// inspect looks at the columns of the rows.
func (f *fit) inspect(ctx context.Context, names []string) error {
	found, err := data.Inspect(ctx, &data.Table{Names: names, X: f.rows})
	for _, c := range found {
		f.columns = append(f.columns, Column{Column: c})
	}
	return err
}

// keep narrows rows, validation and kept to the columns that are not constant.
func (f *fit) keep(drop bool) error {
	var constant []string
	var index []int
	for j := range f.columns {
		if c := &f.columns[j]; c.Constant() {
			c.Dropped = true
			constant = append(constant, c.Name)
			continue
		}
		index = append(index, j)
		f.kept = append(f.kept, f.columns[j])
	}
	if len(index) == 0 || constant != nil && !drop {
		return &ConstantError{Columns: constant, All: len(index) == 0}
	}
	f.table, f.held = take(f.rows, index), take(f.validation, index)
	f.rows, f.validation = f.table, f.held
	return nil
}

// warmStart makes the flow and starts it as an iterative Gaussianization of one draw of the noisy rows.
func (f *fit) warmStart(ctx context.Context) (err error) {
	if f.standardize, err = layers.NewStandardize(f.rows, layers.AffineConfig{Dtype: f.Dtype}); err != nil {
		return err
	}
	if err = f.setOffsets(func(int) float64 { return 0 }); err != nil {
		return err
	}
	if f.flow, err = f.newFlow(f.standardize); err != nil {
		return err
	}
	f.noisy = &noisy{x: f.rows, copies: f.copies, quantum: f.quanta(), gaussian: make([]float64, len(f.kept)), seed: f.Seed}
	for j, c := range f.kept {
		f.noisy.gaussian[j] = defaults.OrNone(f.Noise, 0) * c.Std
	}
	ig := f.warmStartConfig()
	ig.Interrupt = ctx
	_, err = f.flow.InitFrom(f.noisy, ig)
	return err
}

// checkSaves finds out before the first epoch whether a file can hold the model: names that are not UTF-8, numbers that are not finite.
func (f *fit) checkSaves() error {
	m := &Model{Flow: f.flow, Facts: Facts{Columns: f.columns, Config: f.Config, Quanta: f.noisy.quantum, Reference: Quantiles{0}}}
	return m.SaveTo(io.Discard)
}

// quanta are the widths of the uniform noise of the kept columns.
func (f *fit) quanta() []float64 {
	q := make([]float64, len(f.kept))
	for j, c := range f.kept {
		if f.Dequantize == DequantizeGrids {
			q[j] = c.step()
		}
	}
	return q
}

// train runs the epochs. The validation rows are dequantized, or a spike at a grid's points would pass for likelihood,
// but carry no Gaussian noise.
func (f *fit) train(ctx context.Context) (*train.History, error) {
	n, _ := f.validation.Dims()
	held := &noisy{x: f.validation, copies: (validationRows + n - 1) / n, quantum: f.noisy.quantum, gaussian: make([]float64, len(f.kept)), seed: f.Seed + 1}
	if err := f.flow.Compile(f.compileConfig()); err != nil {
		return nil, err
	}
	stop := &train.EarlyStopping{Patience: f.Patience, RestoreBest: true}
	return f.flow.Fit(ctx, f.noisy, train.FitConfig{
		Epochs: f.Epochs, BatchSize: f.BatchSize, Seed: f.Seed, Workers: f.Workers,
		ValidationData: mat.DenseCopyOf(held),
		Callbacks:      append([]train.Callback{stop}, f.Callbacks...), Checkpoint: f.checkpoint(),
	})
}

// validationRows is what a small validation set is repeated to, each copy with its own dequantization.
const validationRows = 500

// model is what the fit leaves behind.
func (f *fit) model(ctx context.Context, history *train.History, took time.Duration) (*Model, error) {
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
	n, _ := f.rows.Dims()
	validated, _ := f.validation.Dims()
	training := Training{
		Rows: n, ValidationRows: validated, Parameters: f.flow.TrainableParams(), Seconds: took.Seconds(),
		Kernels: kernel.Set(), History: history, LogLikelihood: stat.Mean(held, nil),
	}
	reference := held
	if len(reference) < referenceRows {
		reference = slices.Concat(fitted, held)
	}
	training.ReferenceRows = len(reference)
	warnings := columnWarnings(f.columns, n, f.Dequantize != DequantizeNone)
	if n < training.Parameters {
		warnings = append(warnings, Warning{Kind: FewRows, Text: fmt.Sprintf("%d rows for %d parameters: held-out rows chose when to stop", n, training.Parameters)})
	}
	return &Model{Flow: f.flow, Facts: Facts{
		Columns: f.columns, Config: f.Config, Quanta: f.noisy.quantum, Warnings: warnings, Training: training,
		Reference: newQuantiles(reference), Fitted: newQuantiles(fitted), Held: newQuantiles(held),
	}}, nil
}

// hurried is how many rows stand for all where a fit was interrupted: they are in random order, and a model that is to be written at
// once cannot wait for millions.
const hurried = 1 << 12

// logProb is log p of the rows of x, in their order; once ctx is done, of the first of them. at are their places in the table.
func (f *fit) logProb(ctx context.Context, x *mat.Dense, at []int) (logProb []float64, err error) {
	n, d := x.Dims()
	for lo := 0; lo < n && (lo == 0 || ctx.Err() == nil); lo += hurried {
		some, err := f.flow.LogProb(x.Slice(lo, min(lo+hurried, n), 0, d))
		if err != nil {
			return nil, f.locate(err, lo, x, at)
		}
		logProb = append(logProb, some...)
	}
	return logProb, nil
}

// locate says which row of the table an error is about, lo being the first of those that were tried, and by which column it is out.
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

// referenceRows is how many validation rows make a reference by themselves; fewer are joined by the rows fitted to.
const referenceRows = 200
