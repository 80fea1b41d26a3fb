package rows

import (
	"errors"
	"fmt"
	"iter"
	"math"

	"gonum.org/v1/gonum/mat"
)

// Moments are the means and standard deviations of columns, accumulated row by row in float64 without keeping the rows,
// whatever the columns' units: see moment.
type Moments struct {
	Rows    int       // N
	Mean    []float64 // d
	columns []moment
}

// A moment is the mean and the spread of n values. Each value is taken as its distance from the first one, which is exact if
// the values are close together, and scaled by a power of two so that no square underflows or overflows. With these scaled
// distances u,
//
//	δ = u − mean,  mean += δ/n,  square += δ·(u − mean)
//
// (Welford 1962), which is exact to rounding where Σu² − N·mean² cancels.
type moment struct {
	n                         int
	first, unit, mean, square float64 // unit is 0 while all values equal the first
}

func (m *moment) add(v float64) {
	if m.n++; m.n == 1 {
		m.first = v
	}
	d := v - m.first
	if math.Abs(d) > m.unit {
		_, exponent := math.Frexp(d)
		unit := math.Ldexp(1, min(exponent, 1023))
		ratio := m.unit / unit
		m.unit, m.mean, m.square = unit, m.mean*ratio, m.square*ratio*ratio
	}
	if m.unit == 0 {
		return
	}
	u := d / m.unit
	delta := u - m.mean
	m.mean += delta / float64(m.n)
	m.square += delta * (u - m.mean)
}

// center is the mean; for equal values exactly their value.
func (m *moment) center() float64 { return m.first + m.unit*m.mean }

// spread is the standard deviation, divisor N; it is 0 only if all values are equal.
func (m *moment) spread() float64 {
	return m.unit * math.Sqrt(m.square/float64(max(m.n, 1)))
}

// MeanStd is the mean and the standard deviation (divisor N) of values that differ by less than 1.8e308. It is exact to
// rounding in any unit. The deviation is 0 if and only if all values are equal, and then the mean is exactly their
// value.
func MeanStd(values []float64) (mean, std float64) {
	var m moment
	for _, v := range values {
		m.add(v)
	}
	return m.center(), m.spread()
}

// MomentsOf reads all batches, which must have the same width and at least one row together, and returns their error if
// there is one. A row that is not finite is a DomainError, with the row counted from the first batch on.
func MomentsOf(batches iter.Seq2[*mat.Dense, error]) (*Moments, error) {
	if batches == nil {
		return nil, errors.New("rows: MomentsOf: the batches are nil")
	}
	m := &Moments{}
	for x, err := range batches {
		if err == nil {
			err = m.add(x)
		}
		if err != nil {
			return nil, fmt.Errorf("rows: MomentsOf: %w", err)
		}
	}
	if m.Rows == 0 {
		return nil, errors.New("rows: MomentsOf: no batches, want at least one row")
	}
	for j := range m.columns {
		m.Mean[j] = m.columns[j].center()
	}
	return m, nil
}

// add adds the rows of x.
func (m *Moments) add(x *mat.Dense) error {
	if err := m.check(x); err != nil {
		return err
	}
	n, d := x.Dims()
	if m.Rows == 0 {
		m.Mean, m.columns = make([]float64, d), make([]moment, d)
	}
	for i := range n {
		m.Rows++
		for j, v := range x.RawRowView(i) {
			m.columns[j].add(v)
		}
	}
	return nil
}

// check reports an x that does not fit the rows before.
func (m *Moments) check(x *mat.Dense) error {
	const op = "batch"
	err := CheckFinite(op, x)
	if m.Rows > 0 {
		err = Check(op, x, len(m.Mean))
	}
	var bad *DomainError
	if errors.As(err, &bad) {
		bad.Row += m.Rows
	}
	return err
}

// StdDev is the standard deviation of each column, divisor N.
func (m *Moments) StdDev() []float64 {
	std := make([]float64, len(m.columns))
	for j := range m.columns {
		std[j] = m.columns[j].spread()
	}
	return std
}
