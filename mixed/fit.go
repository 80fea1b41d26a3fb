package mixed

import (
	"context"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"

	"gonum.org/v1/gonum/mat"
	"gonum.org/v1/gonum/stat"

	"gaussflow/columns"
	"gaussflow/train"
)

// An epoch has at least leastEpoch rows, and validation at least leastValidation: small tables are repeated, each time with other
// parts of a row shown to the network.
const (
	leastEpoch      = 2000
	leastValidation = 2000
)

// Fit fits a density to the rows of x, which has a column for each modelled column of the schema (columns.Column.Modelled), in its
// order: NaN is a missing cell, a category or a boolean is the index of its level, everything else is a number. Some of the rows
// are held out to choose the best epoch. If no epoch is better than a model of independent columns, that is the model, and a
// warning says so.
//
// It is an error if there are fewer than four rows, no column is modelled, or a cell has a value that its column cannot have. When
// ctx is done, Fit returns the best model so far with an error that wraps ctx.Err; the model is nil if there is none yet.
func Fit(ctx context.Context, schema columns.Schema, x mat.Matrix, c Config) (*Model, error) {
	if ctx == nil {
		return nil, errors.New("mixed: Fit: ctx is nil, want a context.Context, context.Background() say")
	}
	if err := c.Validate(); err != nil {
		return nil, err
	}
	modelled, err := checkTable(schema, x)
	if err != nil {
		return nil, fmt.Errorf("mixed: Fit: %w", err)
	}
	f, err := newFit(modelled, x, c)
	if err != nil {
		return nil, fmt.Errorf("mixed: Fit: %w", err)
	}
	f.model.schema = schema
	if err := f.train(ctx); err != nil {
		if f.model.Facts.Epochs == 0 {
			return nil, fmt.Errorf("mixed: Fit: %w", err)
		}
		return f.model, fmt.Errorf("mixed: Fit: %w", err)
	}
	return f.model, nil
}

// A fit is the state of one call of Fit.
type fit struct {
	Config
	model      *Model
	fitted     *table
	validation *table
	begun      float64 // mean log p of validation with the parameters at the start
}

func newFit(modelled []columns.Column, x mat.Matrix, c Config) (*fit, error) {
	n, _ := x.Dims()
	chosen, held := split(n, c.withDefaults(n))
	l := newLayout(modelled, gapsOf(x, chosen), true)
	l.waves = c.Waves
	for _, j := range l.numbers {
		values := make([]float64, 0, len(chosen))
		for _, i := range chosen {
			if v := x.At(i, j); !math.IsNaN(v) {
				values = append(values, v)
			}
		}
		if err := checkValues(&modelled[j], values); err != nil {
			return nil, err
		}
		m := fitMarginal(&modelled[j], values)
		if m.validate() != nil {
			return nil, fmt.Errorf("column %q has values closer together than a density can tell apart in 64 bits, want them in a smaller unit", modelled[j].Name)
		}
		l.marginals = append(l.marginals, m)
	}
	l.fitResiduals(x, chosen)
	f := &fit{Config: c.withDefaults(len(chosen)), fitted: l.newTable(rowsOf{x, chosen}, true), validation: l.newTable(rowsOf{x, held}, true)}
	if err := errors.Join(f.fitted.checkPossible(chosen), f.validation.checkPossible(held)); err != nil {
		return nil, err
	}
	net, err := newNetwork(l, f.Config)
	if err != nil {
		return nil, err
	}
	f.model = &Model{net: net, order: l.order(), config: f.Config, held: held}
	f.model.Facts.Rows, f.model.Facts.ValidationRows = len(chosen), len(held)
	return f, net.startIndependent(f.fitted)
}

// gapsOf are the columns in which some, but not all, of the rows have missing cells.
func gapsOf(x mat.Matrix, index []int) (gaps []int) {
	_, d := x.Dims()
	for j := range d {
		n := 0
		for _, i := range index {
			if math.IsNaN(x.At(i, j)) {
				n++
			}
		}
		if n > 0 && n < len(index) {
			gaps = append(gaps, j)
		}
	}
	return gaps
}

