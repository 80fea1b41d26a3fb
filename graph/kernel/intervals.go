package kernel

import "math"

// Intervals takes the log-probability of intervals, and the log-density of points, under mixtures of K normals, one mixture for each
// number:
//
//	log Σ π_k (Φ(b_k) − Φ(a_k)),  a_k = (lo − μ_k)/σ_k, b_k = (hi − μ_k)/σ_k   where lo < hi,
//	log Σ π_k φ(a_k)/σ_k                                                         where lo = hi,
//
// with π = softmax of the logits, to which a standard normal of the weight background can be added, so that no number is all but
// impossible however narrow the components are: (1 − background)·mixture + background·N(0, 1). A difference of distribution functions is taken as one of Mills' ratios in the tail where the
// interval is, and as a series where it is narrow, so that it keeps its digits however far out or narrow the interval is. An end
// of ±1e30 or beyond is an infinite one, and an interval of all numbers has the log-probability 0 for nothing. It is scratch memory for one goroutine, and computes in float64 whatever T is.
type Intervals[T Float] struct {
	d, k int

	logWeight, mean  []float64
	logScale, over   []float64 // log σ and 1/σ
	joint            []float64 // logWeight + logP, of component k
	first, second    []float64 // ∂ logP/∂μ·σ, ∂ logP/∂ log σ
	lower, upper     []float64 // −∂ logP/∂lo·σ and ∂ logP/∂hi·σ
	curve            clampCurve[float64]
	restOfBackground float64 // log(1 − background)
}

// NewIntervals makes the scratch memory for rows of d numbers and mixtures of k components, with a background of 0 ≤ weight < 1.
func NewIntervals[T Float](d, k int, clamp Clamp, background float64) *Intervals[T] {
	all := k + 1 // the background is the last
	block := make([]float64, 9*all)
	cut := func() (s []float64) { s, block = block[:all:all], block[all:]; return }
	c := &Intervals[T]{
		d: d, k: k, curve: newClampCurve[float64](clamp), restOfBackground: math.Log1p(-background),
		logWeight: cut(), mean: cut(), logScale: cut(), over: cut(), joint: cut(), first: cut(), second: cut(), lower: cut(), upper: cut(),
	}
	c.logWeight[k], c.over[k] = math.Log(background), 1
	return c
}

// endlessInterval is where an end of an interval is infinite.
const endlessInterval = 1e30

// certain reports an interval that is all numbers: its log-probability is 0 whatever the mixture, which is not looked at.
func certain[T Float](lo, hi T) bool { return lo <= -endlessInterval && hi >= endlessInterval }

// Forward fills out (N×d) from lo, hi (N×d) and theta, N rows of 3·d·K: logits, means and raw log scales, d×K each.
func (c *Intervals[T]) Forward(lo, hi, theta, out []T) {
	for e := range out {
		if out[e] = 0; !certain(lo[e], hi[e]) {
			c.load(theta, e)
			out[e] = T(c.at(float64(lo[e]), float64(hi[e])))
		}
	}
}

// Backward fills the gradients in lo, hi and theta from that in the result.
func (c *Intervals[T]) Backward(lo, hi, theta, up, gLo, gHi, gTheta []T) {
	for e, g := range up {
		logits, means, scales := c.of(gTheta, e)
		if g == 0 || certain(lo[e], hi[e]) {
			gLo[e], gHi[e] = 0, 0
			clear(logits)
			clear(means)
			clear(scales)
			continue
		}
		c.load(theta, e)
		gLo[e], gHi[e] = c.slope(float64(lo[e]), float64(hi[e]), float64(g), logits, means, scales)
	}
}

// slope fills the gradients in the parameters that are loaded.
func (c *Intervals[T]) slope(lo, hi, g float64, logits, means, scales []T) (gLo, gHi T) {
	total := c.at(lo, hi)
	sumLo, sumHi := 0.0, 0.0
	ofMixture := 1 - math.Exp(c.joint[c.k]-total) // the share of the components that logits weigh
	for k := range c.mean {
		grad := g * math.Exp(c.joint[k]-total)
		sumLo -= grad * c.lower[k] * c.over[k]
		sumHi += grad * c.upper[k] * c.over[k]
		if k == c.k {
			break
		}
		logits[k] = T(grad - g*ofMixture*math.Exp(c.logWeight[k]-c.restOfBackground))
		means[k] = T(grad * c.first[k] * c.over[k])
		scales[k] = T(grad * c.second[k] * c.curve.slope(c.logScale[k]))
	}
	return T(sumLo), T(sumHi)
}

