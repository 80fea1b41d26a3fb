package tabular

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"time"

	"gonum.org/v1/gonum/mat"

	"gaussflow/data"
	"gaussflow/flows"
	"gaussflow/layers"
	"gaussflow/train"
)

// Fit fits a flow to the rows of x; names are the names of its columns. The flow standardizes the columns by the training
// rows, starts as an iterative Gaussianization of them, and is trained with noise (see noisy) until its validation loss has
// stopped falling. The model is that of the best epoch; if no epoch was better than the start, it is the start, with a
// warning.
//
// Rows with wild cells, which lie far from all others of their column, are left out; a warning names them. Columns with heavy tails
// or modes far apart, and columns that others nearly determine, are mapped by fixed layers ahead of the trained ones, and named in
// a warning too. If Family is empty, and there are fewer than two rows a column or no flow is better on the validation rows than
// one Gaussian with a shrunk covariance, the model is that Gaussian.
//
// It is an error if x is empty or has fewer than four rows, a number that is not finite, or a constant column without
// DropConstant (ConstantError). When ctx is done, Fit returns the best model so far with an error that wraps ctx.Err;
// the model is nil if there is none yet.
func Fit(ctx context.Context, names []string, x mat.Matrix, c Config) (*Model, error) {
	start := time.Now()
	if ctx == nil {
		return nil, errors.New("tabular: Fit: ctx is nil, want a context.Context, context.Background() say")
	}
	if err := c.Validate(); err != nil {
		return nil, err
	}
	if c.Family == AnyOrder {
		return nil, configError("Family", string(AnyOrder), "a flow: FitTable fits this one")
	}
	if err := checkTable(names, x); err != nil {
		return nil, err
	}
	division, err := split(names, x, c)
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
	if err := f.lookAhead(); err != nil {
		return nil, fmt.Errorf("tabular: Fit: %w", err)
	}
	if f.Family == Gaussian {
		m, err := f.fitGaussian(ctx, start, tooFew(f.open, len(f.at)+len(f.heldAt), len(f.kept)))
		if err != nil {
			return nil, fmt.Errorf("tabular: Fit: %w", err)
		}
		return m, nil
	}
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
	if len(history.Epoch) == 0 { // interrupted within the first epoch, or before a callback has seen it
		history.BestEpoch = train.Start
	}
	if f.open && ctx.Err() == nil && (err == nil || errors.Is(err, train.ErrNonFinite)) {
		instead, err := f.gaussianInstead(ctx, start)
		switch {
		case err != nil && ctx.Err() == nil:
			return nil, fmt.Errorf("tabular: Fit: %w", err)
		case err == nil && instead != nil:
			return instead, nil
		}
	}
	m, errEnd := f.model(ctx, history, start)
	if errEnd != nil {
		return nil, fmt.Errorf("tabular: Fit: %w", errEnd)
	}
	if history.Unverified {
		m.Warnings = append(m.Warnings, Warning{Kind: UnverifiedStart, Text: "the fit went on from a checkpoint without a checksum, as they " +
			"had none once: whether its numbers were those that had been kept is not known"})
	}
	if err == nil && ctx.Err() != nil { // log p of some rows is missing
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
	*division                // the rows of the kept columns, minus offset
	table, held   *mat.Dense // the same rows as they were given
	offset        []float64  // of each column; 0 for none
	columns, kept []Column
	ahead         *ahead // nil if the family's layers take the columns as they are
	standardize   *layers.Standardize
	core, flow    *flows.Flow // what is trained; the same with the fixed layers ahead of it
	quantum       []float64   // widths of the uniform noise
	gaussian      []float64   // standard deviations of the Gaussian noise, in the units of what core is trained on
	noisy         mat.Matrix
}

// inspect examines the columns of the rows.
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
		if c := &f.columns[j]; c.Constant() || c.rounding() {
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

// warmStart makes the flow and starts it as an iterative Gaussianization of the rows with one draw of noise.
func (f *fit) warmStart(ctx context.Context) (err error) {
	if f.noisy, err = f.draws(f.rows, f.copies, f.gaussian, f.Seed); err != nil {
		return err
	}
	units := f.rows
	if f.ahead != nil {
		units = mat.DenseCopyOf(f.noisy)
	}
	if f.standardize, err = layers.NewStandardize(units, layers.AffineConfig{Dtype: f.Dtype}); err != nil {
		return err
	}
	if err = f.setOffsets(func(int) float64 { return 0 }); err != nil {
		return err
	}
	if f.core, err = f.newFlow(f.standardize); err != nil {
		return err
	}
	if f.flow = f.core; f.ahead != nil {
		if f.flow, err = flows.New(slices.Concat(f.ahead.layers, f.core.Layers())...); err != nil {
			return err
		}
	}
	ig := f.warmStartConfig()
	ig.Interrupt = ctx
	_, err = f.core.InitFrom(f.noisy, ig)
	return err
}

// checkSaves finds out before the first epoch whether a file can hold the model: names must be UTF-8 and numbers finite.
func (f *fit) checkSaves() error {
	m := &Model{Flow: f.flow, Facts: Facts{Columns: f.columns, Config: f.Config, Quanta: f.quantum, Reference: Quantiles{0}}}
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

// train runs the epochs. The validation rows are dequantized, because otherwise density concentrated on a grid's points
// would count as likelihood, but they get no Gaussian noise.
func (f *fit) train(ctx context.Context) (*train.History, error) {
	n, _ := f.validation.Dims()
	held, err := f.draws(f.validation, (validationRows+n-1)/n, make([]float64, len(f.kept)), f.Seed+1)
	if err != nil {
		return nil, err
	}
	if err := f.core.Compile(f.compileConfig()); err != nil {
		return nil, err
	}
	stop := &train.EarlyStopping{Patience: f.Patience, RestoreBest: true}
	return f.core.Fit(ctx, f.noisy, train.FitConfig{
		Epochs: f.Epochs, BatchSize: f.BatchSize, Seed: f.Seed, Workers: f.Workers,
		ValidationData: mat.DenseCopyOf(held),
		Callbacks:      append([]train.Callback{stop}, f.Callbacks...), Checkpoint: f.checkpoint(),
	})
}

// validationRows is the number of rows up to which a small validation set is repeated, each copy with its own
// dequantization.
const validationRows = 500
