package kernel

import (
	"math"
	"slices"
)

// mixtureKernels are the passes over many mixtures at once. Mixtures come in blocks of `lanes`, one a lane: a block is
// the first component of each, then the second, and so on, k·lanes numbers of each kind. The portable ones, of one lane,
// define what the vector ones compute.
type mixtureKernels[T Float] struct {
	lanes int

	// prepare: w = softmax(logits), y = the clamped raw log scale, inv = exp(−y), of n blocks. faint tells whether some
	// mixture's logits are farther apart than faint: weights may have underflowed.
	prepare func(n, k int, logits, raw []T, clamp *clampCurve[T], p *prepared[T]) (faint bool)
	// sums: F, S and f at n·lanes elements, the i-th `lanes` by the block at i·stride of p: stride 0 is one mixture for all,
	// in the first lane of a block.
	sums func(n, k, stride int, x []T, p *prepared[T], s *sumsOf[T])
	// score: z = Φ⁻¹(F) and log f − log φ(z) of n·lanes elements. far tells whether there are any whose smaller tail is not
	// above leastTail or whose density is not above floor: what it wrote of these is wrong.
	score func(n int, floor *T, s *sumsOf[T], z, logSlope []T) (far bool)
	// bends: sums, and bend.
	bends func(n, k, stride int, x []T, p *prepared[T], s *sumsOf[T])
	// ends: exact brackets of n·lanes equations, and x to start from: z⁻¹ of the normal with the mixture's mean and variance.
	ends func(n, k, stride int, p *prepared[T], e *equations[T], x []T)
	// tails: bends, of which only one tail, as lower, and score in one, for far targets. All sums are over the greatest
	// π e^(−t²/2), so that nothing underflows; a density of 0 says that the 1/σ are too unlike for that. With
	// h² = target² + 2 (log Φ(−|target|) − log tail), which is near z², z is target and Newton's step in h times the slope of z,
	// whose logarithm is exact at the solution.
	tails func(n, k, stride int, x []T, p *prepared[T], e *equations[T], s *sumsOf[T], z, logSlope []T)
	// step: moves x in n·lanes equations, and tells of each `lanes` whether one is open. A solved one has x, z and the log slope of
	// one place.
	step func(n int, rule *stepRule[T], e *equations[T], s *sumsOf[T], x, z, logSlope []T, left []int)
	// upstream: what slopes reads of n·lanes elements, from the gradients in z and in the log slope. far tells whether
	// there are any whose smaller tail or density is not above floor: it wrote zeros for these.
	upstream func(n int, floor *T, z, logSlope, gz, gl []T, u *upstreamOf[T]) (far bool)
	// slopes: sets the gradients of n·lanes elements in their mixtures, blocks apart by stride as in sums, or with stride 0
	// adds them, lane by lane, to one block, and sets gx. Only with stride 0 it reads inv, else it takes it from y, and weights
	// below 0 as 0.
	slopes func(n, k, stride int, x, z []T, u *upstreamOf[T], curve *clampCurve[T], p *prepared[T], g *gradientsOf[T], gx []T)
	// totals: adds the sum of each `lanes` of v to a number of to.
	totals func(n int, v []T, to []float64)
}

// prepared are blocks of mixtures ready for evaluation: π, μ, log σ, 1/σ, and the logits for where π is too small for a T.
type prepared[T Float] struct{ w, mu, y, inv, logits []T }

// sumsOf are the sums F, S and f of elements, and Σ π φ(t) t/σ² where it is asked for.
type sumsOf[T Float] struct{ lower, upper, dens, bend []T }

// gradientsOf are gradients in logits, means and raw log scales.
type gradientsOf[T Float] struct{ logits, means, raw []T }

// upstreamOf is one number an element of each: 1/(√(2π)·f), ±A/φ(z), the gradient gl in the log slope, A·dz/dx and
// gl ± A·R(|z|), with A = gz + gl·z, and + where the lower tail is the smaller one.
type upstreamOf[T Float] struct{ rdens, share, gl, pull, level []T }

func portableMixture[T Float]() mixtureKernels[T] {
	return mixtureKernels[T]{
		lanes:   1,
		prepare: preparePortable[T], sums: sumsPortable[T], score: scorePortable[T],
		bends: bendsPortable[T], ends: endsPortable[T], tails: tailsPortable[T], step: stepPortable[T],
		upstream: upstreamPortable[T], slopes: slopesPortable[T], totals: totalsPortable[T],
	}
}

// faint is how far apart logits may be before the least weight is one that a T does not hold well.
func faint[T Float]() T { return T(byType[T, float64](690.0, 75.0)) }

func preparePortable[T Float](n, k int, logits, raw []T, clamp *clampCurve[T], p *prepared[T]) (anyFaint bool) {
	spread := faint[T]()
	for i := 0; i < n*k; i += k {
		total := LogSumExp(logits[i : i+k])
		anyFaint = anyFaint || !(slices.Max(logits[i:i+k])-slices.Min(logits[i:i+k]) <= spread)
		for at := i; at < i+k; at++ {
			p.w[at] = T(math.Exp(float64(logits[at]) - total))
			p.y[at] = T(clamp.apply(float64(raw[at])))
			p.inv[at] = T(math.Exp(-float64(p.y[at]))) // of the rounded y: a log scale that is no clamped one must give the same
		}
	}
	return anyFaint
}

