package initializers

import "math"

// run improves fit with up to steps E-steps, until a step of EM gains less than Tol. After every two steps of EM it
// extrapolates along the curve on which they lie: a leap.
//
// Source: Varadhan & Roland 2008, Simple and globally convergent methods for accelerating the convergence of any EM
// algorithm: SQUAREM with their third step length, but never shorter than that of EM, and undone if the likelihood
// falls.
func (e *em) run(data *tally, fit *MixtureFit, steps int) {
	end := fit.Steps + steps
	fit.LogLikelihood, fit.Converged = e.expect(data, fit), false
	for {
		for i := range 2 {
			e.path[i].set(fit.Mixture)
			if fit.Converged || fit.Steps >= end || ended(e.c.Interrupt) != nil {
				return
			}
			e.step(data, fit)
		}
		if e.path[2].set(fit.Mixture); fit.Converged || fit.Steps+2 > end { // a leap takes up to two E-steps
			return
		}
		e.leap(data, fit)
	}
}

// leap moves fit further along the path, or leaves it at the path's end.
func (e *em) leap(data *tally, fit *MixtureFit) {
	length := e.leapLength()
	if !(length > 1) {
		return
	}
	e.extrapolate(fit.Mixture, length)
	ll := e.expect(data, fit)
	if !(ll >= fit.LogLikelihood) {
		fit.Mixture.set(e.path[2])
		ll = e.expect(data, fit)
	}
	fit.LogLikelihood = ll
}

// leapLength is |r|/|v|, at most 100, where r is the first step of the path and v the second step minus the first, with
// means in units of the data.
func (e *em) leapLength() float64 {
	var r, v float64
	add := func(p0, p1, p2 []float64, unit float64) {
		for k := range p0 {
			a := (p1[k] - p0[k]) / unit
			b := (p2[k]-p1[k])/unit - a
			r += a * a
			v += b * b
		}
	}
	p := e.path
	add(p[0].Logits, p[1].Logits, p[2].Logits, 1)
	add(p[0].Means, p[1].Means, p[2].Means, e.unit)
	add(p[0].LogScales, p[1].LogScales, p[2].LogScales, 1)
	return min(math.Sqrt(r/v), 100)
}

// extrapolate sets m to p0 + 2·length·r + length²·v, within the bounds.
func (e *em) extrapolate(m Mixture, length float64) {
	curve := func(to, p0, p1, p2 []float64) {
		for k := range to {
			r := p1[k] - p0[k]
			v := p2[k] - p1[k] - r
			to[k] = p0[k] + length*(2*r+length*v)
		}
	}
	p := e.path
	curve(m.Logits, p[0].Logits, p[1].Logits, p[2].Logits)
	curve(m.Means, p[0].Means, p[1].Means, p[2].Means)
	curve(m.LogScales, p[0].LogScales, p[1].LogScales, p[2].LogScales)
	normalize(m.Logits)
	for k, s := range m.LogScales {
		m.LogScales[k] = e.bounded(s)
	}
}
