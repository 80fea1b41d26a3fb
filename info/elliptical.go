package info

import (
	"errors"
	"math"

	"gonum.org/v1/gonum/interp"
	"gonum.org/v1/gonum/mat"
	"gonum.org/v1/gonum/mathext"
	"gonum.org/v1/gonum/stat/distuv"

	"gaussflow/graph/kernel"
)

// An elliptical copula is that of a multivariate t of ν degrees of freedom and correlation R (d×d); ν = ∞ is the normal one.
type elliptical struct {
	nu      float64
	logDet  float64 // of R
	factor  mat.Cholesky
	scores  []float64 // of ranks: t_ν⁻¹(u), in units where R has ones on its diagonal
	density []float64 // of each row: the log-density of the copula
	square  []float64 // of each row: xᵀR⁻¹x
}

// fitElliptical is the likeliest elliptical copula of columns. A finite ν must be worth it: twice what it adds to the log-likelihood
// must exceed nuWorth, or ν is ∞, so that normal data costs nothing.
//
// The correlation is by the EM of a multivariate t (Liu & Rubin 1995) with its scale set to 1 in each column, ν by golden section of 1/ν.
func fitElliptical(columns []scored, z []float64) (*elliptical, error) {
	e, err := normalCopula(columns, z)
	if err != nil || len(columns) == 1 {
		return e, err
	}
	n := float64(len(z))
	worth := func(inverse float64) (*elliptical, float64, error) {
		t, err := e.withNu(columns, z, 1/inverse)
		if err != nil {
			return nil, 0, err
		}
		return t, 2 * n * (mean(t.density) - mean(e.density)), nil
	}
	const least, most = 1.0 / 128, 1.0
	best, gain, err := worth(least)
	if err != nil || gain <= 0 {
		return e, err
	}
	// Golden section in log(1/ν).
	const golden = 0.6180339887498949
	lo, hi := math.Log(least), math.Log(most)
	at := [2]float64{hi - golden*(hi-lo), lo + golden*(hi-lo)}
	var gains [2]float64
	try := func(i int) error {
		t, g, err := worth(math.Exp(at[i]))
		if err != nil {
			return err
		}
		if gains[i] = g; g > gain {
			best, gain = t, g
		}
		return nil
	}
	if err := errors.Join(try(0), try(1)); err != nil {
		return nil, err
	}
	for hi-lo > 0.1 {
		i := 0
		if gains[0] > gains[1] {
			hi, at[1], gains[1] = at[1], at[0], gains[0]
			at[0] = hi - golden*(hi-lo)
		} else {
			lo, at[0], gains[0] = at[0], at[1], gains[1]
			at[1], i = lo+golden*(hi-lo), 1
		}
		if err := try(i); err != nil {
			return nil, err
		}
	}
	if gain > nuWorth {
		return best, nil
	}
	return e, nil
}

// nuWorth is the 98 % quantile of twice the gain in log-likelihood by ν where ν is ∞: half a χ² of one degree of freedom, half 0.
const nuWorth = 4.2

// normalCopula has the correlation of the normal scores.
func normalCopula(columns []scored, z []float64) (*elliptical, error) {
	e := &elliptical{nu: math.Inf(1), scores: z}
	if err := e.setCorrelation(scatter(columns, z, nil)); err != nil {
		return nil, err
	}
	e.square = e.squares(columns)
	e.density = make([]float64, len(z))
	for i := range e.density {
		own := 0.0
		for _, c := range columns {
			own += z[c.rank[i]] * z[c.rank[i]]
		}
		e.density[i] = -0.5*e.logDet - 0.5*(e.square[i]-own)
	}
	return e, nil
}

// scatter is Σ_i w_i x_i x_iᵀ/n of the scores of columns, w = 1 where it is nil.
func scatter(columns []scored, scores, weights []float64) *mat.SymDense {
	d, n := len(columns), len(scores)
	x := mat.NewDense(d, n, nil)
	for j, c := range columns {
		row := x.RawRowView(j)
		for i, r := range c.rank {
			row[i] = scores[r]
			if weights != nil {
				row[i] *= math.Sqrt(weights[i])
			}
		}
	}
	s := mat.NewSymDense(d, nil)
	s.SymOuterK(1/float64(n), x)
	return s
}

var errSingular = errors.New("the columns' correlation is singular")

// setCorrelation takes a scatter, scaled to ones on its diagonal.
func (e *elliptical) setCorrelation(s *mat.SymDense) error {
	d := s.SymmetricDim()
	scale := make([]float64, d)
	for j := range scale {
		scale[j] = math.Sqrt(s.At(j, j))
	}
	for i := range d {
		for j := i; j < d; j++ {
			s.SetSym(i, j, s.At(i, j)/(scale[i]*scale[j]))
		}
		s.SetSym(i, i, 1)
	}
	if !e.factor.Factorize(s) {
		return errSingular
	}
	if e.logDet = e.factor.LogDet(); !(e.logDet > -40*float64(d)) {
		return errSingular
	}
	return nil
}

