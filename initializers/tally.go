package initializers

import (
	"cmp"
	"math"
	"math/rand/v2"
	"slices"
	"sort"
)

// tally is a column as its distinct values, ascending, each with its count, and their running sums: clusters of
// a line are intervals, so k-means needs only those.
type tally struct {
	values, counts         []float64
	mass, weighted, square []float64 // running sums of 1, x−origin, (x−origin)² up to and without i
	origin                 float64
	total, variance        float64
}

func newTally(x []float64) *tally {
	sorted := slices.Clone(x)
	slices.Sort(sorted)
	t := &tally{total: float64(len(x)), origin: sorted[len(sorted)/2]}
	for i := 0; i < len(sorted); {
		j := i
		for j < len(sorted) && sorted[j] == sorted[i] {
			j++
		}
		t.values = append(t.values, sorted[i])
		t.counts = append(t.counts, float64(j-i))
		i = j
	}
	n := len(t.values) + 1
	t.mass, t.weighted, t.square = make([]float64, n), make([]float64, n), make([]float64, n)
	for i, v := range t.values {
		c, d := t.counts[i], v-t.origin
		t.mass[i+1] = t.mass[i] + c
		t.weighted[i+1] = t.weighted[i] + c*d
		t.square[i+1] = t.square[i] + c*d*d
	}
	_, _, t.variance = t.moments(0, len(t.values))
	return t
}

// above is the first index whose value exceeds cut.
func (t *tally) above(cut float64) int {
	return sort.Search(len(t.values), func(i int) bool { return t.values[i] > cut })
}

// moments of the values lo ≤ i < hi.
func (t *tally) moments(lo, hi int) (mass, mean, variance float64) {
	mass = t.mass[hi] - t.mass[lo]
	if mass == 0 {
		return 0, 0, t.variance
	}
	d := (t.weighted[hi] - t.weighted[lo]) / mass
	return mass, t.origin + d, max((t.square[hi]-t.square[lo])/mass-d*d, 0)
}

// quantiles are k centres at the quantiles (j+½)/k.
func (t *tally) quantiles(k int) []float64 {
	centers := make([]float64, k)
	for j := range centers {
		centers[j] = t.at((float64(j) + 0.5) / float64(k) * t.total)
	}
	return centers
}

// heaviest are the k values of the largest counts, ascending: the atoms of a tied column.
func (t *tally) heaviest(k int) []float64 {
	order := make([]int, len(t.values))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(t.counts[b], t.counts[a]) })
	centers := make([]float64, k)
	for j := range centers {
		centers[j] = t.values[order[j%len(order)]]
	}
	slices.Sort(centers)
	return centers
}

// at is the value that covers the given mass.
func (t *tally) at(mass float64) float64 {
	i := sort.SearchFloat64s(t.mass, mass)
	return t.values[min(max(i-1, 0), len(t.values)-1)]
}

// kMeans are k ascending centres: k-means++ (Arthur & Vassilvitskii 2007), then Lloyd's iteration.
func (t *tally) kMeans(k int, rng *rand.Rand) []float64 {
	centers := t.plusPlus(k, rng)
	for range 50 {
		slices.Sort(centers)
		moved, lo := 0.0, 0
		for j := range centers {
			hi := len(t.values)
			if j+1 < k {
				hi = max(lo, t.above(0.5*(centers[j]+centers[j+1])))
			}
			if mass, mean, _ := t.moments(lo, hi); mass > 0 {
				moved = max(moved, math.Abs(mean-centers[j]))
				centers[j] = mean
			}
			lo = hi
		}
		if moved*moved <= 1e-8*t.variance {
			break
		}
	}
	slices.Sort(centers)
	return centers
}

// plusPlus draws each centre with probability in proportion to the squared distance to the nearest one so far.
func (t *tally) plusPlus(k int, rng *rand.Rand) []float64 {
	centers := []float64{t.at(rng.Float64() * t.total)}
	distance := make([]float64, len(t.values))
	for i := range distance {
		distance[i] = math.Inf(1)
	}
	for len(centers) < k {
		last, total := centers[len(centers)-1], 0.0
		for i, v := range t.values {
			distance[i] = min(distance[i], (v-last)*(v-last))
			total += t.counts[i] * distance[i]
		}
		pick, i := rng.Float64()*total, 0
		for ; i < len(distance)-1; i++ {
			if pick -= t.counts[i] * distance[i]; pick < 0 {
				break
			}
		}
		centers = append(centers, t.values[i])
	}
	return centers
}
