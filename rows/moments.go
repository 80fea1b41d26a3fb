package rows

import (
	"errors"
	"fmt"
	"iter"
	"math"

	"gonum.org/v1/gonum/mat"
)

// Moments are the mean and standard deviation of columns, gathered row by row in float64 without keeping the rows, whatever the
// columns' units: see moment.
type Moments struct {
	Rows    int       // N
	Mean    []float64 // d
	columns []moment
}

// A moment is the mean and the spread of a column of n values. Of each value it takes the distance from the first one, which is
// exact where the values are close together, in units of a power of two above all distances, u, so that no square underflows
// or overflows. Of these,
//
//	δ = u − mean,  mean += δ/n,  square += δ·(u − mean)
//
// (Welford 1962), which stays exact to rounding where Σu² − N·mean² cancels.
type moment struct {
	n                         int
	first, unit, mean, square float64 // unit 0: all values are the first
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

// center is the mean, that of equal values their value.
func (m *moment) center() float64 { return m.first + m.unit*m.mean }

// spread is the standard deviation, divisor N: 0 of equal values, and of no others.
func (m *moment) spread() float64 {
	return m.unit * math.Sqrt(m.square/float64(max(m.n, 1)))
}

// MeanStd is the mean and the standard deviation (divisor N) of values that are less than 1.8e308 apart. It is exact to
// rounding in any unit: a deviation is 0 where all values are equal, and only there, and then the mean is their value.
func MeanStd(values []float64) (mean, std float64) {
	var m moment
	for _, v := range values {
		m.add(v)
	}
	return m.center(), m.spread()
}

// MomentsOf reads all batches, of at least one row together and all of one width; their error is its own. A row that is not
// finite is a DomainError, counted from the first batch on.
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

// add takes the rows of x in, d of the first of them.
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

// check reports an x that is not rows like those before.
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
