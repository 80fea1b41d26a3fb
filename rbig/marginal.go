package rbig

import (
	"math"
	"slices"

	"gonum.org/v1/gonum/mat"

	"gaussflow/graph/kernel"
	"gaussflow/initializers"
	"gaussflow/layers"
	"gaussflow/transforms"
)

// marginalLayer is a layer that fits itself to columns.
type marginalLayer interface {
	layers.Bijector
	initializers.Fitter
}

// newMarginal is the maps of d columns, fitted to values of theirs (n×d): each column by itself, so that a row need not be one of the
// table.
func (c Config) newMarginal(values *mat.Dense, block int) (layers.Bijector, error) {
	_, d := values.Dims()
	var layer marginalLayer
	var err error
	if c.Marginal == Mixture {
		layer, err = layers.NewMixtureCDF(d, layers.MixtureCDFConfig{Components: c.Components, Dtype: c.Dtype})
	} else {
		layer, err = layers.NewElementwise(d, layers.ElementwiseConfig{Transform: transforms.Empirical{Bins: c.Bins}, Dtype: c.Dtype})
	}
	if err != nil {
		return nil, err
	}
	site := initializers.Site{IGConfig: initializers.IGConfig{Seed: c.Seed, Interrupt: c.Interrupt}, Block: block}
	site.Mixture.MinVariance = leastVariance
	return layer, layer.InitFrom(c.smoothed(values), site)
}

// leastVariance is of a component of a mixture, of columns whose variance is about 1: a narrower one, of a few rows that came to lie
// together, sends rows that were not fitted to far out, and the next block farther.
const leastVariance = 0.01

// smoothed is what stands for the columns' values: themselves, or as many as a smooth estimate of their distribution has; of a Sparse fit,
// where they cannot be told from a normal's, the normal's.
func (c Config) smoothed(values *mat.Dense) *mat.Dense {
	n, d := values.Dims()
	noise := nullOf(n)
	columns := make([][]float64, d)
	_ = initializers.EachColumn(d, func(j int) error { // it has no error
		column := mat.Col(nil, j, values)
		slices.Sort(column)
		negentropy, variance := negentropyOf(column)
		columns[j] = c.smooth(column)
		if c.Sparse && negentropy < noise.mean+2*noise.std {
			normalLike(columns[j], variance)
		}
		return nil
	})
	out := mat.NewDense(len(columns[0]), d, nil)
	for j, column := range columns {
		out.SetCol(j, column)
	}
	return out
}

// smooth is the values of the estimate of a column's distribution.
func (c Config) smooth(sorted []float64) []float64 {
	switch c.Marginal {
	case Histogram:
		return inBins(sorted, c.Bins)
	case Kernel:
		return byKernel(sorted)
	}
	return sorted
}

// normalLike replaces values by those of a normal of their mean and of the variance.
func normalLike(values []float64, variance float64) {
	n := float64(len(values))
	mean, std := 0.0, math.Sqrt(variance)
	for _, v := range values {
		mean += v / n
	}
	for i := range values {
		values[i] = mean + std*kernel.Quantile(math.Log((float64(i)+0.5)/n))
	}
}

// inBins spreads the sorted values over bins of equal width, evenly in each.
func inBins(sorted []float64, bins int) []float64 {
	low, width := sorted[0], (sorted[len(sorted)-1]-sorted[0])/float64(bins)
	if !(width > 0) {
		return sorted
	}
	bin := func(v float64) int { return min(int((v-low)/width), bins-1) }
	out := make([]float64, 0, len(sorted))
	for from := 0; from < len(sorted); {
		to, b := from, bin(sorted[from])
		for to < len(sorted) && bin(sorted[to]) == b {
			to++
		}
		for i := range to - from {
			out = append(out, low+width*(float64(b)+(float64(i)+0.5)/float64(to-from)))
		}
		from = to
	}
	return out
}

// kernelValues is about how many values a kernel estimate is made of: as many normal scores around each value as come to it, within
// leastScores and mostScores, and of a longer column values evenly over its ranks.
const kernelValues, leastScores, mostScores = 1 << 14, 3, 15

// byKernel is the values of a kernel density estimate: each of the sorted ones with the bandwidth times normal scores around it.
func byKernel(sorted []float64) []float64 {
	n := len(sorted)
	median, scale := spread(sorted)
	h := 0.9 * scale * math.Pow(float64(n), -0.2)
	shrink := 1.0
	if h > 0 {
		shrink /= math.Sqrt(1 + h*h/(scale*scale)) // so that the estimate is not wider than the values
	}
	scores := min(max(kernelValues/n, leastScores), mostScores)
	of := max(n*scores/(2*kernelValues), 1) // every so many ranks
	out := make([]float64, 0, n*scores/of+scores)
	for k := range scores {
		score := kernel.Quantile(math.Log((float64(k) + 0.5) / float64(scores)))
		for i := of / 2; i < n; i += of {
			out = append(out, median+(sorted[i]-median)*shrink+h*score)
		}
	}
	return out
}

// spread is the median of sorted values and how far they are from it, in units of a normal's standard deviation: by the quartiles, which
// wild values do not move, or where half of the values are one, by all.
func spread(sorted []float64) (median, scale float64) {
	n := len(sorted)
	median = sorted[n/2]
	if scale = (sorted[n-1-n/4] - sorted[n/4]) / 1.349; scale > 0 {
		return median, scale
	}
	square := 0.0
	for _, v := range sorted {
		square += (v - median) * (v - median) / float64(n)
	}
	return median, math.Sqrt(square)
}
