package info

import (
	"math"
	"math/rand/v2"
	"slices"

	"gaussflow/graph/kernel"
	"gaussflow/initializers"
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

// byRanks fits a mixture to the scores that q's rows have in p. Of those beyond p's rows no more is known than on which side they are.
func (m *match) byRanks(mine, theirs []float64, rng *rand.Rand) error {
	known := scoresAmong(mine, m.scores, theirs, rng)
	if len(known.inside) < minRows {
		return ErrApart
	}
	differ := outsideByChance(known.below+known.above, len(theirs), len(mine)) < outsideLevel
	mixture, components, err := known.likeliest(differ)
	if err != nil {
		return err
	}
	both := 1/float64(len(theirs)) + 1/float64(len(mine)) // each sample moves the other's scores
	parameters := float64(3*components-1) / 2
	m.bias, m.noise = parameters*both, parameters*both*both
	if differ {
		loss, err := known.lossByHalves(m.scores, mixture, components, rng)
		if err != nil {
			return err
		}
		byHalves := min(max(loss*both*float64(len(theirs)), 0), m.bias) // which does not see what so few components leave out
		m.bias = (byHalves + m.bias) / 2
	}
	m.read = func(i int) (score, gain float64) {
		v := m.scores[i]
		z, slope := mixture.At(v) // slope: log dz/dv, so log g = slope + log φ(z)
		return z, kernel.LogPDF(v) - slope - kernel.LogPDF(z)
	}
	return nil
}

// scoresAmong are the normal scores that theirs have among mine, whose own are given.
func scoresAmong(mine, own, theirs []float64, rng *rand.Rand) censoredValues {
	sorted, scores := slices.Sorted(slices.Values(mine)), slices.Sorted(slices.Values(own))
	known := censoredValues{lo: scores[0], hi: scores[len(scores)-1]}
	for _, v := range theirs {
		switch at, _ := slices.BinarySearch(sorted, v); {
		case at == 0 && v < sorted[0]:
			known.below++
		case at >= len(sorted):
			known.above++
		default:
			known.inside = append(known.inside, between(sorted, scores, at, v, rng))
		}
	}
	return known
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
