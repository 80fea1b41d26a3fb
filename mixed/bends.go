package mixed

import "math"

// Bends keep what is left of a number on the whole line although the number is bounded. B(x) is x far from the bounds, and runs to −∞
// at the lower bound L and to ∞ at the upper one, over a distance of some widths w:
//
//	B(x) = x + w·log(1 − exp(−(x − L)/w)),  B⁻¹(y) = L + w·log(1 + exp((y − L)/w)),
//
// and the mirror image of it at an upper bound. If there are both, the lower one is bent first.
type bends []bend

type bend struct{ bound, width float64 } // the width is negative at an upper bound

// bendsOf are those of a number without a step, at its bounds but for one that is a value with a probability of its own.
func bendsOf(m *marginal, width float64) (all bends) {
	if m.step > 0 {
		return nil
	}
	last, upper := len(m.x)-1, m.upper
	if !math.IsInf(m.lower, 0) && m.x[0] > m.lower {
		all = append(all, bend{m.lower, width})
		upper, _ = all.of(m.upper)
	}
	if !math.IsInf(m.upper, 0) && m.x[last] < m.upper {
		all = append(all, bend{upper, -width})
	}
	return all
}

// of is B(x), and the logarithm of its derivative.
func (all bends) of(x float64) (y, logSlope float64) {
	for _, b := range all {
		logShare := math.Log(-math.Expm1(-(x - b.bound) / b.width))
		x, logSlope = x+b.width*logShare, logSlope-logShare
	}
	return x, logSlope
}

func (all bends) inverse(y float64) float64 {
	for i := len(all) - 1; i >= 0; i-- {
		b := all[i]
		t := (y - b.bound) / b.width
		y = b.bound + b.width*(max(t, 0)+math.Log1p(math.Exp(-math.Abs(t))))
	}
	return y
}
