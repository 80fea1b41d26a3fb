package kernel

import "math"

// leastTail is the smallest tail that score's rational approximation covers: e^−25, |z| below 6.66.
const leastTail = 1.5e-11

// A MixtureBatch maps the elements of an N×d matrix, each by its mixture: one a column, or one an element. It holds
// scratch space: one value a goroutine.
type MixtureBatch[T Float] struct {
	d, k   int
	perRow bool
	curve  *clampCurve[T]
	ops    mixtureKernels[T]
	width  int // k padded to whole vectors
	floor  T   // sums above it are taken as they are

	tile    int // elements at a time
	theta   gradientsOf[T]
	p       prepared[T]
	s       sumsOf[T]
	x, z, l []T
	gz, gl  []T
	u       upstreamOf[T]
	g       gradientsOf[T]
	gx      []T
	run     struct { // the part of the tile that one run works on; here, because what a call is given escapes
		p prepared[T]
		s sumsOf[T]
		u upstreamOf[T]
		g gradientsOf[T]
	}
	sums    []float64 // of a column's gradient: float32 would lose digits over many rows
	far     *Mixture
	farGrad [][]float64
}

var (
	all64 = mixtures64()
	all32 = mixtures32()
)

// fewestVectors is the implementation that covers k components in the fewest vectors, the narrowest of equals.
func fewestVectors[T Float](all []mixtureKernels[T], k int) mixtureKernels[T] {
	best := all[0]
	for _, m := range all[1:] {
		vectors := func(lanes int) int { return (k + lanes - 1) / lanes }
		if m.lanes > 1 && vectors(m.lanes) <= vectors(best.lanes) {
			best = m
		}
	}
	return best
}

// NewMixtureBatch prepares for matrices of d columns and mixtures of k components. theta holds logits, means and raw
// log scales: 3×d×k, or with perRow a row of 3·d·k numbers for each row of x.
func NewMixtureBatch[T Float](d, k int, perRow bool, clamp Clamp) *MixtureBatch[T] {
	var ops any = fewestVectors(all64, k)
	if _, ok := any(T(0)).(float32); ok {
		ops = fewestVectors(all32, k)
	}
	return newMixtureBatch(d, k, perRow, clamp, ops.(mixtureKernels[T]))
}

func newMixtureBatch[T Float](d, k int, perRow bool, clamp Clamp, ops mixtureKernels[T]) *MixtureBatch[T] {
	b := &MixtureBatch[T]{d: d, k: k, perRow: perRow, curve: newClampCurve[T](clamp), ops: ops, floor: T(1e-200)}
	if b.floor == 0 {
		b.floor = T(1e-25)
	}
	b.width = (k + ops.lanes - 1) / ops.lanes * ops.lanes
	b.tile = max(16, 1024/b.width/16*16)
	if perRow { // whole rows
		b.tile = max(1, b.tile/d) * d
	}
	padded := (b.tile + ops.lanes - 1) / ops.lanes * ops.lanes
	cut := func(n int) []T { return make([]T, n) }
	wide := func() []T { return cut(b.tile * b.width) }
	b.theta = gradientsOf[T]{wide(), wide(), wide()}
	for i := range b.theta.logits {
		b.theta.logits[i] = T(math.Inf(-1))
	}
	b.p = prepared[T]{wide(), wide(), wide(), wide()}
	b.s = sumsOf[T]{cut(padded), cut(padded), cut(padded), wide(), wide(), wide()}
	for i := range padded { // what lies beyond the last element must stay harmless
		b.s.lower[i], b.s.upper[i], b.s.dens[i] = 0.5, 0.5, 1
	}
	b.x, b.z, b.l, b.gx = cut(padded), cut(padded), cut(padded), cut(padded)
	b.gz, b.gl = cut(padded), cut(padded)
	b.u = upstreamOf[T]{cut(padded), cut(padded), cut(padded), cut(padded), cut(padded), cut(padded)}
	b.g = gradientsOf[T]{wide(), wide(), wide()}
	b.sums = make([]float64, 3*k)
	b.far = NewMixture(k)
	b.farGrad = [][]float64{make([]float64, k), make([]float64, k), make([]float64, k), make([]float64, k)}
	return b
}

// Forward writes z = Φ⁻¹(F(x)) and log dz/dx of every element.
func (b *MixtureBatch[T]) Forward(x, theta, z, logSlope []T) {
	b.each(x, theta, func(t tile) {
		b.ops.score(b.whole(t.n), &b.s, b.z, b.l)
		for i := range t.n {
			at := t.element(i)
			z[at], logSlope[at] = b.z[i], b.l[i]
			if !(min(b.s.lower[i], b.s.upper[i]) > leastTail && b.s.dens[i] > b.floor) {
				b.loadFar(t, i, theta)
				v, l := b.far.At(float64(b.x[i]))
				z[at], logSlope[at] = T(v), T(l)
			}
		}
	})
}

