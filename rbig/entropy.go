package rbig

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"sync"

	"gonum.org/v1/gonum/mathext"

	"gaussflow/graph/kernel"
	"gaussflow/initializers"
	"gaussflow/internal/counted"
)

// Entropy is the differential entropy of n values, in nats. It uses the spacings of order statistics relative to a mixture of
// normals F with density f, which is fitted to the values with as many components as Schwarz's criterion allows:
//
//	h = mean_i terms_i,  terms_i = −log f(x_i) + log[F(x_(i+m)) − F(x_(i−m))] + ψ(n+1) − ψ(2m),  m ≈ √n/2,
//
// Where i±m lies outside the sample, the spacing to the end is used, with its own number of ranks. For k ranks of n uniform values,
// E log of the spacing is ψ(k) − ψ(n+1): so there is no bias if F is the true distribution, and otherwise only as much as the two
// differ within a spacing. The terms are −log p at the values, in their order. It needs at least four values. h is −Inf if m or
// more of them are equal: such a column has no density.
//
// Source: Vasicek 1976; the digamma terms as in Kozachenko & Leonenko 1987.
func Entropy(values []float64) (h float64, terms []float64, err error) {
	n := len(values)
	if n < 4 {
		return 0, nil, fmt.Errorf("rbig: Entropy: got %s, want at least 4", counted.Of(n, "value"))
	}
	for i, v := range values {
		if !(math.Abs(v) <= 1e150) {
			return 0, nil, fmt.Errorf("rbig: Entropy: value %d (from 0) is %v, want finite numbers up to 1e150", i, v)
		}
	}
	order := ordered(values)
	z := make([]float64, n)
	for r, i := range order {
		z[r] = values[i]
	}
	median, scale := spread(z)
	if !(scale > 0) || math.IsInf(scale, 0) {
		return 0, nil, fmt.Errorf("rbig: Entropy: the values are all %v, or too far apart, want some that vary", median)
	}
	for r := range z {
		z[r] = (z[r] - median) / scale
	}
	fit, err := LikeliestMixture(z)
	if err != nil {
		return 0, nil, fmt.Errorf("rbig: Entropy: %w", err)
	}
	mixture := kernel.NewMixture(len(fit.Means))
	kernel.SetMixture(mixture, fit.Logits, fit.Means, fit.LogScales)
	terms = make([]float64, n)
	for r, i := range order {
		var logSlope float64
		z[r], logSlope = mixture.At(z[r]) // z now holds normal scores: F = Φ(z)
		terms[i] = math.Log(scale) - logSlope - kernel.LogPDF(z[r])
	}
	spacings(n, func(low, high int) float64 { return logMass(z[low], z[high]) }, func(r int, term float64) { terms[order[r]] += term })
	for _, t := range terms {
		h += t / float64(n)
	}
	return h, terms, nil
}

// LikeliestMixture is the mixture of normals with the number of components, up to eight, that Schwarz's criterion chooses. The
// values should have a scale near 1.
//
// Source: Schwarz 1978, Annals of Statistics 6.
func LikeliestMixture(values []float64) (initializers.MixtureFit, error) {
	n := len(values)
	return ByCriterion(n, math.Log(float64(n)), func(components int) (initializers.MixtureFit, error) { return FitComponents(values, components) })
}

// FitComponents fits a mixture of so many components to values with a scale near 1.
func FitComponents(values []float64, components int) (initializers.MixtureFit, error) {
	return initializers.FitMixture(values, initializers.MixtureConfig{Components: components, MinVariance: 1e-4, MaxSteps: 200})
}

// ByCriterion is the fit to n values of 1, 2, 3, 5 or 8 components, more for as long as twice the log-likelihood gains more than a price for
// each parameter.
func ByCriterion(n int, price float64, fit func(components int) (initializers.MixtureFit, error)) (best initializers.MixtureFit, err error) {
	if n < 1 || fit == nil {
		return best, fmt.Errorf("rbig: ByCriterion: n = %d values, fit is nil: %t; want n ≥ 1 and a function", n, fit == nil)
	}
	rows, least := float64(n), math.Inf(1)
	for _, k := range []int{1, 2, 3, 5, 8} {
		f, err := fit(k)
		if err != nil {
			return best, err
		}
		criterion := -2*rows*f.LogLikelihood + float64(3*k-1)*price
		if criterion >= least {
			break
		}
		best, least = f, criterion
	}
	return best, nil
}

// spacings computes the term of each of n ranks: the logarithm of the mass between two ranks minus its expected value.
func spacings(n int, logBetween func(low, high int) float64, give func(rank int, term float64)) {
	m := max(int(math.Sqrt(float64(n))/2), 1)
	all := mathext.Digamma(float64(n) + 1)
	digamma := make([]float64, 2*m+1)
	for k := 1; k <= 2*m; k++ {
		digamma[k] = mathext.Digamma(float64(k))
	}
	for r := range n {
		low, high := max(r-m, 0), min(r+m, n-1)
		give(r, logBetween(low, high)+all-digamma[high-low])
	}
}

// negentropyOf is by how much the entropy of sorted values is below that of a normal with their variance, in nats, from spacings
// with F uniform: biased, but fast. It also returns the variance.
func negentropyOf(sorted []float64) (negentropy, variance float64) {
	h, mean, square, n := 0.0, 0.0, 0.0, float64(len(sorted))
	between := func(low, high int) float64 { return math.Log(sorted[high] - sorted[low]) }
	spacings(len(sorted), between, func(_ int, term float64) { h += term / n })
	for _, v := range sorted {
		mean += v / n
	}
	for _, v := range sorted {
		square += (v - mean) * (v - mean) / n
	}
	return 0.5*(math.Log(2*math.Pi*square)+1) - h, square
}

// A null describes negentropyOf for n normal values: its mean, which is the bias, and its standard deviation.
type null struct{ mean, std float64 }

// nullDraws is how many normal columns are drawn to estimate a null.
const nullDraws = 40

var nulls sync.Map // int → null, which depends on n alone

// nullOf simulates the null, once for each n.
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
		j, _ := negentropyOf(column)
		sum += j
		square += j * j
	}
	mean := sum / nullDraws
	made := null{mean, math.Sqrt(max(square/nullDraws-mean*mean, 0) * nullDraws / (nullDraws - 1))}
	nulls.Store(n, made)
	return made
}

// logMass is log[Φ(high) − Φ(low)], low ≤ high.
func logMass(low, high float64) float64 {
	if low > 0 { // the lower tail is the more precise
		low, high = -high, -low
	}
	top := kernel.LogCDF(high)
	return top + math.Log(-math.Expm1(kernel.LogCDF(low)-top))
}

// ordered are the indexes of the values in ascending order.
func ordered(values []float64) []int {
	order := make([]int, len(values))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(values[a], values[b]) })
	return order
}
