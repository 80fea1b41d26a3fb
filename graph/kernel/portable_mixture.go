package kernel

import "math"

// The portable kernels of mixtures work on one element a vector (lanes = 1), so that a block of mixtures is theta's own order, and
// go over components in blocks of up to blockSize: first what the maths are of, then the maths, then what comes of them.

func portableMixture[T Float]() mixtureKernels[T] {
	return mixtureKernels[T]{
		lanes:   1,
		prepare: preparePortable[T], sums: sumsPortable[T], score: scorePortable[T],
		bends: bendsPortable[T], ends: endsPortable[T], tails: tailsPortable[T], step: stepPortable[T],
		upstream: upstreamPortable[T], slopes: slopesPortable[T], totals: totalsPortable[T],
	}
}

func preparePortable[T Float](n, k int, logits, raw []T, clamp *clampCurve[T], p *prepared[T], least []T) (anyFaint bool) {
	scalesPortable(n*k, raw, clamp, p, least)
	return weightsPortable(n, k, logits, p.w)
}

// weightsPortable sets w = softmax(logits), and is prepare's faint.
func weightsPortable[T Float](n, k int, logits, w []T) (anyFaint bool) {
	var e [blockSize]float64
	spread := float64(faint[T]())
	for ; n > 0; n-- {
		top, bottom := float64(logits[0]), float64(logits[0])
		for _, l := range logits[1:k] {
			top, bottom = max(top, float64(l)), min(bottom, float64(l))
		}
		anyFaint = anyFaint || !(top-bottom <= spread)
		total := 0.0
		for from := 0; from < k; from += blockSize {
			e := e[:min(blockSize, k-from)]
			l, w := logits[from:][:len(e)], w[from:][:len(e)]
			for j := range e {
				e[j] = float64(l[j]) - top
			}
			exps[T](e)
			for j, v := range e {
				w[j] = T(v)
				total += v
			}
		}
		total = 1 / total
		for j, v := range w[:k] {
			w[j] = T(float64(v) * total)
		}
		logits, w = logits[k:], w[k:]
	}
	return anyFaint
}

// scalesPortable sets n log scales y, of raw ones, and inv = exp(−y), and makes least at most each y where there is no clamp.
func scalesPortable[T Float](n int, raw []T, clamp *clampCurve[T], p *prepared[T], least []T) {
	var e [blockSize]float64
	most := mostLogScale[T]()
	for from := 0; from < n; from += blockSize {
		e := e[:min(blockSize, n-from)]
		raw, y, inv := raw[from:][:len(e)], p.y[from:][:len(e)], p.inv[from:][:len(e)]
		if clamp.none {
			for j, v := range raw {
				y[j] = holdScale(v, most)
				least[0] = min(least[0], y[j])
			}
		} else {
			c0, c1, c2 := float64(clamp.curve[0]), float64(clamp.curve[1]), float64(clamp.curve[2])
			for j, v := range raw {
				e[j] = c2 * float64(v)
			}
			exps[T](e)
			for j, v := range e {
				y[j] = T(c0 + c1/(1+v))
			}
		}
		for j, v := range y { // the rounded y: a log scale that is no clamped one must give the same
			e[j] = -float64(v)
		}
		exps[T](e)
		for j, v := range e {
			inv[j] = T(v)
		}
	}
}

// components are the arrays of a block.
type components struct{ t, bell, ratio, inv [blockSize]float64 }

// blocksOf calls do for each block of n elements' components: those from `from` to from+size of m elements from i on.
func (c *components) blocksOf(n, k int, do func(i, m, from, size int)) {
	for i := 0; i < n; {
		m := min(n-i, max(1, blockSize/k))
		for from := 0; from < k; from += blockSize {
			do(i, m, from, min(blockSize, k-from))
		}
		i += m
	}
}

// sides are how weights and tails count, by a sign bit: that of t, whether a component's weight is in Σ π of t ≥ 0 or in that of
// t < 0, and which way its smaller tail goes; that of t·z, whether its part of the smaller tail of all is what its own leaves of
// its weight, or its own.
var sides = [2]struct{ above, below, sign float64 }{{1, 0, 1}, {0, 1, -1}}

func sumsPortable[T Float](n, k, stride int, x []T, p *prepared[T], s *sumsOf[T]) {
	sumUp(n, k, stride, x, p, s, nil)
}

func bendsPortable[T Float](n, k, stride int, x []T, p *prepared[T], s *sumsOf[T]) {
	sumUp(n, k, stride, x, p, s, s.bend[:n])
}