// Backward writes the gradients in x and theta of Σ gz·z + gl·logSlope, given what Forward wrote.
func (b *MixtureBatch[T]) Backward(x, theta, z, logSlope, gz, gl, gx, gtheta []T) {
	clear(gtheta)
	clear(b.sums)
	b.each(x, theta, func(t tile) {
		for i := range t.n {
			at := t.element(i)
			b.z[i], b.l[i], b.gz[i], b.gl[i] = z[at], logSlope[at], gz[at], gl[at]
		}
		b.ops.upstream(b.whole(t.n), &b.floor, &b.s, b.z, b.l, b.gz, b.gl, &b.u)
		b.tileSlopes(t, gtheta)
		for i := range t.n {
			at := t.element(i)
			gx[at] = b.gx[i]
			if !b.near(i) {
				gx[at] = b.farSlopes(t, i, theta, gtheta, z[at], logSlope[at], gz[at], gl[at])
			}
		}
		if t.last {
			b.flushColumn(t, gtheta)
		}
	})
}

// near reports whether element i's sums are far from underflow.
func (b *MixtureBatch[T]) near(i int) bool {
	return min(b.s.lower[i], b.s.upper[i], b.s.dens[i]) > b.floor
}

// tile is a run of elements whose sums have been taken: whole rows, or a piece of one column.
type tile struct {
	first, step int // the elements are first, first+step, …
	n           int
	column      int  // of the piece; unused for whole rows
	last        bool // the column's last piece
}

func (t tile) element(i int) int { return t.first + i*t.step }

// each prepares the mixtures, takes the sums tile by tile and calls visit.
func (b *MixtureBatch[T]) each(x, theta []T, visit func(t tile)) {
	if b.perRow {
		for first := 0; first < len(x); first += b.tile {
			t := tile{first: first, step: 1, n: min(b.tile, len(x)-first)}
			b.prepareRows(t, theta)
			copy(b.x, x[first:first+t.n])
			b.ops.sums(t.n, b.width, b.width, b.x, &b.p, &b.s)
			visit(t)
		}
		return
	}
	rows := len(x) / b.d
	for j := range b.d {
		b.prepareColumn(j, theta)
		for first := 0; first < rows; first += b.tile {
			t := tile{first: first*b.d + j, step: b.d, n: min(b.tile, rows-first), column: j, last: first+b.tile >= rows}
			for i := range t.n {
				b.x[i] = x[t.element(i)]
			}
			b.ops.sums(t.n, b.width, 0, b.x, &b.p, &b.s)
			visit(t)
		}
	}
}

// thirds is where the logits of the element at index `at` of x start in theta, and the distance from there to its
// means, and from these to its raw log scales.
func (b *MixtureBatch[T]) thirds(at int) (offset, third int) {
	third = b.d * b.k
	if b.perRow {
		return at/b.d*3*third + at%b.d*b.k, third
	}
	return at % b.d * b.k, third
}

// prepareColumn prepares the mixture of column j.
func (b *MixtureBatch[T]) prepareColumn(j int, theta []T) {
	at, third := b.thirds(j)
	b.stage(0, theta[at:], third)
	b.ops.prepare(1, b.width, b.width, b.theta.logits, b.theta.means, b.theta.raw, b.curve, &b.p)
}

// stage copies one mixture into the padded space of element i.
func (b *MixtureBatch[T]) stage(i int, theta []T, third int) {
	to := i * b.width
	copy(b.theta.logits[to:to+b.k], theta)
	copy(b.theta.means[to:to+b.k], theta[third:])
	copy(b.theta.raw[to:to+b.k], theta[2*third:])
}

// prepareRows prepares the mixtures of whole rows, in place where no padding is needed.
func (b *MixtureBatch[T]) prepareRows(t tile, theta []T) {
	if b.width != b.k {
		for i := range t.n {
			at, third := b.thirds(t.element(i))
			b.stage(i, theta[at:], third)
		}
		b.ops.prepare(t.n, b.width, b.width, b.theta.logits, b.theta.means, b.theta.raw, b.curve, &b.p)
		return
	}
	b.runs(t, func(i, n, at, third, stride int) {
		b.run.p = b.p.from(i * b.width)
		b.ops.prepare(n, b.width, stride, theta[at:], theta[at+third:], theta[at+2*third:], b.curve, &b.run.p)
	})
}

// runs calls do for each run of elements that are evenly spaced in theta: the elements of a row, or where a row has
// only one, all of them.
func (b *MixtureBatch[T]) runs(t tile, do func(i, n, at, third, stride int)) {
	if b.d == 1 {
		at, third := b.thirds(t.first)
		do(0, t.n, at, third, 3*b.k)
		return
	}
	for i := 0; i < t.n; i += b.d {
		at, third := b.thirds(t.first + i)
		do(i, b.d, at, third, b.k)
	}
}

