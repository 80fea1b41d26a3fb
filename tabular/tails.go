package tabular

import (
	"math"
	"slices"
)

// tailCandidates are maps centred on the median and on both ends of a column, with scales from a few of its quantiles.
func tailCandidates(values []float64) (candidates []marginal) {
	s := slices.Sorted(slices.Values(values))
	at := func(p float64) float64 { return s[int(p*float64(len(s)-1))] }
	for _, half := range []float64{0.02, 0.08, 0.25} {
		candidates = append(candidates,
			marginal{shift: at(0.5), scale: (at(0.5+half) - at(0.5-half)) / 2},
			marginal{shift: at(0), scale: at(half) - at(0)},
			marginal{shift: at(1), scale: at(1) - at(1-half)})
	}
	return slices.DeleteFunc(candidates, func(m marginal) bool { return !(m.scale > 0) || math.IsInf(m.scale, 1) })
}

// tails are the mapped values and the logarithms of the map's slope there; the values themselves if there is no map.
func (m marginal) tails(values []float64) (y, logSlope []float64) {
	y, logSlope = slices.Clone(values), make([]float64, len(values))
	if !(m.scale > 0) {
		return y, logSlope
	}
	for i, x := range values {
		u := (x - m.shift) / m.scale
		t := tailPower * math.Asinh(u)
		y[i] = math.Sinh(t)
		logSlope[i] = math.Log(tailPower*math.Cosh(t)/m.scale) - math.Log(math.Hypot(1, u))
	}
	return y, logSlope
}

// tailIndex estimates 1/α of a power law x^(−α) (Hill 1975): the mean logarithmic excess of the twentieth of a column's values that
// are farthest from its median over the nearest of them. For a normal column it is about 0.2.
func tailIndex(values []float64) float64 {
	s := slices.Sorted(slices.Values(values))
	median := s[len(s)/2]
	for i, v := range s {
		s[i] = math.Abs(v - median)
	}
	slices.Sort(s)
	k := len(s) / 20
	edge, sum := s[len(s)-1-k], 0.0
	for _, v := range s[len(s)-k:] {
		sum += math.Log(v / edge)
	}
	return sum / float64(k)
}
