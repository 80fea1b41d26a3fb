package kernel

import (
	"math"
	"slices"
)

// leastTail is the smallest tail that score's rational approximation covers: e^−25, |z| below 6.66.
const leastTail = 1.5e-11

// A MixtureBatch maps the elements of an N×d matrix, each by its mixture: one a column, or one an element. It holds
// scratch space: one value a goroutine.
//
// Elements are taken a vector at a time, one a lane, and their mixtures are laid out to match; see mixturePass.
type MixtureBatch[T Float] struct {
	d, k   int
	perRow bool
	curve  clampCurve[T]
	ops    mixtureKernels[T]
	floor  T    // tails and densities above it are far from underflow; see floorFor
	floors [3]T // of a clamp, by power
	groups int  // vectors of elements at a time

	own        MixtureBlocks[T]  // of all columns, or of the elements of a pass
	ahead      *MixtureBlocks[T] // of all columns, prepared before; nil: own are, by each call
	least      []T               // of a lane each; without a clamp, log scales of what is prepared are not below the least of these
	p          prepared[T]       // the pass's: those of blocks, from its column on, or what Forward keeps
	s          sumsOf[T]
	x, z, l    []T
	gz, gl, gx []T
	u          upstreamOf[T]
	g          gradientsOf[T]
	sums       []float64        // of a column's gradient: float32 would lose digits over many rows
	solve      *mixtureSolve[T] // of Inverse
	far        *Mixture
	farTheta   [3][]float64 // logits, means, log scales
	farGrad    [3][]float64
}

// NewMixtureBatch prepares for matrices of d columns and mixtures of k components. theta holds logits, means and raw
// log scales: 3×d×k, or with perRow a row of 3·d·k numbers for each row of x.
func NewMixtureBatch[T Float](d, k int, perRow bool, clamp Clamp) *MixtureBatch[T] {
	return newMixtureBatch(d, k, perRow, clamp, chosen[T]().mixture)
}

func newMixtureBatch[T Float](d, k int, perRow bool, clamp Clamp, ops mixtureKernels[T]) *MixtureBatch[T] {
	b := &MixtureBatch[T]{d: d, k: k, perRow: perRow, curve: newClampCurve[T](clamp), ops: ops}
	for power := range b.floors {
		b.floors[power] = floorFor(T(power), T(clamp.least()))
	}
	const inCache = 4096 // bytes of one kind of number
	b.groups = inCache / sizeOf[T]() / ops.lanes
	blocks, gradients := (d+ops.lanes-1)/ops.lanes, 1 // a lane for each column; gradients of one at a time
	if perRow {
		b.groups = max(1, inCache/sizeOf[T]()/(k*ops.lanes))
		blocks, gradients = b.groups, b.groups
	}
	elements := func() []T { return Aligned[T](b.groups * ops.lanes) }
	components := func(blocks int) []T { return Aligned[T](blocks * k * ops.lanes) }
	b.own = b.newBlocks(blocks)
	b.p, b.least = b.own.prepared, b.own.least
	b.s = sumsOf[T]{lower: elements(), upper: elements(), dens: elements()}
	b.x, b.z, b.l = elements(), elements(), elements()
	b.gz, b.gl, b.gx = elements(), elements(), elements()
	b.u = upstreamOf[T]{elements(), elements(), elements(), elements(), elements()}
	b.g = gradientsOf[T]{components(gradients), components(gradients), components(gradients)}
	b.sums = make([]float64, 3*k)
	b.far = NewMixture(k)
	for part := range 3 {
		b.farTheta[part], b.farGrad[part] = make([]float64, k), make([]float64, k)
	}
	return b
}

// MixtureBlocks are mixtures in the lanes of blocks, as they are evaluated.
type MixtureBlocks[T Float] struct {
	prepared[T]
	raw, least []T
}

func (b *MixtureBatch[T]) newBlocks(n int) MixtureBlocks[T] {
	components := func() []T { return Aligned[T](n * b.k * b.ops.lanes) }
	return MixtureBlocks[T]{
		prepared: prepared[T]{w: components(), mu: components(), y: components(), inv: components(), logits: components()},
		raw:      components(), least: Aligned[T](b.ops.lanes),
	}
}

// NewColumns makes room for the mixtures of all columns, which share theirs; Prepare fills it.
func (b *MixtureBatch[T]) NewColumns() *MixtureBlocks[T] {
	blocks := b.newBlocks((b.d + b.ops.lanes - 1) / b.ops.lanes)
	return &blocks
}

