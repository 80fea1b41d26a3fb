package columns

import (
	"cmp"
	"math"
	"slices"
	"sort"
)

// The conditions under which a value is an atom.
const (
	atomShare   = 0.03 // the least share of the values
	atomExcess  = 5    // the least multiple of the share that its neighbours suggest
	fewestAtoms = 10   // the fewest cells that have the value
	mostAtoms   = 8
	neighbours  = 0.05 // the share of the values that count as its neighbours
)

// atomsOf finds values with a probability of their own beside a continuous distribution, such as 0 among amounts spent: values with
// at least a minimal share of all, and many more than a smooth density of the values around would give a cell of the grid. sample
// is some of the values.
func atomsOf(v *Values, sample []float64, step float64) (atoms []Atom) {
	if v.Distinct() <= 2*mostAtoms {
		return nil
	}
	sorted, around := slices.Sorted(slices.Values(sample)), around(v, step)
	for value, count := range v.distinct.most().all() {
		share := float64(count) / float64(v.Count)
		if count >= fewestAtoms && share >= atomShare && share > atomExcess*max(expected(sorted, value, step), around(value)) {
			atoms = append(atoms, Atom{value, share})
		}
	}
	slices.SortFunc(atoms, func(a, b Atom) int {
		return cmp.Or(cmp.Compare(b.Share, a.Share), cmp.Compare(a.Value, b.Value))
	})
	return atoms[:min(len(atoms), mostAtoms)]
}

// sparse is how many points of a grid there may be for each distinct value; beyond that the grid does not show how likely
// neighbouring points are.
const sparse = 50

// around returns a function that gives the average share of the values next to another, two on either side, for values
// that fill a grid.
func around(v *Values, step float64) func(value float64) float64 {
	counts := v.distinct.most()
	if !v.distinct.exact() || step == 0 || v.Max-v.Min > sparse*step*float64(counts.used) {
		return func(float64) float64 { return 0 }
	}
	sorted := v.distinct.sorted()
	return func(value float64) float64 {
		at, sum, n := sort.SearchFloat64s(sorted, value), 0, 0
		for i := max(at-2, 0); i <= min(at+2, len(sorted)-1); i++ {
			if i != at {
				sum += counts.of(sorted[i])
				n++
			}
		}
		return float64(sum) / float64(max(n, 1)) / float64(v.Count)
	}
}

// expected is the share that the grid cell around a value would have, judged by its neighbours: the greater of the estimates from
// either side.
func expected(sorted []float64, value, step float64) float64 {
	lo, hi := sort.SearchFloat64s(sorted, value), sort.SearchFloat64s(sorted, math.Nextafter(value, math.Inf(1)))
	n := max(int(neighbours*float64(len(sorted))), 1)
	share := 0.0
	if n <= lo {
		share = density(n, value-sorted[lo-n], step, len(sorted))
	}
	if hi+n <= len(sorted) {
		share = max(share, density(n, sorted[hi+n-1]-value, step, len(sorted)))
	}
	return share
}

// density is the share of all values in one cell, if n of them lie within a width.
func density(n int, width, step float64, all int) float64 {
	if width <= 0 {
		return 1
	}
	return float64(n) / float64(all) * min(step/width, 1)
}
