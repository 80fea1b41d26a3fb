package kernel

import "math"

// A mixtureSolve is the state of a pass's equations z(x) = target, one an element.
type mixtureSolve[T Float] struct {
	target, lo, hi, width []T
	solved                []bool
	left                  []bool // to Mixture.Inverse: the target is beyond what the sums reach
}

func newMixtureSolve[T Float](elements int) *mixtureSolve[T] {
	cut := func() []T { return Aligned[T](elements) }
	return &mixtureSolve[T]{cut(), cut(), cut(), cut(), make([]bool, elements), make([]bool, elements)}
}

// sumsReach is where the smaller tail is leastTail.
const sumsReach = 6.65

// mostTries bounds the common iteration of a pass; what is left is solved by itself.
const mostTries = 40

// Inverse writes x with z(x) = z and log dz/dx there, of every element: the iteration of Mixture.Inverse, for a pass of
// elements at a time. Those in the far tails, and those that do not settle, are done by Mixture.Inverse itself.
func (b *MixtureBatch[T]) Inverse(z, theta, x, logSlope []T) {
	if b.solve == nil {
		b.solve = newMixtureSolve[T](len(b.x))
	}
	for p := b.begin(len(z), b.way(len(z)/b.d)); p.groups > 0; b.next(&p) {
		b.load(&p, z, theta)
		b.startSolve(&p)
		b.evaluate(&p)
		for tries := 1; tries <= mostTries; tries++ {
			all := b.improve(&p, tries)
			b.evaluate(&p) // also where the last step led: the slope is of there
			if all {
				break
			}
		}
		b.solveRest(&p, theta)
		scatter(&p, x, b.x, b.ops.lanes)
		scatter(&p, logSlope, b.l, b.ops.lanes)
	}
}

// evaluate fills b.z and b.l from b.x.
func (b *MixtureBatch[T]) evaluate(p *mixturePass) {
	b.ops.sums(p.groups, b.k, b.stride(p), b.x, &b.p, &b.s)
	b.ops.score(p.groups, &b.floor, &b.s, b.z, b.l)
}

// startSolve sets the exact brackets, from min to max μ + σz, and starts from the mean Σ π (μ + σz).
func (b *MixtureBatch[T]) startSolve(p *mixturePass) {
	s, lanes := b.solve, b.ops.lanes
	for g := range p.groups {
		for lane := range p.lanesOf(g) {
			i := g*lanes + lane
			first := 0 // of its mixture
			if stride := b.stride(p); stride > 0 {
				first = g*stride + lane
			}
			target := b.x[i]
			lo, hi, mean := T(math.Inf(1)), T(math.Inf(-1)), T(0)
			for at := first; at < first+b.k*lanes; at += lanes {
				a := b.p.mu[at] + target/b.p.inv[at]
				lo, hi = min(lo, a), max(hi, a)
				mean += b.p.w[at] * a
			}
			s.target[i], s.lo[i], s.hi[i], s.width[i] = target, lo, hi, hi-lo
			s.left[i] = !(target > -sumsReach && target < sumsReach)
			s.solved[i] = s.left[i]
			b.x[i] = min(max(mean, lo), hi)
		}
	}
}

// improve takes a step at each element that is not solved, and reports whether all are.
func (b *MixtureBatch[T]) improve(p *mixturePass, tries int) (all bool) {
	all = true
	for g := range p.groups {
		for lane := range p.lanesOf(g) {
			if i := g*b.ops.lanes + lane; !b.solve.solved[i] {
				b.solve.solved[i] = b.solve.step(i, tries, &b.x[i], b.z[i], b.l[i])
				all = all && b.solve.solved[i]
			}
		}
	}
	return all
}

// step moves x, where z(x) = zx with log slope l: by Newton, or to the middle of the bracket where Newton leaves it or three
// steps have not halved it. It is solved when the bracket, the step or the residual is a rounding error.
func (s *mixtureSolve[T]) step(i, tries int, x *T, zx, l T) (solved bool) {
	eps := epsilon[T]()
	size := func(v T) T { return max(v, -v) }
	lo, hi := s.lo[i], s.hi[i]
	if zx == s.target[i] || !(hi-lo > eps*size(*x)) {
		return true
	}
	if zx < s.target[i] {
		lo = *x
	} else {
		hi = *x
	}
	next := *x - (zx-s.target[i])*T(math.Exp(-float64(l)))
	third := tries%3 == 0
	if inside := next > lo && next < hi; !inside || third && hi-lo > s.width[i]/2 {
		next = lo + (hi-lo)/2
	} else if size(zx-s.target[i]) <= 8*eps*max(1, size(zx)) {
		solved = true
		if root := T(math.Sqrt(float64(eps))); size(next-*x) > root*max(1, size(*x)) {
			next = *x // between far peaks: the slope is so small that the step is rounding error over slope
		}
	}
	if third {
		s.width[i] = hi - lo
	}
	solved = solved || size(next-*x) <= eps*size(*x) || next == lo || next == hi
	s.lo[i], s.hi[i], *x = lo, hi, next
	return solved
}

// epsilon is the spacing of T at 1.
func epsilon[T Float]() T {
	if sizeOf[T]() == 4 {
		return 0x1p-23
	}
	return T(0x1p-52)
}

// solveRest solves by itself what is not solved, or was evaluated where the sums lose their digits.
func (b *MixtureBatch[T]) solveRest(p *mixturePass, theta []T) {
	for g := range p.groups {
		for lane := range p.lanesOf(g) {
			i := g*b.ops.lanes + lane
			if b.solve.solved[i] && !b.solve.left[i] && min(b.s.lower[i], b.s.upper[i]) > leastTail && b.s.dens[i] > b.floor {
				continue
			}
			b.loadFar(p, g, lane, theta)
			x, l := b.far.Inverse(float64(b.solve.target[i]))
			b.x[i], b.l[i] = T(x), T(l)
		}
	}
}