// whitened is the scores of the rows times L⁻¹, R = L·Lᵀ: d×n.
func (e *elliptical) whitened(columns []scored) *mat.Dense {
	d, n := len(columns), len(e.scores)
	x := mat.NewDense(d, n, nil)
	for j, c := range columns {
		row := x.RawRowView(j)
		for i, r := range c.rank {
			row[i] = e.scores[r]
		}
	}
	var l mat.TriDense
	e.factor.LTo(&l)
	for j := range d {
		row := x.RawRowView(j)
		for k := range j {
			by, from := l.At(j, k), x.RawRowView(k)
			for i, v := range from {
				row[i] -= by * v
			}
		}
		for i := range row {
			row[i] /= l.At(j, j)
		}
	}
	return x
}

func (e *elliptical) squares(columns []scored) []float64 {
	x := e.whitened(columns)
	d, n := x.Dims()
	square := make([]float64, n)
	for j := range d {
		for i, v := range x.RawRowView(j) {
			square[i] += v * v
		}
	}
	return square
}

// emSteps bounds the steps of EM for the correlation at one ν, which begins at that of the normal scores.
const emSteps = 8

// withNu is the copula of ν degrees of freedom, from e's correlation on.
func (e *elliptical) withNu(columns []scored, z []float64, nu float64) (*elliptical, error) {
	d, n := float64(len(columns)), len(z)
	t := &elliptical{nu: nu, scores: studentScores(z, nu), factor: e.factor, logDet: e.logDet}
	weights := make([]float64, n)
	for range emSteps {
		t.square = t.squares(columns)
		for i, q := range t.square {
			weights[i] = (nu + d) / (nu + q)
		}
		before := t.logDet
		if err := t.setCorrelation(scatter(columns, t.scores, weights)); err != nil {
			return nil, err
		}
		if math.Abs(t.logDet-before) < 1e-6 {
			break
		}
	}
	t.square = t.squares(columns)
	lg := func(x float64) float64 { v, _ := math.Lgamma(x); return v }
	constant := lg((nu+d)/2) + (d-1)*lg(nu/2) - d*lg((nu+1)/2) - 0.5*t.logDet
	own := make([]float64, n) // of ranks
	for r, x := range t.scores {
		own[r] = (nu + 1) / 2 * math.Log1p(x*x/nu)
	}
	t.density = make([]float64, n)
	for i, q := range t.square {
		v := constant - (nu+d)/2*math.Log1p(q/nu)
		for _, c := range columns {
			v += own[c.rank[i]]
		}
		t.density[i] = v
	}
	return t, nil
}

// splineNodes is how many points a smooth map is computed at; it is interpolated between.
const splineNodes = 160

// studentScores is t_ν⁻¹(Φ(z)) of ascending, antisymmetric z.
func studentScores(z []float64, nu float64) []float64 {
	n := len(z)
	student := distuv.StudentsT{Mu: 0, Sigma: 1, Nu: nu}
	f := smooth(0, max(z[n-1], 1), func(v float64) float64 {
		return math.Asinh(-student.Quantile(math.Exp(kernel.LogCDF(-v))))
	})
	out := make([]float64, n)
	for r := range (n + 1) / 2 {
		v := math.Sinh(f(-z[r]))
		out[r], out[n-1-r] = -v, v
	}
	if n%2 == 1 {
		out[n/2] = 0
	}
	return out
}

// smooth interpolates f over [lo, hi] by a cubic spline.
func smooth(lo, hi float64, f func(float64) float64) func(float64) float64 {
	x, y := make([]float64, splineNodes), make([]float64, splineNodes)
	for i := range x {
		x[i] = lo + (hi-lo)*float64(i)/(splineNodes-1)
		y[i] = f(x[i])
	}
	var s interp.NotAKnotCubic
	if err := s.Fit(x, y); err != nil {
		return f
	}
	return s.Predict
}

// gaussianized is the rows as the copula makes them independent standard normals: n×d. Those of a t are whitened and their length is
// mapped to that of a normal (radial Gaussianization, Lyu & Simoncelli 2009).
func (e *elliptical) gaussianized(columns []scored) *mat.Dense {
	x := e.whitened(columns)
	d, n := x.Dims()
	if !math.IsInf(e.nu, 1) {
		length := radial(float64(d), e.nu, e.square)
		for i := range n {
			for j := range d {
				x.Set(j, i, x.At(j, i)*length[i])
			}
		}
	}
	return mat.DenseCopyOf(x.T())
}

// radial is by what to multiply a row of a spherical t whose square is q, so that it is of a normal.
func radial(d, nu float64, square []float64) []float64 {
	lo, hi := math.Inf(1), math.Inf(-1)
	for _, q := range square {
		lo, hi = min(lo, math.Log(q)), max(hi, math.Log(q))
	}
	chi, f := distuv.ChiSquared{K: d}, distuv.Beta{Alpha: d / 2, Beta: nu / 2}
	g := smooth(lo, hi+1e-9, func(l float64) float64 {
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
