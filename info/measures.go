package info

import (
	"errors"
	"math"

	"gonum.org/v1/gonum/mat"

	"gaussflow/initializers"
	"gaussflow/rbig"
)

// TotalCorrelation is TC = Σ_i H(x_i) − H(x) = KL(p ‖ Π p_i) of some columns, all where none are named; two at least.
//
// Source: Watanabe 1960.
func (s *Sample) TotalCorrelation(columns ...int) (Estimate, error) {
	p, err := s.total("TotalCorrelation", columns)
	if err != nil {
		return Estimate{}, err
	}
	return p.positive(), nil
}

// total is the points of a total correlation.
func (s *Sample) total(op string, columns []int) (points, error) {
	columns, err := s.several(op, columns)
	if err != nil {
		return points{}, err
	}
	return s.copula(columns, len(columns))
}

// several are the columns, all where none are named, two at least, of which none determine another.
func (s *Sample) several(op string, columns []int) ([]int, error) {
	if len(columns) == 0 {
		columns = s.all()
	}
	if err := s.check(op, columns); err != nil {
		return nil, err
	}
	if len(columns) < 2 {
		return nil, errors.New("info: " + op + ": got one column, want two at least")
	}
	return columns, s.determined(columns)
}

// DualTotalCorrelation is DTC = H(x) − Σ_i H(x_i | the others) of some columns, all where none are named: what is shared by two or more.
//
// Source: Han 1978.
func (s *Sample) DualTotalCorrelation(columns ...int) (Estimate, error) {
	p, err := s.dual("DualTotalCorrelation", columns)
	if err != nil {
		return Estimate{}, err
	}
	return p.positive(), nil
}

// dual is (d−1)·TC(x) − Σ_i TC(x without i).
func (s *Sample) dual(op string, columns []int) (points, error) {
	columns, err := s.several(op, columns)
	if err != nil {
		return points{}, err
	}
	d := len(columns)
	whole, err := s.copula(columns, d)
	if err != nil {
		return points{}, err
	}
	p := points{}.plus(float64(d-1), whole)
	for i := range columns {
		without, err := s.copula(append(append([]int{}, columns[:i]...), columns[i+1:]...), d)
		if err != nil {
			return points{}, err
		}
		p = p.plus(-1, without)
	}
	return p, nil
}

// OInformation is Ω = TC − DTC of some columns, three at least, all where none are named: above 0 where they say the same again, below 0
// where they say something only together.
//
// Source: Rosas et al. 2019, arXiv:1902.11239.
func (s *Sample) OInformation(columns ...int) (Estimate, error) {
	if s == nil || s.n == 0 {
		return Estimate{}, errNoSample
	}
	if c := len(columns); c > 0 && c < 3 || c == 0 && len(s.columns) < 3 {
		return Estimate{}, errors.New("info: OInformation: want three columns at least: of two it is 0")
	}
	p, err := s.total("OInformation", columns)
	if err != nil {
		return Estimate{}, err
	}
	dual, err := s.dual("OInformation", columns)
	if err != nil {
		return Estimate{}, err
	}
	return p.plus(-1, dual).signed(), nil
}

// MutualInformation is I(a; b) = TC(a, b) − TC(a) − TC(b) of two groups of columns.
func (s *Sample) MutualInformation(a, b []int) (Estimate, error) {
	return s.ConditionalMutualInformation(a, b, nil)
}

// ConditionalMutualInformation is I(a; b | given) = TC(a, b, given) + TC(given) − TC(a, given) − TC(b, given); given may be empty.
func (s *Sample) ConditionalMutualInformation(a, b, given []int) (Estimate, error) {
	if err := s.grouped("MutualInformation", a, b); err != nil {
		return Estimate{}, err
	}
	if err := s.check("MutualInformation", a, b, given); err != nil {
		return Estimate{}, err
	}
	all := append(append(append([]int{}, a...), b...), given...)
	if err := s.determined(all); err != nil {
		return Estimate{}, err
	}
	var p points
	for _, term := range []struct {
		by    float64
		group []int
	}{{1, all}, {1, given}, {-1, append(append([]int{}, a...), given...)}, {-1, append(append([]int{}, b...), given...)}} {
		q, err := s.copula(term.group, len(all))
		if err != nil {
			return Estimate{}, err
		}
		p = p.plus(term.by, q)
	}
	return p.positive(), nil
}

