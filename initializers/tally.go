package initializers

import (
	"sort"

	"gaussflow/graph/kernel"
)

// tally is a column as ascending cells: its distinct values with their counts, or a summary of them. Since clusters on
// a line are intervals, k-means needs only running sums.
type tally struct {
	cells                  kernel.Cells
	values, counts         []float64 // the cells
	mass, weighted, square []float64 // running sums of 1, x−origin, (x−origin)² up to and without i
	origin                 float64
	total, variance        float64
}

func newTally(x []float64) *tally {
	ascending, distinct := sorted(x), 1
	for i := 1; i < len(x); i++ {
		if ascending[i] != ascending[i-1] {
			distinct++
		}
	}
	cells, last := kernel.NewCells(distinct), -1
	for i, v := range ascending {
		if i == 0 || v != ascending[i-1] {
			last++
			cells.Mean[last] = v
		}
		cells.Count[last]++
	}
	return tallyOf(cells)
}

func tallyOf(cells kernel.Cells) *tally {
	n := cells.Len()
	t := &tally{cells: cells, values: cells.Mean[:n], counts: cells.Count[:n]}
	t.mass, t.weighted, t.square = make([]float64, n+1), make([]float64, n+1), make([]float64, n+1)
	t.origin = t.values[n/2]
	for i, v := range t.values {
		c, d := t.counts[i], v-t.origin
		t.mass[i+1] = t.mass[i] + c
		t.weighted[i+1] = t.weighted[i] + c*d
		t.square[i+1] = t.square[i] + c*(d*d+cells.Variance[i])
	}
	t.total = t.mass[n]
	_, _, t.variance = t.moments(0, n)
	return t
}

// summary is t in about n cells of at most 2·total/n rows each. In the tails a cell has at most an eighth of the rows between
// it and the end of the column, so that a long tail is not one cell; a value with more rows than that is a cell by itself.
func (t *tally) summary(n int) *tally {
	if len(t.values) <= n {
		return t
	}
	edges, share := []int{0}, 2*t.total/float64(n)
	for i := range t.values {
		from := edges[len(edges)-1]
		outwards := min(t.mass[i+1], t.total-t.mass[from])
		if i > from && t.mass[i+1]-t.mass[from] > min(share, outwards/8) {
			edges = append(edges, i)
		}
	}
	edges = append(edges, len(t.values))
	cells := kernel.NewCells(len(edges) - 1)
	for i := range cells.Len() {
		cells.Count[i], cells.Mean[i], cells.Variance[i] = t.moments(edges[i], edges[i+1])
	}
	return tallyOf(cells)
}

// above is the first index whose value exceeds cut.
func (t *tally) above(cut float64) int {
	return sort.Search(len(t.values), func(i int) bool { return t.values[i] > cut })
}

// moments are those of the values lo ≤ i < hi.
func (t *tally) moments(lo, hi int) (mass, mean, variance float64) {
	mass = t.mass[hi] - t.mass[lo]
	if mass == 0 {
		return 0, 0, t.variance
	}
	d := (t.weighted[hi] - t.weighted[lo]) / mass
	return mass, t.origin + d, max((t.square[hi]-t.square[lo])/mass-d*d, 0)
}

// at is the value at which the cumulative count reaches the given mass.
func (t *tally) at(mass float64) float64 {
	i := sort.SearchFloat64s(t.mass, mass)
	return t.values[min(max(i-1, 0), len(t.values)-1)]
}
