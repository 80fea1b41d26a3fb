package info

import "math"

// An Estimate is a measure, in nats.
type Estimate struct {
	Value float64 `json:"value"` // Bias is taken off it
	SE    float64 `json:"se"`    // standard error
	Bias  float64 `json:"bias"`  // that the sum over the rows had: what fitting to them makes of nothing
	Lo    float64 `json:"lo"`    // of the interval that holds the truth in 95 % of samples
	Hi    float64 `json:"hi"`
	Rows  int     `json:"rows"` // that it is of: those which have all cells that it is about
}

// points are one number a row whose mean, less bias, is a measure. They add up as measures do.
type points struct {
	row   []float64
	bias  float64
	noise float64 // variance of the mean where every row's truth is 0, from fitting to the rows
	rough float64 // variance of a row's number there, most of which cancels in the mean: what does not is in noise
}

// plus is p + by·q; p may be the zero value.
func (p points) plus(by float64, q points) points {
	if p.row == nil {
		p.row = make([]float64, len(q.row))
	}
	sum := points{row: make([]float64, len(q.row)), bias: p.bias + by*q.bias, noise: p.noise + by*q.noise, rough: p.rough + by*q.rough}
	for i := range sum.row {
		sum.row[i] = p.row[i] + by*q.row[i]
	}
	return sum
}

const z95 = 1.959963984540054

// signed is a measure of any sign: its interval is symmetric.
func (p points) signed() Estimate {
	m, n := mean(p.row), float64(len(p.row))
	e := Estimate{Value: m - p.bias, Bias: p.bias, Rows: len(p.row)}
	return e.within(math.Sqrt(variance(p.row, m)/n + math.Abs(p.noise)))
}

// within has a standard error, and the interval that is symmetric.
func (e Estimate) within(se float64) Estimate {
	e.SE, e.Lo, e.Hi = se, e.Value-z95*se, e.Value+z95*se
	return e
}

// positive is a measure that is 0 or more. The variance of its rows vanishes with it, so its standard error at the truth θ is taken to be
//
//	SE²(θ) = noise + θ·s,  s = Var(rows)/mean(rows)/n,
//
// and the interval holds the θ that are within 1.96 standard errors of their own from Value, as Wilson's does for a share (1927). Rows that
// scatter more than vanishing ones can, as those of nearest neighbours do about 0, have a symmetric one, of what they scatter beyond that: Var/mean
// is 2 where a normal dependence vanishes, and below that or a little above it elsewhere.
func (p points) positive() Estimate {
	m, n := mean(p.row), float64(len(p.row))
	v := variance(p.row, m) / n
	if !(m > 0) || p.noise < 0 || v*n > 6*m {
		e := p.signed()
		return e.within(math.Sqrt(max(v-math.Abs(p.rough)/n, 0) + math.Abs(p.noise)))
	}
	s := v / m
	e := Estimate{Value: m - p.bias, Bias: p.bias, Rows: len(p.row)}
	e.SE = math.Sqrt(p.noise + max(e.Value, 0)*s)
	centre, half := e.Value+z95*z95*s/2, z95*z95*s/2
	if inside := half*half + z95*z95*(s*e.Value+p.noise); inside > 0 {
		half = math.Sqrt(inside)
	}
	e.Lo, e.Hi = min(centre-half, e.Value), centre+half
	return e
}

func mean(v []float64) float64 {
	sum := 0.0
	for _, x := range v {
		sum += x
	}
	return sum / float64(len(v))
}

func variance(v []float64, mean float64) float64 {
	sum := 0.0
	for _, x := range v {
		sum += (x - mean) * (x - mean)
	}
	return sum / float64(max(len(v)-1, 1))
}
