package info

import (
	"errors"
	"math"

	"gonum.org/v1/gonum/mat"
)

// An elliptical copula is that of a multivariate t of ν degrees of freedom and correlation R (d×d); ν = ∞ is the normal one.
type elliptical struct {
	nu      float64
	logDet  float64 // of R
	factor  mat.Cholesky
	scores  []float64 // of ranks: t_ν⁻¹(u), in units where R has ones on its diagonal
	density []float64 // of each row: the log-density of the copula
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
	best, gain, err := likeliestNu(0.1, func(nu float64) (*elliptical, float64, error) {
		t, err := e.withNu(columns, z, nu)
		if err != nil {
			return nil, 0, err
		}
		return t, 2 * n * (mean(t.density) - mean(e.density)), nil
	})
	if err != nil || gain <= nuWorth {
		return e, err
	}
	return best, nil
}

// normalCopula has the correlation of the normal scores.
func normalCopula(columns []scored, z []float64) (*elliptical, error) {
	e := &elliptical{nu: math.Inf(1), scores: z}
	if err := e.setCorrelation(scatter(e.spread(columns), nil)); err != nil {
		return nil, err
	}
	e.density = e.logDensity(e.spread(columns))
	return e, nil
}

// logDensity is that of the copula at values x (d×n, each in the margin that the copula has), as
//
//	log t_d(x; R, ν) − Σ_j log t_1(x_j; ν),  t of ν = ∞ the normal.
func (e *elliptical) logDensity(x *mat.Dense) []float64 {
	d, n := x.Dims()
	f, density := float64(d), make([]float64, n)
	constant := -0.5 * e.logDet
	if !math.IsInf(e.nu, 1) {
		constant += logGamma((e.nu+f)/2) + (f-1)*logGamma(e.nu/2) - f*logGamma((e.nu+1)/2)
	}
	for j := range d {
		for i, v := range x.RawRowView(j) {
			density[i] += e.tail(v*v, 1)
		}
	}
	for i, q := range e.whitenInPlace(mat.DenseCopyOf(x)) {
		density[i] += constant - e.tail(q, f)
	}
	return density
}

// tail is ½·q, or of a t (ν+d)/2·log(1 + q/ν).
func (e *elliptical) tail(q, d float64) float64 {
	if math.IsInf(e.nu, 1) {
		return q / 2
	}
	return (e.nu + d) / 2 * math.Log1p(q/e.nu)
}

// spread is the scores of the rows, d×n.
func (e *elliptical) spread(columns []scored) *mat.Dense {
	x := mat.NewDense(len(columns), len(e.scores), nil)
	for j, c := range columns {
		row := x.RawRowView(j)
		for i, r := range c.rank {
			row[i] = e.scores[r]
		}
	}
	return x
}

// zScores is the normal scores of a group's columns, n×d.
func (s *Sample) zScores(group []int) *mat.Dense {
	z := mat.NewDense(s.n, len(group), nil)
	for k, j := range group {
		for i, r := range s.columns[j].rank {
			z.Set(i, k, s.scores[r])
		}
	}
	return z
}

// at are the points of other rows, by their normal scores z (n×d).
func (e *elliptical) at(z *mat.Dense) points { return points{row: e.logDensity(e.valuesAt(z))} }

// valuesAt is normal scores (n×d) as values of the copula's margins, d×n.
func (e *elliptical) valuesAt(z *mat.Dense) *mat.Dense {
	x := mat.DenseCopyOf(z.T())
	if math.IsInf(e.nu, 1) {
		return x
	}
	d, _ := x.Dims()
	most := 0.0
	for j := range d {
		for _, v := range x.RawRowView(j) {
			most = max(most, math.Abs(v))
		}
	}
	f := studentOf(e.nu, most)
	x.Apply(func(_, _ int, v float64) float64 { return math.Copysign(f(math.Abs(v)), v) }, x)
	return x
}

// gaussianizedAt is other rows, by their normal scores z (n×d), as the copula makes them independent standard normals: n×d.
func (e *elliptical) gaussianizedAt(z *mat.Dense) *mat.Dense { return e.independent(e.valuesAt(z)) }

// scatter is Σ_i w_i x_i x_iᵀ/n of the columns of x (d×n), which it overwrites; w = 1 where it is nil.
func scatter(x *mat.Dense, weights []float64) *mat.SymDense {
	d, n := x.Dims()
	if weights != nil {
		for j := range d {
			for i := range x.RawRowView(j) {
				x.Set(j, i, x.At(j, i)*math.Sqrt(weights[i]))
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

// permuted is the copula of the columns in another order.
func (e *elliptical) permuted(order []int) (*elliptical, error) {
	var r mat.SymDense
	e.factor.ToSym(&r)
	moved := mat.NewSymDense(len(order), nil)
	for a, i := range order {
		for b, j := range order {
			moved.SetSym(a, b, r.At(i, j))
		}
	}
	p := &elliptical{nu: e.nu, scores: e.scores, density: e.density}
	return p, p.setCorrelation(moved)
}

// whitenInPlace turns x (d×n) into L⁻¹·x, R = L·Lᵀ, and returns the squared length of each column.
func (e *elliptical) whitenInPlace(x *mat.Dense) (square []float64) {
	d, n := x.Dims()
	var l mat.TriDense
	e.factor.LTo(&l)
	square = make([]float64, n)
	for j := range d {
		row := x.RawRowView(j)
		for k := range j {
			by, from := l.At(j, k), x.RawRowView(k)
			for i, v := range from {
				row[i] -= by * v
			}
		}
		by := 1 / l.At(j, j)
		for i := range row {
			row[i] *= by
			square[i] += row[i] * row[i]
		}
	}
	return square
}

// gaussianized is the rows as the copula makes them independent standard normals: n×d.
func (e *elliptical) gaussianized(columns []scored) *mat.Dense {
	return e.independent(e.spread(columns))
}

// independent takes values x (d×n), which it overwrites, to independent standard normals, n×d: whitened, and those of a t with their length
// mapped to that of a normal (radial Gaussianization, Lyu & Simoncelli 2009).
func (e *elliptical) independent(x *mat.Dense) *mat.Dense {
	square := e.whitenInPlace(x)
	d, n := x.Dims()
	if !math.IsInf(e.nu, 1) {
		length := radial(float64(d), e.nu, square)
		for i := range n {
			for j := range d {
				x.Set(j, i, x.At(j, i)*length[i])
			}
		}
	}
	return mat.DenseCopyOf(x.T())
}
