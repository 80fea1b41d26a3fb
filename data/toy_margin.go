package data

import (
	"math"

	"gaussflow/graph/kernel"
)

// A Margin is a distribution on the line, given by its map from the standard normal.
type Margin interface {
	// Quantile is F⁻¹(Φ(z)).
	Quantile(z float64) float64
	// Score is z = Φ⁻¹(F(x)) and log f(x), −Inf outside the support.
	Score(x float64) (z, logDensity float64)
}

// normalScore is Φ⁻¹(F) from log F and log (1 − F): the smaller of the two is the more precise.
func normalScore(logF, logS float64) float64 {
	if logF <= logS {
		return kernel.Quantile(logF)
	}
	return -kernel.Quantile(logS)
}

// Exponential has f(x) = exp(−x) for x > 0.
type Exponential struct{}

// Quantile is −log Φ(−z).
func (Exponential) Quantile(z float64) float64 { return -kernel.LogCDF(-z) }

// Score inverts Quantile.
func (Exponential) Score(x float64) (z, logDensity float64) {
	if x <= 0 {
		return 0, math.Inf(-1)
	}
	return normalScore(math.Log(-math.Expm1(-x)), -x), -x
}

// Laplace has f(x) = exp(−|x|)/2.
type Laplace struct{}

// Quantile is log 2Φ(z) for z < 0, and odd.
func (Laplace) Quantile(z float64) float64 {
	return math.Copysign(kernel.LogCDF(-math.Abs(z))+math.Ln2, z)
}

// Score inverts Quantile.
func (Laplace) Score(x float64) (z, logDensity float64) {
	logTail := -math.Abs(x) - math.Ln2
	return math.Copysign(kernel.Quantile(logTail), x), logTail
}

// LogNormal is exp(z/2).
type LogNormal struct{}

// Quantile is exp(z/2).
func (LogNormal) Quantile(z float64) float64 { return math.Exp(z / 2) }

// Score inverts Quantile.
func (LogNormal) Score(x float64) (z, logDensity float64) {
	if x <= 0 {
		return 0, math.Inf(-1)
	}
	z = 2 * math.Log(x)
	return z, kernel.LogPDF(z) + math.Log(2/x)
}

// Uniform has f(x) = 1 on (0, 1).
type Uniform struct{}

// Quantile is Φ(z).
func (Uniform) Quantile(z float64) float64 { return math.Exp(kernel.LogCDF(z)) }

// Score inverts Quantile.
func (Uniform) Score(x float64) (z, logDensity float64) {
	if x <= 0 || x >= 1 {
		return 0, math.Inf(-1)
	}
	return normalScore(math.Log(x), math.Log1p(-x)), 0
}

// Bimodal is the mixture ⅓ N(−2, ½²) + ⅔ N(1, 1).
type Bimodal struct{}

func (Bimodal) mixture() *kernel.Mixture {
	m := kernel.NewMixture(2)
	kernel.SetMixture(m, []float64{0, math.Ln2}, []float64{-2, 1}, []float64{-math.Ln2, 0})
	return m
}

// Quantile is the inverse of the mixture's normal score, within an exact bracket.
func (b Bimodal) Quantile(z float64) float64 {
	x, _ := b.mixture().Inverse(z)
	return x
}

// Score is the normal score and log-density of the mixture.
func (b Bimodal) Score(x float64) (z, logDensity float64) {
	z, logSlope := b.mixture().At(x)
	return z, logSlope + kernel.LogPDF(z)
}
