package info

import (
	"fmt"
	"math"
	"slices"

	"gonum.org/v1/gonum/mat"

	"gaussflow/initializers"
	"gaussflow/rbig"
)

// Entropy is H(x) = Σ_i H(x_i) − TC of some columns, all where none are named, in nats: differential, in the columns' units, of numbers, and
// −E log p of names. Where the rows cannot be told from those of a multivariate normal or t it is that one's, in closed form; else the
// columns' own entropies are by spacings: see rbig.Entropy. Values on a grid, as
// a schema says, are spread over its steps. Another column of numbers with more ties than a smooth one can have has no entropy: it is an error.
func (s *Sample) Entropy(columns ...int) (Estimate, error) {
	s, columns, err := s.dense("Entropy", columns)
	if err != nil {
		return Estimate{}, err
	}
	if s.logProb != nil && len(columns) == len(s.columns) {
		return points{}.plus(-1, points{row: s.logProb}).signed(), nil
	}
	if l := s.law(columns); l != nil {
		return l.entropyEstimate(), nil
	}
	p, err := s.entropy(columns)
	if err != nil {
		return Estimate{}, err
	}
	return p.signed(), nil
}

// A TiedError is of a column of which so many values are equal that it has no density, and so no entropy of its own.
type TiedError struct {
	Column string
	Rows   int // that share their value with another
}

func (e *TiedError) Error() string { return "info: " + e.Reason() }

// Reason is the error in words for people.
func (e *TiedError) Reason() string {
	return "column \"" + e.Column + "\" has many equal values, so no density, and its entropy as one is −∞; its mutual information with other columns is well defined"
}

// A SpreadError is of a column whose values are too large, or too far apart, to have an entropy that can be computed.
type SpreadError struct {
	Column string
	Err    error
}

func (e *SpreadError) Error() string {
	if e.Err == nil {
		return "info: " + e.Reason()
	}
	return "info: " + e.Reason() + ": " + e.Err.Error()
}

// Unwrap is what went wrong.
func (e *SpreadError) Unwrap() error { return e.Err }

// Reason is the error in words for people.
func (e *SpreadError) Reason() string {
	return fmt.Sprintf("the values of column %q are too large or too far apart for an entropy; what it shares with others is well defined", e.Column)
}

// dense are columns that have an entropy, all where none are named, and the rows that have them all.
func (s *Sample) dense(op string, columns []int) (*Sample, []int, error) {
	if len(columns) == 0 {
		columns = s.all()
	}
	s, err := s.whole(op, columns)
	if err != nil {
		return nil, nil, err
	}
	_, numbers := s.parted(columns)
	for _, j := range numbers {
		if s.columns[j].tied > s.n/20 && s.columns[j].step == 0 {
			return nil, nil, &TiedError{s.config.Names[j], s.columns[j].tied}
		}
	}
	return s, columns, s.determined(columns)
}

// entropy is the points of an entropy by the copula and the columns' own.
func (s *Sample) entropy(columns []int) (points, error) {
	total, err := s.copula(columns, columns)
	if err != nil {
		return points{}, err
	}
	p := points{}.plus(-1, total)
	p.noise = math.Abs(p.noise)
	for _, j := range columns {
		own := s.surprise(j)
		if !s.columns[j].name {
			if _, own.row, err = rbig.Entropy(s.spread(j)); err != nil {
				return points{}, &SpreadError{s.config.Names[j], err}
			}
		}
		p = p.plus(1, own)
	}
	return p, nil
}

// Negentropy is J(x) = H(normal of x's covariance) − H(x) of some columns of numbers, all where none are named: how far from normal they
// are. It is the one measure here that an increasing map of a column changes, beside Entropy.
func (s *Sample) Negentropy(columns ...int) (Estimate, error) {
	s, columns, err := s.dense("Negentropy", columns)
	if err != nil {
		return Estimate{}, err
	}
	if err := s.numbersOnly("Negentropy", columns); err != nil {
		return Estimate{}, err
	}
	p, err := s.entropy(columns)
	if err != nil {
		return Estimate{}, err
	}
	normal, err := s.normalEntropy(columns)
	if err != nil {
		return Estimate{}, err
	}
	return normal.plus(-1, p).signed(), nil
}

// spread is the values of a column of numbers, those on a grid spread evenly over its steps: their entropy is that of the grid's points, as
// names, and the logarithm of the step.
func (s *Sample) spread(j int) []float64 {
	values, step := s.values[j], s.columns[j].step
	if step == 0 {
		return values
	}
	values = slices.Clone(values)
	rng := initializers.NewRand(s.config.Seed, uint64(300+j))
	for i := range values {
		values[i] += step * (rng.Float64() - 0.5)
	}
	return values
}

// matrix is the values of columns, n×d.
func (s *Sample) matrix(columns []int) *mat.Dense {
	x := mat.NewDense(s.n, len(columns), nil)
	for k, j := range columns {
		x.SetCol(k, s.values[j])
	}
	return x
}

// normalEntropy is the entropy of the normal that has the columns' mean and covariance, −log of its density at the rows.
func (s *Sample) normalEntropy(columns []int) (points, error) {
	x, d := s.matrix(columns), len(columns)
	g, err := normalOf(x)
	if err != nil {
		return points{}, err
	}
	p := points{row: make([]float64, s.n)}
	for i := range p.row {
		p.row[i] = -g.logProb(x.RawRowView(i))
	}
	// E log det of a sample's covariance is low by Σ_j [log((n−1)/2) − ψ((n−j)/2)], divisor n−1.
	for j := 1; j <= d; j++ {
		p.bias += (digamma(float64(s.n-j)/2) - math.Log(float64(s.n-1)/2)) / 2
	}
	return p, nil
}
