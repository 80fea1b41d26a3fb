package info

import (
	"errors"
	"math"
	"slices"

	"gaussflow/initializers"
)

// TotalCorrelation is TC = Σ_i H(x_i) − H(x) = KL(p ‖ Π p_i) of some columns, all where none are named; two at least.
//
// Source: Watanabe 1960.
func (s *Sample) TotalCorrelation(columns ...int) (Estimate, error) {
	p, _, err := s.total("TotalCorrelation", columns)
	if err != nil {
		return Estimate{}, err
	}
	return p.positive(), nil
}

// total is the points of a total correlation, and the columns.
func (s *Sample) total(op string, columns []int) (points, []int, error) {
	s, columns, err := s.several(op, columns)
	if err != nil {
		return points{}, nil, err
	}
	if p, ok := s.byModel(columns); ok {
		return p, columns, nil
	}
	p, err := s.copula(columns, columns)
	return p, columns, err
}

// several are the columns, all where none are named, two at least, of which none determine another, and the rows that have them all.
func (s *Sample) several(op string, columns []int) (*Sample, []int, error) {
	if len(columns) == 0 {
		columns = s.all()
	}
	s, err := s.whole(op, columns)
	if err != nil {
		return nil, nil, err
	}
	if len(columns) < 2 {
		return nil, nil, errors.New("info: " + op + ": got one column, want two at least")
	}
	return s, columns, s.determined(columns)
}

// DualTotalCorrelation is DTC = H(x) − Σ_i H(x_i | the others) of some columns, all where none are named: what is shared by two or more.
// It is Σ_i I(x_i; the others) − TC, so that what an estimate of TC misses it has too much of.
//
// Source: Han 1978.
func (s *Sample) DualTotalCorrelation(columns ...int) (Estimate, error) {
	p, err := s.dual("DualTotalCorrelation", columns)
	if err != nil {
		return Estimate{}, err
	}
	return p.positive(), nil
}

// dual is Σ_i I(x_i; the others) − TC(x).
func (s *Sample) dual(op string, columns []int) (points, error) {
	s, columns, err := s.several(op, columns)
	if err != nil {
		return points{}, err
	}
	whole, err := s.copula(columns, columns)
	if err != nil {
		return points{}, err
	}
	p, err := s.others(columns)
	return p.plus(-1, whole), err
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
	p, columns, err := s.total("OInformation", columns)
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
	if _, err := s.grouped("MutualInformation", a, b); err != nil {
		return Estimate{}, err
	}
	s, err := s.whole("MutualInformation", a, b, given)
	if err != nil {
		return Estimate{}, err
	}
	if err := s.determined(slices.Concat(a, b, given)); err != nil {
		return Estimate{}, err
	}
	p, err := s.mutual(a, b, given)
	if err != nil {
		return Estimate{}, err
	}
	return p.positive(), nil
}

// Pairwise is the mutual information of every two of some columns, all where none are named, row by row of a square, each of the rows that
// have both cells. On the diagonal, and between columns that go up and down together in every row, Value is +Inf; where so few rows have
// both cells, or so few rows each pair of names, that nothing can be said, it is NaN.
func (s *Sample) Pairwise(columns ...int) ([][]Estimate, error) {
	if len(columns) == 0 {
		columns = s.all()
	}
	for _, j := range columns {
		if _, err := s.whole("Pairwise", []int{j}); err != nil {
			return nil, err
		}
	}
	d := len(columns)
	out := make([][]Estimate, d)
	for i := range out {
		out[i] = make([]Estimate, d)
	}
	err := initializers.EachColumn(d*d, func(at int) (err error) {
		i, j := at/d, at%d
		switch {
		case i == j:
			out[i][j] = everywhere(math.Inf(1))
		case i < j:
			out[i][j], err = s.pair(columns[i], columns[j])
			out[j][i] = out[i][j]
		}
		return err
	})
	return out, err
}

// pair is the mutual information of two columns.
func (s *Sample) pair(a, b int) (Estimate, error) {
	e, err := s.MutualInformation([]int{a}, []int{b})
	var dependent *DependentError
	var few *FewRowsError
	var levels *LevelsError
	var constant *ConstantError
	switch {
	case errors.As(err, &dependent):
		return everywhere(math.Inf(1)), nil
	case errors.As(err, &few), errors.As(err, &levels), errors.As(err, &constant):
		return everywhere(math.NaN()), nil
	}
	return e, err
}

// everywhere is an estimate that is no number.
func everywhere(v float64) Estimate { return Estimate{Value: v, Lo: v, Hi: v} }
