package kernel

import "math"

// linearFloor is the smallest F, S or f for which the sums are taken in linear space: far above underflow,
// so that they carry the same digits as the log form.
const linearFloor = 1e-200

// Mixture is one coordinate's mixture of K normals and the map z = Φ⁻¹(F(x)) that it defines, with
//
//	t_k = (x − μ_k)/σ_k,   F = Σ π_k Φ(t_k),   S = Σ π_k Φ(−t_k),   f = Σ π_k φ(t_k)/σ_k.
//
// It holds scratch space: one value a goroutine.
type Mixture struct {
	weight, logWeight []float64 // π, log π
	mean, scale       []float64 // μ, σ
	invScale          []float64 // 1/σ
	logScale          []float64 // log σ

	// filled by At
	t          []float64
	density    []float64 // r_k = π_k φ(t_k)/σ_k / f, sums to 1
	cumulative []float64 // π_k Φ(±t_k) / F or S, of the smaller tail, sums to 1
	sign       float64   // +1 where the lower tail is the smaller one, −1 otherwise
	millsZ     float64   // R(|z|)
	terms      []split   // of a sum in log space
}

// NewMixture makes a Mixture of k components; call Set before use.
func NewMixture(k int) *Mixture {
	block := make([]float64, 9*k)
	cut := func() (s []float64) { s, block = block[:k:k], block[k:]; return }
	return &Mixture{
		weight: cut(), logWeight: cut(), mean: cut(), scale: cut(), invScale: cut(), logScale: cut(),
		t: cut(), density: cut(), cumulative: cut(), terms: make([]split, k),
	}
}

// SetMixture loads logits, means μ and log scales log σ, K numbers each; π = softmax(logits).
func SetMixture[T Float](m *Mixture, logits, means, logScales []T) {
	top := math.Inf(-1)
	for _, l := range logits {
		top = max(top, float64(l))
	}
	total := 0.0
	for k, l := range logits {
		m.weight[k] = math.Exp(float64(l) - top)
		total += m.weight[k]
	}
	logTotal := math.Log(total)
	for k, l := range logits {
		m.weight[k] /= total
		m.logWeight[k] = float64(l) - top - logTotal
		m.mean[k] = float64(means[k])
		m.setLogScale(k, float64(logScales[k]))
	}
}

func (m *Mixture) setLogScale(k int, logScale float64) {
	m.logScale[k] = logScale
	m.scale[k] = math.Exp(logScale)
	m.invScale[k] = 1 / m.scale[k]
}

// At evaluates the map at x: z = Φ⁻¹(F(x)) and log dz/dx = log f(x) − log φ(z), and keeps what Backward
// needs. It takes linear sums where no tail is near underflow and the log form elsewhere.
func (m *Mixture) At(x float64) (z, logSlope float64) {
	lower, upper, dens := m.linearSums(x)
	if !(min(lower, upper, dens) > linearFloor) || math.IsInf(dens, 1) {
		return m.atLog()
	}
	z = balancedQuantile(lower, upper)
	return z, m.finish(z, lower, upper, dens)
}

// linearSums fills t, density (π φ/σ) and cumulative (π Φ(t)) and returns F, S and f.
func (m *Mixture) linearSums(x float64) (lower, upper, dens float64) {
	for k, mu := range m.mean {
		t := (x - mu) * m.invScale[k]
		w := m.weight[k]
		phi := invSqrt2Pi * math.Exp(-0.5*t*t)
		tail := w * phi * mills(math.Abs(t))
		below, above := tail, w-tail
		if t > 0 {
			below, above = above, below
		}
		lower += below
		upper += above
		m.t[k], m.cumulative[k] = t, below
		m.density[k] = w * phi * m.invScale[k]
		dens += m.density[k]
	}
	return lower, upper, dens
}

// finish turns the linear sums into responsibilities and the log slope: log(f/F·Φ(z)/φ(z)), whose large
// exponents cancel before they are rounded.
func (m *Mixture) finish(z, lower, upper, dens float64) (logSlope float64) {
	m.millsZ = mills(math.Abs(z))
	m.sign = 1
	smaller := lower
	if lower > upper {
		m.sign, smaller = -1, upper
		for k, w := range m.weight {
			m.cumulative[k] = w - m.cumulative[k]
			if m.t[k] > 0 { // w − w(1−tail) would lose the digits of the tail
				m.cumulative[k] = m.density[k] * m.scale[k] * mills(m.t[k])
			}
		}
	}
	for k := range m.weight {
		m.density[k] /= dens
		m.cumulative[k] /= smaller
	}
	return math.Log(dens / smaller * m.millsZ)
}

// atLog is At in log space, right at any x: every sum Σ exp(a_k) is held as exponent −t²/2 of its dominating
// component and the rest, so that the log slope is a difference of small numbers even where z = 1e5.
func (m *Mixture) atLog() (z, logSlope float64) {
	smaller := m.logTail(+1)
	m.sign = 1
	if smaller.log() > -math.Ln2 { // F above ½: S is the smaller tail
		smaller = m.logTail(-1)
		m.sign = -1
	}
	dens := m.logDensity()
	z = m.sign * Quantile(smaller.log())
	m.millsZ = mills(math.Abs(z))
	return z, (dens.exponent - smaller.exponent) + (dens.rest - smaller.rest) + math.Log(m.millsZ)
}

