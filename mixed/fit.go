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
	"gaussflow/losses"
	"gaussflow/rows"
	"gaussflow/train"
)

// An epoch is at least leastEpoch rows, and rows are validated on as at least leastValidation: small tables several times over, with
// parts of their own each time.
const (
	leastEpoch      = 2000
	leastValidation = 2000
)

// Fit fits a density to the rows of x, which has a column for each of the schema's that is modelled (columns.Column.Modelled), in
// its order: NaN is a missing cell, a category or a boolean is the index of its level, all else is a number. A part of the rows is
// held out to choose the epoch by; where no epoch is better than columns that do not depend on each other, the model is that, and a
// warning says so.
//
// It is an error if fewer than four rows have a value, no column is modelled, or a cell is a value that its column cannot have. When ctx is done, the best model so
// far is returned with an error that wraps ctx.Err; without one if there is none yet.
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

// checkTable gives the columns that are modelled.
func checkTable(schema columns.Schema, x mat.Matrix) (modelled []columns.Column, err error) {
	for _, c := range schema.Columns {
		if c.Modelled() {
			modelled = append(modelled, c)
		}
	}
	n, d := rows.Dims(x)
	switch {
	case len(modelled) == 0:
		return nil, errors.New("no column of the schema is modelled: want numbers, a grid, a time, a category or a boolean among them")
	case n < 4 || d != len(modelled):
		return nil, fmt.Errorf("got a %s matrix, want at least 4 rows of %d columns, one for each column that is modelled", rows.ShapeOf(x), len(modelled))
	}
	return modelled, errors.Join(checkColumns(modelled), checkNames(schema))
}

func checkNames(schema columns.Schema) error {
	seen := map[string]bool{}
	for _, c := range schema.Columns {
		if seen[c.Name] {
			return fmt.Errorf("two columns are called %q: want a name for each", c.Name)
		}
		seen[c.Name] = true
	}
	return nil
}

// checkColumns reports what no density can be made of.
func checkColumns(modelled []columns.Column) error {
	for _, c := range modelled {
		lower, upper := boundsOf(&c)
		switch {
		case isCategory(&c) && len(c.Levels) == 0:
			return fmt.Errorf("column %q is a %s without levels", c.Name, c.Kind)
		case (c.Kind == columns.Grid || c.Kind == columns.Time) && !(c.Step > 0 && !math.IsInf(c.Step, 0)):
			return fmt.Errorf("column %q is a %s with step %v, want a positive one", c.Name, c.Kind, c.Step)
		case !(lower < upper):
			return fmt.Errorf("column %q has bounds %v and %v, want the lower one below the upper one", c.Name, lower, upper)
		}
	}
	return nil
}

// A fit is what is made on the way to a model.
type fit struct {
	Config
	model       *Model
	train0      *table
	validation  *table
	independent [][]float64 // the parameters at the start
}

func newFit(modelled []columns.Column, x mat.Matrix, c Config) (*fit, error) {
	n, _ := x.Dims()
	chosen, held := split(n, c.withDefaults(n))
	l := newLayout(modelled, gapsOf(x, chosen))
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
		l.marginals = append(l.marginals, fitMarginal(&modelled[j], values))
	}
	f := &fit{Config: c.withDefaults(len(chosen)), train0: l.newTable(rowsOf{x, chosen}, true), validation: l.newTable(rowsOf{x, held}, true)}
	if err := errors.Join(f.train0.checkPossible(chosen), f.validation.checkPossible(held)); err != nil {
		return nil, err
	}
	net, err := newNetwork(l, f.Config)
	if err != nil {
		return nil, err
	}
	f.model = &Model{net: net, order: slices.Clone(l.slot), config: f.Config}
	f.model.Facts.Rows, f.model.Facts.ValidationRows = len(chosen), len(held)
	return f, net.startIndependent(f.train0)
}

// gapsOf are the columns in which some of the rows have missing cells, and some have none.
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

func checkValues(c *columns.Column, values []float64) error {
	for _, v := range values {
		if !(math.Abs(v) <= 1e150) { // squares are finite
			return fmt.Errorf("column %q has the value %v, want finite numbers up to 1e150", c.Name, v)
		}
	}
	return nil
}

// checkPossible reports the first cell that its column cannot have; index are the rows' numbers in what was given, nil: they are t's.
func (t *table) checkPossible(index []int) error {
	if index == nil {
		index = t.all()
	}
	for i := range t.n {
		for j, c := range t.columns {
			if t.at(i, t.slot[j]) == impossible {
				return fmt.Errorf("row %d (from 0), column %q: a value that the column cannot have by its schema: off its step, beyond its bounds, or the index of no level", index[i], c.Name)
			}
		}
	}
	return nil
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

// rowsOf are some rows of a matrix.
type rowsOf struct {
	mat.Matrix
	index []int
}

func (r rowsOf) Dims() (n, d int)    { _, d = r.Matrix.Dims(); return len(r.index), d }
func (r rowsOf) At(i, j int) float64 { return r.Matrix.At(r.index[i], j) }
func (r rowsOf) T() mat.Matrix       { return mat.Transpose{Matrix: r} }

func (f *fit) train(ctx context.Context) error {
	m := f.model
	copies := max(1, leastEpoch/f.train0.n)
	masked := newMaskedRows(f.train0, copies, m.order, f.Seed)
	held := newMaskedRows(f.validation, max(1, leastValidation/f.validation.n), m.order, f.Seed+1)
	var err error
	if m.Facts.Independent, err = m.meanLogProb(f.validation); err != nil {
		return err
	}
	start := weightsOf(m.net)
	n, _ := masked.Dims()
	trainer, err := train.New(m.net, train.Config{
		Optimizer: train.AdamW{Adam: train.Adam{LearningRate: f.LearningRate}, WeightDecay: orNone(f.WeightDecay), Suffix: ".kernel"},
		Loss:      losses.BaseNLL{},
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

// judge compares the model with independent columns on the rows held out, and takes them where it is no better.
func (f *fit) judge(start [][]float64) (err error) {
	m := f.model
	if m.Facts.LogProb, err = m.meanLogProb(f.validation); err != nil {
		return err
	}
	if m.Facts.BestEpoch != train.Start && m.Facts.LogProb > m.Facts.Independent {
		return nil
	}
	for i, p := range m.net.Params() {
		if err := p.Set(start[i]); err != nil {
			return err
		}
	}
	m.Facts.BestEpoch, m.Facts.LogProb = train.Start, m.Facts.Independent
	m.Facts.Warnings = append(m.Facts.Warnings, "no dependence between the columns was found that holds in the rows held out: the model takes them as independent")
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

func (m *Model) meanLogProb(t *table) (float64, error) {
	lp, err := m.chain(t, make([]bool, m.net.slots()))
	return stat.Mean(lp, nil), err
}
