package manual

import "gaussflow/graph/kernel"

// A block is the layers after a rotation, bound to memory for a fixed number of rows.
type block[T kernel.Float] interface {
	// forward maps y to z, both rows×d, and adds each row's log-det to logDet.
	forward(y, z []T, logDet []float64)
	// backward computes from ∂/∂z the gradient ∂/∂y and the parameters' gradients, which are added if add is true; gl
	// is ∂/∂logDet, one number for each element.
	backward(gz, gl, gy []T, add bool)
}

// coupled is a pair of couplings. The halves a and b of the columns are stored separately from the rotation to the end
// of the block.
type coupled[T kernel.Float] struct {
	na, nb        int
	first, second mlp[T] // a → mixtures of b, new b → mixtures of a
	mixA, mixB    *kernel.MixtureBatch[T]
	a, b, za, zb  []T
	la, lb        []T
	keptA, keptB  []T // intermediate results of the mixtures, for the backward pass
	ga, gb        []T
	gza, gzb      []T
	gthetaA       []T
	gthetaB       []T
}

func newCoupled[T kernel.Float](m *shape, at blockShape, rows int, params, grads []T, s *scratch[T]) *coupled[T] {
	na, nb := m.a, m.dim-m.a
	half := func(n int) []T { return make([]T, rows*n) }
	return &coupled[T]{
		na: na, nb: nb,
		first: newMLP(at.first, rows, params, grads, s), second: newMLP(at.second, rows, params, grads, s),
		mixA: s.mixture(na, at.k, true, m.clamp), mixB: s.mixture(nb, at.k, true, m.clamp),
		a: half(na), b: half(nb), za: half(na), zb: half(nb), la: half(na), lb: half(nb),
		keptA: kernel.Aligned[T](rows * 3 * na * at.k), keptB: kernel.Aligned[T](rows * 3 * nb * at.k),
		ga: s.buffer("ga", rows*na), gb: s.buffer("gb", rows*nb),
		gza: s.buffer("gza", rows*na), gzb: s.buffer("gzb", rows*nb),
		gthetaA: s.buffer("gtheta", rows*3*na*at.k), gthetaB: s.buffer("gtheta", rows*3*nb*at.k),
	}
}

func (c *coupled[T]) forward(y, z []T, logDet []float64) {
	split(y, c.a, c.b, c.na, c.nb)
	c.mixB.Forward(c.b, c.first.forward(c.a), c.zb, c.lb, c.keptB)
	c.mixA.Forward(c.a, c.second.forward(c.zb), c.za, c.la, c.keptA)
	join(z, c.za, c.zb, c.na, c.nb)
	addRows(logDet, c.la, c.na)
	addRows(logDet, c.lb, c.nb)
}

func (c *coupled[T]) backward(gz, gl, gy []T, add bool) {
	split(gz, c.gza, c.gzb, c.na, c.nb)
	c.mixA.Backward(c.a, c.keptA, c.za, c.la, c.gza, gl, c.ga, c.gthetaA)
	c.second.backward(c.zb, c.gthetaA, c.gzb, add)
	c.mixB.Backward(c.b, c.keptB, c.zb, c.lb, c.gzb, gl, c.gb, c.gthetaB)
	c.first.backward(c.a, c.gthetaB, c.ga, add)
	join(gy, c.ga, c.gb, c.na, c.nb)
}

// split divides each row of x into its halves.
func split[T kernel.Float](x, a, b []T, na, nb int) {
	for ; len(x) >= na+nb; x, a, b = x[na+nb:], a[na:], b[nb:] {
		for j := range a[:na] {
			a[j] = x[j]
		}
		row := x[na : na+nb]
		for j, v := range row {
			b[j] = v
		}
	}
}

// join is the inverse of split.
func join[T kernel.Float](x, a, b []T, na, nb int) {
	for ; len(x) >= na+nb; x, a, b = x[na+nb:], a[na:], b[nb:] {
		for j, v := range a[:na] {
			x[j] = v
		}
		row := x[na : na+nb]
		for j, v := range b[:nb] {
			row[j] = v
		}
	}
}

// addRows adds the sum of each row of l, which has n numbers.
func addRows[T kernel.Float](to []float64, l []T, n int) {
	for i := range to {
		sum := 0.0
		for _, v := range l[i*n : i*n+n] {
			sum += float64(v)
		}
		to[i] += sum
	}
}

// marginal is a MixtureCDF.
type marginal[T kernel.Float] struct {
	dim           int
	mix           *kernel.MixtureBatch[T]
	theta, gtheta []T
	part          []T // a part of gtheta
	y, z, l       []T
}

func newMarginal[T kernel.Float](m *shape, at blockShape, rows int, params, grads []T, s *scratch[T]) *marginal[T] {
	return &marginal[T]{
		dim: m.dim, mix: s.mixture(m.dim, at.k, false, kernel.Clamp{}),
		theta: cut(params, at.theta), gtheta: cut(grads, at.theta), part: s.buffer("part", at.theta.n),
		l: make([]T, rows*m.dim),
	}
}

func (m *marginal[T]) forward(y, z []T, logDet []float64) {
	m.y, m.z = y, z
	m.mix.Forward(y, m.theta, z, m.l, nil)
	addRows(logDet, m.l, m.dim)
}

func (m *marginal[T]) backward(gz, gl, gy []T, add bool) {
	if !add {
		m.mix.Backward(m.y, m.theta, m.z, m.l, gz, gl, gy, m.gtheta)
		return
	}
	m.mix.Backward(m.y, m.theta, m.z, m.l, gz, gl, gy, m.part)
	kernel.Accumulate(m.gtheta, m.part)
}
