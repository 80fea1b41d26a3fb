package info

import (
	"errors"
	"fmt"
	"math"
	"slices"

	"gonum.org/v1/gonum/mathext"
)

// normalBias is what −½ log det R̂ of d independent normal columns of n rows is on average, and its variance: det R̂ is a product of
// independent Beta((n−j)/2, (j−1)/2), j = 2 … d. The bias is the same whatever the true correlation.
//
// Source: Muirhead 1982, Aspects of Multivariate Statistical Theory, theorem 5.1.3.
func normalBias(n, d int) (bias, noise float64) {
	all := float64(n-1) / 2
	for j := 2; j <= d; j++ {
		part := float64(n-j) / 2
		bias += (mathext.Digamma(all) - mathext.Digamma(part)) / 2
		noise += (trigamma(part) - trigamma(all)) / 4
	}
	return bias, noise
}

// trigamma is the derivative of the digamma function at x > 0.
func trigamma(x float64) float64 { return mathext.Zeta(2, x) }

// logGamma is log Γ at x > 0.
func logGamma(x float64) float64 { v, _ := math.Lgamma(x); return v }

// copula is log c of a group's columns at the rows, the remainder estimated as for all of whole: measures that take estimates from each
// other take like from like.
func (s *Sample) copula(group, whole []int) (points, error) {
	if len(group) < 2 {
		return points{row: make([]float64, s.n)}, nil
	}
	group, whole = slices.Sorted(slices.Values(group)), slices.Sorted(slices.Values(whole))
	return remembered(s, s.fits, fmt.Sprint(group, whole), func() (points, error) {
		if err := s.config.ended(); err != nil {
			return points{}, err
		}
		p, err := s.fit(group, whole)
		return p, s.dependent(err, group)
	})
}

// dependent names the group in the error of a singular correlation.
func (s *Sample) dependent(err error, group []int) error {
	if errors.Is(err, errSingular) {
		return &DependentError{Columns: s.namesOf(group)}
	}
	return err
}

// fit is log c of a group, which is sorted.
func (s *Sample) fit(group, whole []int) (points, error) {
	names, numbers := s.parted(group)
	if len(names) > 0 {
		return s.typed(names, numbers, whole)
	}
	parts, err := s.apart(whole)
	if err != nil {
		return points{}, err
	}
	if len(parts) == 1 {
		return s.smooth(group, s.how(len(whole)))
	}
	p := points{row: make([]float64, s.n)}
	for _, part := range parts {
		some := slices.DeleteFunc(slices.Clone(part), func(j int) bool { return !slices.Contains(group, j) })
		if len(some) < 2 {
			continue
		}
		q, err := s.smooth(some, s.how(len(part)))
		if err != nil {
			return points{}, err
		}
		p = p.plus(1, q)
	}
	return p, nil
}

// how is the remainder of so many columns.
func (s *Sample) how(columns int) Remainder {
	switch {
	case s.config.Remainder != Auto:
		return s.config.Remainder
	case columns <= mostNeighbours:
		return Neighbours
	}
	return Flow
}

func (s *Sample) scoredOf(group []int) []scored {
	columns := make([]scored, len(group))
	for i, j := range group {
		columns[i] = s.columns[j]
	}
	return columns
}

// mostNeighbours is how many columns Auto takes Neighbours for.
const mostNeighbours = 4

// elliptical is the likeliest elliptical copula of a sorted group.
func (s *Sample) elliptical(group []int) (*elliptical, error) {
	return remembered(s, s.copulas, fmt.Sprint(group), func() (*elliptical, error) { return fitElliptical(s.scoredOf(group), s.scores) })
}

// leaves reports whether the elliptical copula of a sorted group leaves anything.
func (s *Sample) leaves(group []int) (bool, error) {
	return remembered(s, s.odds, fmt.Sprint(group), func() (bool, error) {
		e, err := s.elliptical(group)
		return err == nil && odd(e.gaussianized(s.scoredOf(group))), err
	})
}

// smooth is the elliptical copula of a sorted group of numbers, and what it leaves.
func (s *Sample) smooth(group []int, how Remainder) (points, error) {
	e, err := s.elliptical(group)
	if err != nil {
		return points{}, err
	}
	p := e.points(len(group))
	if how == None {
		return p, nil
	}
	if more, err := s.leaves(group); err != nil || !more {
		return p, err
	}
	if how == Sums {
		return s.bySums(p, e.gaussianized(s.scoredOf(group)))
	}
	gain, err := s.remainder(e, group, how)
	return p.plus(1, points{row: gain}), err
}

// remainder is what the elliptical copula e of a group leaves, at the rows.
func (s *Sample) remainder(e *elliptical, group []int, how Remainder) ([]float64, error) {
	switch how {
	case Neighbours:
		w := e.gaussianized(s.scoredOf(group))
		return byNeighbours(w, w, true, s.config.ended)
	case RBIG:
		return s.byRBIG(e.gaussianized(s.scoredOf(group)))
	}
	return s.after(nil, group)
}

// points are the copula's log-density at the rows of d columns.
func (e *elliptical) points(d int) points {
	n := len(e.density)
	p := points{row: e.density}
	p.bias, p.noise = normalBias(n, d)
	if !math.IsInf(e.nu, 1) { // a parameter more, in the limit of Wilks
		p.bias += 1 / (2 * float64(n))
		p.noise += 1 / (2 * float64(n) * float64(n))
	}
	return p
}