// sumUp is sums and, where there is a bend, bends.
func sumUp[T Float](n, k, stride int, x []T, p *prepared[T], s *sumsOf[T], bend []T) {
	var c components
	clear(bend)
	clear(s.lower[:n])
	clear(s.upper[:n])
	clear(s.dens[:n])
	c.blocksOf(n, k, func(i, count, from, size int) {
		for e := range count {
			at := (i+e)*stride + from
			standardize(c.t[e*size:][:size], float64(x[i+e]), p.mu[at:], p.inv[at:])
		}
		parts[T](c.t[:count*size], c.bell[:], c.ratio[:])
		for e := range count {
			at := (i+e)*stride + from
			lower, upper, dens := addUp(c.t[e*size:][:size], c.bell[e*size:], c.ratio[e*size:], p.w[at:], p.inv[at:])
			s.lower[i+e] += T(lower)
			s.upper[i+e] += T(upper)
			s.dens[i+e] += T(invSqrt2Pi * dens)
			if bend != nil {
				bend[i+e] += T(invSqrt2Pi * bendOf(c.t[e*size:][:size], c.bell[e*size:], p.w[at:], p.inv[at:]))
			}
		}
	})
}

// standardize sets t = (x − μ)/σ.
func standardize[T Float](t []float64, x float64, mu, inv []T) {
	mu, inv = mu[:len(t)], inv[:len(t)]
	for j := range t {
		t[j] = (x - float64(mu[j])) * float64(inv[j])
	}
}

// addUp is a run of components' part of F, S and √(2π)·f. F is Σ π where t ≥ 0, less the tails beyond x there, plus those where
// t < 0: what is subtracted is at most half of what it is subtracted from. S is the same with the sides exchanged.
func addUp[T Float](t, bell, ratio []float64, w, inv []T) (lower, upper, dens float64) {
	bell, ratio, w, inv = bell[:len(t)], ratio[:len(t)], w[:len(t)], inv[:len(t)]
	var above, below, tails float64
	for j, v := range t {
		side := &sides[math.Float64bits(v)>>63]
		weight := float64(w[j])
		height := weight * bell[j]
		dens += height * float64(inv[j])
		tails += side.sign * (height * ratio[j])
		above += side.above * weight
		below += side.below * weight
	}
	return above - tails, below + tails, dens
}

// bendOf is a run of components' part of √(2π)·Σ π φ(t) t/σ².
func bendOf[T Float](t, bell []float64, w, inv []T) (bend float64) {
	bell, w, inv = bell[:len(t)], w[:len(t)], inv[:len(t)]
	for j, v := range t {
		narrow := float64(inv[j])
		bend += float64(w[j]) * bell[j] * narrow * (v * narrow)
	}
	return bend
}

func scorePortable[T Float](n int, floor *T, s *sumsOf[T], z, logSlope []T) (far bool) {
	least := float64(*floor)
	lower, upper, dens, z, logSlope := s.lower[:n], s.upper[:n], s.dens[:n], z[:n], logSlope[:n]
	for i := range lower {
		p, q, f := float64(lower[i]), float64(upper[i]), float64(dens[i])
		smaller, v, d := min(p, q), 0.0, 0.5*(p-q)
		switch near := smaller > leastTail && f > least; {
		case !near || f > math.MaxFloat64:
			v = balancedQuantile(p, q)
			z[i], logSlope[i] = T(v), T(math.Log(f)-LogPDF(v))
			far = far || !near
			continue
		case math.Abs(d) <= centralHalfWidth:
			v = centralQuantile(d)
		default:
			v = math.Copysign(tailQuantile(logOf(smaller)), d)
		}
		z[i], logSlope[i] = T(v), T(logOf(f)-LogPDF(v))
	}
	return far
}

func upstreamPortable[T Float](n int, floor *T, z, logSlope, gz, gl []T, u *upstreamOf[T]) (far bool) {
	var c components
	least := float64(*floor)
	for from := 0; from < n; from += blockSize {
		size := min(blockSize, n-from)
		t, slope := c.t[:size], c.inv[:size]
		for j := range t {
			t[j], slope[j] = float64(z[from+j]), float64(logSlope[from+j])
		}
		parts[T](t, c.bell[:], c.ratio[:])
		exps[T](slope)
		for j, v := range t {
			i, bell, slope, ratio := from+j, c.bell[j], slope[j], c.ratio[j]
			if !(bell*min(slope, ratio) > least) {
				u.rdens[i], u.share[i], u.gl[i], u.pull[i], u.level[i] = 0, 0, 0, 0, 0
				far = true
				continue
			}
			a := float64(gz[i]) + float64(gl[i])*v
			signed := -math.Copysign(a, a*v) / invSqrt2Pi
			u.rdens[i], u.share[i], u.gl[i] = T(1/(bell*slope)), T(signed/bell), gl[i]
			u.pull[i], u.level[i] = T(a*slope), T(float64(gl[i])+signed*ratio)
		}
	}
	return far
}

