package info

import (
	"math"
	"math/rand/v2"
	"slices"

	"gaussflow/graph/kernel"
	"gaussflow/initializers"
	"gaussflow/rbig"
	"gaussflow/rows"
)

// A match is how a column of p reads in q: for a row of p its normal score in q, and log of p's density over q's there.
type match struct {
	scores  []float64 // of the rows of p, in p
	read    func(i int) (score, gain float64)
	bias    float64 // of the mean gain
	noise   float64 // its variance where there is nothing to gain
	byValue bool
}

// outsideAt is the share of p's rows outside of q from which on ranks say too little, where so many are beyond chance at outsideLevel.
const outsideAt, outsideLevel = 0.006, 0.001

// outsideByChance is the chance that k rows or more of n lie below or above all of m others of the same law: on each side their number is
// geometric, ρᵏ(1−ρ), ρ = n/(n+m), in the limit of many rows.
func outsideByChance(k, n, m int) float64 {
	rho := float64(n) / float64(n+m)
	return math.Pow(rho, float64(k)) * (1 + float64(k)*(1-rho))
}

// newMatch matches column j.
func newMatch(p, q *Sample, j int) (*match, error) {
	mine, theirs := p.values[j], q.values[j]
	low, high := slices.Min(theirs), slices.Max(theirs)
	outside := 0
	for _, v := range mine {
		if v < low || v > high {
			outside++
		}
	}
	m := &match{scores: make([]float64, p.n)}
	for i, r := range p.columns[j].rank {
		m.scores[i] = p.scores[r]
	}
	if float64(outside) > outsideAt*float64(p.n) && outsideByChance(outside, p.n, q.n) < outsideLevel && p.columns[j].tied+q.columns[j].tied == 0 && looksNormal(theirs) {
		m.byValues(p, mine, theirs, j)
		return m, nil
	}
	return m, m.byRanks(mine, theirs, initializers.NewRand(q.config.Seed, uint64(200+j)))
}

// byRanks fits a mixture to the scores that q's rows have in p, those beyond p's rows apart: what they are is not known but that they are there.
func (m *match) byRanks(mine, theirs []float64, rng *rand.Rand) error {
	sorted, scores := slices.Sorted(slices.Values(mine)), slices.Sorted(slices.Values(m.scores))
	var inside []float64
	below := 0.0
	n := len(theirs)
	for _, v := range theirs {
		switch at, _ := slices.BinarySearch(sorted, v); {
		case at == 0 && v < sorted[0]:
			below++
		case at >= len(sorted):
		default:
			inside = append(inside, between(sorted, scores, at, v, rng))
		}
	}
	if len(inside) < minRows {
		return ErrApart
	}
	fit, err := rbig.LikeliestMixture(inside)
	if err != nil {
		return err
	}
	share := float64(len(inside)) / float64(n)
	mixture := kernel.NewMixture(len(fit.Means))
	kernel.SetMixture(mixture, fit.Logits, fit.Means, fit.LogScales)
	both := 1/float64(n) + 1/float64(len(mine)) // each sample moves the other's scores
	m.bias = float64(3*len(fit.Means)-1) / 2 * both
	m.noise = m.bias * both
	m.read = func(i int) (score, gain float64) {
		v := m.scores[i]
		z, slope := mixture.At(v) // slope: log dz/dv, so log g = slope + log φ(z)
		gain = kernel.LogPDF(v) - math.Log(share) - slope - kernel.LogPDF(z)
		if share == 1 {
			return z, gain
		}
		rest := 0.5 / float64(n)
		lower := below/float64(n) + share*math.Exp(kernel.LogCDF(z))
		if lower < 0.5 {
			return kernel.Quantile(math.Log(max(lower, rest))), gain
		}
		upper := (1 - below/float64(n) - share) + share*math.Exp(kernel.LogCDF(-z))
		return -kernel.Quantile(math.Log(max(upper, rest))), gain
	}
	return nil
}

// between is the score of v among sorted values, the at-th of which is the first that is not below it. Where it stands between two of
// them it has the middle of their scores: of ranks nothing else is known. Among equal ones it has any of theirs, as each of those has.
func between(sorted, scores []float64, at int, v float64, rng *rand.Rand) float64 {
	equal := at
	for equal < len(sorted) && sorted[equal] == v {
		equal++
	}
	switch {
	case equal > at:
		return scores[at+rng.IntN(equal-at)]
	case at == 0:
		return scores[0]
	}
	return (scores[at-1] + scores[at]) / 2
}

// byValues takes q for normal.
func (m *match) byValues(p *Sample, mine, theirs []float64, j int) {
	centre, std := rows.MeanStd(theirs)
	density := p.logDensity(j)
	m.byValue = true
	m.bias = 1 / float64(len(theirs)) // of two parameters
	m.read = func(i int) (score, gain float64) {
		z := (mine[i] - centre) / std
		return z, density[i] - kernel.LogPDF(z) + math.Log(std)
	}
}
