//go:build (amd64 || arm64) && !purego

package kernel

// mixtureAsm are the generated functions of one type and width; strides are in bytes.
type mixtureAsm[T Float] struct {
	prepare    func(n, k int, logits, raw, clamp, w, y, inv, least *T) (faint int)
	sums       mixtureSumsAsm[T]
	sumsEach   mixtureSumsAsm[T]
	bends      mixtureSumsAsm[T]
	bendsEach  mixtureSumsAsm[T]
	ends       func(n, k, stride int, target, w, mu, inv, lo, hi, width, x *T)
	endsEach   func(n, k, stride int, target, w, mu, inv, lo, hi, width, x *T)
	tails      mixtureTailsAsm[T]
	tailsEach  mixtureTailsAsm[T]
	step       func(n int, rule, target, lo, hi, width, open, dens, bend, x, z, logSlope *T, left *int)
	score      func(n int, floor, lower, upper, dens, z, logSlope *T) (far int)
	upstream   func(n int, floor, z, logSlope, gz, gl, rdens, share, glNear, pull, level *T) (far int)
	slopes     mixtureSlopesAsm[T]
	slopesEach mixtureSlopesAsm[T]
	totals     func(n int, v *T, to *float64)
}

type mixtureSumsAsm[T Float] func(n, k, stride int, x, w, mu, inv, lower, upper, dens, bend *T)

type mixtureTailsAsm[T Float] func(n, k, stride int, x, target, logits, w, mu, inv, tail, dens, bend, z, logSlope *T)

type mixtureSlopesAsm[T Float] func(n, k, stride int, x, z, rdens, share, gl, pull, level, poly, w, mu, y, inv, glogits, gmeans, graw, gx *T)

// byStride is the function of one mixture for all elements, or of blocks apart by a stride.
func byStride[F any](stride int, shared, each F) F {
	if stride == 0 {
		return shared
	}
	return each
}

func vectorMixture[T Float](lanes int, a mixtureAsm[T]) mixtureKernels[T] {
	bytes := sizeOf[T]()
	return mixtureKernels[T]{
		lanes: lanes,
		prepare: func(n, k int, logits, raw []T, clamp *clampCurve[T], p *prepared[T], least []T) (faint bool) {
			var curve *T
			if !clamp.none {
				curve = &clamp.curve[0]
			}
			return a.prepare(n, k, &logits[0], &raw[0], curve, &p.w[0], &p.y[0], &p.inv[0], &least[0]) != 0
		},
		sums: func(n, k, stride int, x []T, p *prepared[T], s *sumsOf[T]) {
			byStride(stride, a.sums, a.sumsEach)(n, k, stride*bytes, &x[0], &p.w[0], &p.mu[0], &p.inv[0], &s.lower[0], &s.upper[0], &s.dens[0], nil)
		},
		bends: func(n, k, stride int, x []T, p *prepared[T], s *sumsOf[T]) {
			byStride(stride, a.bends, a.bendsEach)(n, k, stride*bytes, &x[0], &p.w[0], &p.mu[0], &p.inv[0], &s.lower[0], &s.upper[0], &s.dens[0], &s.bend[0])
		},
		ends: func(n, k, stride int, p *prepared[T], e *equations[T], x []T) {
			byStride(stride, a.ends, a.endsEach)(n, k, stride*bytes, &e.target[0], &p.w[0], &p.mu[0], &p.inv[0], &e.lo[0], &e.hi[0], &e.width[0], &x[0])
		},
		tails: func(n, k, stride int, x []T, p *prepared[T], e *equations[T], s *sumsOf[T], z, logSlope []T) {
			byStride(stride, a.tails, a.tailsEach)(n, k, stride*bytes, &x[0], &e.target[0], &p.logits[0], &p.w[0], &p.mu[0], &p.inv[0], &s.lower[0], &s.dens[0], &s.bend[0], &z[0], &logSlope[0])
		},
		step: func(n int, rule *stepRule[T], e *equations[T], s *sumsOf[T], x, z, logSlope []T, left []int) {
			a.step(n, &rule.room, &e.target[0], &e.lo[0], &e.hi[0], &e.width[0], &e.open[0], &s.dens[0], &s.bend[0], &x[0], &z[0], &logSlope[0], &left[0])
		},
		score: func(n int, floor *T, s *sumsOf[T], z, logSlope []T) (far bool) {
			return a.score(n, floor, &s.lower[0], &s.upper[0], &s.dens[0], &z[0], &logSlope[0]) != 0
		},
		upstream: func(n int, floor *T, z, logSlope, gz, gl []T, u *upstreamOf[T]) (far bool) {
			return a.upstream(n, floor, &z[0], &logSlope[0], &gz[0], &gl[0], &u.rdens[0], &u.share[0], &u.gl[0], &u.pull[0], &u.level[0]) != 0
		},
		slopes: func(n, k, stride int, x, z []T, u *upstreamOf[T], curve *clampCurve[T], p *prepared[T], g *gradientsOf[T], gx []T) {
			byStride(stride, a.slopes, a.slopesEach)(n, k, stride*bytes, &x[0], &z[0], &u.rdens[0], &u.share[0], &u.gl[0], &u.pull[0], &u.level[0], &curve.poly[0],
				&p.w[0], &p.mu[0], &p.y[0], &p.inv[0], &g.logits[0], &g.means[0], &g.raw[0], &gx[0])
		},
		totals: func(n int, v []T, to []float64) { a.totals(n, &v[0], &to[0]) },
	}
}

func vectorEM(block, lanes int, expect func(blocks, k int, x, v, count, normals, terms, acc, moments, logDensity, total *float64)) emKernel {
	return emKernel{
		block: block, lanes: lanes,
		expect: func(c Cells, normals []Normal, terms, acc []float64, moments []Moments, logDensity []float64) (total float64) {
			expect(len(c.Mean)/block, len(normals), &c.Mean[0], &c.Variance[0], &c.Count[0], &normals[0].LogHeight,
				&terms[0], &acc[0], &moments[0].Mass, &logDensity[0], &total)
			return total
		},
	}
}
