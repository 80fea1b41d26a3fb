package kernel

import "math"

// equations are z(x) = target of elements, each with an exact bracket of its solution. open has the sign bit where the
// solution is still sought.
type equations[T Float] struct{ target, lo, hi, width, open []T }

// A stepRule says when a step ends the search and when it is too short.
type stepRule[T Float] struct {
	room    T // a residual over max(1, |z|) that is rounding error
	halving T // the part of its former width that a bracket may keep; 2 where that is not looked at
}

// from are the equations from the i-th on.
func (e *equations[T]) from(i int) equations[T] {
	return equations[T]{e.target[i:], e.lo[i:], e.hi[i:], e.width[i:], e.open[i:]}
}

func (p *prepared[T]) from(i int) prepared[T] {
	return prepared[T]{p.w[i:], p.mu[i:], p.y[i:], p.inv[i:], p.logits[i:]}
}

func (s *sumsOf[T]) from(i int) sumsOf[T] {
	return sumsOf[T]{s.lower[i:], s.upper[i:], s.dens[i:], s.bend[i:]}
}

// A start is where a solution of z(x) = target is sought: the exact bracket min a ≤ x ≤ max a with a = μ_k + σ_k·target, and the
// mixture's first two moments.
type start struct{ lo, hi, mean, square float64 }

func noStart() start { return start{lo: math.Inf(1), hi: math.Inf(-1)} }

// add takes a component in.
func (s *start) add(target, w, mu, sigma float64) {
	a := mu + target*sigma
	s.lo, s.hi = min(s.lo, a), max(s.hi, a)
	s.mean += w * mu
	s.square += w * (mu*mu + sigma*sigma)
}

// guess is the solution for the normal of the mixture's mean and variance, held to the bracket; the middle of that where their
// squares overflow, and an end that overflows itself: there the component is that dominates so far out. It is not a number where
// a parameter is none.
func (s *start) guess(target float64) float64 {
	x := s.mean + target*math.Sqrt(max(0, s.square-s.mean*s.mean))
	switch {
	case target < 0 && math.IsInf(s.lo, -1), s.lo == s.hi:
		return s.lo
	case target > 0 && math.IsInf(s.hi, 1):
		return s.hi
	case x == x:
		return min(max(x, s.lo), s.hi)
	}
	return s.lo + 0.5*(s.hi-s.lo)
}

func endsPortable[T Float](n, k, stride int, p *prepared[T], e *equations[T], x []T) {
	for i := range n {
		target, s := float64(e.target[i]), noStart()
		for at := i * stride; at < i*stride+k; at++ {
			s.add(target, float64(p.w[at]), float64(p.mu[at]), 1/float64(p.inv[at]))
		}
		e.lo[i], e.hi[i], x[i] = T(s.lo), T(s.hi), T(s.guess(target))
		e.width[i] = e.hi[i] - e.lo[i]
	}
}

// tailAt are, of the k components from the first on, the tail on the target's side at x, f and Σ π φ(t) t/σ², all over e^scale, the
// greatest π e^(−t²/2), with t = 0 where a component has more than a tail there. The scale comes as the t, named least, and log π
// that make it up. lost is the greatest 1/σ of those whose terms are taken for nothing.
func tailAt[T Float](x T, side float64, first, k int, p *prepared[T]) (tail, dens, bend, least, logWeight, lost float64) {
	outwards := func(i int) float64 { return side * ((float64(x) - float64(p.mu[i])) * float64(p.inv[i])) }
	least, logit := 1e150, 0.0
	for i := first; i < first+k; i++ {
		u, l := max(outwards(i), 0), float64(p.logits[i])
		if logit-l+0.5*(u-least)*(u+least) < 0 {
			least, logit = u, l
		}
	}
	for i := first; i < first+k; i++ {
		u, inv, above := outwards(i), float64(p.inv[i]), float64(p.logits[i])-logit
		size := math.Abs(u)
		exponent := above + 0.5*(least-size)*(least+size)
		bell := 0.0
		if exponent < -690 {
			lost = max(lost, inv)
		} else {
			bell = math.Exp(exponent)
		}
		part := bell * invSqrt2Pi * mills(size)
		if u < 0 {
			part = math.Exp(above+0.5*least*least) - part
		}
		tail += part
		dens += bell * invSqrt2Pi * inv
		bend += bell * invSqrt2Pi * inv * side * u * inv
	}
	return tail, dens, bend, least, logit - LogSumExp(p.logits[first:first+k]), lost
}

