package info

import (
	"slices"
)

// mutual is I(a; b | given): of columns of numbers in groups that do not depend on each other the sum of theirs.
func (s *Sample) mutual(a, b, given []int) (points, error) {
	all := slices.Concat(a, b, given)
	if names, _ := s.parted(all); len(names) > 0 {
		return s.byTotals(a, b, given, s.copula)
	}
	parts, err := s.apart(all)
	if err != nil {
		return points{}, s.dependent(err, all)
	}
	p := points{row: make([]float64, s.n)}
	for _, part := range parts {
		of := func(group []int) []int {
			return slices.DeleteFunc(slices.Clone(group), func(j int) bool { return !slices.Contains(part, j) })
		}
		if len(of(a)) == 0 || len(of(b)) == 0 {
			continue
		}
		q, err := s.mutualOf(of(a), of(b), of(given))
		if err != nil {
			return points{}, s.dependent(err, part)
		}
		p = p.plus(1, q)
	}
	return p, nil
}

// byTotals is TC(a, b, given) + TC(given) − TC(a, given) − TC(b, given), by an estimate of each.
func (s *Sample) byTotals(a, b, given []int, total func(group, whole []int) (points, error)) (p points, err error) {
	all := slices.Concat(a, b, given)
	for _, term := range []struct {
		by    float64
		group []int
	}{{1, all}, {1, given}, {-1, slices.Concat(a, given)}, {-1, slices.Concat(b, given)}} {
		q, err := total(term.group, all)
		if err != nil {
			return points{}, err
		}
		p = p.plus(term.by, q)
	}
	return p, nil
}

// mutualOf is mutual of columns of numbers that are one group. What elliptical copulas leave is, where it takes flows, that of the columns of the
// smaller group alone, one after another: where those of the other are known, less where they are not. All else of the total correlations
// would cancel.
func (s *Sample) mutualOf(a, b, given []int) (points, error) {
	all := slices.Concat(a, b, given)
	slices.Sort(all)
	if s.how(len(all)) != Flow {
		return s.byTotals(a, b, given, s.copula)
	}
	p, err := s.byTotals(a, b, given, func(group, _ []int) (points, error) { return s.smoothOf(group, None) })
	if err != nil {
		return points{}, err
	}
	if len(b) < len(a) || len(b) == len(a) && slices.Compare(b, a) < 0 {
		a, b = b, a
	}
	for _, term := range []struct {
		by    float64
		known []int
	}{{1, slices.Concat(given, b)}, {-1, given}} {
		gain, err := s.after(term.known, a)
		if err != nil {
			return points{}, err
		}
		p = p.plus(term.by, points{row: gain})
	}
	return p, nil
}

// smoothOf is smooth of a group in any order; of less than two columns it is nothing.
func (s *Sample) smoothOf(group []int, how Remainder) (points, error) {
	if len(group) < 2 {
		return points{row: make([]float64, s.n)}, nil
	}
	return s.smooth(slices.Sorted(slices.Values(group)), how)
}

// after is what the elliptical copula of known columns and some more leaves of these, at the rows: the sum of what each gains where the known ones
// and those before it are known.
func (s *Sample) after(known, more []int) ([]float64, error) {
	order := slices.Concat(slices.Sorted(slices.Values(known)), slices.Sorted(slices.Values(more)))
	group := slices.Sorted(slices.Values(order))
	if len(group) < 2 {
		return make([]float64, s.n), nil
	}
	if there, err := s.leaves(group); err != nil || !there {
		return make([]float64, s.n), err
	}
	e, err := s.elliptical(group)
	if err != nil {
		return nil, err
	}
	at := make([]int, len(order)) // in the group
	for k, j := range order {
		at[k] = slices.Index(group, j)
	}
	if e, err = e.permuted(at); err != nil {
		return nil, err
	}
	readings := e.successive(e.spread(s.scoredOf(order)))
	return s.gained(s.zScores(order), stepsAfter(len(known), readings))
}
