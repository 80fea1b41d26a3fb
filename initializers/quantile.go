package initializers

import (
	"fmt"
	"math"
	"slices"

	"gonum.org/v1/gonum/mat"

	"gaussflow/rows"
)

// QuantileMixture is a mixture with k equal weights for each column of x. The means are the quantiles (j+½)/k (linear
// interpolation), and every scale is the mean gap between the column's means, but at least a tenth of its standard
// deviation; for k = 1 it is the standard deviation itself.
func QuantileMixture(x mat.Matrix, k int) ([]Mixture, error) {
	if err := rows.CheckFinite("initializers: QuantileMixture", x); err != nil {
		return nil, err
	}
	_, d := x.Dims()
	if k < 1 || k > min(maxCount, maxNumbers/d) {
		return nil, fmt.Errorf("initializers: QuantileMixture: K = %d for %d columns, want 1 to %d", k, d, min(maxCount, maxNumbers/d))
	}
	out := make([]Mixture, d)
	for j := range d {
		column := mat.Col(nil, j, x)
		slices.Sort(column)
		m := Mixture{make([]float64, k), make([]float64, k), make([]float64, k)}
		for i := range k {
			m.Means[i] = interpolated(column, (float64(i)+0.5)/float64(k))
		}
		_, std := rows.MeanStd(column)
		scale := std
		if k > 1 {
			scale = (m.Means[k-1] - m.Means[0]) / float64(k-1)
		}
		scale = max(scale, 0.1*std, 1e-3)
		for i := range k {
			m.LogScales[i] = math.Log(scale)
		}
		out[j] = m
	}
	return out, nil
}

// interpolated is the p-quantile of sorted values by linear interpolation (Hyndman & Fan's type 7).
func interpolated(sorted []float64, p float64) float64 {
	at := p * float64(len(sorted)-1)
	i := int(at)
	if i+1 >= len(sorted) {
		return sorted[len(sorted)-1]
	}
	return sorted[i] + (at-float64(i))*(sorted[i+1]-sorted[i])
}