func tailsPortable[T Float](n, k, stride int, x []T, p *prepared[T], e *equations[T], s *sumsOf[T], z, logSlope []T) {
	for i := range n {
		target := float64(e.target[i])
		far, side := math.Abs(target), math.Copysign(1, target)
		tail, dens, bend, least, logWeight, lost := tailAt(x[i], side, i*stride, k, p)
		above := (least-far)*(least+far) + 2*(math.Log(mills(far)*invSqrt2Pi/tail)-logWeight) // h² − target²
		h := math.Sqrt(max(far*far+above, 0))
		step := above / (h + far)
		h = max(h, far/2)
		ratio := mills(h)
		z[i] = T(target + side*step*h*ratio)
		logSlope[i] = T(math.Log(dens / tail * ratio))
		s.lower[i], s.dens[i], s.bend[i] = T(tail), T(dens), T(bend)
		if dens < 1e-280*lost {
			s.dens[i] = 0
		}
	}
}

func stepPortable[T Float](n int, rule *stepRule[T], e *equations[T], s *sumsOf[T], x, z, logSlope []T, left []int) {
	for i := range n {
		left[i] = 0
		if math.Signbit(float64(e.open[i])) {
			b := bracket[T]{e.lo[i], e.hi[i], e.width[i]}
			if b.step(rule, e.target[i], &x[i], z[i], logSlope[i], s.bend[i]/s.dens[i]) {
				left[i] = 1
			} else {
				e.open[i] = 0
			}
			e.lo[i], e.hi[i], e.width[i] = b.lo, b.hi, b.width
		}
	}
}

// A bracket holds the solution; width is what it was three steps ago.
type bracket[T Float] struct{ lo, hi, width T }

// step is move where bend is Σ π φ(t) t/σ² over f at x.
func (b *bracket[T]) step(rule *stepRule[T], target T, x *T, z, logSlope, bend T) (open bool) {
	slope := T(math.Exp(float64(logSlope)))
	return b.move(rule, target, x, z, slope, z*slope-bend)
}

// move moves x by Halley's iteration for z(x) = target, z and its slope being of x, and turn the derivative of the logarithm of the
// slope there; to the middle of the bracket where that leaves it, or where the bracket has not shrunk as the rule wants. It reports
// whether the solution is still sought: not once the residual, the bracket or the step is a rounding error.
func (b *bracket[T]) move(rule *stepRule[T], target T, x *T, z, slope, turn T) (open bool) {
	eps := epsilon[T]()
	size := func(v T) T { return max(v, -v) }
	d := z - target
	if !(size(d) > rule.room*max(1, size(z))) || !(b.hi-b.lo > eps*size(*x)) {
		return false
	}
	if d < 0 {
		b.lo = *x
	} else {
		b.hi = *x
	}
	lo, hi := b.lo, b.hi
	newton := d / slope
	next := *x - newton/min(max(1-turn*newton/2, 0.5), 2)
	if !(next > lo && next < hi) || hi-lo > rule.halving*b.width {
		next = lo + (hi-lo)/2
	}
	if rule.halving < 1 {
		b.width = hi - lo
	}
	if !(size(next-*x) > eps*size(*x) && next > lo && next < hi) {
		return false
	}
	*x = next
	return true
}

// epsilon is the spacing of T at 1.
func epsilon[T Float]() T {
	if sizeOf[T]() == 4 {
		return 0x1p-23
	}
	return T(0x1p-52)
}
