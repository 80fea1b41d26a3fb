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

	"gaussflow/columns"
	"gaussflow/data"
	"gaussflow/graph"
	"gaussflow/graph/kernel"
	"gaussflow/mixed"
	"gaussflow/rows"
	"gaussflow/train"
)

// FitTable fits a density to the rows of a table whose columns schema describes. x has a column for each that is modelled, in the
// schema's order (columns.Schema.Modelled), as columns.Rows reads them: a number, the seconds of a time, the index of a level, NaN
// for a missing cell. If all cells are numbers and none is missing, the model is the flow of Fit. If there are categories, missing
// cells or values with a probability of their own, or Config.Family is AnyOrder, it is the density of mixed.Fit: see FamilyOf.
// Columns that have no density are only listed in the model's Schema.
//
// The errors are those of Fit; in addition a FieldError reports a field of Config that an any-order density does not have. When ctx
// is done, FitTable returns the best model so far with an error that wraps ctx.Err; the model is nil if there is none yet.
func FitTable(ctx context.Context, schema *columns.Schema, x mat.Matrix, c Config) (*Model, error) {
	start := time.Now()
	if ctx == nil {
		return nil, errors.New("tabular: FitTable: ctx is nil, want a context.Context, context.Background() say")
	}
	if err := errors.Join(schema.Validate(), c.Validate()); err != nil {
		return nil, err
	}
	var names []string
	for _, column := range schema.Modelled() {
		names = append(names, column.Name)
	}
	n, d := rows.Dims(x)
	switch {
	case len(names) == 0:
		return nil, ErrNothingModelled
	case d != len(names):
		return nil, fmt.Errorf("tabular: FitTable: got a %s matrix, want %d columns, one for each that the schema models", rows.ShapeOf(x), len(names))
	case n < minRows:
		return nil, &FewRowsError{n, minRows}
	}
	kept := *schema
	kept.Columns = slices.Clone(schema.Columns)
	if FamilyOf(schema, x, c) == AnyOrder {
		countMissing(&kept, x)
		return fitMixed(ctx, kept, x, c, start)
	}
	if c.Dtype == "" && needsFloat64(&kept) {
		c.Dtype = graph.Float64
	}
	c.DropConstant = true // a column may vary only in rows with wild cells; it is named in a warning
	m, err := Fit(ctx, names, x, c)
	if m != nil {
		m.Schema = &kept
	}
	return m, err
}

// countMissing notes the missing cells of x in columns of which the schema knows none, as one made by hand.
func countMissing(schema *columns.Schema, x mat.Matrix) {
	n, _ := rows.Dims(x)
	for j, c := range schema.Modelled() {
		if c.Missing > 0 {
			continue
		}
		for i := range n {
			if math.IsNaN(x.At(i, j)) {
				c.Missing++
			}
		}
	}
}

// needsFloat64 reports a column whose values lie closer together than the numbers of float32 near the largest of them: Unix seconds of some
// days, or cents of millions.
func needsFloat64(schema *columns.Schema) bool {
	const (
		spacing = 1. / (1 << 22) // twice that of float32, so that every value has a number of its own
		amounts = 3              // as many decimals amounts have; more are digits of a measurement, the last of which mean little
	)
	return slices.ContainsFunc(schema.Modelled(), func(c *columns.Column) bool {
		step := c.Step
		if step == 0 && c.Form.Exponent == "" && c.Form.Decimals > 0 && c.Form.Decimals <= amounts {
			step = math.Pow10(-c.Form.Decimals)
		}
		return step > 0 && max(math.Abs(c.Min), math.Abs(c.Max))*spacing > step
	})
}

// ErrNothingModelled reports a table without a column that has a density.
var ErrNothingModelled = errors.New("no column of the table has a density: all are constants, text, identifiers or empty")

// FamilyOf is the family of density that FitTable chooses for rows of a schema: AnyOrder if there are categories or booleans,
// values with a probability of their own, or missing cells in x; otherwise that of the Config.
func FamilyOf(schema *columns.Schema, x mat.Matrix, c Config) Family {
	if c.Family != "" {
		return c.Family
	}
	for _, column := range schema.Modelled() {
		if len(column.Levels)+len(column.Atoms) > 0 {
			return AnyOrder
		}
	}
	n, d := rows.Dims(x)
	for i := range n {
		for j := range d {
			if math.IsNaN(x.At(i, j)) {
				return AnyOrder
			}
		}
	}
	return c.Family
}

