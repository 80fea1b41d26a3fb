package kernel

import "math"

// Backward writes the gradients in x and theta, from those in z and in the log slope.
func (s *Splines[T]) Backward(x []T, theta SplineTheta[T], zUp, logSlopeUp, xUp []T, thetaUp SplineTheta[T]) {
	if s.byLanes(&theta) {
		s.lanes.backward(x, &theta, zUp, logSlopeUp, xUp, &thetaUp)
		return
	}
	s.backward(len(x), theta, thetaUp, func(e int) {
		xUp[e] = T(s.add(float64(x[e]), float64(zUp[e]), float64(logSlopeUp[e])))
	})
}

// InverseBackward writes the gradients in z and theta, from those in x and in the inverse's log slope, m = −l(x), which are what
// Inverse has written. By the implicit function theorem
//
//	∂z = ∂x′/z′(x),  ∂θ = −∂z·∂z/∂θ − ∂m·∂l/∂θ,  ∂x′ = ∂x − ∂m·∂l/∂x:
//
// the forward gradient at x with upstream −∂z and −∂m.
func (s *Splines[T]) InverseBackward(x, logSlope []T, theta SplineTheta[T], xUp, logSlopeUp, zUp []T, thetaUp SplineTheta[T]) {
	if s.byLanes(&theta) {
		s.lanes.inverseBackward(x, logSlope, &theta, xUp, logSlopeUp, zUp, &thetaUp)
		return
	}
	s.backward(len(x), theta, thetaUp, func(e int) {
		at, up := float64(x[e]), float64(logSlopeUp[e])
		g := (float64(xUp[e]) - up*s.logSlopeSlope(at)) * math.Exp(float64(logSlope[e]))
		s.add(at, -g, -up)
		zUp[e] = T(g)
	})
}

// backward visits each of n elements, which adds to the gradients in its knots and slopes, and takes them back to theta.
func (s *Splines[T]) backward(n int, theta, thetaUp SplineTheta[T], visit func(e int)) {
	s.each(n, theta, func(e int) {
		visit(e)
		if theta.Stride != 0 || e+s.d >= n { // the last element of its spline
			s.flush(&thetaUp, e/s.d, e%s.d)
		}
	})
	if n == 0 && theta.Stride == 0 {
		clear(thetaUp.Widths)
		clear(thetaUp.Heights)
		clear(thetaUp.Slopes)
	}
}

// A change is the derivative of something in ξ, s, δ_i and δ_{i+1}.
type change struct{ along, s, lower, upper float64 }

// rise is the change of (z − y_i)/h, and that itself.
func (p *piece) rise() (r float64, c change) {
	mixed, per := p.along*p.remain, 1/p.d
	up := p.along * (p.s*p.along + p.lower*p.remain) * per
	down := p.remain * (p.s*p.remain + p.upper*p.along) * per // 1 − up
	return up, change{
		along: p.s * p.bend() * per * per,
		s:     mixed * (p.upper*p.along*p.along - p.lower*p.remain*p.remain) * per * per,
		lower: mixed * down * per,
		upper: -mixed * up * per,
	}
}

// logSlopeChange is the change of the log slope.
func (p *piece) logSlopeChange() change {
	a, b, mixed := p.along*p.along, p.remain*p.remain, p.along*p.remain
	perN, perD := 1/p.bend(), 1/p.d
	turn := p.remain - p.along
	return change{
		along: 2*(p.upper*p.along+p.s*turn-p.lower*p.remain)*perN - 2*(p.lower+p.upper-2*p.s)*turn*perD,
		s:     2/p.s + 2*mixed*perN - 2*(a+b)*perD,
		lower: b*perN - 2*mixed*perD,
		upper: a*perN - 2*mixed*perD,
	}
}

// logSlopeSlope is ∂l/∂x at x.
func (s *Splines[T]) logSlopeSlope(x float64) float64 {
	if !s.inside(&s.x, x) {
		return 0
	}
	p := s.pieceAt(x)
	return p.logSlopeChange().along / p.w
}

// add adds to the gradients in knots and slopes what those in z and the log slope at x make of them, and returns that in x.
func (s *Splines[T]) add(x, zUp, logSlopeUp float64) (xUp float64) {
	if !s.inside(&s.x, x) {
		return s.addBeyond(x, zUp, logSlopeUp)
	}
	p := s.pieceAt(x)
	r, z := p.rise()
	l := p.logSlopeChange()
	up := zUp * p.h
	sUp := up*z.s + logSlopeUp*l.s
	s.slopeUp[p.i] += up*z.lower + logSlopeUp*l.lower
	s.slopeUp[p.i+1] += up*z.upper + logSlopeUp*l.upper
	xUp = (up*z.along + logSlopeUp*l.along) / p.w

	hUp := zUp*r + sUp/p.w // s = h/w, h = y_{i+1} − y_i
	s.y.up[p.i] += zUp - hUp
	s.y.up[p.i+1] += hUp
	wUp := -sUp*p.s/p.w - xUp*p.along // ξ = (x − x_i)/w, w = x_{i+1} − x_i
	s.x.up[p.i] -= xUp + wUp
	s.x.up[p.i+1] += wUp
	return xUp
}

// addBeyond is add where x is beyond an end.
func (s *Splines[T]) addBeyond(x, zUp, logSlopeUp float64) (xUp float64) {
	if s.family.Ends != OpenEnds {
		return zUp
	}
	end := s.beyond(&s.x, x)
	s.needSlope(end)
	xUp = zUp * s.slope[end]
	s.x.up[end] -= xUp
	s.slopeUp[end] += zUp*(x-s.x.at[end]) + logSlopeUp/s.slope[end]
	return xUp
}

// flush writes the gradients in the raw numbers of row i and column j, and forgets those in its knots and slopes.
func (s *Splines[T]) flush(up *SplineTheta[T], i, j int) {
	widths, heights, slopes := up.of(i, j, &s.family)
	if s.family.Ends == OpenEnds {
		s.takeBackOpen(widths, heights)
	} else {
		takeBack(&s.x, widths, &s.family, s.family.MinWidth)
		takeBack(&s.y, heights, &s.family, s.family.MinHeight)
	}
	clear(slopes)
	for i, g := range s.slopeUp {
		if raw := s.family.rawOf(i); raw >= 0 && g != 0 {
			slopes[raw] += T(g * s.rate[i])
		}
	}
	clear(s.slopeUp)
}

// takeBack is place backwards: piece j moves all knots after it but the last, which stays, as the first does.
func takeBack[T Float](a *axis, raw []T, s *Spline, least float64) {
	k := len(raw)
	sum, mean := 0.0, 0.0
	for j := k - 1; j >= 0; j-- {
		mean += sum * a.share[j]
		a.up[j], sum = sum, sum+a.up[j]
	}
	scale := (s.Hi - s.Lo) * (1 - float64(k)*least)
	for j, share := range a.share {
		raw[j] = T(scale * share * (a.up[j] - mean))
	}
	clear(a.up)
}

// takeBackOpen is placeOpen backwards: a gap moves all knots after it.
func (s *Splines[T]) takeBackOpen(start, logs []T) {
	sum := 0.0
	for i := len(logs); i > 0; i-- {
		sum += s.x.up[i]
		gap := s.x.share[i-1]
		if ratio := gap / (s.y.at[i] - s.y.at[i-1]); ratio >= mostSlope || ratio <= 1/mostSlope {
			gap = 0 // held
		}
		logs[i-1] = T(sum * gap)
	}
	start[0] = T(sum + s.x.up[0])
	clear(s.x.up)
	clear(s.y.up)
}
