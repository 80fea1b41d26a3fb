package main

import (
	"math"
	"math/rand/v2"

	"gonum.org/v1/gonum/mat"
	"gonum.org/v1/gonum/mathext"
)

// A law is a multivariate t distribution with ν degrees of freedom, an integer or infinite (a normal). Its scale matrix is R times
// scale² and its mean is shift in every column.
type law struct {
	r            *mat.SymDense
	nu           float64
	scale, shift float64
}

func normal(r *mat.SymDense) law { return law{r, math.Inf(1), 1, 0} }

// equicorrelated is the matrix with ones on its diagonal and rho elsewhere.
func equicorrelated(d int, rho float64) *mat.SymDense {
	r := mat.NewSymDense(d, nil)
	for i := range d {
		for j := i; j < d; j++ {
			r.SetSym(i, j, rho)
		}
		r.SetSym(i, i, 1)
	}
	return r
}

// paired is the correlation matrix of 2d columns, of which column i and column d+i are correlated.
func paired(d int, rho float64) *mat.SymDense {
	r := equicorrelated(2*d, 0)
	for i := range d {
		r.SetSym(i, d+i, rho)
	}
	return r
}

func factor(r *mat.SymDense) *mat.Cholesky {
	var c mat.Cholesky
	c.Factorize(r)
	return &c
}

// draw draws n rows.
func (l law) draw(n int, rng *rand.Rand) *mat.Dense {
	d := l.r.SymmetricDim()
	var lower mat.TriDense
	factor(l.r).LTo(&lower)
	z, x := mat.NewDense(n, d, nil), mat.NewDense(n, d, nil)
	z.Apply(func(int, int, float64) float64 { return rng.NormFloat64() }, z)
	x.Mul(z, lower.T())
	for i := range n {
		by := l.scale
		if !math.IsInf(l.nu, 1) {
			chi := 0.0
			for range int(l.nu) {
				v := rng.NormFloat64()
				chi += v * v
			}
			by *= math.Sqrt(l.nu / chi)
		}
		row := x.RawRowView(i)
		for j := range row {
			row[j] = l.shift + by*row[j]
		}
	}
	return x
}

func logGamma(x float64) float64 { v, _ := math.Lgamma(x); return v }

// entropy is the entropy in closed form.
func (l law) entropy() float64 {
	d := float64(l.r.SymmetricDim())
	h := factor(l.r).LogDet()/2 + d*math.Log(l.scale)
	if math.IsInf(l.nu, 1) {
		return h + d/2*(1+math.Log(2*math.Pi))
	}
	half := (l.nu + d) / 2
	return h + d/2*math.Log(l.nu*math.Pi) + logGamma(l.nu/2) - logGamma(half) + half*(mathext.Digamma(half)-mathext.Digamma(l.nu/2))
}

// of is the distribution of some of the columns.
func (l law) of(columns ...int) law {
	r := mat.NewSymDense(len(columns), nil)
	for i, a := range columns {
		for j, b := range columns {
			if j >= i {
				r.SetSym(i, j, l.r.At(a, b))
			}
		}
	}
	return law{r, l.nu, l.scale, l.shift}
}

// total is the total correlation.
func (l law) total() (tc float64) {
	for j := range l.r.SymmetricDim() {
		tc += l.of(j).entropy()
	}
	return tc - l.entropy()
}

// mutual is the mutual information of the first k columns and the rest.
func (l law) mutual(k int) float64 {
	d := l.r.SymmetricDim()
	return l.of(span(0, k)...).entropy() + l.of(span(k, d)...).entropy() - l.entropy()
}

func span(from, to int) (s []int) {
	for i := from; i < to; i++ {
		s = append(s, i)
	}
	return s
}

// divergence is KL(l ‖ m) for scale matrices that are equal up to a factor. The only term without a closed form, E log(1 + q/ν), is
// computed by quadrature, over the squared length q of a normal and the χ² of l.
func (l law) divergence(m law) float64 {
	d := float64(l.r.SymmetricDim())
	ratio := l.scale * l.scale / (m.scale * m.scale)
	cross := -factor(m.r).LogDet()/2 - d*math.Log(m.scale)
	if math.IsInf(m.nu, 1) {
		second := ratio
		if !math.IsInf(l.nu, 1) {
			second *= l.nu / (l.nu - 2)
		}
		var solved mat.Dense
		_ = factor(m.r).SolveTo(&solved, l.r)
		return -l.entropy() - (cross - d/2*math.Log(2*math.Pi) - second*mat.Trace(&solved)/2 - l.offset(m)/2)
	}
	if l.shift != m.shift {
		return math.NaN() // no line of the table needs this case
	}
	cross += logGamma((m.nu+d)/2) - logGamma(m.nu/2) - d/2*math.Log(m.nu*math.Pi)
	return -l.entropy() - (cross - (m.nu+d)/2*l.meanLog(ratio/m.nu))
}

// offset is the squared distance of the means in units of m.
func (l law) offset(m law) float64 {
	d := l.r.SymmetricDim()
	mean := mat.NewVecDense(d, nil)
	for i := range d {
		mean.SetVec(i, l.shift-m.shift)
	}
	var solved mat.VecDense
	_ = factor(m.r).SolveVecTo(&solved, mean)
	return mat.Dot(mean, &solved) / (m.scale * m.scale)
}

// meanLog is E log(1 + by·q), where q is the squared length of a whitened row of l.
func (l law) meanLog(by float64) float64 {
	d := float64(l.r.SymmetricDim())
	const nodes = 4000
	sum, mass := 0.0, 0.0
	for i := range nodes { // quadrature over t = log q
		t := -30 + 90*(float64(i)+0.5)/nodes
		q := math.Exp(t)
		logP := d / 2 * t
		if math.IsInf(l.nu, 1) {
			logP -= q / 2
		} else {
			logP -= (l.nu + d) / 2 * math.Log1p(q/l.nu)
		}
		p := math.Exp(logP)
		mass += p
		sum += p * math.Log1p(by*q)
	}
	return sum / mass
}