func slopesPortable[T Float](n, k, stride int, x, z []T, u *upstreamOf[T], curve *clampCurve[T], p *prepared[T], g *gradientsOf[T], gx []T) {
	if stride == 0 {
		slopesShared(n, k, x, z, u, curve, p, g, gx)
	} else {
		slopesEach(n, k, x, z, u, curve, p, g, gx)
	}
}

// slopesEach are those of elements with a mixture each, consecutive ones.
func slopesEach[T Float](n, k int, x, z []T, u *upstreamOf[T], curve *clampCurve[T], p *prepared[T], g *gradientsOf[T], gx []T) {
	var c components
	clear(gx[:n])
	c.blocksOf(n, k, func(i, count, from, size int) {
		all, at := count*size, i*k+from
		for j, v := range p.y[at:][:all] {
			c.inv[j] = -float64(v)
		}
		exps[T](c.inv[:all])
		for e := range count {
			center(c.t[e*size:][:size], float64(x[i+e]), p.mu[at+e*k:], c.inv[e*size:])
		}
		parts[T](c.t[:all], c.bell[:], c.ratio[:])
		for e := range count {
			at, to := at+e*k, e*size
			d := elementSlopes{
				float64(x[i+e]), float64(u.rdens[i+e]), float64(u.share[i+e]), float64(u.gl[i+e]), float64(u.pull[i+e]), float64(u.level[i+e]),
				math.Float64bits(float64(z[i+e])),
			}
			into := gradientsOf[T]{g.logits[at:], g.means[at:], g.raw[at:]}
			gx[i+e] += T(derivatives(&d, c.t[to:][:size], c.bell[to:], c.ratio[to:], c.inv[to:], p.w[at:], p.mu[at:], p.y[at:], curve, into))
		}
	})
}

// center is standardize with 1/σ as float64.
func center[T Float](t []float64, x float64, mu []T, inv []float64) {
	mu, inv = mu[:len(t)], inv[:len(t)]
	for j := range t {
		t[j] = (x - float64(mu[j])) * inv[j]
	}
}

// elementSlopes are an element's x, numbers of upstream, and the bits of its z.
type elementSlopes struct {
	x, rdens, share, gl, pull, level float64
	z                                uint64
}

// derivatives are those of an element in its components' means, log scales and logits, at dx = x − μ:
//
//	r = its share of f,  c = its part of the smaller tail
//	∂/∂μ = r (gl·dx/σ² − pull),  ∂/∂log σ = dx·∂/∂μ − gl·r,  ∂/∂logit = share·c + gl·r − level·π
//
// It sets the gradients, of raw log scales, and returns that in x.
func derivatives[T Float](d *elementSlopes, t, bell, ratio, inv []float64, w, mu, y []T, curve *clampCurve[T], g gradientsOf[T]) (gx float64) {
	n := len(t)
	bell, ratio, inv, w, mu, y = bell[:n], ratio[:n], inv[:n], w[:n], mu[:n], y[:n]
	logits, means, raw := g.logits[:n], g.means[:n], g.raw[:n]
	slopes, large := scaleSlopesOf(curve), largeGradient[T]()
	for j, v := range t {
		weight := notFaint(w[j])
		height := weight * bell[j]
		r := height * inv[j] * d.rdens
		side := &sides[(math.Float64bits(v)^d.z)>>63]
		c := side.below*weight + side.sign*(height*ratio[j])
		mean := v*(inv[j]*r)*d.gl - r*d.pull // in this order: t/σ of what is nothing here may be beyond all numbers
		logScale := ((d.x-float64(mu[j]))*mean - d.gl*r) * slopes.at(float64(y[j]))
		logit := d.share*c + d.gl*r - d.level*weight
		gx -= mean
		means[j], raw[j], logits[j] = T(mean+large-large), T(logScale+large-large), T(logit+large-large)
	}
	return gx
}

// notFaint is a component's weight, 0 for the logarithm of a faint one; see keepFaint.
func notFaint[T Float](w T) float64 {
	if w < 0 {
		return 0
	}
	return float64(w)
}

// scaleSlopes are the coefficients of ∂(log scale)/∂(raw log scale) in the log scale.
type scaleSlopes [3]float64

func scaleSlopesOf[T Float](c *clampCurve[T]) scaleSlopes {
	return scaleSlopes{float64(c.poly[0]), float64(c.poly[1]), float64(c.poly[2])}
}

func (s *scaleSlopes) at(y float64) float64 { return s[0] + y*(s[1]+y*s[2]) }

// largeGradient is what, added to a number and taken away again, rounds it to a multiple of what is far above the least normal T:
// products with gradients would be full of smaller numbers, of components that a row hardly belongs to, each of which costs some
// processors a hundred cycles.
func largeGradient[T Float]() float64 {
	if sizeOf[T]() == 4 {
		return 0x1p-57
	}
	return 0x1p-930
}

func totalsPortable[T Float](n int, v []T, to []float64) {
	for i, x := range v[:n] {
		to[i] += float64(x)
	}
}
