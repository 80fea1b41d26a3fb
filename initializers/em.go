package initializers

import (
	"math"

	"gaussflow/graph/kernel"
)

// em runs EM for one column, on a summary of it and on its values. Logits hold the logarithms of normalized weights.
type em struct {
	c                        MixtureConfig
	minLogScale, maxLogScale float64
	variance                 float64 // of the column
	unit                     float64 // unit of the means: a power of two near the standard deviation
	sums                     *kernel.EM
	normals                  []kernel.Normal
	path                     [3]Mixture // the last three points of run
}

func newEM(variance float64, c MixtureConfig) *em {
	k := c.Components
	return &em{
		c: c, variance: variance, unit: math.Exp2(math.Round(0.5 * math.Log2(variance+c.MinVariance))),
		minLogScale: math.Log(max(c.MinScale, math.Sqrt(c.MinVariance))), maxLogScale: math.Log(c.MaxScale),
		sums: kernel.NewEM(k), normals: make([]kernel.Normal, k),
		path: [3]Mixture{newMixture(k), newMixture(k), newMixture(k)},
	}
}

func newMixture(k int) Mixture {
	return Mixture{make([]float64, k), make([]float64, k), make([]float64, k)}
}

// set copies a mixture with the same number of components.
func (m Mixture) set(from Mixture) {
	copy(m.Logits, from.Logits)
	copy(m.Means, from.Means)
	copy(m.LogScales, from.LogScales)
}

// step is one step of EM, from the sums of the last E-step to those of the next.
func (e *em) step(data *tally, fit *MixtureFit) {
	e.maximize(data, fit.Mixture)
	ll := e.expect(data, fit)
	gain := ll - fit.LogLikelihood
	fit.Converged = gain >= 0 && gain < e.c.Tol
	fit.LogLikelihood = ll
}

// expect computes the sums under fit and returns the mean log-likelihood.
func (e *em) expect(data *tally, fit *MixtureFit) float64 {
	for k, s := range fit.LogScales {
		e.normals[k] = kernel.Normal{LogHeight: fit.Logits[k] - s, Mean: fit.Means[k], HalfPrec: 0.5 * math.Exp(-2*s)}
	}
	fit.Steps++
	return e.sums.Expect(data.cells, e.normals)/data.total + kernel.LogPDF(0)
}

// maximize sets weights, means and scales from the sums, rounded to a grid of one millionth. The extrapolation between steps (see
// squarem.go) amplifies small differences, so that without the rounding the last digits of the data would determine the fit; and
// two flows that compute the same data in different orders should get the same fit.
func (e *em) maximize(data *tally, m Mixture) {
	reseeded := false
	for k, s := range e.sums.Moments {
		if s.Mass < 1e-8 {
			if !reseeded { // only one in a step, since the least likely value changes after it
				m.Means[k], m.LogScales[k] = e.leastLikely(data), e.logScale(e.variance)
				reseeded = true
			}
			m.Logits[k] = -math.Log(data.total)
			continue
		}
		shift := s.First / s.Mass
		m.LogScales[k] = e.logScale(s.Second/s.Mass - shift*shift)
		unit := e.unitOf(m.LogScales[k])
		m.Means[k] = onGrid((m.Means[k]+shift)/unit) * unit
		m.Logits[k] = onGrid(math.Log(s.Mass / data.total))
	}
	normalize(m.Logits)
}

// narrow is the logarithm of a component's scale, in standard deviations of the column, below which means need a finer grid than a
// millionth of a standard deviation.
const narrow = -7

// unitOf is the unit in which the mean of a component is rounded: the column's or, for a much narrower component, as with modes
// far apart, one of its own.
func (e *em) unitOf(logScale float64) float64 {
	if logScale > narrow+math.Log(e.unit) {
		return e.unit
	}
	return math.Exp2(math.Round(logScale * math.Log2E))
}

func onGrid(x float64) float64 { return math.RoundToEven(x*0x1p20) * 0x1p-20 }

func (e *em) leastLikely(data *tally) float64 {
	worst := 0
	for i := range data.values {
		if e.sums.LogDensity[i] < e.sums.LogDensity[worst] {
			worst = i
		}
	}
	return data.values[worst]
}

// logScale is log σ for a variance, regularized and within the bounds.
func (e *em) logScale(variance float64) float64 {
	return e.bounded(onGrid(0.5 * math.Log(max(variance, 0)+e.c.MinVariance)))
}

func (e *em) bounded(logScale float64) float64 {
	return min(max(logScale, e.minLogScale), e.maxLogScale)
}

// normalize makes the weights sum to 1.
func normalize(logits []float64) {
	total := kernel.LogSumExp(logits)
	for k := range logits {
		logits[k] -= total
	}
}