// Pairwise is the mutual information of every two of some columns, all where none are named, row by row of a square; on the diagonal, and
// between columns that go up and down together in every row, Value is +Inf.
func (s *Sample) Pairwise(columns ...int) ([][]Estimate, error) {
	if len(columns) == 0 {
		columns = s.all()
	}
	if err := s.check("Pairwise", columns); err != nil {
		return nil, err
	}
	d := len(columns)
	out := make([][]Estimate, d)
	for i := range out {
		out[i] = make([]Estimate, d)
	}
	infinite := Estimate{Value: math.Inf(1), Lo: math.Inf(1), Hi: math.Inf(1)}
	err := initializers.EachColumn(d*d, func(at int) error {
		i, j := at/d, at%d
		if i == j {
			out[i][j] = infinite
		}
		if i >= j {
			return nil
		}
		e, err := s.MutualInformation([]int{columns[i]}, []int{columns[j]})
		var dependent *DependentError
		if errors.As(err, &dependent) {
			e, err = infinite, nil
		}
		out[i][j], out[j][i] = e, e
		return err
	})
	return out, err
}

// Entropy is H(x) = Σ_i H(x_i) − TC, differential, in nats in the columns' units, of some columns, all where none are named. The columns'
// own entropies are by spacings: see rbig.Entropy. A column with more ties than a smooth one can have has none: it is an error.
func (s *Sample) Entropy(columns ...int) (Estimate, error) {
	p, _, err := s.entropy("Entropy", columns)
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

// entropy is the points of an entropy, and the columns that it is of.
func (s *Sample) entropy(op string, columns []int) (points, []int, error) {
	if len(columns) == 0 {
		columns = s.all()
	}
	if err := s.check(op, columns); err != nil {
		return points{}, nil, err
	}
	if err := s.determined(columns); err != nil {
		return points{}, nil, err
	}
	total, err := s.copula(columns, len(columns))
	if err != nil {
		return points{}, nil, err
	}
	p := points{}.plus(-1, total)
	p.noise = math.Abs(p.noise)
	for _, j := range columns {
		if s.columns[j].tied > s.n/20 {
			return points{}, nil, &TiedError{s.config.Names[j], s.columns[j].tied}
		}
		_, terms, err := rbig.Entropy(mat.Col(nil, j, s.x))
		if err != nil {
			return points{}, nil, err
		}
		p = p.plus(1, points{row: terms})
	}
	return p, columns, nil
}

// Negentropy is J(x) = H(normal of x's covariance) − H(x) of some columns, all where none are named: how far from normal they are. It is
// the one measure here that an increasing map of a column changes, beside Entropy.
func (s *Sample) Negentropy(columns ...int) (Estimate, error) {
	p, columns, err := s.entropy("Negentropy", columns)
	if err != nil {
		return Estimate{}, err
	}
	normal, err := s.normalEntropy(columns)
	if err != nil {
		return Estimate{}, err
	}
	return normal.plus(-1, p).signed(), nil
}

// normalEntropy is the entropy of the normal that has the columns' mean and covariance, −log of its density at the rows.
func (s *Sample) normalEntropy(columns []int) (points, error) {
	d := len(columns)
	raw := make([]float64, 0, s.n*d)
	for i := range s.n {
		for _, j := range columns {
			raw = append(raw, s.x.At(i, j))
		}
	}
	g, err := normalOf(mat.NewDense(s.n, d, raw))
	if err != nil {
		return points{}, err
	}
	p := points{row: make([]float64, s.n)}
	for i := range p.row {
		p.row[i] = -g.logProb(raw[i*d : (i+1)*d])
	}
	// E log det of a sample's covariance is low by Σ_j [log((n−1)/2) − ψ((n−j)/2)], divisor n−1.
	for j := 1; j <= d; j++ {
		p.bias += (digamma(float64(s.n-j)/2) - math.Log(float64(s.n-1)/2)) / 2
	}
	return p, nil
}
