package info

import (
	"math"

	"gonum.org/v1/gonum/mathext"
)

// normalBias is what −½ log det R̂ of d independent normal columns of n rows is on average, and its variance: det R̂ is a product of
// independent Beta((n−j)/2, (j−1)/2), j = 2 … d. The bias is the same whatever the true correlation.
//
// Source: Muirhead 1982, Aspects of Multivariate Statistical Theory, theorem 5.1.3.
func normalBias(n, d int) (bias, noise float64) {
	all := float64(n-1) / 2
	for j := 2; j <= d; j++ {
		part := float64(n-j) / 2
		bias += (mathext.Digamma(all) - mathext.Digamma(part)) / 2
		noise += (trigamma(part) - trigamma(all)) / 4
	}
	return bias, noise
}

// trigamma is the derivative of the digamma function at x > 0.
func trigamma(x float64) float64 { return mathext.Zeta(2, x) }

// copulaDensity is the log-density of a sample's copula at its rows.
func (s *Sample) fitCopula(columns []int) (points, error) {
	scored := make([]scored, len(columns))
	for i, j := range columns {
		scored[i] = s.columns[j]
	}
	e, err := fitElliptical(scored, s.scores)
	if err != nil {
		return points{}, err
	}
	p := points{row: e.density}
	p.bias, p.noise = normalBias(s.n, len(columns))
	if !math.IsInf(e.nu, 1) {
		p.bias += 1 / float64(2*s.n)
		p.noise += 1 / float64(2*s.n*s.n)
	}
	return s.remainder(p, e, scored)
}
