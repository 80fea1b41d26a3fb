package info

import (
	"math"
	"slices"

	"gaussflow/graph/kernel"
	"gaussflow/initializers"
)

// A kind is what the values of a column are.
type kind struct {
	name bool    // names, of which it matters only whether they are equal
	step float64 // of the grid that numbers lie on; 0: none, or it is not known
}

// A scored column is its values' ranks, from 0, and nothing else of it: whatever an increasing map makes of the values, they stay.
type scored struct {
	rank []int // of each row
	tied int   // rows that share their value with another one
	same bool  // all rows have one value
	kind
	gaps int // cells that are missing; then there is no rank, and the rest is of those that are there
}

// scoresOf ranks the values of a column. Equal values are ranked among each other at random, by the seed: the same as adding noise that
// is smaller than the distance to the next value, from which the value can be told again, so that no information is lost or made.
func scoresOf(values []float64, seed, column uint64) scored {
	n := len(values)
	if there := slices.DeleteFunc(slices.Clone(values), math.IsNaN); len(there) < n {
		s := scored{same: true}
		if len(there) > 0 {
			s = scoresOf(there, seed, column)
		}
		s.rank, s.gaps = nil, n-len(there)
		return s
	}
	if n == 0 {
		return scored{}
	}
	order := initializers.NewRand(seed, 100+column).Perm(n)
	slices.SortStableFunc(order, func(a, b int) int {
		switch {
		case values[a] < values[b]:
			return -1
		case values[a] > values[b]:
			return 1
		}
		return 0
	})
	s := scored{rank: make([]int, n), same: values[order[0]] == values[order[n-1]]}
	for r, i := range order {
		s.rank[i] = r
		if r > 0 && values[order[r-1]] == values[i] || r < n-1 && values[order[r+1]] == values[i] {
			s.tied++
		}
	}
	return s
}

// normalScores are the values at ranks 0 to n−1 that normals have, Φ⁻¹((r+½)/n), times what makes their mean square 1.
func normalScores(n int) []float64 {
	z, square := make([]float64, n), 0.0
	for r := range z {
		z[r] = kernel.Quantile(math.Log((float64(r) + 0.5) / float64(n)))
	}
	for r := range n / 2 { // exactly antisymmetric
		z[n-1-r] = -z[r]
	}
	if n%2 == 1 {
		z[n/2] = 0
	}
	for _, v := range z {
		square += v * v / float64(n)
	}
	for r := range z {
		z[r] /= math.Sqrt(square)
	}
	return z
}
