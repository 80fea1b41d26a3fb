package kernel

import "math"

// inside reports whether v is between the ends of an axis or, where it makes a difference, at one. What is no number is not.
func (s *Splines[T]) inside(a *axis, v float64) bool {
	return s.family.inside(v, a.at[0], a.at[s.family.Bins])
}

func (s *Spline) inside(v, lo, hi float64) bool {
	if s.Ends == LinearEnds {
		return v > lo && v < hi
	}
	return v >= lo && v <= hi
}

// beyond is the knot at the end that v, which is not inside, is beyond.
func (s *Splines[T]) beyond(a *axis, v float64) (knot int) {
	if v > a.at[0] {
		return s.family.Bins
	}
	return 0
}

// outside is the logarithm of the slope beyond the ends, of the map from x to z as of the one back.
func (s *Splines[T]) outside() float64 { return s.family.outside() }

func (s *Spline) outside() float64 {
	if s.Ends == LinearEnds {
		return 0
	}
	return math.Inf(-1)
}

// A piece is what is known of the piece of a spline that an element is in.
type piece struct {
	i             int
	w, h, s       float64 // width, height and their quotient h/w
	lower, upper  float64 // the slopes δ_i, δ_{i+1}
	along, remain float64 // ξ, ξ′
	d             float64 // D
}

// pieceOf is the piece between two knots of an axis that v, which is inside, is between.
func (s *Splines[T]) pieceOf(a *axis, v float64) (p piece) {
	k := s.family.Bins
	if k <= 16 {
		for p.i < k-1 && v >= a.at[p.i+1] {
			p.i++
		}
	} else {
		for from, to := 0, k; to-from > 1; p.i = from {
			if mid := (from + to) / 2; v >= a.at[mid] {
				from = mid
			} else {
				to = mid
			}
		}
	}
	s.needSlope(p.i)
	s.needSlope(p.i + 1)
	p.w, p.h = s.x.at[p.i+1]-s.x.at[p.i], s.y.at[p.i+1]-s.y.at[p.i]
	p.s = s.slopeOf(p.i)
	p.lower, p.upper = s.slope[p.i], s.slope[p.i+1]
	return p
}

// slopeOf is h/w of a piece, from its shares: differences of knots have lost digits of what is narrow.
func (s *Splines[T]) slopeOf(i int) float64 {
	width, height, f := s.x.share[i], s.y.share[i], &s.family
	if f.Ends == OpenEnds {
		return (s.y.at[i+1] - s.y.at[i]) / width
	}
	k := float64(f.Bins)
	return (f.MinHeight + (1-k*f.MinHeight)*height) / (f.MinWidth + (1-k*f.MinWidth)*width)
}

// pieceAt is the piece at x with ξ. Either of ξ and ξ′ comes from the knot at its own end, so that the lesser has all its digits.
func (s *Splines[T]) pieceAt(x float64) piece {
	p := s.pieceOf(&s.x, x)
	p.along, p.remain = (x-s.x.at[p.i])/p.w, (s.x.at[p.i+1]-x)/p.w
	p.close()
	return p
}

func (p *piece) close() {
	p.d = p.s*(p.along*p.along+p.remain*p.remain) + (p.lower+p.upper)*(p.along*p.remain)
}

// bend is δ_{i+1}ξ² + 2sξξ′ + δ_i ξ′², the slope's numerator.
func (p *piece) bend() float64 {
	return p.upper*p.along*p.along + 2*p.s*p.along*p.remain + p.lower*p.remain*p.remain
}

func (p *piece) logSlope() float64 {
	q := p.s / p.d
	slope := q * q * p.bend()
	if slope > 1e-300 && slope < 1e300 {
		return logOf(slope)
	}
	return math.Log(slope)
}

// at is z and log dz/dx at x, from the nearer knot.
func (s *Splines[T]) at(x float64) (z, logSlope float64) {
	if !s.inside(&s.x, x) {
		if s.family.Ends == OpenEnds {
			end := s.beyond(&s.x, x)
			s.needSlope(end)
			return s.y.at[end] + (x-s.x.at[end])*s.slope[end], math.Log(s.slope[end])
		}
		return x, s.outside()
	}
	p := s.pieceAt(x)
	if p.along <= p.remain {
		z = s.y.at[p.i] + p.h*p.along*(p.s*p.along+p.lower*p.remain)/p.d
	} else {
		z = s.y.at[p.i+1] - p.h*p.remain*(p.s*p.remain+p.upper*p.along)/p.d
	}
	return z, p.logSlope()
}

// solve is the x of z, and log dz/dx there. With η and η′ the shares of the height below and above z, ξ is a root of a quadratic
// equation. In terms of q = δ_i η′ − δ_{i+1} η its discriminant is a sum of squares, and it and 1 − ξ are quotients of positive
// numbers:
//
//	r = √(q² + 4s²ηη′),   ξ : ξ′ = 2sη : r + q  if q ≥ 0,   r − q : 2sη′  if q < 0
//
// The published root, −2sη/(b + √(b² − 4ac)) of the same equation, takes differences in b and in its discriminant.
func (s *Splines[T]) solve(z float64) (x, logSlope float64) {
	if !s.inside(&s.y, z) {
		if s.family.Ends == OpenEnds {
			end := s.beyond(&s.y, z)
			s.needSlope(end)
			return s.x.at[end] + (z-s.y.at[end])/s.slope[end], math.Log(s.slope[end])
		}
		return z, -s.outside()
	}
	p := s.pieceOf(&s.y, z)
	below, above := (z-s.y.at[p.i])/p.h, (s.y.at[p.i+1]-z)/p.h
	q := p.lower*above - p.upper*below
	r := math.Sqrt(q*q + 4*p.s*p.s*below*above)
	if q >= 0 {
		p.along, p.remain = 2*p.s*below, r+q
	} else {
		p.along, p.remain = r-q, 2*p.s*above
	}
	per := 1 / (p.along + p.remain)
	p.along, p.remain = p.along*per, p.remain*per
	p.close()
	if p.along <= p.remain {
		x = s.x.at[p.i] + p.w*p.along
	} else {
		x = s.x.at[p.i+1] - p.w*p.remain
	}
	return x, p.logSlope()
}
