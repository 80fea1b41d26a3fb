package info

import (
	"math"

	"gaussflow/graph/kernel"
	"gaussflow/rbig"
)

// censoredValues are values of which those below lo or above hi are known by their number alone.
type censoredValues struct {
	inside       []float64
	lo, hi       float64
	below, above int
}

// censoredRounds bounds the rounds of likeliest; they end before where one adds less than censoredGain to the log-likelihood.
const censoredRounds, censoredGain = 10, 0.05

// firstSpread is how far beyond lo and hi the values there are at first, on average: so far that none of them narrows what is inside.
const firstSpread = 2

// likeliest is the likeliest mixture g of the values, as rbig.LikeliestMixture is where all are known, and how many components it has:
//
//	Σ_inside log g + below·log G(lo) + above·log(1 − G(hi)),
//
// by EM: in each round the unknown values stand at the quantiles of what the last mixture has beyond lo and hi. A mixture that was fitted to those
// inside alone would have tails beyond them all the same, which would then be missing inside.
//
// Source: Dempster, Laird & Rubin 1977, Journal of the Royal Statistical Society B 39, section 4.2.
func (c censoredValues) likeliest() (m *kernel.Mixture, components int, err error) {
	beyond := func(share float64) float64 { return -firstSpread * math.Log(share) }
	all := c.completed(
		func(share float64) float64 { return c.lo - beyond(share) },
		func(share float64) float64 { return c.hi + beyond(share) })
	last := math.Inf(-1)
	for round := range censoredRounds {
		fit, err := rbig.LikeliestMixture(all)
		if err != nil {
			return nil, 0, err
		}
		components = len(fit.Means)
		m = kernel.NewMixture(components)
		kernel.SetMixture(m, fit.Logits, fit.Means, fit.LogScales)
		if c.below+c.above == 0 || round == censoredRounds-1 {
			break
		}
		now := c.logLikelihood(m)
		if now-last < censoredGain {
			break
		}
		last, all = now, c.completedBy(m)
	}
	return m, components, nil
}

// logLikelihood is that of a mixture.
func (c censoredValues) logLikelihood(m *kernel.Mixture) float64 {
	sum := 0.0
	for _, v := range c.inside {
		z, slope := m.At(v)
		sum += slope + kernel.LogPDF(z)
	}
	below, above := c.logBeyond(m)
	return sum + float64(c.below)*below + float64(c.above)*above
}

// logBeyond is log of the shares that a mixture has below lo and above hi.
func (c censoredValues) logBeyond(m *kernel.Mixture) (below, above float64) {
	low, _ := m.At(c.lo)
	high, _ := m.At(c.hi)
	return kernel.LogCDF(low), kernel.LogCDF(-high)
}

// completed is all values: those below lo and above hi at the points that have the given share of them farther out.
func (c censoredValues) completed(below, above func(share float64) float64) []float64 {
	all := append(make([]float64, 0, len(c.inside)+c.below+c.above), c.inside...)
	put := func(count int, at func(share float64) float64) {
		for i := range count {
			all = append(all, at((float64(i)+0.5)/float64(count)))
		}
	}
	put(c.below, below)
	put(c.above, above)
	return all
}

// completedBy is all values, the unknown ones where a mixture has them.
func (c censoredValues) completedBy(m *kernel.Mixture) []float64 {
	below, above := c.logBeyond(m)
	return c.completed(
		func(share float64) float64 { v, _ := m.Inverse(kernel.Quantile(below + math.Log(share))); return v },
		func(share float64) float64 { v, _ := m.Inverse(-kernel.Quantile(above + math.Log(share))); return v })
}