// split is a logarithm in two parts: the large quadratic one and the rest.
type split struct{ exponent, rest float64 }

func (s split) log() float64 { return s.exponent + s.rest }

// logTail fills cumulative with π_k Φ(side·t_k)/Σ and returns log Σ.
func (m *Mixture) logTail(side float64) split {
	const nothing = 760 // e^−745 is 0, and log R differs by less than the rest wherever it matters
	best := math.Inf(-1)
	for k, t := range m.t {
		t = min(side*t, 0)
		best = max(best, m.logWeight[k]-0.5*t*t)
	}
	for k, t := range m.t {
		t *= side
		switch exponent := -0.5 * t * t; {
		case t >= 0:
			m.terms[k] = split{0, m.logWeight[k] + LogCDF(t)}
		case exponent+m.logWeight[k] < best-nothing:
			m.terms[k] = split{exponent, math.Inf(-1)}
		default:
			m.terms[k] = split{exponent, m.logWeight[k] - halfLog2Pi + math.Log(mills(-t))}
		}
	}
	return m.logSum(m.cumulative)
}

// logDensity fills density with π_k φ(t_k)/σ_k/Σ and returns log Σ.
func (m *Mixture) logDensity() split {
	for k, t := range m.t {
		m.terms[k] = split{-0.5 * t * t, m.logWeight[k] - m.logScale[k] - halfLog2Pi}
	}
	return m.logSum(m.density)
}

// logSum is log Σ exp(term) and, in share, each term's part of the sum.
func (m *Mixture) logSum(share []float64) split {
	best := m.terms[0]
	for _, s := range m.terms[1:] {
		if s.log() > best.log() {
			best = s
		}
	}
	total := 0.0
	for k, s := range m.terms {
		share[k] = math.Exp((s.exponent - best.exponent) + (s.rest - best.rest))
		total += share[k]
	}
	for k := range share {
		share[k] /= total
	}
	return split{best.exponent, best.rest + math.Log(total)}
}

// MixtureBackward adds to gLogits, gMeans and gLogScales the derivatives of gz·z + gl·log dz/dx at the x given last
// to At, which returned z and logSlope, and returns the derivative in x. With r the density and c the
// cumulative shares, s the slope dz/dx and A = gz + gl·z:
//
//	∂/∂μ_k     = r_k (gl·t_k/σ_k − A·s)
//	∂/∂log σ_k = t_k σ_k · ∂/∂μ_k − gl·r_k
//	∂/∂logit_k = ±A (c_k − π_k) R(|z|) + gl (r_k − π_k)     (+ lower tail, − upper)
//	∂/∂x       = −Σ ∂/∂μ_k
//
// Every factor is a bounded share: no quotient of underflowed numbers.
func MixtureBackward[T Float](m *Mixture, z, logSlope, gz, gl float64, gLogits, gMeans, gLogScales []T) (gx float64) {
	a := gz + gl*z
	pull := a * math.Exp(logSlope)
	tilt := m.sign * a * m.millsZ
	for k, r := range m.density {
		gMu := r * (gl*m.t[k]*m.invScale[k] - pull)
		if r == 0 { // t may be so large that 0·t² would be NaN
			gMu = 0
		} else {
			gLogScales[k] += T(m.t[k]*m.scale[k]*gMu - gl*r)
		}
		gMeans[k] += T(gMu)
		gLogits[k] += T(tilt*(m.cumulative[k]-m.weight[k]) + gl*(r-m.weight[k]))
		gx -= gMu
	}
	return gx
}

// Inverse solves z(x) = z and returns x and log dz/dx there; Backward may follow. The bracket is exact: with a_k = μ_k + σ_k z,
// min a_k ≤ x ≤ max a_k. Inside it, Halley's iteration, of third order; a step that leaves the bracket, or three that fail to halve
// it, become a bisection. It stops at the last few ulp.
func (m *Mixture) Inverse(z float64) (x, logSlope float64) {
	s := noStart()
	for k, mu := range m.mean {
		s.add(z, m.weight[k], mu, m.scale[k])
	}
	x = s.guess(z)
	b := bracket[float64]{s.lo, s.hi, s.hi - s.lo}
	for tries := 1; ; tries++ {
		zx, logSlope := m.At(x)
		rule := stepRuleAt[float64](tries)
		rule.room = 0
		if !b.step(&rule, z, &x, zx, logSlope, m.pull()) {
			return x, logSlope
		}
	}
}

// LogSlopeSlope is ∂(log dz/dx)/∂x at the x given last to At, which returned z and logSlope:
// z·dz/dx − Σ r_k t_k/σ_k.
func (m *Mixture) LogSlopeSlope(z, logSlope float64) float64 { return z*math.Exp(logSlope) - m.pull() }

// pull is Σ r_k t_k/σ_k, −d log f/dx.
func (m *Mixture) pull() (sum float64) {
	for k, r := range m.density {
		if r > 0 {
			sum += r * m.t[k] * m.invScale[k]
		}
	}
	return sum
}
