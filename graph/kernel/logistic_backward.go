package kernel

import "math"

// shares fills tail, bulk and density with the components' shares of the smaller tail, the greater one and f, and apart.
func (m *logisticMixture) shares() {
	for k, w := range m.weight {
		if m.near {
			m.tail[k] = w * m.outer[k] / m.least
		}
		m.bulk[k] = w * m.inner[k] / m.most
	}
	if m.near {
		dens := m.slope * m.least * m.most
		for k := range m.density {
			m.density[k] /= dens
		}
	}
	m.setApart()
}

// backward adds to gLogits, gMeans and gLogScales the derivatives of gz·z + gl·log dz/dx at the x given last to atLogistic, and
// returns the derivative in x; shares comes before it. With r, c and a the shares of f, of the smaller tail and of the greater one,
// and s = dz/dx,
//
//	∂/∂μ_k     = r_k (gl·D_k − gz·s)
//	∂/∂log σ_k = (x − μ_k)·∂/∂μ_k − gl·r_k
//	∂/∂logit_k = ±gz (c_k − a_k) + gl (r_k − c_k − a_k + π_k)     (+ lower tail, − upper)
//	∂/∂x       = −Σ ∂/∂μ_k
func (m *logisticMixture) backward(gz, gl float64, gLogits, gMeans, gLogScales []float64) (gx float64) {
	pull := gz * m.slope
	for k, r := range m.density {
		if r != 0 { // else 0 times what may be beyond all numbers
			gMu := r * (gl*m.apart[k] - pull)
			gLogScales[k] += (m.x-m.mean[k])*gMu - gl*r
			gMeans[k] += gMu
			gx -= gMu
		}
		c, a := m.tail[k], m.bulk[k]
		gLogits[k] += m.side*gz*(a-c) + gl*((r-c)-(a-m.weight[k]))
	}
	return gx
}

// logSlopeSlope is ∂(log dz/dx)/∂x: −Σ r_k D_k.
func (m *logisticMixture) logSlopeSlope() (slope float64) {
	for k, r := range m.density {
		if r != 0 {
			slope -= r * m.apart[k]
		}
	}
	return slope
}

// setApart sets apart to D_k = ±(s·(F − S) − (Λ(t_k) − Λ(−t_k))/σ_k), (+ lower tail, − upper), a difference of numbers that are alike far
// out, where one component is all there is. With Λ_k and λ_k the inner and the outer one of the two functions, M the smaller tail, c and a the shares of the two
// tails and d the component that most of f is of, what differs there is taken out first:
//
//	±D_k = Σ_{j≠d} (r_j s − g_j/σ_d) − (1/σ_k − 1/σ_d)·Σ_j g_j + (Σ_j g_j − 1)/σ_k − 2Ms + 2λ_k/σ_k,
//	g_j = c_j Λ_j + a_j λ_j,   Σ_j g_j − 1 = Σ_j (a_j − c_j) λ_j,   s = Σ_j g_j/σ_j.
func (m *logisticMixture) setApart() {
	d := 0
	for k, r := range m.density {
		if r > m.density[d] {
			d = k
		}
	}
	excess, others := 0.0, -2*m.least*m.slope
	for j, r := range m.density {
		c, a := m.tail[j], m.bulk[j]
		excess += (a - c) * m.outer[j]
		if g := c*m.inner[j] + a*m.outer[j]; m.invScale[j] < 2*m.invScale[d] {
			others += g * m.narrower(j, d)
		} else if r != 0 || c != 0 { // g may have underflowed where r has not
			others += r*m.slope - g*m.invScale[d]
		}
	}
	for k, inv := range m.invScale {
		if m.invScale[d] > 2*inv { // what would be taken out is of another size than what is left
			m.apart[k] = -m.side * (m.slope*(1-2*m.least) - (m.inner[k]-m.outer[k])*inv)
			continue
		}
		m.apart[k] = -m.side * (others - m.narrower(k, d)*(1+excess) + (excess+2*m.outer[k])*inv)
	}
}

// narrower is 1/σ_k − 1/σ_d; far out, where it is multiplied by a t of any size, from how the log scales differ.
func (m *logisticMixture) narrower(k, d int) float64 {
	if turn := m.logScale[d] - m.logScale[k]; !m.near && math.Abs(turn) < 1 {
		return m.invScale[d] * math.Expm1(turn)
	}
	return m.invScale[k] - m.invScale[d]
}

// solveLogistic is the x of z(x) = z and log dz/dx there; shares may follow. The bracket is exact, as of Mixture.Inverse, and so are
// the steps in it.
func solveLogistic[T Float](m *logisticMixture, z float64) (x, logSlope float64) {
	s := noStart()
	for k, mu := range m.mean {
		s.add(z, m.weight[k], mu, 1/m.invScale[k])
	}
	x = s.guess(z)
	b := bracket[float64]{s.lo, s.hi, s.hi - s.lo}
	for tries := 1; ; tries++ {
		zx, logSlope := atLogistic[T](m, x)
		rule := stepRuleAt[float64](tries)
		m.shares()
		if !b.move(&rule, z, &x, zx, m.slope, m.logSlopeSlope()) {
			return x, logSlope
		}
	}
}
