package tabular

import (
	"fmt"
	"math"
	"slices"
	"sort"

	"gonum.org/v1/gonum/mat"
)

// A wild cell lies so far from all others of its column that it must come from another distribution, like a code for a missing
// value or a misplaced decimal point. A single such cell would dominate the column's unit, its noise and the loss, so rows with
// wild cells are not fitted to, and a warning says so. A heavy tail has far cells too, but their distances from each other grow
// gradually. For the distances u₁ ≥ u₂ ≥ … from the median on one side, the spacings
//
//	e_i = i·(log u_i − log u_{i+1})
//
// of a power law are independent and have the same exponential distribution (Rényi 1953; Hill 1975); those of lighter tails get
// shorter outwards. The first i cells are wild if e_i is more than wildSpacing times the mean of the spacings behind it, and the
// gap u_i − u_{i+1} is more than wildGap times the sum of u_{i+1} and the quartiles' distance.
const (
	wildSpacing = 15  // a spacing of a power law is as long with probability e⁻¹⁵
	wildGap     = 4   // the gap must also be large beside the distances themselves
	wildShare   = 100 // at most one row in so many is wild: more form a mode
	fewestTail  = 20  // the fewest rows on a side by which a spacing is judged
)

// An interval is the range of a column's cells that are not wild.
type interval struct{ lo, hi float64 }

var everything = interval{math.Inf(-1), math.Inf(1)}

func (r interval) has(v float64) bool { return r.lo <= v && v <= r.hi }

// tame is the interval of a column's values that are not wild.
func tame(values []float64) interval {
	s := slices.Sorted(slices.Values(values))
	n := len(s)
	median, quartiles := s[n/2], s[3*n/4]-s[n/4]
	whole := everything
	if n < 2*fewestTail || !(quartiles > 0) || math.IsInf(quartiles, 1) {
		return whole
	}
	above, below := make([]float64, n), make([]float64, n)
	for i, v := range s {
		below[i], above[n-1-i] = median-v, v-median
	}
	if u, ok := wildFrom(above, quartiles); ok {
		whole.hi = median + u
	}
	if u, ok := wildFrom(below, quartiles); ok {
		whole.lo = median - u
	}
	return whole
}

// wildFrom is the distance from which on cells are wild; u are all distances, descending.
func wildFrom(u []float64, quartiles float64) (from float64, ok bool) {
	n := len(u)
	tail := sort.Search(n, func(i int) bool { return u[i] <= 0 }) - 1 // number of spacings
	tail = min(tail, max(fewestTail, n/10))
	sum, count := 0.0, 0
	for i := tail; i >= 1; i-- {
		spacing := float64(i) * (math.Log(u[i-1]) - math.Log(u[i]))
		if i <= max(1, n/wildShare) && count >= fewestTail/2 && spacing > wildSpacing*sum/float64(count) && u[i-1]-u[i] > wildGap*(u[i]+quartiles) {
			return u[i] + wildGap/2*(u[i]+quartiles), true
		}
		sum, count = sum+spacing, count+1
	}
	return 0, false
}

// cells are the values of column j in all rows that a fit is given.
func cells(j int, x, validation mat.Matrix) []float64 {
	values := mat.Col(nil, j, x)
	if validation != nil {
		values = append(values, mat.Col(nil, j, validation)...)
	}
	return values
}

// findWild finds the tame interval of each column.
func findWild(x, validation mat.Matrix) []interval {
	_, d := x.Dims()
	tames := make([]interval, d)
	for j := range tames {
		tames[j] = tame(cells(j, x, validation))
	}
	return tames
}

// withoutWild are those of the given rows of x that have no wild cell.
func withoutWild(x mat.Matrix, tames []interval, rows []int) []int {
	return slices.DeleteFunc(rows, func(i int) bool {
		for j, r := range tames {
			if !r.has(x.At(i, j)) {
				return true
			}
		}
		return false
	})
}

// wildWarnings say which cells of which columns are wild.
func wildWarnings(names []string, x, validation mat.Matrix, tames []interval) (warnings []Warning) {
	for j, r := range tames {
		if r == everything {
			continue
		}
		out := slices.DeleteFunc(cells(j, x, validation), r.has)
		warnings = append(warnings, Warning{Kind: WildCells, Columns: names[j : j+1], Text: wildText(out)})
	}
	return warnings
}

// wildText counts the wild cells and names their commonest value.
func wildText(out []float64) string {
	times := map[float64]int{}
	for _, v := range out {
		times[v]++
	}
	slices.Sort(out)
	commonest := out[0]
	for _, v := range out {
		if times[v] > times[commonest] {
			commonest = v
		}
	}
	what := fmt.Sprintf("a cell is %v", commonest)
	switch n := len(out); {
	case n > 1 && times[commonest] == n:
		what = fmt.Sprintf("%d cells are %v", n, commonest)
	case n > 1:
		what = fmt.Sprintf("%d cells are from %v to %v, %v in %d of them", n, out[0], out[n-1], commonest, times[commonest])
	}
	return what + ", far from all others, as a code for a missing value or a slip of the decimal point is: " +
		"such rows were left out of the fit, and are next to impossible under it"
}
