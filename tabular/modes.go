package tabular

import (
	"cmp"
	"math"
	"slices"

	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/stat"

	"gaussflow/initializers"
	"gaussflow/rows"
)

// gapped reports whether most of a column's range lies in gaps between neighbouring values with at least modeShare of the values on
// either side, as if its modes are far apart.
func gapped(values []float64) bool {
	s := slices.Sorted(slices.Values(values))
	edge := int(modeShare * float64(len(s)))
	inner := s[edge : len(s)-edge]
	gaps := make([]float64, len(inner)-1)
	for i := range gaps {
		gaps[i] = inner[i+1] - inner[i]
	}
	slices.Sort(gaps)
	return floats.Sum(gaps[max(0, len(gaps)-modes+1):]) > 0.5*(inner[len(inner)-1]-inner[0])
}

// farModes is a mixture fitted to a column if its components are narrow beside the column's spread; else nil.
func farModes(values []float64, seed uint64) (*initializers.Mixture, error) {
	mean, std := rows.MeanStd(values)
	y := slices.Clone(values)
	scaleTo(y, mean, std)
	fit, err := initializers.FitMixture(y, initializers.MixtureConfig{Components: modes, Seed: seed, Tol: 1e-4, MaxSteps: 100, MinVariance: 1e-24})
	if err != nil {
		return nil, err
	}
	m, width := fit.Mixture, 0.0
	for k := range m.Means {
		width += math.Exp(m.Logits[k] + m.LogScales[k])
		m.Means[k] = m.Means[k]*std + mean
		m.LogScales[k] += math.Log(std)
	}
	if width > modeWidth {
		return nil, nil
	}
	return &m, nil
}

// nearer is the mixture with all scales 1 and its means moved to at most modeGap from their neighbours.
func nearer(m initializers.Mixture) initializers.Mixture {
	order := make([]int, len(m.Means))
	for k := range order {
		order[k] = k
	}
	slices.SortFunc(order, func(a, b int) int { return cmp.Compare(m.Means[a], m.Means[b]) })
	near := normals(len(m.Means))
	copy(near.Logits, m.Logits)
	for i := 1; i < len(order); i++ {
		k, last := order[i], order[i-1]
		scale := math.Exp(max(m.LogScales[k], m.LogScales[last]))
		near.Means[k] = near.Means[last] + min((m.Means[k]-m.Means[last])/scale, modeGap)
	}
	middle := stat.Mean(near.Means, nil)
	floats.AddConst(-middle, near.Means)
	return near
}
