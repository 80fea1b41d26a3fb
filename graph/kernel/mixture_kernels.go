package kernel

// mixtureKernels are the passes over many mixtures at once. Mixtures come in blocks of `lanes`, one a lane: a block is
// the first component of each, then the second, and so on, k·lanes numbers of each kind. The portable ones, of one lane,
// define what the vector ones compute.
type mixtureKernels[T Float] struct {
	lanes int

	// prepare: w = softmax(logits), y = the clamped raw log scale, inv = exp(−y), of n blocks. faint tells whether some
	// mixture's logits are farther apart than faint: weights may have underflowed. Without a clamp, y is held to ±mostLogScale, and
	// least, of a block's lanes, made at most each lane's y.
	prepare func(n, k int, logits, raw []T, clamp *clampCurve[T], p *prepared[T], least []T) (faint bool)
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

// faint is how far apart logits may be before the least weight is one that a T does not hold well, and sums take a factor below
// e^−faint for nothing.
func faint[T Float]() T { return T(byType[T, float64](690.0, 75.0)) }