// Prepare has into hold the mixtures of all columns, of theta.
func (b *MixtureBatch[T]) Prepare(theta []T, into *MixtureBlocks[T]) {
	lanes := b.ops.lanes
	for part, block := range [3][]T{into.logits, into.mu, into.raw} {
		third := theta[part*b.d*b.k:]
		for col := 0; col < b.d; col += lanes {
			transpose(min(lanes, b.d-col), b.k, third[col*b.k:], b.k, block[col*b.k:], lanes)
		}
	}
	b.prepare((b.d+lanes-1)/lanes, into, &into.prepared)
}

// Use has the calls that follow take shared mixtures from what Prepare has made of the theta that they are given, or, of nil, prepare
// them each time.
func (b *MixtureBatch[T]) Use(ahead *MixtureBlocks[T]) { b.ahead = ahead }

// Forward writes z = Φ⁻¹(F(x)) and log dz/dx of every element. Where each has its own mixture, kept, of theta's length,
// takes what Backward needs of them; nil if there is none to come.
func (b *MixtureBatch[T]) Forward(x, theta, z, logSlope, kept []T) {
	for p := b.begin(len(x), b.way(len(x)/b.d)); p.groups > 0; b.next(&p) {
		b.place(&p, kept)
		faint := b.load(&p, x, theta)
		b.setFloor(1)
		b.ops.sums(p.groups, b.k, b.stride(&p), b.x, &b.p, &b.s)
		far := b.ops.score(p.groups, &b.floor, &b.s, b.z, b.l)
		scatter(&p, z, b.z, b.ops.lanes)
		scatter(&p, logSlope, b.l, b.ops.lanes)
		if far {
			b.forwardFar(&p, theta, z, logSlope)
		}
		b.keep(&p, theta, kept, faint)
	}
	b.p = b.own.prepared
}

// floorFor is the floor for sums of terms times (1/σ)^power, where log scales are not below least. What sums leave out, a factor below
// e^−faint times that, must be nothing beside a density above the floor; and that is far above underflow.
func floorFor[T Float](power, least T) T {
	floor, logFloor, digits := byType[T, T](linearFloor, float32(1e-25)), byType[T, T](-460.0, float32(-57.0)), byType[T, T](36.0, float32(16))
	if exponent := digits - faint[T]() - power*least; exponent > logFloor {
		return T(math.Exp(float64(exponent)))
	}
	return floor
}

// setFloor sets the floor for sums of terms times (1/σ)^power.
func (b *MixtureBatch[T]) setFloor(power int) {
	if b.floor = b.floors[power]; b.curve.none {
		b.floor = floorFor(T(power), slices.Min(b.least))
	}
}

// findLeast sets least from log scales, if they are not those of a clamp.
func (b *MixtureBatch[T]) findLeast(y []T) {
	if b.curve.none {
		clear(b.least)
		b.least[0] = slices.Min(y)
	}
}

// forwardFar does again, by the log form, the elements whose sums are too small.
func (b *MixtureBatch[T]) forwardFar(p *mixturePass, theta, z, logSlope []T) {
	for g := range p.groups {
		for lane := range p.lanesOf(g) {
			i := g*b.ops.lanes + lane
			if min(b.s.lower[i], b.s.upper[i]) > leastTail && b.s.dens[i] > b.floor {
				continue
			}
			at := p.element(g, lane)
			b.loadFar(p, g, lane, theta)
			v, l := b.far.At(float64(b.x[i]))
			z[at], logSlope[at] = T(v), T(l)
		}
	}
}

// Backward writes the gradients in x and theta of Σ gz·z + gl·logSlope, given what Forward wrote. mixtures is theta or,
// where each element has its own mixture, what Forward kept.
func (b *MixtureBatch[T]) Backward(x, mixtures, z, logSlope, gz, gl, gx, gtheta []T) {
	clear(b.sums)
	lanes := b.ops.lanes
	for p := b.begin(len(x), b.wayBack(len(x)/b.d)); p.groups > 0; b.next(&p) {
		if b.whole(&p) {
			b.place(&p, mixtures)
			b.findLeast(b.p.y)
			gather(&p, b.x, x, lanes)
		} else {
			b.p = b.own.prepared
			b.load(&p, x, mixtures)
		}
		b.setFloor(2)
		gather(&p, b.z, z, lanes)
		gather(&p, b.l, logSlope, lanes)
		gather(&p, b.gz, gz, lanes)
		gather(&p, b.gl, gl, lanes)
		far := b.ops.upstream(p.groups, &b.floor, b.z, b.l, b.gz, b.gl, &b.u)
		if far {
			b.hideFar(&p)
		}
		b.slopes(&p, gtheta)
		scatter(&p, gx, b.gx, lanes)
		if far {
			b.backwardFar(&p, x, mixtures, gx, gtheta)
		}
		if !b.perRow && p.endsColumn {
			b.flushColumn(&p, gtheta)
		}
	}
	b.p = b.own.prepared
}

