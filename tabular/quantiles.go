package tabular

import (
	"slices"
	"sort"
)

// Quantiles are a sample's quantiles at equally spaced probabilities, from its least value to its greatest.
type Quantiles []float64

// maxQuantiles limits how many a model stores.
const maxQuantiles = 1001

// newQuantiles are the quantiles of a sample; of a small one all values, sorted.
func newQuantiles(sample []float64) Quantiles {
	s := slices.Sorted(slices.Values(sample))
	if len(s) <= maxQuantiles {
		return s
	}
	q := make(Quantiles, maxQuantiles)
	for i := range q {
		q[i] = s[i*(len(s)-1)/(maxQuantiles-1)]
	}
	return q
}

// Share is the share of the sample that is at most v: 0 below the least value, 1 from the greatest on.
func (q Quantiles) Share(v float64) float64 {
	if len(q) == 0 {
		return 0
	}
	atMost := sort.Search(len(q), func(i int) bool { return q[i] > v })
	return float64(atMost) / float64(len(q))
}
