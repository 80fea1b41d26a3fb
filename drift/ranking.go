package drift

import (
	"cmp"
	"math"
	"slices"
)

// A ranking is the rows that have a value, in the order of their values.
type ranking struct {
	order []int
	ends  []int // ends of the runs of equal values in order
}

func rankingOf(values []float64) *ranking {
	r := &ranking{}
	for i, v := range values {
		if !math.IsNaN(v) {
			r.order = append(r.order, i)
		}
	}
	slices.SortFunc(r.order, func(i, j int) int { return cmp.Or(cmp.Compare(values[i], values[j]), cmp.Compare(i, j)) })
	for k, i := range r.order {
		if k+1 == len(r.order) || values[r.order[k+1]] != values[i] {
			r.ends = append(r.ends, k+1)
		}
	}
	return r
}

// shares are, for each row, the share of values below its own plus half the share of equal ones; 0 for a row without a
// value.
func (r *ranking) shares(rows int) []float64 {
	u := make([]float64, rows)
	from := 0
	for _, to := range r.ends {
		for _, i := range r.order[from:to] {
			u[i] = float64(from+to) / float64(2*len(r.order))
		}
		from = to
	}
	return u
}

// within calls set for each row with its share among the rows of its own side alone.
func (r *ranking) within(side []uint8, set func(row int, share float64)) {
	var all, below [2]float64
	for _, i := range r.order {
		all[side[i]]++
	}
	from := 0
	for _, to := range r.ends {
		var equal [2]float64
		for _, i := range r.order[from:to] {
			equal[side[i]]++
		}
		for _, i := range r.order[from:to] {
			s := side[i]
			set(i, (below[s]+equal[s]/2)/all[s])
		}
		below[0], below[1] = below[0]+equal[0], below[1]+equal[1]
		from = to
	}
}
