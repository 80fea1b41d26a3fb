package mixed

import "math"

// Bends keep what is left of a number on the whole line although the number is bounded. B(x) is x but near the bounds, and runs to −∞
// at the lower bound L and to ∞ at the upper one, over a distance of some widths w:
//
//	B(x) = x + w·log(1 − exp(−(x − L)/w)),  B⁻¹(y) = L + w·log(1 + exp((y − L)/w)),
//
// and the mirror image of it at an upper bound. If there are both, the lower one is bent first. A wide bend keeps a column's values from
// crowding at the bound, and a narrow one leaves those that the column had where they are: see bendWidth.
type bends []bend

type bend struct{ bound, width float64 } // the width is negative at an upper bound

// bendsOf are those of a number without a step, at its bounds but for one that is a value with a probability of its own.
func bendsOf(m *marginal, width float64) (all bends) {
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

// bendWidth is the width of the bends of a number of which so much is left, by the quantiles of 5 and 95 %: a tenth of that. But only
// one value in twenty may lie within eight widths of a bound, beyond which B(x) is x to a few ten-thousandths of w; if that is
// narrower than an eighth of the distance of the outermost knot from the bound, it is that.
func bendWidth(m *marginal, left float64) float64 {
	const widths, twentieth = 8, 1.645
	width, last := 1.0, len(m.x)-1
	for _, room := range [][2]float64{{m.x[0] - m.lower, m.inverse(-twentieth) - m.lower}, {m.upper - m.x[last], m.upper - m.inverse(twentieth)}} {
		if room[0] > 0 && !math.IsInf(room[0], 1) {
			width = max(room[0]/widths, min(left/10, room[1]/widths))
		}
	}
	return width
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