// slopes adds the pass's gradients to gtheta (a mixture an element) or to the column's sums.
func (b *MixtureBatch[T]) slopes(p *mixturePass, gtheta []T) {
	lanes := b.ops.lanes
	if !b.perRow {
		for i := (p.groups-1)*lanes + p.last; i < p.groups*lanes; i++ { // lanes beyond the last element count nothing
			b.u.rdens[i], b.u.share[i], b.u.gl[i], b.u.pull[i], b.u.level[i] = 0, 0, 0, 0, 0
		}
		clear(b.g.logits)
		clear(b.g.means)
		clear(b.g.raw)
	}
	b.ops.slopes(p.groups, b.k, b.stride(p), b.x, b.z, &b.u, &b.curve, &b.p, &b.g, b.gx)
	if b.perRow {
		b.store(p, gtheta)
		return
	}
	for part, v := range [3][]T{b.g.logits, b.g.means, b.g.raw} {
		b.ops.totals(b.k, v, b.sums[part*b.k:])
	}
}

// flushColumn writes the sums of a finished column.
func (b *MixtureBatch[T]) flushColumn(p *mixturePass, gtheta []T) {
	at, third := b.thirds(p.first)
	for k := range b.k {
		gtheta[at+k] = T(b.sums[k])
		gtheta[at+third+k] = T(b.sums[b.k+k])
		gtheta[at+2*third+k] = T(b.sums[2*b.k+k])
	}
	clear(b.sums)
}

// loadFar loads the mixture of one element, as prepared, for the log form; a shared one once for all elements of a pass.
func (b *MixtureBatch[T]) loadFar(p *mixturePass, g, lane int, theta []T) {
	at, third := b.thirds(p.element(g, lane))
	if b.stride(p) == 0 {
		if p.farLoaded {
			return
		}
		p.farLoaded = true
		g, lane = 0, 0
	}
	SetMixture(b.far, theta[at:at+b.k], theta[at+third:at+third+b.k], theta[at+2*third:at+2*third+b.k])
	for k := range b.k { // SetMixture took the raw log scales
		b.farTheta[2][k] = float64(b.p.y[(g*b.k+k)*b.ops.lanes+lane])
	}
	setLogScales(b.far, b.farTheta[2])
}

// hideFar has slopes find 0 for x where it is to add nothing: 0 times what is beyond all numbers would be no number.
func (b *MixtureBatch[T]) hideFar(p *mixturePass) {
	for i, r := range b.u.rdens[:p.groups*b.ops.lanes] {
		if r == 0 {
			b.x[i] = 0
		}
	}
}

// backwardFar does by the log form the elements that upstream left out: added to gtheta, or to the column's sums.
func (b *MixtureBatch[T]) backwardFar(p *mixturePass, x, mixtures, gx, gtheta []T) {
	for g := range p.groups {
		for lane := range p.lanesOf(g) {
			if i := g*b.ops.lanes + lane; b.u.rdens[i] == 0 {
				if b.whole(p) {
					b.loadKept(g, lane)
				} else {
					b.loadFar(p, g, lane, mixtures)
				}
				at := p.element(g, lane)
				gx[at] = b.farSlopes(x[at], i, at, gtheta)
			}
		}
	}
}

func (b *MixtureBatch[T]) farSlopes(x T, i, element int, gtheta []T) T {
	b.far.At(float64(x))
	g := b.farGrad
	for _, v := range g {
		clear(v)
	}
	gx := MixtureBackward(b.far, float64(b.gz[i]), float64(b.gl[i]), g[0], g[1], g[2])
	at, third := b.thirds(element)
	for k, y := range b.far.logScale {
		g[2][k] *= float64(b.curve.slope(T(y)))
		for part := range g {
			if b.perRow {
				gtheta[at+part*third+k] += T(g[part][k])
			} else {
				b.sums[part*b.k+k] += g[part][k]
			}
		}
	}
	return T(gx)
}

// ClampAll is c of each raw value, as T, to the bit what a MixtureBatch of T computes.
func ClampAll[T Float](c Clamp, raw []float64) []float64 {
	k := len(raw)
	b := NewMixtureBatch[T](1, k, false, c)
	theta := make([]T, 3*k)
	for i, v := range raw {
		theta[2*k+i] = T(v)
	}
	p := b.begin(1, down)
	b.load(&p, make([]T, 1), theta)
	y := make([]float64, k)
	for i := range y {
		y[i] = float64(b.p.y[i*b.ops.lanes])
	}
	return y
}