// split draws the rows that are held out.
func split(n int, c Config) (chosen, held []int) {
	perm := rand.New(rand.NewPCG(c.Seed, 0x6d69786564)).Perm(n)
	k := min(max(int(math.Round(c.ValidationShare*float64(n))), 1), n-1)
	held, chosen = perm[:k], perm[k:]
	slices.Sort(held)
	slices.Sort(chosen)
	return chosen, held
}

// rowsOf is a selection of the rows of a matrix.
type rowsOf struct {
	mat.Matrix
	index []int
}

func (r rowsOf) Dims() (n, d int)    { _, d = r.Matrix.Dims(); return len(r.index), d }
func (r rowsOf) At(i, j int) float64 { return r.Matrix.At(r.index[i], j) }
func (r rowsOf) T() mat.Matrix       { return mat.Transpose{Matrix: r} }

func (f *fit) train(ctx context.Context) error {
	m := f.model
	copies := max(1, leastEpoch/f.fitted.n)
	masked := newMaskedRows(f.fitted, copies, m.order, f.Seed)
	held := newMaskedRows(f.validation, max(1, leastValidation/f.validation.n), m.order, f.Seed+1)
	var err error
	if m.Facts.Independent, err = m.independent(f.validation); err != nil {
		return err
	}
	if f.begun, err = m.meanLogProb(f.validation); err != nil {
		return err
	}
	start := weightsOf(m.net)
	n, _ := masked.Dims()
	trainer, err := train.New(m.net, train.Config{
		Optimizer: train.AdamW{Adam: train.Adam{LearningRate: f.LearningRate}, WeightDecay: orNone(f.WeightDecay), Suffix: ".kernel"},
		Schedule:  train.Cosine{Peak: f.LearningRate, Floor: 0.01 * f.LearningRate, WarmupSteps: 50, DecaySteps: f.Epochs * (1 + (n-1)/f.BatchSize)},
		Clip:      train.Clip{GlobalNorm: 5},
		EMA:       0.99,
	})
	if err != nil {
		return err
	}
	stop := &train.EarlyStopping{Patience: f.Patience, RestoreBest: true}
	history, err := trainer.Fit(ctx, masked, train.FitConfig{
		Epochs: f.Epochs, BatchSize: f.BatchSize, Seed: f.Seed, Workers: f.Workers, ValidationData: held.Dense,
		Callbacks: append([]train.Callback{stop}, f.Callbacks...), Checkpoint: f.Checkpoint,
	})
	if history != nil {
		m.Facts.Epochs, m.Facts.BestEpoch = len(history.Epoch), history.BestEpoch
	}
	return errors.Join(err, f.judge(start))
}

// judge compares the model with that at the start on the rows held out, and returns to it if it is no better. At the start columns are
// independent but for residuals, given the columns before them.
func (f *fit) judge(start [][]float64) (err error) {
	m := f.model
	if m.Facts.LogProb, err = m.meanLogProb(f.validation); err != nil {
		return err
	}
	if m.Facts.BestEpoch != train.Start && m.Facts.LogProb > f.begun {
		return nil
	}
	for i, p := range m.net.Params() {
		if err := p.Set(start[i]); err != nil {
			return err
		}
	}
	m.Facts.BestEpoch, m.Facts.LogProb = train.Start, f.begun
	warning := "no dependence between the columns was found that holds in the rows held out: the model takes them as independent"
	if len(m.net.residuals) > 0 {
		warning = "beside the columns that nearly determine each other, no dependence was found that holds in the rows held out: the model takes the others, and what is left of these, as independent"
	}
	m.Facts.Warnings = append(m.Facts.Warnings, warning)
	return nil
}

func weightsOf(n *network) (w [][]float64) {
	for _, p := range n.Params() {
		w = append(w, p.Values())
	}
	return w
}

func orNone(v float64) float64 {
	if v == 0 {
		return train.None
	}
	return v
}

// independent is the mean log p that rows would have if their columns were independent.
func (m *Model) independent(t *table) (float64, error) {
	out, nothing := make([]float64, t.n), make([]bool, m.net.slots())
	for _, s := range m.order {
		if err := m.addLogProb(t, s, nothing, out); err != nil {
			return 0, err
		}
	}
	return stat.Mean(out, nil), nil
}

func (m *Model) meanLogProb(t *table) (float64, error) {
	lp, err := m.chain(t, make([]bool, m.net.slots()))
	return stat.Mean(lp, nil), err
}
