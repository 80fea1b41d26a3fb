package kernel

import "math"

// Gradients of mixtures that all elements share: a component at a time over a block of elements, whose sums stay in registers.

// sharedBlock is a block of elements: x, numbers of upstream, the bits of z, and the gradient in x so far.
type sharedBlock struct {
	x, rdens, share, gl, pull, gx [blockSize]float64
	z                             [blockSize]uint64
}

// slopesShared adds to g the gradients of n elements that share one mixture of k components, and sets gx.
func slopesShared[T Float](n, k int, x, z []T, u *upstreamOf[T], curve *clampCurve[T], p *prepared[T], g *gradientsOf[T], gx []T) {
	var c components
	var block sharedBlock
	slopes := scaleSlopesOf(curve)
	for from := 0; from < n; from += blockSize {
		size := min(blockSize, n-from)
		level := fill(&block, size, from, x, z, u)
		for j := range k {
			mu, inv, weight := float64(p.mu[j]), float64(p.inv[j]), notFaint(p.w[j])
			for i, v := range block.x[:size] {
				c.t[i] = (v - mu) * inv
			}
			parts[T](c.t[:size], c.bell[:], c.ratio[:])
			s := block.component(size, mu, inv, weight, &c)
			g.means[j] += T(s.mean)
			g.raw[j] += T(s.logScale * slopes.at(float64(p.y[j])))
			g.logits[j] += T(s.logit - level*weight)
		}
		for i, v := range block.gx[:size] {
			gx[from+i] = T(v)
		}
	}
}

// fill sets a block to size elements, and is the sum of their levels.
func fill[T Float](b *sharedBlock, size, from int, x, z []T, u *upstreamOf[T]) (level float64) {
	for i := range size {
		at := from + i
		b.x[i], b.rdens[i], b.share[i] = float64(x[at]), float64(u.rdens[at]), float64(u.share[at])
		b.gl[i], b.pull[i], b.gx[i] = float64(u.gl[at]), float64(u.pull[at]), 0
		b.z[i] = math.Float64bits(float64(z[at]))
		level += float64(u.level[at])
	}
	return level
}

// sharedSums are a component's derivatives, summed over elements: in its mean, its log scale, and its logit less level·π.
type sharedSums struct{ mean, logScale, logit float64 }

// component takes the formulas of derivatives, of one component of n elements.
func (b *sharedBlock) component(n int, mu, inv, weight float64, c *components) (s sharedSums) {
	for i := range min(n, blockSize) { // indices of arrays, which lie at fixed distances: slices would each take a register
		v := c.t[i]
		height := weight * c.bell[i]
		r := height * inv * b.rdens[i]
		side := &sides[(math.Float64bits(v)^b.z[i])>>63]
		mean := v*(inv*r)*b.gl[i] - r*b.pull[i]
		r *= b.gl[i]
		b.gx[i] -= mean
		s.mean += mean
		s.logScale += (b.x[i]-mu)*mean - r
		s.logit += b.share[i]*(side.below*weight+side.sign*(height*c.ratio[i])) + r
	}
	return s
}