// fitMixed fits an any-order density.
func fitMixed(ctx context.Context, schema columns.Schema, x mat.Matrix, c Config, start time.Time) (*Model, error) {
	theirs, err := c.mixed()
	if err != nil {
		return nil, err
	}
	history := &train.History{BestEpoch: train.Start}
	theirs.Callbacks = append(slices.Clone(c.Callbacks), train.LambdaCallback{EpochEnd: func(s *train.State) error {
		history = s.History
		return nil
	}})
	density, err := mixed.Fit(ctx, schema, x, theirs)
	if density == nil {
		return nil, &MixedError{err}
	}
	c.Family = AnyOrder
	m := &Model{Mixed: density, Facts: Facts{Columns: describe(schema, x), Config: c, Schema: &schema}}
	m.Config.Callbacks, m.Config.Checkpoint = nil, train.Checkpoint{}
	m.Quanta = make([]float64, len(m.Columns))
	for _, w := range density.Facts.Warnings {
		m.Warnings = append(m.Warnings, Warning{Kind: NotImproved, Text: w})
	}
	if names := tied(density.Residuals()); names != nil {
		m.Warnings = append(m.Warnings, Warning{Kind: MappedColumns, Columns: names, Text: "columns that nearly determine each other: given one, what is left of the other is fitted"})
	}
	if errFacts := m.judgeMixed(ctx, x, theirs); errFacts != nil {
		return nil, fmt.Errorf("tabular: FitTable: %w", errFacts)
	}
	m.Training.Kernels, m.Training.Seconds, m.Training.History = kernel.Set(), time.Since(start).Seconds(), history
	return m, err
}

// tied are the names of the columns of residuals, each once.
func tied(residuals []mixed.Residual) (names []string) {
	for _, r := range residuals {
		for _, name := range r.Columns {
			if !slices.Contains(names, name) {
				names = append(names, name)
			}
		}
	}
	return names
}

// judgeMixed scores the validation rows and the training rows.
func (m *Model) judgeMixed(ctx context.Context, x mat.Matrix, c mixed.Config) error {
	n, _ := x.Dims()
	isHeld := make([]bool, n)
	for _, i := range m.Mixed.HeldOut() {
		isHeld[i] = true
	}
	logProb, err := m.Mixed.LogProb(x)
	if err != nil {
		return err
	}
	var held, fitted []float64
	var at []int
	for i, lp := range logProb {
		switch {
		case math.IsInf(lp, 0):
		case isHeld[i]:
			held = append(held, lp)
		default:
			fitted, at = append(fitted, lp), append(at, i)
		}
	}
	if len(held) == 0 {
		held = fitted
	}
	if len(held) == 0 {
		return errors.New("no row has a log p")
	}
	reference := held
	switch {
	case len(held) >= referenceRows:
	case len(at) < mixedParts*minRows || ctx.Err() != nil:
		reference = slices.Concat(fitted, held)
	default:
		crossed, err := m.crossMixed(ctx, pick(x, at), c)
		switch {
		case ctx.Err() != nil:
			crossed = fitted
		case err != nil:
			return err
		}
		reference = slices.Concat(crossed, held)
	}
	m.Training = Training{
		Rows: m.Mixed.Facts.Rows, ValidationRows: m.Mixed.Facts.ValidationRows, ReferenceRows: len(reference),
		Parameters: m.Mixed.Parameters(), LogLikelihood: stat.Mean(held, nil),
	}
	m.Reference, m.Fitted, m.Held = newQuantiles(reference), newQuantiles(fitted), newQuantiles(held)
	return nil
}

// mixedParts is how many parts the rows are cut into if the model is an any-order density; only one of them is scored.
const mixedParts = 3

// crossMixed is log p of one part of the training rows, by a density fitted to the others.
func (m *Model) crossMixed(ctx context.Context, x *mat.Dense, c mixed.Config) ([]float64, error) {
	n, _ := x.Dims()
	c.Callbacks, c.Checkpoint = nil, train.Checkpoint{}
	crossed, err := parted(ctx, n, mixedParts, 1, func(in, out []int) ([]float64, error) {
		part, err := mixed.Fit(ctx, *m.Schema, pick(x, in), c)
		if err != nil {
			return nil, err
		}
		return part.LogProb(pick(x, out))
	})
	return slices.DeleteFunc(crossed, func(lp float64) bool { return math.IsInf(lp, 0) }), err
}

// describe summarizes the columns of x that the schema models; for a category that is only the number of levels.
func describe(schema columns.Schema, x mat.Matrix) (found []Column) {
	for j, c := range schema.Modelled() {
		column := Column{Column: data.Column{Name: c.Name}}
		if len(c.Levels) > 0 {
			column.Distinct = len(c.Levels)
			found = append(found, column)
			continue
		}
		var values columns.Values
		var present []float64
		for i, n := 0, lengthOf(x); i < n; i++ {
			if v := x.At(i, j); !math.IsNaN(v) {
				values.Add(v)
				present = append(present, v)
			}
		}
		column.Distinct, column.Top, column.Integer = values.Distinct(), values.Top(), values.Whole()
		if len(present) > 0 {
			column.Mean, column.Std = stat.PopMeanStdDev(present, nil)
		}
		found = append(found, column)
	}
	return found
}

func lengthOf(x mat.Matrix) int {
	n, _ := x.Dims()
	return n
}
