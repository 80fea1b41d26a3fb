package initializers

import (
	"errors"
	"fmt"
	"iter"
	"math"

	"gonum.org/v1/gonum/mat"

	"gaussflow/graph"
)

// Moments are the mean and standard deviation of columns, gathered row by row in float64 without keeping the rows:
//
//	δ = x − mean,  mean += δ/n,  square += δ·(x − mean)
//
// (Welford 1962), which stays exact to rounding where Σx² − N·mean² cancels.
type Moments struct {
	Rows   int       // N
	Mean   []float64 // d
	square []float64 // Σ (x − mean)²
}

// MomentsOf reads all batches, of at least one row together and all of one width; their error is its own. A row that is not
// finite is a graph.DomainError, counted from the first batch on.
func MomentsOf(batches iter.Seq2[*mat.Dense, error]) (*Moments, error) {
	if batches == nil {
		return nil, errors.New("initializers: MomentsOf: the batches are nil")
	}
	m := &Moments{}
	for x, err := range batches {
		if err == nil {
			err = m.add(x)
		}
		if err != nil {
			return nil, fmt.Errorf("initializers: MomentsOf: %w", err)
		}
	}
	if m.Rows == 0 {
		return nil, errors.New("initializers: MomentsOf: no batches, want at least one row")
	}
	return m, nil
}

// add takes the rows of x in, d of the first of them.
func (m *Moments) add(x *mat.Dense) error {
	if err := m.check(x); err != nil {
		return err
	}
	n, d := x.Dims()
	if m.Rows == 0 {
		m.Mean, m.square = make([]float64, d), make([]float64, d)
	}
	for i := range n {
		m.Rows++
		for j, v := range x.RawRowView(i) {
			delta := v - m.Mean[j]
			m.Mean[j] += delta / float64(m.Rows)
			m.square[j] += delta * (v - m.Mean[j])
		}
	}
	return nil
}

// check reports an x that is not rows like those before.
func (m *Moments) check(x *mat.Dense) error {
	const op = "batch"
	err := graph.CheckData(op, x)
	if m.Rows > 0 {
		err = graph.CheckRows(op, x, len(m.Mean))
	}
	var bad *graph.DomainError
	if errors.As(err, &bad) {
		bad.Row += m.Rows
	}
	return err
}

// StdDev is the standard deviation of each column, divisor N.
func (m *Moments) StdDev() []float64 {
	std := make([]float64, len(m.square))
	for j, s := range m.square {
		std[j] = math.Sqrt(s / float64(m.Rows))
	}
	return std
}
