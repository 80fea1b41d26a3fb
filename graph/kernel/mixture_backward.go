package kernel

import "math"

// MixtureBackward adds to gLogits, gMeans and gLogScales the derivatives of gz·z + gl·log dz/dx at the x given last
// to At, and returns the derivative in x. With r the density and c the cumulative shares, s the slope dz/dx:
//
//	∂/∂μ_k     = r_k (gl·D_k − gz·s),   D_k = t_k/σ_k − z·s
//	∂/∂log σ_k = (x − μ_k)·∂/∂μ_k − gl·r_k
//	∂/∂logit_k = ±gz (c_k − π_k) R(|z|) + gl (r_k − c_k + (1 − |z|·R(|z|)) (c_k − π_k))     (+ lower tail, − upper)
//	∂/∂x       = −Σ ∂/∂μ_k
//
// Every factor is a bounded share: no quotient of underflowed numbers. D is taken as it is below, and what it multiplies does
// not make more of its error than rounding, however large z is.
func MixtureBackward[T Float](m *Mixture, gz, gl float64, gLogits, gMeans, gLogScales []T) (gx float64) {
	far := math.Abs(m.z)
	m.setApart(far)
	short, pull := defect(far), gz*m.slope
	for k, r := range m.density {
		gMu := 0.0
		if r != 0 { // else 0 times what may be beyond all numbers
			gMu = r * (gl*m.apart[k] - pull)
			gLogScales[k] += T((m.x-m.mean[k])*gMu - gl*r)
		}
		gMeans[k] += T(gMu)
		over := m.cumulative[k] - m.weight[k]
		gLogits[k] += T(m.sign*gz*m.millsZ*over + gl*((r-m.cumulative[k])+short*over))
		gx -= gMu
	}
	return gx
}

// LogSlopeSlope is ∂(log dz/dx)/∂x at the x given last to At: −Σ r_k D_k.
func (m *Mixture) LogSlopeSlope() (slope float64) {
	m.setApart(math.Abs(m.z))
	for k, r := range m.density {
		if r != 0 {
			slope -= r * m.apart[k]
		}
	}
	return slope
}

// setApart sets apart to D_k = t_k/σ_k − z·s, a difference of numbers z² times as large as it where one component is all there is.
// Outwards, with u = ±t, h = 1/R the hazard of the normal and c_j h(u_j)/σ_j = r_j s/R(|z|),
//
//	z·s = |z| R(|z|) Σ_j c_j h(u_j)/σ_j = Σ_{u_j ≥ 0} c_j u_j/σ_j
//	    + s/R(|z|)·(Σ_{u_j ≥ 0} r_j (δ(u_j) − δ(|z|)) + Σ_{u_j < 0} r_j (1 − δ(|z|))),   δ(u) = 1 − u·R(u),
//
// and of u_k/σ_k and the first sum, the part of the component that dominates the tail is taken out first.
func (m *Mixture) setApart(far float64) {
	if math.IsInf(far, 0) {
		clear(m.apart)
		return
	}
	short := defect(far)
	d, beyond, inside := 0, 0.0, 0.0 // Σ c of u ≥ 0, and of u < 0
	for k, c := range m.cumulative {
		if m.outwards(k) < 0 {
			inside += c
			continue
		}
		beyond += c
		if m.outwards(d) < 0 || c > m.cumulative[d] {
			d = k
		}
	}
	relative := beyond >= 0.5
	sum := 0.0
	if relative {
		sum = -inside * m.outwards(d) * m.invScale[d]
	}
	for k, r := range m.density {
		u, c := m.outwards(k), m.cumulative[k]
		m.apart[k] = 0
		if r == 0 && c == 0 {
			continue
		}
		if relative {
			m.apart[k] = m.pullBeside(k, d)
		} else {
			m.apart[k] = u * m.invScale[k]
		}
		if u < 0 {
			sum += r * ((1 - short) / m.millsZ * m.slope)
			continue
		}
		sum += r * ((defect(u) - short) / m.millsZ * m.slope)
		if c != 0 {
			sum += c * m.apart[k]
		}
	}
	for k := range m.apart {
		m.apart[k] = -m.sign * (m.apart[k] - sum)
	}
}

// pullBeside is u_k/σ_k − u_d/σ_d, where scales are alike from their difference.
func (m *Mixture) pullBeside(k, d int) float64 {
	turn := m.logScale[k] - m.logScale[d]
	switch {
	case k == d:
		return 0
	case math.Abs(turn) > 1:
		return m.outwards(k)*m.invScale[k] - m.outwards(d)*m.invScale[d]
	}
	return (-m.sign*m.beside(k, d) - m.outwards(d)*math.Expm1(turn)) * m.invScale[k]
}
