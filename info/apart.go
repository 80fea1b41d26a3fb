package info

import (
	"fmt"
	"slices"

	"gonum.org/v1/gonum/stat/distuv"
)

// apartLevel is about the chance that columns which are independent are taken to be parts of one group somewhere. It is small: what pairs share
// that are taken apart though they are not is then below about 20/n nats each, while one group in place of two may lose tenths.
const apartLevel = 0.001

// apart is columns of numbers in groups that do not depend on each other, so far as pairs show: two columns are in one group where the T of
// their pair, which is about χ² of independent columns, is beyond its quantile, corrected for the number of pairs, or where a chain of such
// pairs leads from one to the other. What no elliptical copula has is found far better of few columns than of many, and that of independent
// groups adds up. Columns that an elliptical copula fits, or of which a Remainder was asked for, are one group.
func (s *Sample) apart(whole []int) ([][]int, error) {
	_, whole = s.parted(whole)
	one := [][]int{whole}
	if s.config.Remainder != Auto || len(whole) < 3 {
		return one, nil
	}
	return remembered(s, s.parts, fmt.Sprint(whole), func() ([][]int, error) {
		if more, err := s.leaves(whole); err != nil || !more {
			return one, err
		}
		return s.components(whole), nil
	})
}

// components are the groups of columns between which no pair is dependent.
func (s *Sample) components(columns []int) (parts [][]int) {
	pairs := float64(len(columns) * (len(columns) - 1) / 2)
	beyond := pairQuantile(apartLevel / pairs)
	group := make([]int, len(columns)) // of each column
	for i := range group {
		group[i] = i
	}
	sums := s.features(columns).pairs()
	for i := range columns {
		for j := range i {
			if from, to := group[i], group[j]; from != to && sums[i*(i-1)/2+j] > beyond {
				for k := range group {
					if group[k] == from {
						group[k] = to
					}
				}
			}
		}
	}
	for _, g := range slices.Compact(slices.Sorted(slices.Values(group))) {
		var part []int
		for i, of := range group {
			if of == g {
				part = append(part, columns[i])
			}
		}
		parts = append(parts, part)
	}
	return parts
}

// pairQuantile is what the T of a pair of independent columns of numbers exceeds at a level: that of χ².
func pairQuantile(level float64) float64 {
	return distuv.ChiSquared{K: orders * orders}.Quantile(1 - level)
}