// of are the logits, means and raw log scales of element e.
func (c *Intervals[T]) of(theta []T, e int) (logits, means, scales []T) {
	row, j, part := e/c.d, e%c.d, c.d*c.k
	at := theta[row*3*part+j*c.k:]
	return at[:c.k], at[part:][:c.k], at[2*part:][:c.k]
}

func (c *Intervals[T]) load(theta []T, e int) {
	logits, means, scales := c.of(theta, e)
	total := LogSumExp(logits) - c.restOfBackground
	for k := range logits {
		c.logWeight[k] = float64(logits[k]) - total
		c.mean[k] = float64(means[k])
		c.logScale[k] = holdScale(c.curve.apply(float64(scales[k])), mostLogScale[float64]())
		c.over[k] = math.Exp(-c.logScale[k])
	}
}

// at is the log-probability of an interval, or the log-density of a point.
func (c *Intervals[T]) at(lo, hi float64) float64 {
	for k, mu := range c.mean {
		if lo == hi {
			c.point(k, (lo-mu)*c.over[k])
		} else {
			c.component(k, (lo-mu)*c.over[k], (hi-mu)*c.over[k])
		}
		c.joint[k] += c.logWeight[k]
	}
	return LogSumExp(c.joint)
}

// point fills what there is to know of the density at t of a standard normal; all of its slope is lo's.
func (c *Intervals[T]) point(k int, t float64) {
	c.joint[k] = LogPDF(t) - c.logScale[k]
	c.first[k], c.second[k] = t, t*t-1
	c.lower[k], c.upper[k] = t, 0
}

// narrow is the width, beside 1 or the place, up to which an interval is taken by its series.
const narrow = 1e-3

// component fills what there is to know of the interval (a, b) of a standard normal.
func (c *Intervals[T]) component(k int, a, b float64) {
	w, m := b-a, a+(b-a)/2
	switch {
	case w*max(1, math.Abs(m)) < narrow: // φ(m)·w·(1 + w²(m²−1)/24 + …)
		curve := w * w * (m*m - 1) / 24
		c.joint[k] = LogPDF(m) + math.Log1p(curve) + math.Log(w)
		c.first[k] = m - w*w*m/12
		c.second[k] = m*m - 1 - w*w*(2*m*m-1)/12
		c.lower[k], c.upper[k] = 1/w+m/2, 1/w-m/2
	case a >= 0:
		c.tail(k, a, b, 1)
	case b <= 0:
		c.tail(k, -b, -a, -1)
	default:
		densityA, densityB := tailDensity(a), tailDensity(b)
		outside := densityA*mills(-a) + densityB*mills(b)
		p := 1 - outside
		c.joint[k] = math.Log1p(-outside)
		c.slopes(k, a, b, densityA/p, densityB/p)
	}
}

// tail is component of 0 ≤ a < b, mirrored where sign is −1: φ(a)·(R(a) − φ(b)/φ(a)·R(b)) with Mills' ratio R.
func (c *Intervals[T]) tail(k int, a, b, sign float64) {
	fall := math.Exp(-(b - a) / 2 * (b + a))
	rest := mills(a) - fall*mills(b)
	c.joint[k] = LogPDF(a) + math.Log(rest)
	if sign > 0 {
		c.slopes(k, a, b, 1/rest, fall/rest)
	} else {
		c.slopes(k, -b, -a, fall/rest, 1/rest)
	}
}

// slopes are those of an interval from φ(a)/p and φ(b)/p.
func (c *Intervals[T]) slopes(k int, a, b, overA, overB float64) {
	c.lower[k], c.upper[k] = overA, overB
	c.first[k] = overA - overB
	c.second[k] = 0
	if overA > 0 {
		c.second[k] += a * overA
	}
	if overB > 0 {
		c.second[k] -= b * overB
	}
}
