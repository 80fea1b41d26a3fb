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

// marginalLayer is a layer of column maps that fits itself to data.
type marginalLayer interface {
	layers.Bijector
	initializers.Fitter
}

// newMarginal makes the maps of d columns, fitted to values (n×d). Each column is fitted by itself, so a row of values need not be
// a row of the table.
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

// leastVariance is the least variance of a mixture's component, for columns of variance about 1. A narrower one, fitted to a few
// rows that happen to lie close together, would map other rows far out, and the next block still farther.
const leastVariance = 0.01

// smoothed returns values that represent the columns: the values themselves, or a set with a smooth estimate of their distribution.
// With Sparse, a column that cannot be distinguished from a normal one is represented by normal values.
func (c Config) smoothed(values *mat.Dense) *mat.Dense {
	n, d := values.Dims()
	noise := nullOf(n)
	columns := make([][]float64, d)
	_ = initializers.EachColumn(d, func(j int) error { // the function returns no error
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

// smooth returns values with the estimated distribution of a column.
func (c Config) smooth(sorted []float64) []float64 {
	switch c.Marginal {
	case Histogram:
		return inBins(sorted, c.Bins)
	case Kernel:
		return byKernel(sorted)
	}
	return sorted
}

// normalLike replaces values by those of a normal with their mean and the given variance.
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

// inBins spreads the sorted values over bins of equal width, evenly within each.
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

// kernelValues is about how many values represent a kernel estimate. Each value is replaced by as many normal scores as that
// allows, within leastScores and mostScores; of a longer column only values at equally spaced ranks are used.
const kernelValues, leastScores, mostScores = 1 << 14, 3, 15

// byKernel returns values that represent a kernel density estimate: around each of the sorted values, the bandwidth times normal
// scores.
func byKernel(sorted []float64) []float64 {
	n := len(sorted)
	median, scale := spread(sorted)
	h := 0.9 * scale * math.Pow(float64(n), -0.2)
	shrink := 1.0
	if h > 0 {
		shrink /= math.Sqrt(1 + h*h/(scale*scale)) // so that the estimate is no wider than the values
	}
	scores := min(max(kernelValues/n, leastScores), mostScores)
	of := max(n*scores/(2*kernelValues), 1) // distance between the ranks that are used
	out := make([]float64, 0, n*scores/of+scores)
	for k := range scores {
		score := kernel.Quantile(math.Log((float64(k) + 0.5) / float64(scores)))
		for i := of / 2; i < n; i += of {
			out = append(out, median+(sorted[i]-median)*shrink+h*score)
		}
	}
	return out
}

// spread is the median of sorted values and their scale, in units of a normal's standard deviation: by the quartiles, which wild
// values do not affect, or by all values if half of them are equal.
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
