package info

import (
	"math"
	"sync"

	"gonum.org/v1/gonum/interp"
	"gonum.org/v1/gonum/mathext"
	"gonum.org/v1/gonum/stat/distuv"

	"gaussflow/graph/kernel"
)

// splineNodes is how many points a smooth map is computed at; it is interpolated between.
const splineNodes = 160

// studentScores is t_ν⁻¹(Φ(z)) of ascending, antisymmetric z.
func studentScores(z []float64, nu float64) []float64 {
	n := len(z)
	f := studentOf(nu, z[n-1])
	out := make([]float64, n)
	for r := range n / 2 {
		v := f(-z[r])
		out[r], out[n-1-r] = -v, v
	}
	return out
}

// farScore is beyond what normal scores of ranks reach; studentNodes is how many points a map is computed at up to there.
const farScore, studentNodes = 9, 400

var students sync.Map // ν → func(z float64) float64 up to farScore: few ν are tried, by all groups of columns

// studentOf is t_ν⁻¹(Φ(z)) for z from 0 to most.
func studentOf(nu, most float64) func(z float64) float64 {
	if most > farScore {
		return newStudent(nu, most, splineNodes)
	}
	known, ok := students.Load(nu)
	if !ok {
		known, _ = students.LoadOrStore(nu, newStudent(nu, farScore, studentNodes))
	}
	return known.(func(z float64) float64)
}

func newStudent(nu, most float64, nodes int) func(z float64) float64 {
	student := distuv.StudentsT{Mu: 0, Sigma: 1, Nu: nu}
	f := smooth(0, most, nodes, func(v float64) float64 { // its inverse hyperbolic sine bends less
		return math.Asinh(-student.Quantile(math.Exp(kernel.LogCDF(-v))))
	})
	return func(z float64) float64 { return math.Sinh(f(z)) }
}

// smooth interpolates f over [lo, hi] by a cubic spline through so many points.
func smooth(lo, hi float64, nodes int, f func(float64) float64) func(float64) float64 {
	x, y := make([]float64, nodes), make([]float64, nodes)
	for i := range x {
		x[i] = lo + (hi-lo)*float64(i)/float64(nodes-1)
		y[i] = f(x[i])
	}
	var s interp.NotAKnotCubic
	if err := s.Fit(x, y); err != nil {
		return f
	}
	return s.Predict
}

// radial is by what to multiply a row of a spherical t whose square is q, so that it is of a normal.
func radial(d, nu float64, square []float64) []float64 {
	lo, hi := math.Inf(1), math.Inf(-1)
	for _, q := range square {
		lo, hi = min(lo, math.Log(q)), max(hi, math.Log(q))
	}
	chi, f := distuv.ChiSquared{K: d}, distuv.Beta{Alpha: d / 2, Beta: nu / 2}
	g := smooth(lo, hi+1e-9, splineNodes, func(l float64) float64 {
		share := math.Exp(l) / (nu + math.Exp(l)) // of a Beta(d/2, ν/2)
		p := f.CDF(share)
		if p > 0.5 { // the upper tail, by its own probability
			upper := distuv.Beta{Alpha: nu / 2, Beta: d / 2}.CDF(nu / (nu + math.Exp(l)))
			return 0.5 * (math.Log(2*mathext.GammaIncRegCompInv(d/2, upper)) - l)
		}
		return 0.5 * (math.Log(chi.Quantile(p)) - l)
	})
	by := make([]float64, len(square))
	for i, q := range square {
		by[i] = math.Exp(g(math.Log(q)))
	}
	return by
}

// emSteps bounds the steps of EM for the correlation at one ν, which begins at that of the normal scores.
const emSteps = 8

// withNu is the copula of ν degrees of freedom, from e's correlation on.
func (e *elliptical) withNu(columns []scored, z []float64, nu float64) (*elliptical, error) {
	d, n := float64(len(columns)), len(z)
	t := &elliptical{nu: nu, scores: studentScores(z, nu), factor: e.factor, logDet: e.logDet}
	weights := make([]float64, n)
	for range emSteps {
		for i, q := range t.whitenInPlace(t.spread(columns)) {
			weights[i] = (nu + d) / (nu + q)
		}
		before := t.logDet
		if err := t.setCorrelation(scatter(t.spread(columns), weights)); err != nil {
			return nil, err
		}
		if math.Abs(t.logDet-before) < 1e-6 {
			break
		}
	}
	t.density = t.logDensity(t.spread(columns))
	return t, nil
}
