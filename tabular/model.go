package tabular

import (
	"errors"
	"fmt"
	"math/rand/v2"

	"gonum.org/v1/gonum/mat"

	"gaussflow/flows"
	"gaussflow/internal/counted"
	"gaussflow/mixed"
	"gaussflow/rows"
)

// A Model is a fitted density of rows, in the units of the table it was fitted to. Its methods are safe for concurrent
// use.
type Model struct {
	// Flow is the density of the kept columns, in order and in the units of the table; nil if Mixed is set.
	Flow *flows.Flow
	// Mixed is the density of rows with categories or missing cells, which has no latents; nil if Flow is set.
	Mixed *mixed.Model
	Facts
}

// ErrNoLatents is returned when a model without latents is asked for them.
var ErrNoLatents = errors.New("the density of a table with categories or missing cells has no latents: there is no map to a standard normal")

// check reports a Model that was made by neither Fit nor Load, or whose facts a caller has changed.
func (m *Model) check(op string) error {
	switch {
	case m != nil && m.Mixed != nil && m.Flow == nil:
		if d := len(m.Mixed.Columns()); d == 0 || len(m.Columns) != d {
			return fmt.Errorf("tabular: %s: the Model has %s, its density %d, want as many", op, counted.Of(len(m.Columns), "column"), d)
		}
		return nil
	case m == nil || m.Flow == nil:
		return fmt.Errorf("tabular: %s: the Model is nil or has no Flow: Fit or Load makes one", op)
	case len(m.kept()) != m.Flow.Dim():
		return fmt.Errorf("tabular: %s: the Model keeps %s, its Flow has %d, want as many", op, counted.Of(len(m.kept()), "column"), m.Flow.Dim())
	}
	return nil
}

// checkFlow is check for a method that only a flow has.
func (m *Model) checkFlow(op string) error {
	if m != nil && m.Mixed != nil && m.Flow == nil {
		return fmt.Errorf("tabular: %s: %w", op, ErrNoLatents)
	}
	return m.check(op)
}

// kept are the indexes of the columns that the flow has.
func (f Facts) kept() (index []int) {
	for j, c := range f.Columns {
		if !c.Dropped {
			index = append(index, j)
		}
	}
	return index
}

// read are the indexes of the columns that the flow reads, in a table that has Given after its columns.
func (f Facts) read() []int {
	index := f.kept()
	for j := range f.Given {
		index = append(index, len(f.Columns)+j)
	}
	return index
}

// LogProb is log p of each row of x, in nats per unit volume of the kept columns. The columns of x are those of the table,
// including dropped ones, then those of Given. An any-order density accepts missing cells, NaN, and gives log p of the others.
func (m *Model) LogProb(x mat.Matrix) ([]float64, error) {
	if err := m.check("LogProb"); err != nil {
		return nil, err
	}
	if m.Mixed != nil {
		return m.Mixed.LogProb(x)
	}
	if err := rows.Check("tabular: LogProb", x, len(m.Columns)+len(m.Given)); err != nil {
		return nil, err
	}
	lp, err := m.Flow.LogProb(take(x, m.read()))
	if err != nil {
		return nil, fmt.Errorf("tabular: LogProb: %w", err)
	}
	return lp, nil
}

// Sample draws n rows of the table's columns with rng; dropped columns have their constant value. Values of grid
// columns lie between the grid's points, because the flow was fitted to dequantized values.
func (m *Model) Sample(n int, rng *rand.Rand) (*mat.Dense, error) {
	if err := m.check("Sample"); err != nil {
		return nil, err
	}
	if m.Mixed != nil {
		return m.Mixed.Sample(n, rng)
	}
	rows, err := m.Flow.Sample(n, rng)
	if err != nil {
		return nil, fmt.Errorf("tabular: Sample: %w", err)
	}
	return m.whole(rows), nil
}

// SampleGiven is Sample for a conditional density: n rows for each row of given (M×c, the columns Given), those of the first row
// first.
func (m *Model) SampleGiven(given mat.Matrix, n int, rng *rand.Rand) (*mat.Dense, error) {
	if err := m.checkFlow("SampleGiven"); err != nil {
		return nil, err
	}
	x, _, err := m.Flow.SampleGiven(given, n, rng)
	if err != nil {
		return nil, fmt.Errorf("tabular: SampleGiven: %w", err)
	}
	return m.whole(x), nil
}

// TailProbability is, for each log p, the share of the reference rows that are at most as likely; 0 if the Model is nil.
func (m *Model) TailProbability(logProb []float64) []float64 {
	if m == nil {
		return make([]float64, len(logProb))
	}
	share := make([]float64, len(logProb))
	for i, lp := range logProb {
		share[i] = m.Reference.Share(lp)
	}
	return share
}

// take copies the columns of x with these indexes.
func take(x mat.Matrix, columns []int) *mat.Dense {
	n, _ := x.Dims()
	out := mat.NewDense(n, len(columns), nil)
	for k, j := range columns {
		for i := range n {
			out.Set(i, k, x.At(i, j))
		}
	}
	return out
}
