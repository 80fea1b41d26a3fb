//go:build amd64 && !purego

package kernel

// mixtureAsm are the generated functions of one type and width; strides are in bytes.
type mixtureAsm[T Float] struct {
	prepare  func(n, chunks, stride int, logits, means, raw, clamp, w, mu, y, inv *T)
	sums     func(n, chunks, stride int, x, w, mu, inv, lower, upper, dens, below, above, height *T)
	score    func(chunks int, lower, upper, dens, z, logSlope *T)
	upstream func(chunks int, floor, lower, upper, dens, z, logSlope, gz, gl, rdens, rlower, rupper, glNear, pull, tilt *T)
	slopes   func(n, chunks, stride, gstride int, x, rdens, rlower, rupper, gl, pull, tilt, poly, w, mu, y, inv, below, above, height, glogits, gmeans, graw, gx *T)
}

func vectorMixture[T Float](name string, lanes int, a mixtureAsm[T]) mixtureKernels[T] {
	bytes := sizeOf[T]()
	return mixtureKernels[T]{
		name: name, lanes: lanes,
		prepare: func(n, width, stride int, logits, means, raw []T, clamp *clampCurve[T], p *prepared[T]) {
			var curve *T
			if !clamp.none {
				curve = &clamp.curve[0]
			}
			a.prepare(n, width/lanes, stride*bytes, &logits[0], &means[0], &raw[0], curve, &p.w[0], &p.mu[0], &p.y[0], &p.inv[0])
		},
		sums: func(n, width, stride int, x []T, p *prepared[T], s *sumsOf[T]) {
			a.sums(n, width/lanes, stride*bytes, &x[0], &p.w[0], &p.mu[0], &p.inv[0],
				&s.lower[0], &s.upper[0], &s.dens[0], &s.below[0], &s.above[0], &s.height[0])
		},
		score: func(n int, s *sumsOf[T], z, logSlope []T) {
			a.score(n/lanes, &s.lower[0], &s.upper[0], &s.dens[0], &z[0], &logSlope[0])
		},
		upstream: func(n int, floor *T, s *sumsOf[T], z, logSlope, gz, gl []T, u *upstreamOf[T]) {
			a.upstream(n/lanes, floor, &s.lower[0], &s.upper[0], &s.dens[0], &z[0], &logSlope[0], &gz[0], &gl[0],
				&u.rdens[0], &u.rlower[0], &u.rupper[0], &u.gl[0], &u.pull[0], &u.tilt[0])
		},
		slopes: func(n, width, stride, gstride int, x []T, u *upstreamOf[T], curve *clampCurve[T], p *prepared[T], s *sumsOf[T], g *gradientsOf[T], gx []T) {
			a.slopes(n, width/lanes, stride*bytes, gstride*bytes,
				&x[0], &u.rdens[0], &u.rlower[0], &u.rupper[0], &u.gl[0], &u.pull[0], &u.tilt[0], &curve.slope[0],
				&p.w[0], &p.mu[0], &p.y[0], &p.inv[0], &s.below[0], &s.above[0], &s.height[0],
				&g.logits[0], &g.means[0], &g.raw[0], &gx[0])
		},
	}
}

// mixtures64 and mixtures32 list what this processor can run, fastest first, the portable ones last.
func mixtures64() (all []mixtureKernels[float64]) {
	if hasAVX512() {
		all = append(all, vectorMixture("avx512", 8, mixtureAsm[float64]{prepareF64AVX512, sumsF64AVX512, scoreF64AVX512, upstreamF64AVX512, slopesF64AVX512}))
	}
	if hasAVX2() {
		all = append(all, vectorMixture("avx2", 4, mixtureAsm[float64]{prepareF64AVX2, sumsF64AVX2, scoreF64AVX2, upstreamF64AVX2, slopesF64AVX2}))
	}
	return append(all, portableMixture[float64]())
}

func mixtures32() (all []mixtureKernels[float32]) {
	if hasAVX512() {
		all = append(all, vectorMixture("avx512", 16, mixtureAsm[float32]{prepareF32AVX512, sumsF32AVX512, scoreF32AVX512, upstreamF32AVX512, slopesF32AVX512}))
	}
	if hasAVX2() {
		all = append(all, vectorMixture("avx2", 8, mixtureAsm[float32]{prepareF32AVX2, sumsF32AVX2, scoreF32AVX2, upstreamF32AVX2, slopesF32AVX2}))
	}
	return append(all, portableMixture[float32]())
}
