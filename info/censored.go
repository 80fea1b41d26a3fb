package info

import (
	"math"
	"math/rand/v2"

	"gaussflow/graph/kernel"
	"gaussflow/initializers"
	"gaussflow/rbig"
)

// censoredValues are values of which those below lo or above hi are known by their number alone.
type censoredValues struct {
	inside       []float64
	lo, hi       float64
	below, above int
}

// censoredRounds bounds the rounds of fit; they end before where one adds less than censoredGain to the log-likelihood.
const censoredRounds, censoredGain = 10, 0.05

// firstSpread is how far beyond lo and hi the values there are at first, on average: so far that none of them narrows what is inside.
const firstSpread = 2

// likeliest is the likeliest mixture g of the values, and how many components it has:
//
//	Σ_inside log g + below·log G(lo) + above·log(1 − G(hi)).
//
// A mixture that was fitted to those inside alone would have tails beyond them all the same, which would then be missing inside. The price of a
// parameter is Schwarz's, as in rbig.LikeliestMixture, so that samples of one law are as alike as they are; where they differ for certain it is
// Akaike's, because what Schwarz's smooths away is then taken for a difference that is smaller than it is.
//
// Source: Akaike 1974, IEEE Transactions on Automatic Control 19.
func (c censoredValues) likeliest(differ bool) (m *kernel.Mixture, components int, err error) {
	price := math.Log(float64(c.count()))
	if differ {
		price = 2
	}
	fit, err := rbig.ByCriterion(c.count(), price, c.fit)
	if err != nil {
		return nil, 0, err
	}
	return evaluated(fit), len(fit.Means), nil
}

// fit is the likeliest mixture of so many components, by EM: in each round the unknown values stand at the quantiles of what the last mixture
// has beyond lo and hi.
//
// Source: Dempster, Laird & Rubin 1977, Journal of the Royal Statistical Society B 39, section 4.2.
func (c censoredValues) fit(components int) (best initializers.MixtureFit, err error) {
	beyond := func(share float64) float64 { return -firstSpread * math.Log(share) }
	all := c.completed(
		func(share float64) float64 { return c.lo - beyond(share) },
		func(share float64) float64 { return c.hi + beyond(share) })
	for round := range censoredRounds {
		fit, err := rbig.FitComponents(all, components)
		if err != nil || c.below+c.above == 0 {
			return fit, err
		}
		m := evaluated(fit)
		fit.LogLikelihood = c.logLikelihood(m)
		if round > 0 && !(fit.LogLikelihood > best.LogLikelihood+censoredGain/float64(c.count())) {
			break
		}
		best, all = fit, c.completedBy(m)
	}
	return best, nil
}

// lossByHalves is by how much the mean log-density at points is lower, on average, by a mixture of half of the values than by m, which is of all:
// as much as m's is below that of the mixture of very many. Half of a parameter for each row would be right where the points are of the density of
// the values; what a parameter costs elsewhere hangs on how well the values say it there. That the halves are of the same values takes off most of
// what is chance.
//
// Source: Quenouille 1949, Journal of the Royal Statistical Society B 11.
func (c censoredValues) lossByHalves(points []float64, m *kernel.Mixture, components int, rng *rand.Rand) (float64, error) {
	n := float64(len(points))
	loss := logDensities(m, points) / n
	for _, half := range c.halves(rng) {
		fit, err := half.fit(components)
		if err != nil {
			return 0, err
		}
		loss -= logDensities(evaluated(fit), points) / n / 2
	}
	return loss, nil
}

// halves deals the values out.
func (c censoredValues) halves(rng *rand.Rand) [2]censoredValues {
	half := [2]censoredValues{{lo: c.lo, hi: c.hi, below: c.below / 2, above: (c.above + 1) / 2}, {lo: c.lo, hi: c.hi, below: (c.below + 1) / 2, above: c.above / 2}}
	for at, i := range rng.Perm(len(c.inside)) {
		half[at%2].inside = append(half[at%2].inside, c.inside[i])
	}
	return half
}

// evaluated is a fitted mixture as it is evaluated.
func evaluated(fit initializers.MixtureFit) *kernel.Mixture {
	m := kernel.NewMixture(len(fit.Means))
	kernel.SetMixture(m, fit.Logits, fit.Means, fit.LogScales)
	return m
}

func (c censoredValues) count() int { return len(c.inside) + c.below + c.above }

// logDensities is the sum of a mixture's log-densities at points.
func logDensities(m *kernel.Mixture, points []float64) (sum float64) {
	for _, v := range points {
		z, slope := m.At(v)
		sum += slope + kernel.LogPDF(z)
	}
	return sum
}

// logLikelihood is that of a mixture, on average.
func (c censoredValues) logLikelihood(m *kernel.Mixture) float64 {
	below, above := c.logBeyond(m)
	return (logDensities(m, c.inside) + times(c.below, below) + times(c.above, above)) / float64(c.count())
}

// times is n·v, and 0 of none: v may be −∞.
func times(n int, v float64) float64 {
	if n == 0 {
		return 0
	}
	return float64(n) * v
}

// logBeyond is log of the shares that a mixture has below lo and above hi.
func (c censoredValues) logBeyond(m *kernel.Mixture) (below, above float64) {
	low, _ := m.At(c.lo)
	high, _ := m.At(c.hi)
	return kernel.LogCDF(low), kernel.LogCDF(-high)
}

// completed is all values: those below lo and above hi at the points that have the given share of them farther out.
func (c censoredValues) completed(below, above func(share float64) float64) []float64 {
	all := append(make([]float64, 0, c.count()), c.inside...)
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
