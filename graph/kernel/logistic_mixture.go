package kernel

import "math"

// logisticMixture is one coordinate's mixture of K logistic distributions and the map z = logit F(x) that it defines, with the
// logistic function Λ(t) = 1/(1 + e^−t),
//
//	t_k = (x − μ_k)/σ_k,   F = Σ π_k Λ(t_k),   S = Σ π_k Λ(−t_k),   f = Σ π_k Λ(t_k)Λ(−t_k)/σ_k,
//	z = log F − log S,     dz/dx = f/(F·S).
//
// Scales are held to where σ and 1/σ are normal numbers, e^±708. It holds scratch space: one value a goroutine.
//
// Source: Ho et al. 2019, arXiv:1902.00275 (Flow++), equation 12, in a form that keeps its digits in both tails.
type logisticMixture struct {
	standardized
	weight, logit []float64 // π, and the logits without the greatest
	total         float64   // Σ exp(logit)
	floor         float64   // as a Mixture's

	// filled by At
	e            []float64 // e^−|t|
	near         bool      // whether the linear sums keep all digits
	side         float64   // +1 where S is the smaller one of F and S, −1 otherwise
	least, most  float64   // the smaller and the greater one
	outer, inner []float64 // Λ(−side·t), Λ(side·t)
	density      []float64 // π Λ(t)Λ(−t)/σ over f; over nothing where near, until the shares are taken
	slope        float64   // dz/dx

	// filled by shares
	tail, bulk []float64 // π·outer over least, π·inner over most
	apart      []float64 // D, as of MixtureBackward
}

// NewlogisticMixture makes a logisticMixture of k components; call setlogisticMixture before use.
func newLogisticMixture(k int) *logisticMixture {
	block := make([]float64, 13*k)
	cut := func() (s []float64) { s, block = block[:k:k], block[k:]; return }
	return &logisticMixture{
		standardized: standardized{mean: cut(), invScale: cut(), logScale: cut(), t: cut()},
		weight:       cut(), logit: cut(), e: cut(), outer: cut(), inner: cut(), density: cut(), tail: cut(), bulk: cut(), apart: cut(),
	}
}

// setlogisticMixture loads logits, means μ and log scales log σ, K numbers each; π = softmax(logits). What it works out has the digits
// of a T.
func setLogisticMixture[T Float](m *logisticMixture, logits, means, logScales []float64) {
	top := math.Inf(-1)
	for _, l := range logits {
		top = max(top, l)
	}
	least := 0.0
	for k, l := range logits {
		m.logit[k] = l - top
		m.weight[k] = m.logit[k]
		m.mean[k] = means[k]
		m.logScale[k] = holdScale(logScales[k], mostLogScale[float64]())
		m.invScale[k] = -m.logScale[k]
		least = min(least, m.logScale[k])
	}
	exps[T](m.weight)
	exps[T](m.invScale)
	m.total = 0
	for _, w := range m.weight {
		m.total += w
	}
	for k := range m.weight {
		m.weight[k] /= m.total
	}
	m.floor = linearFloor
	if least < -200 {
		m.floor = floorOf(least)
	}
}

// atLogistic evaluates the map at x: z = logit F(x) and log dz/dx. It takes linear sums where neither tail is near underflow and the
// log form elsewhere; z is ±Inf where it is beyond all numbers, and the log slope −log σ of the widest component, as it is far out.
// Results have the digits of a T.
func atLogistic[T Float](m *logisticMixture, x float64) (z, logSlope float64) {
	lower, upper, dens := linearLogistic[T](m, x)
	m.side, m.least, m.most = 1, upper, lower
	if lower < upper {
		m.side, m.least, m.most = -1, lower, upper
		m.outer, m.inner = m.inner, m.outer
	}
	if m.near = min(m.least, dens) > m.floor; !m.near {
		return m.atFar()
	}
	m.slope = dens / m.least / m.most
	return m.side * math.Log(m.most/m.least), math.Log(m.slope)
}

// linearLogistic fills t, e, density, and outer and inner as if S were the smaller one, and returns F, S and f.
func linearLogistic[T Float](m *logisticMixture, x float64) (lower, upper, dens float64) {
	m.x = x
	t, e := m.t, m.e[:len(m.t)]
	for k, mu := range m.mean {
		t[k] = (x - mu) * m.invScale[k]
		e[k] = -math.Abs(t[k])
	}
	exps[T](e)
	for k, w := range m.weight {
		above := 1 / (1 + e[k])
		below := e[k] * above
		bell := above * below
		if t[k] > 0 {
			above, below = below, above
		}
		m.outer[k], m.inner[k] = above, below
		lower += w * below
		upper += w * above
		m.density[k] = w * bell * m.invScale[k]
		dens += m.density[k]
	}
	return lower, upper, dens
}

// atFar is atLogistic in log space, from where it has filled outer and inner: a sum is held as its dominating component and the
// logarithm of what it is of that one's part, as of a Mixture far out.
func (m *logisticMixture) atFar() (z, logSlope float64) {
	d, tail := relative(m.tail, m.tailRest, m.outwardsBeside)
	e, dens := relative(m.density, m.densityRest, m.sizeBeside)
	beside := math.Max(m.outwards(d), 0) - math.Abs(m.t[e])
	if m.outwards(d) > 0 {
		beside = m.sizeBeside(e, d)
	}
	logLeast := m.tailRest(d) + tail
	logSlope = beside + (m.densityRest(e) + dens) - logLeast - math.Log(m.most)
	far := max(m.outwards(d), 0)
	m.slope, m.least = math.Exp(logSlope), math.Exp(logLeast-far)
	return m.side * (far - logLeast + math.Log(m.most)), logSlope
}

// outwards is t on the side of the smaller tail, that is positive beyond a component's mean.
func (m *logisticMixture) outwards(k int) float64 { return m.side * m.t[k] }

func (m *logisticMixture) logWeight(k int) float64 { return m.logit[k] - math.Log(m.total) }

// tailRest is log of π_k Λ(−u) without −max(u, 0), u being t outwards.
func (m *logisticMixture) tailRest(k int) float64 { return m.logWeight(k) - math.Log1p(m.e[k]) }

// densityRest is log of π_k Λ(t)Λ(−t)/σ_k without −|t|.
func (m *logisticMixture) densityRest(k int) float64 {
	return m.logWeight(k) - m.logScale[k] - 2*math.Log1p(m.e[k])
}

// outwardsBeside is −max(u_k, 0) + max(u_d, 0).
func (m *logisticMixture) outwardsBeside(k, d int) float64 {
	u, v := m.outwards(k), m.outwards(d)
	if u > 0 && v > 0 {
		return m.sizeBeside(k, d)
	}
	return math.Max(v, 0) - math.Max(u, 0)
}

// sizeBeside is −|t_k| + |t_d|.
func (m *logisticMixture) sizeBeside(k, d int) float64 {
	switch t, s := m.t[k], m.t[d]; {
	case k == d:
		return 0
	case math.IsInf(t, 0) && math.IsInf(s, 0):
		return m.beyondBeside(k, d)
	case t > 0 && s > 0:
		return -m.beside(k, d)
	case t < 0 && s < 0:
		return m.beside(k, d)
	default:
		return math.Abs(s) - math.Abs(t)
	}
}
