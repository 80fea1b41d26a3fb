package kernel

import "math"

// linearFloor is the smallest F, S or f for which the sums are taken in linear space: far above underflow,
// so that they carry the same digits as the log form.
const linearFloor = 1e-200

// Mixture is one coordinate's mixture of K normals and the map z = Φ⁻¹(F(x)) that it defines, with
//
//	t_k = (x − μ_k)/σ_k,   F = Σ π_k Φ(t_k),   S = Σ π_k Φ(−t_k),   f = Σ π_k φ(t_k)/σ_k.
//
// Scales are held to where σ and 1/σ are normal numbers, e^±708. It holds scratch space: one value a goroutine.
type Mixture struct {
	standardized
	weight, logWeight []float64 // π, log π
	scale             []float64 // σ
	floor             float64   // linearFloor, or more where a narrow component's 1/σ makes much of what underflows

	// filled by At
	z, slope   float64
	density    []float64 // r_k = π_k φ(t_k)/σ_k / f, sums to 1
	cumulative []float64 // π_k Φ(±t_k) / F or S, of the smaller tail, sums to 1
	tail       []float64 // π_k Φ(−|t_k|), of linear sums
	sign       float64   // +1 where the lower tail is the smaller one, −1 otherwise
	millsZ     float64   // R(|z|)

	apart []float64 // of MixtureBackward
}

// NewMixture makes a Mixture of k components; call Set before use.
func NewMixture(k int) *Mixture {
	block := make([]float64, 11*k)
	cut := func() (s []float64) { s, block = block[:k:k], block[k:]; return }
	return &Mixture{
		standardized: standardized{mean: cut(), invScale: cut(), logScale: cut(), t: cut()},
		weight:       cut(), logWeight: cut(), scale: cut(),
		density: cut(), cumulative: cut(), tail: cut(), apart: cut(),
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
	}
	setLogScales(m, logScales)
}

// setLogScales replaces the log scales.
func setLogScales[T Float](m *Mixture, logScales []T) {
	least := 0.0
	for k, s := range logScales {
		y := holdScale(float64(s), mostLogScale[float64]())
		least = min(least, y)
		m.logScale[k], m.scale[k], m.invScale[k] = y, math.Exp(y), math.Exp(-y)
	}
	m.floor = floorOf(least)
}

// floorOf is the smallest F, S or f for which linear sums are taken, from the least log scale or 0: of what is below e^−708, e^−40 is
// less than rounding.
func floorOf(leastLogScale float64) float64 { return max(linearFloor, math.Exp(-708+40-leastLogScale)) }

// At evaluates the map at x: z = Φ⁻¹(F(x)) and log dz/dx = log f(x) − log φ(z), and keeps what MixtureBackward
// needs. It takes linear sums where no tail is near underflow and the log form elsewhere; z is ±Inf where it is
// beyond all numbers, and the log slope −log σ of the widest component, as it is far out.
func (m *Mixture) At(x float64) (z, logSlope float64) {
	lower, upper, dens := m.linearSums(x)
	if !(min(lower, upper, dens) > m.floor) {
		z, logSlope = m.atLog()
	} else {
		z = balancedQuantile(lower, upper)
		logSlope = m.finish(z, lower, upper, dens)
	}
	m.z, m.slope = z, math.Exp(logSlope)
	return z, logSlope
}

// linearSums fills t, density (π φ/σ), cumulative (π Φ(t)) and tail and returns F, S and f.
func (m *Mixture) linearSums(x float64) (lower, upper, dens float64) {
	m.x = x
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
		m.t[k], m.cumulative[k], m.tail[k] = t, below, tail
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
				m.cumulative[k] = m.tail[k]
			}
		}
	}
	for k := range m.weight {
		m.density[k] /= dens
		m.cumulative[k] /= smaller
	}
	return math.Log(dens / smaller * m.millsZ)
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

// pull is Σ r_k t_k/σ_k, −d log f/dx.
func (m *Mixture) pull() (sum float64) {
	for k, r := range m.density {
		if r > 0 {
			sum += r * m.t[k] * m.invScale[k]
		}
	}
	return sum
}
