package kernel

import "math"

// mixtureKernels are the four passes over many mixtures at once. Each works on mixtures padded to `width` components,
// a multiple of lanes; a padding component has weight 0. The portable ones define what the vector ones compute.
type mixtureKernels[T Float] struct {
	name  string
	lanes int

	// prepare: w = softmax(logits), mu = means, y = the clamped raw log scale, inv = exp(−y), of n mixtures. Mixture i's
	// inputs start at i·stride, its outputs at i·width.
	prepare func(n, width, stride int, logits, means, raw []T, clamp *clampCurve[T], p *prepared[T])
	// sums: at x[i] of mixture i (at i·stride of p, 0 for one mixture), F, S and f into lower, upper and dens, and each
	// component's term of them into below, above and height.
	sums func(n, width, stride int, x []T, p *prepared[T], s *sumsOf[T])
	// score: z = Φ⁻¹(F) and log f − log φ(z), for sums whose smaller tail exceeds leastTail. n is a multiple of lanes.
	score func(n int, s *sumsOf[T], z, logSlope []T)
	// upstream: what slopes reads of each element, from the gradients in z and in the log slope; zeros where a sum is
	// not above floor. n is a multiple of lanes.
	upstream func(n int, floor *T, s *sumsOf[T], z, logSlope, gz, gl []T, u *upstreamOf[T])
	// slopes: adds each element's gradient to its mixture's (at i·gstride; 0 accumulates), and sets gx.
	slopes func(n, width, stride, gstride int, x []T, u *upstreamOf[T], curve *clampCurve[T], p *prepared[T], s *sumsOf[T], g *gradientsOf[T], gx []T)
}

// prepared are mixtures ready for evaluation, width numbers each.
type prepared[T Float] struct{ w, mu, y, inv []T }

// sumsOf are the sums of elements, and the terms of the sums, width numbers an element.
type sumsOf[T Float] struct {
	lower, upper, dens   []T
	below, above, height []T
}

// gradientsOf are gradients in logits, means and raw log scales.
type gradientsOf[T Float] struct{ logits, means, raw []T }

// clampCurve is a Clamp as y = c0 + c1/(1+exp(c2·raw)), whose slope is a polynomial of y.
type clampCurve[T Float] struct {
	curve [3]T // c0, c1, c2
	slope [3]T // dy/draw = s0 + s1·y + s2·y²
	none  bool // y = raw
}

func newClampCurve[T Float](c Clamp) *clampCurve[T] {
	switch c.Kind {
	case ClampTanh:
		b := c.Hi
		return &clampCurve[T]{curve: [3]T{T(b), T(-2 * b), 2}, slope: [3]T{T(b), 0, T(-1 / b)}}
	case ClampSigmoid:
		r := c.Hi - c.Lo
		return &clampCurve[T]{curve: [3]T{T(c.Lo), T(r), -1}, slope: [3]T{T(-c.Lo * c.Hi / r), T((c.Lo + c.Hi) / r), T(-1 / r)}}
	}
	return &clampCurve[T]{slope: [3]T{1, 0, 0}, none: true}
}

// upstreamOf is one number an element of each: 1/f, 1/F where the lower tail is the smaller and 1/S where the upper one
// is (0 otherwise), the gradient in the log slope, A·dz/dx with A = gz + gl·z, and ±A·R(|z|).
type upstreamOf[T Float] struct{ rdens, rlower, rupper, gl, pull, tilt []T }

func portableMixture[T Float]() mixtureKernels[T] {
	return mixtureKernels[T]{
		name: "portable", lanes: 1,
		prepare: preparePortable[T], sums: sumsPortable[T], score: scorePortable[T],
		upstream: upstreamPortable[T], slopes: slopesPortable[T],
	}
}

func preparePortable[T Float](n, width, stride int, logits, means, raw []T, clamp *clampCurve[T], p *prepared[T]) {
	for i := range n {
		in, out := i*stride, i*width
		copy(p.mu[out:out+width], means[in:in+width])
		total := LogSumExp(logits[in : in+width])
		for k := range width {
			p.w[out+k] = T(math.Exp(float64(logits[in+k]) - total))
			y := float64(raw[in+k])
			if c := clamp.curve; !clamp.none {
				y = float64(c[0]) + float64(c[1])/(1+math.Exp(float64(c[2])*y))
			}
			p.y[out+k], p.inv[out+k] = T(y), T(math.Exp(-y))
		}
	}
}

func sumsPortable[T Float](n, width, stride int, x []T, p *prepared[T], s *sumsOf[T]) {
	for i := range n {
		var lower, upper, dens float64
		for k := range width {
			at, out := i*stride+k, i*width+k
			w := float64(p.w[at])
			t := (float64(x[i]) - float64(p.mu[at])) * float64(p.inv[at])
			phi := w * invSqrt2Pi * math.Exp(-0.5*t*t)
			tail := phi * mills(math.Abs(t))
			below, above := tail, w-tail
			if t >= 0 {
				below, above = above, below
			}
			height := phi * float64(p.inv[at])
			s.below[out], s.above[out], s.height[out] = T(below), T(above), T(height)
			lower += below
			upper += above
			dens += height
		}
		s.lower[i], s.upper[i], s.dens[i] = T(lower), T(upper), T(dens)
	}
}

func scorePortable[T Float](n int, s *sumsOf[T], z, logSlope []T) {
	for i := range n {
		v := balancedQuantile(float64(s.lower[i]), float64(s.upper[i]))
		z[i], logSlope[i] = T(v), T(math.Log(float64(s.dens[i]))-LogPDF(v))
	}
}

func upstreamPortable[T Float](n int, floor *T, s *sumsOf[T], z, logSlope, gz, gl []T, u *upstreamOf[T]) {
	for i := range n {
		u.rdens[i], u.rlower[i], u.rupper[i], u.gl[i], u.pull[i], u.tilt[i] = 0, 0, 0, 0, 0, 0
		lower, upper, dens := s.lower[i], s.upper[i], s.dens[i]
		if !(min(lower, upper, dens) > *floor) {
			continue
		}
		pull := (gz[i] + gl[i]*z[i]) * T(math.Exp(float64(logSlope[i])))
		u.rdens[i], u.gl[i], u.pull[i] = 1/dens, gl[i], pull
		if lower <= upper { // R(|z|) = dz/dx·F/f, from the definition of the slope
			u.rlower[i], u.tilt[i] = 1/lower, pull*lower/dens
		} else {
			u.rupper[i], u.tilt[i] = 1/upper, -pull*upper/dens
		}
	}
}

func slopesPortable[T Float](n, width, stride, gstride int, x []T, u *upstreamOf[T], curve *clampCurve[T], p *prepared[T], s *sumsOf[T], g *gradientsOf[T], gx []T) {
	for i := range n {
		gl, pull := u.gl[i], u.pull[i]
		var total T
		for k := range width {
			at, term, out := i*stride+k, i*width+k, i*gstride+k
			w, y, dx := p.w[at], p.y[at], x[i]-p.mu[at]
			r := s.height[term] * u.rdens[i]
			c := s.below[term]*u.rlower[i] + s.above[term]*u.rupper[i]
			gMu := r * (gl*dx*p.inv[at]*p.inv[at] - pull)
			total -= gMu
			g.means[out] += gMu
			g.raw[out] += (dx*gMu - gl*r) * (curve.slope[0] + y*(curve.slope[1]+y*curve.slope[2]))
			g.logits[out] += u.tilt[i]*(c-w) + gl*(r-w)
		}
		gx[i] = total
	}
}
