package kernel

import "math"

// The log form of a mixture, right at any x. Far out, which component is the nearest and by how much is not in the digits of
// t²/2 nor, among equal scales, in those of t. So every sum is taken relative to a component that dominates it, and exponents
// beside that one's come from differences of means and of log scales.

// atLog is At in log space. A sum is held as its dominating component and the logarithm of what it is of that one's part, and
// the log slope is a difference of small numbers wherever z is.
func (m *Mixture) atLog() (z, logSlope float64) {
	m.sign = 1
	d, tail := m.logTail()
	if m.tailRest(d)+m.tailExponent(d)+tail > -math.Ln2 { // F above ½: S is the smaller tail
		m.sign = -1
		d, tail = m.logTail()
	}
	e, dens := m.logDensity()
	far := max(m.outwards(d), 0)
	beside := m.exponentBeside(e, d)
	if far == 0 {
		beside = -0.5 * m.t[e] * m.t[e]
	}
	beside += (m.densityRest(e) + dens) - (m.logWeight[d] + tail)
	if far < farBeyond {
		z = -Quantile(m.tailRest(d) + m.tailExponent(d) + tail)
		beside += m.logWeight[d] - m.tailRest(d) + math.Log(mills(math.Abs(z)))
	} else { // far²/2 may be beyond all numbers, and R is 1/t
		excess := math.Sqrt(max(0, -2*(m.logWeight[d]+tail)))
		z = math.Hypot(far, excess)
		beside += halfLog2Pi - math.Log(math.Hypot(1, excess/far))
	}
	m.millsZ = mills(math.Abs(z))
	return -m.sign * z, beside
}

// farBeyond is where 1/t² is nothing beside 1, and t² is still a number.
const farBeyond = 1e100

// outwards is t on the side of the smaller tail, that is positive beyond a component's mean.
func (m *Mixture) outwards(k int) float64 { return -m.sign * m.t[k] }

// tailExponent and tailRest are −u²/2 and log R(u)/√(2π), or 0 and log Φ(−u), whose sum is that: log Φ(−u), and π's in the latter.
func (m *Mixture) tailExponent(k int) float64 {
	u := max(m.outwards(k), 0)
	return -0.5 * u * u
}

func (m *Mixture) tailRest(k int) float64 {
	u := m.outwards(k)
	if u < 0 {
		return m.logWeight[k] + LogCDF(-u)
	}
	return m.logWeight[k] - halfLog2Pi + math.Log(mills(min(u, 2*farBeyond)))
}

// densityRest is log of π_k φ(t_k)/σ_k without −t²/2.
func (m *Mixture) densityRest(k int) float64 { return m.logWeight[k] - m.logScale[k] - halfLog2Pi }

// logTail fills cumulative with the components' shares of the smaller tail, and returns the dominating one and the logarithm of
// the tail over its part.
func (m *Mixture) logTail() (d int, rest float64) {
	return relative(m.cumulative, m.tailRest, func(k, d int) float64 {
		if m.outwards(k) > 0 && m.outwards(d) > 0 {
			return m.exponentBeside(k, d)
		}
		return m.tailExponent(k) - m.tailExponent(d)
	})
}

// logDensity is logTail of the density.
func (m *Mixture) logDensity() (d int, rest float64) {
	return relative(m.density, m.densityRest, m.exponentBeside)
}

// relative sets shares of Σ exp(exponent_k + rest_k), exponents as differences, and returns the component d that dominates
// and the logarithm of the sum over its term.
func relative(share []float64, rest func(k int) float64, exponentBeside func(k, d int) float64) (d int, logSum float64) {
	for k := range share {
		share[k] = rest(k)
		if k > 0 && exponentBeside(k, d)+(share[k]-share[d]) > 0 {
			d = k
		}
	}
	top, total := share[d], 0.0
	for k := range share {
		share[k] = math.Exp(exponentBeside(k, d) + (share[k] - top))
		total += share[k]
	}
	for k := range share {
		share[k] /= total
	}
	return d, math.Log(total)
}

// exponentBeside is −t_k²/2 + t_d²/2.
func (m *Mixture) exponentBeside(k, d int) float64 {
	switch {
	case k == d:
		return 0
	case math.IsInf(m.t[k], 0) && math.IsInf(m.t[d], 0):
		return m.beyondBeside(k, d)
	}
	return -m.beside(k, d) * (0.5*m.t[k] + 0.5*m.t[d])
}
