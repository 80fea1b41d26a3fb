package kernel

// sumsReach is where the smaller tail is leastTail.
const sumsReach = 6.65

// mostTries bounds the common iteration of a pass; what is left is solved by itself.
const mostTries = 40

// A mixtureSolve is the state of a pass's equations.
type mixtureSolve[T Float] struct {
	all       equations[T]
	near, far evaluation[T]
	left      []int // of groups: not 0 where an equation is open
	rule      stepRule[T]

	// the run of groups at hand
	run      equations[T]
	mixtures prepared[T]
	sums     sumsOf[T]
}

// An evaluation is z and its derivatives at elements, or what stands for them.
type evaluation[T Float] struct {
	sums        sumsOf[T]
	z, logSlope []T
}

// newSolve makes room for a pass's equations.
func (b *MixtureBatch[T]) newSolve() *mixtureSolve[T] {
	cut := func() []T { return Aligned[T](len(b.x)) }
	b.s.bend = cut()
	return &mixtureSolve[T]{
		all:  equations[T]{cut(), cut(), cut(), cut(), cut()},
		near: evaluation[T]{b.s, b.z, b.l},
		far:  evaluation[T]{sumsOf[T]{cut(), cut(), cut(), cut()}, cut(), cut()},
		left: make([]int, b.groups),
	}
}

// Inverse writes x with z(x) = z and log dz/dx there, of every element. The bracket is exact: with a_k = μ_k + σ_k z,
// min a_k ≤ x ≤ max a_k. Inside it, Halley's iteration, of third order, on z(x) or, for targets that the sums do not reach, on
// the logarithm of their tail; a step that leaves the bracket becomes a bisection, and so does one after three that did not
// halve it. What does not settle is done by Mixture.Inverse.
func (b *MixtureBatch[T]) Inverse(z, theta, x, logSlope []T) {
	if b.solve == nil {
		b.solve = b.newSolve()
	}
	for p := b.begin(len(z), b.way(len(z)/b.d)); p.groups > 0; b.next(&p) {
		b.load(&p, z, theta)
		b.setFloor(2)
		copy(b.solve.all.target, b.x[:p.groups*b.ops.lanes])
		b.ops.ends(p.groups, b.k, b.stride(&p), &b.p, &b.solve.all, b.x)
		b.search(&p, false)
		b.search(&p, true)
		b.solveRest(&p, theta)
		scatter(&p, x, b.x, b.ops.lanes)
		scatter(&p, logSlope, b.l, b.ops.lanes)
	}
}

// isFar tells whether a target is beyond what the sums reach; one that is no number is.
func isFar[T Float](target T) bool { return !(target > -sumsReach && target < sumsReach) }

// search moves x of the pass's elements with far targets, or with the others, to their solutions.
func (b *MixtureBatch[T]) search(p *mixturePass, far bool) {
	s, lanes := b.solve, b.ops.lanes
	groups := 0
	for g := range p.groups {
		s.left[g] = 0
		clear(s.all.open[g*lanes : (g+1)*lanes])
		for i := g * lanes; i < g*lanes+p.lanesOf(g); i++ {
			if isFar(s.all.target[i]) == far {
				s.all.open[i], s.left[g] = -1, 1
			}
		}
		groups += s.left[g]
	}
	for tries := 1; groups > 0 && tries <= mostTries; tries++ {
		s.rule = stepRuleAt[T](tries)
		groups = 0
		for g := 0; g < p.groups; g++ {
			first := g
			for g < p.groups && s.left[g] != 0 {
				g++
			}
			if first < g {
				b.evaluate(p, first, g-first, far)
				groups += g - first
			}
		}
	}
	for g, left := range s.left[:p.groups] {
		for i := g * lanes; left != 0 && i < (g+1)*lanes; i++ {
			if s.all.open[i] != 0 {
				s.to(far).sums.dens[i] = 0 // as of one that is not to be trusted
			}
		}
	}
}

// to is what near or far targets are evaluated to.
func (s *mixtureSolve[T]) to(far bool) *evaluation[T] {
	if far {
		return &s.far
	}
	return &s.near
}

// stepRuleAt is the rule of a try: of three, one looks whether they have halved the bracket; and rounding errors are as small as
// most are, not as they can be, as long as there is hope.
func stepRuleAt[T Float](tries int) stepRule[T] {
	rule := stepRule[T]{room: 2 * epsilon[T](), halving: 2}
	if tries > 6 {
		rule.room = 8 * epsilon[T]()
	}
	if tries%3 == 0 {
		rule.halving = 0.5
	}
	return rule
}

// evaluate takes a step in n groups from the first on.
func (b *MixtureBatch[T]) evaluate(p *mixturePass, first, n int, far bool) {
	s, at, stride := b.solve, first*b.ops.lanes, b.stride(p)
	s.mixtures, s.run = b.p.from(first*stride), s.all.from(at)
	to := s.to(far)
	s.sums = to.sums.from(at)
	x, z, logSlope := b.x[at:], to.z[at:], to.logSlope[at:]
	if far {
		b.ops.tails(n, b.k, stride, x, &s.mixtures, &s.run, &s.sums, z, logSlope)
	} else {
		b.ops.bends(n, b.k, stride, x, &s.mixtures, &s.sums)
		b.ops.score(n, &b.floor, &s.sums, z, logSlope)
	}
	b.ops.step(n, &s.rule, &s.run, &s.sums, x, z, logSlope, s.left[first:])
}

// solveRest solves by itself what is not solved, or was evaluated where the sums lose their digits.
func (b *MixtureBatch[T]) solveRest(p *mixturePass, theta []T) {
	s := b.solve
	for g := range p.groups {
		for lane := range p.lanesOf(g) {
			i := g*b.ops.lanes + lane
			switch {
			case !isFar(s.all.target[i]):
				if at := &s.near.sums; min(at.lower[i], at.upper[i]) > leastTail && at.dens[i] > b.floor {
					continue
				}
			case s.solvedFar(i) && s.far.sums.dens[i] > b.floor:
				b.l[i] = s.far.logSlope[i]
				continue
			}
			b.loadFar(p, g, lane, theta)
			x, l := b.far.Inverse(float64(s.all.target[i]))
			b.x[i], b.l[i] = T(x), T(l)
		}
	}
}

// solvedFar reports whether z is near enough to its target for a slope that is exact only there. It is not, among others, where
// the digits of x end before.
func (s *mixtureSolve[T]) solvedFar(i int) bool {
	target := s.all.target[i]
	d, room := s.far.z[i]-target, 1e3*epsilon[T]()*max(target, -target)
	return -room <= d && d <= room && s.far.sums.lower[i] > 0
}
