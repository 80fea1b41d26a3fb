package rbig

import (
	"fmt"
	"math"
	"slices"
	"sync"

	"gonum.org/v1/gonum/mathext"

	"gaussflow/initializers"
)

// Entropy is the differential entropy of a column of n values, in nats, by spacings of order statistics,
//
//	h = mean_i terms_i,  terms_i = log(x_(i+m) − x_(i−m)) + ψ(n+1) − ψ(2m),  m ≈ √n/2,
//
// with the spacing to the end, and as many ranks, where i±m lies outside. E log of a spacing of k ranks of uniform values is ψ(k) − ψ(n+1),
// so of a uniform column it has no bias, and of a smooth one little. The terms are −log p at the values, in their order. It wants four
// values at least, and −Inf is what it is where m values or more are equal: such a column has no density.
//
// Source: Vasicek 1976; the digamma terms as Kozachenko & Leonenko 1987 have them.
func Entropy(values []float64) (h float64, terms []float64, err error) {
	n := len(values)
	if n < 4 {
		return 0, nil, fmt.Errorf("rbig: Entropy: got %d values, want at least 4", n)
	}
	order := make([]int, n)
	for i, v := range values {
		if math.IsNaN(v) || math.IsInf(v, 0) {
			return 0, nil, fmt.Errorf("rbig: Entropy: value %d (from 0) is %v, want a finite number", i, v)
		}
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int {
		switch {
		case values[a] < values[b]:
			return -1
		case values[a] > values[b]:
			return 1
		}
		return 0
	})
	sorted := make([]float64, n)
	for r, i := range order {
		sorted[r] = values[i]
	}
	terms = make([]float64, n)
	spacings(sorted, func(r int, term float64) { terms[order[r]] = term; h += term })
	return h / float64(n), terms, nil
}

// spacings gives the term of each rank of sorted values.
func spacings(sorted []float64, give func(rank int, term float64)) {
	n := len(sorted)
	m := max(int(math.Sqrt(float64(n))/2), 1)
	all := mathext.Digamma(float64(n) + 1)
	digamma := make([]float64, 2*m+1)
	for k := 1; k <= 2*m; k++ {
		digamma[k] = mathext.Digamma(float64(k))
	}
	for r := range sorted {
		low, high := max(r-m, 0), min(r+m, n-1)
		give(r, math.Log(sorted[high]-sorted[low])+all-digamma[high-low])
	}
}

// negentropy is how much less entropy sorted values have than a normal of their variance, in nats, by spacings.
func negentropy(sorted []float64) float64 {
	h, mean, square, n := 0.0, 0.0, 0.0, float64(len(sorted))
	spacings(sorted, func(_ int, term float64) { h += term / n })
	for _, v := range sorted {
		mean += v / n
	}
	for _, v := range sorted {
		square += (v - mean) * (v - mean) / n
	}
	return 0.5*(math.Log(2*math.Pi*square)+1) - h
}

// A null is what negentropy shows of n values that are normal: its bias, and how it scatters.
type null struct{ mean, std float64 }

// nullDraws is how many normal columns are drawn to know it.
const nullDraws = 40

var nulls sync.Map // int → null: it is of nothing but n

// nullOf simulates it, once for each n.
func nullOf(n int) null {
	if known, ok := nulls.Load(n); ok {
		return known.(null)
	}
	rng := initializers.NewRand(uint64(n), 7)
	var sum, square float64
	column := make([]float64, n)
	for range nullDraws {
		for i := range column {
			column[i] = rng.NormFloat64()
		}
		slices.Sort(column)
		j := negentropy(column)
		sum += j
		square += j * j
	}
	mean := sum / nullDraws
	made := null{mean, math.Sqrt(max(square/nullDraws-mean*mean, 0) * nullDraws / (nullDraws - 1))}
	nulls.Store(n, made)
	return made
}
