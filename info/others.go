package info

import (
	"fmt"
	"slices"
)

// others is Σ_i I(x_i; the others) of a group; of columns of numbers in groups that do not depend on each other the sum of theirs.
func (s *Sample) others(columns []int) (points, error) {
	if names, _ := s.parted(columns); len(names) > 0 {
		return s.byLeavingOut(columns)
	}
	parts, err := s.apart(columns)
	if err != nil {
		return points{}, s.dependent(err, columns)
	}
	p := points{row: make([]float64, s.n)}
	for _, part := range parts {
		if len(part) < 2 {
			continue
		}
		q, err := s.othersOf(part)
		if err != nil {
			return points{}, s.dependent(err, part)
		}
		p = p.plus(1, q)
	}
	return p, nil
}

// othersOf is others of columns of numbers that are one group.
func (s *Sample) othersOf(group []int) (points, error) {
	group = slices.Sorted(slices.Values(group))
	return remembered(s, s.fits, fmt.Sprint("others of ", group), func() (points, error) {
		how := s.how(len(group))
		if how == Neighbours && len(group) <= mostNeighbours {
			return s.byLeavingOut(group)
		}
		return s.byConditionals(group, how)
	})
}

// byLeavingOut is Σ_i TC(x) − TC(x without i) of a group.
func (s *Sample) byLeavingOut(group []int) (p points, err error) {
	all, err := s.copula(group, group)
	if err != nil {
		return points{}, err
	}
	p = p.plus(float64(len(group)), all)
	for i := range group {
		without, err := s.copula(slices.Delete(slices.Clone(group), i, i+1), group)
		if err != nil {
			return points{}, err
		}
		p = p.plus(-1, without)
	}
	return p, nil
}

// byConditionals, of a sorted group, is Σ_i E log p(x_i | the others) − log p(x_i): of the likeliest elliptical copula, and what that leaves, a conditional for each
// column, whatever estimates total correlations.
func (s *Sample) byConditionals(group []int, how Remainder) (points, error) {
	columns := s.scoredOf(group)
	e, err := s.elliptical(group)
	if err != nil {
		return points{}, err
	}
	x := e.spread(columns)
	readings, err := e.leftOut(x)
	if err != nil {
		return points{}, err
	}
	d := len(group)
	p := e.points(d) // of which what the columns' correlations cost is to be d times what one more column costs, and ν is one parameter in all
	bias, noise := normalBias(s.n, d)
	fewerBias, fewerNoise := normalBias(s.n, d-1)
	p.bias += float64(d)*(bias-fewerBias) - bias
	p.noise += float64(d)*(noise-fewerNoise) - noise
	p.row = make([]float64, s.n)
	targets := make([]target, d)
	for j, r := range readings {
		p = p.plus(1, points{row: r.overMargin(x.RawRowView(j))})
		targets[j] = target{r.scores(), slices.Delete(span(0, d), j, j+1)}
	}
	if how == None {
		return p, nil
	}
	if more, err := s.leaves(group); err != nil || !more {
		return p, err
	}
	gain, err := s.gained(s.zScores(group), targets)
	return p.plus(1, points{row: gain}), err
}
