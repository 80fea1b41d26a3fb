package initializers

import (
	"cmp"
	"math"
	"math/rand/v2"
	"slices"
)

// quantiles are k centres at the quantiles (j+½)/k.
func (t *tally) quantiles(k int) []float64 {
	centers := make([]float64, k)
	for j := range centers {
		centers[j] = t.at((float64(j) + 0.5) / float64(k) * t.total)
	}
	return centers
}

// heaviest are the k values with the largest counts, ascending: the atoms of a tied column.
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