func sumsPortable[T Float](n, k, stride int, x []T, p *prepared[T], s *sumsOf[T]) {
	for i := range n {
		s.lower[i], s.upper[i], s.dens[i], _ = sumsAt(x[i], i*stride, k, p)
	}
}

func bendsPortable[T Float](n, k, stride int, x []T, p *prepared[T], s *sumsOf[T]) {
	for i := range n {
		s.lower[i], s.upper[i], s.dens[i], s.bend[i] = sumsAt(x[i], i*stride, k, p)
	}
}

// sumsAt are F, S, f and Σ π φ(t) t/σ² at x of the k components from the first on.
func sumsAt[T Float](x T, first, k int, p *prepared[T]) (lower, upper, dens, bend T) {
	var below, above, height, turn float64
	for at := first; at < first+k; at++ {
		w, inv := float64(p.w[at]), float64(p.inv[at])
		t := (float64(x) - float64(p.mu[at])) * inv
		phi := w * invSqrt2Pi * math.Exp(-0.5*t*t)
		tail := phi * mills(math.Abs(t))
		if t < 0 {
			below += tail
			above += w - tail
		} else {
			below += w - tail
			above += tail
		}
		height += phi * inv
		turn += phi * inv * t * inv
	}
	return T(below), T(above), T(height), T(turn)
}

func scorePortable[T Float](n int, floor *T, s *sumsOf[T], z, logSlope []T) (far bool) {
	for i := range n {
		far = far || !(min(s.lower[i], s.upper[i]) > leastTail && s.dens[i] > *floor)
		v := balancedQuantile(float64(s.lower[i]), float64(s.upper[i]))
		z[i], logSlope[i] = T(v), T(math.Log(float64(s.dens[i]))-LogPDF(v))
	}
	return far
}

func upstreamPortable[T Float](n int, floor *T, z, logSlope, gz, gl []T, u *upstreamOf[T]) (far bool) {
	for i := range n {
		u.rdens[i], u.share[i], u.gl[i], u.pull[i], u.level[i] = 0, 0, 0, 0, 0
		v := float64(z[i])
		bell, slope, ratio := math.Exp(-0.5*v*v), math.Exp(float64(logSlope[i])), mills(math.Abs(v))
		if !(bell*min(slope, ratio*invSqrt2Pi) > float64(*floor)) {
			far = true
			continue
		}
		a := float64(gz[i]) + float64(gl[i])*v
		signed := -math.Copysign(a, a*v)
		u.rdens[i], u.share[i], u.gl[i] = T(1/(bell*slope)), T(signed/(bell*invSqrt2Pi)), gl[i]
		u.pull[i], u.level[i] = T(a*slope), T(float64(gl[i])+signed*ratio)
	}
	return far
}

// derivativesAt are the derivatives of element i in a component's mean, log scale and logit, at dx = x − μ:
//
//	r = its share of f,  c = its part of the smaller tail
//	∂/∂μ = r (gl·dx/σ² − pull),  ∂/∂log σ = dx·∂/∂μ − gl·r,  ∂/∂logit = share·c + gl·r − level·π
func derivativesAt[T Float](i, at int, own bool, x, z []T, u *upstreamOf[T], p *prepared[T]) (mean, scale, logit T) {
	w, inv := float64(p.w[at]), float64(p.inv[at])
	if own {
		w, inv = max(w, 0), math.Exp(-float64(p.y[at]))
	}
	dx, gl := float64(x[i])-float64(p.mu[at]), float64(u.gl[i])
	t := dx * inv
	bell := w * math.Exp(-0.5*t*t)
	r := bell * inv * float64(u.rdens[i])
	c := bell * invSqrt2Pi * mills(math.Abs(t))
	if math.Signbit(t) != math.Signbit(float64(z[i])) {
		c = w - c
	}
	gMu := r * (gl*t*inv - float64(u.pull[i]))
	return T(gMu), T(dx*gMu - gl*r), T(float64(u.share[i])*c + gl*r - float64(u.level[i])*w)
}

func slopesPortable[T Float](n, k, stride int, x, z []T, u *upstreamOf[T], curve *clampCurve[T], p *prepared[T], g *gradientsOf[T], gx []T) {
	clear(g.means[:n*stride])
	clear(g.raw[:n*stride])
	clear(g.logits[:n*stride])
	for i := range n {
		var total T
		for at := i * stride; at < i*stride+k; at++ {
			mean, scale, logit := derivativesAt(i, at, stride > 0, x, z, u, p)
			total -= mean
			g.means[at] += mean
			g.raw[at] += scale * curve.slope(p.y[at])
			g.logits[at] += logit
		}
		gx[i] = total
	}
}

func totalsPortable[T Float](n int, v []T, to []float64) {
	for i, x := range v[:n] {
		to[i] += float64(x)
	}
}