func (p prepared[T]) from(i int) prepared[T] {
	return prepared[T]{p.w[i:], p.mu[i:], p.y[i:], p.inv[i:]}
}

func (s sumsOf[T]) terms(i int) sumsOf[T] {
	return sumsOf[T]{below: s.below[i:], above: s.above[i:], height: s.height[i:]}
}

func (u upstreamOf[T]) from(i int) upstreamOf[T] {
	return upstreamOf[T]{u.rdens[i:], u.rlower[i:], u.rupper[i:], u.gl[i:], u.pull[i:], u.tilt[i:]}
}

// whole is n rounded up to whole vectors.
func (b *MixtureBatch[T]) whole(n int) int { return (n + b.ops.lanes - 1) / b.ops.lanes * b.ops.lanes }

// tileSlopes adds the tile's gradients to gtheta (rows) or to the column's sums.
func (b *MixtureBatch[T]) tileSlopes(t tile, gtheta []T) {
	switch {
	case !b.perRow:
		b.clearPadded(1)
		b.ops.slopes(t.n, b.width, 0, 0, b.x, &b.u, b.curve, &b.p, &b.s, &b.g, b.gx)
		for k := range b.k {
			b.sums[k] += float64(b.g.logits[k])
			b.sums[b.k+k] += float64(b.g.means[k])
			b.sums[2*b.k+k] += float64(b.g.raw[k])
		}
	case b.width != b.k:
		b.clearPadded(t.n)
		b.ops.slopes(t.n, b.width, b.width, b.width, b.x, &b.u, b.curve, &b.p, &b.s, &b.g, b.gx)
		for i := range t.n {
			at, third := b.thirds(t.element(i))
			from := i * b.width
			copy(gtheta[at:at+b.k], b.g.logits[from:])
			copy(gtheta[at+third:at+third+b.k], b.g.means[from:])
			copy(gtheta[at+2*third:at+2*third+b.k], b.g.raw[from:])
		}
	default:
		b.runs(t, func(i, n, at, third, stride int) {
			from := i * b.width
			r := &b.run
			r.p, r.s, r.u = b.p.from(from), b.s.terms(from), b.u.from(i)
			r.g = gradientsOf[T]{gtheta[at:], gtheta[at+third:], gtheta[at+2*third:]}
			b.ops.slopes(n, b.width, b.width, stride, b.x[i:], &r.u, b.curve, &r.p, &r.s, &r.g, b.gx[i:])
		})
	}
}

func (b *MixtureBatch[T]) clearPadded(n int) {
	clear(b.g.logits[:n*b.width])
	clear(b.g.means[:n*b.width])
	clear(b.g.raw[:n*b.width])
}

// flushColumn writes the sums of a finished column.
func (b *MixtureBatch[T]) flushColumn(t tile, gtheta []T) {
	at, third := b.thirds(t.column)
	for k := range b.k {
		gtheta[at+k] += T(b.sums[k])
		gtheta[at+third+k] += T(b.sums[b.k+k])
		gtheta[at+2*third+k] += T(b.sums[2*b.k+k])
	}
	clear(b.sums)
}

// loadFar loads the mixture of element i, as prepared, for the log form.
func (b *MixtureBatch[T]) loadFar(t tile, i int, theta []T) {
	at, third := b.thirds(t.element(i))
	from := i * b.width
	if !b.perRow {
		from = 0
	}
	SetMixture(b.far, theta[at:at+b.k], theta[at+third:at+third+b.k], b.p.y[from:from+b.k])
}

// farSlopes is the gradient of one element by the log form: added to gtheta, or to the column's sums.
func (b *MixtureBatch[T]) farSlopes(t tile, i int, theta, gtheta []T, z, logSlope, gz, gl T) T {
	b.loadFar(t, i, theta)
	b.far.At(float64(b.x[i]))
	g := b.farGrad
	for _, v := range g {
		clear(v)
	}
	gx := MixtureBackward(b.far, float64(z), float64(logSlope), float64(gz), float64(gl), g[0], g[1], g[2])
	at, third := b.thirds(t.element(i))
	for k := range b.k {
		y := b.far.logScale[k]
		s := b.curve.slope
		g[2][k] *= float64(s[0]) + y*(float64(s[1])+y*float64(s[2]))
		if b.perRow {
			gtheta[at+k] += T(g[0][k])
			gtheta[at+third+k] += T(g[1][k])
			gtheta[at+2*third+k] += T(g[2][k])
		} else {
			b.sums[k] += g[0][k]
			b.sums[b.k+k] += g[1][k]
			b.sums[2*b.k+k] += g[2][k]
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
	b.prepareColumn(0, theta)
	y := make([]float64, k)
	for i := range y {
		y[i] = float64(b.p.y[i])
	}
	return y
}
