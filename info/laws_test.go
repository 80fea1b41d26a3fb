package info_test

import (
	"math"
	"math/rand/v2"
	"testing"

	"gonum.org/v1/gonum/mat"
	"gonum.org/v1/gonum/mathext"

	"gaussflow/info"
)

// equicorrelated is the correlation matrix of d columns of which all pairs have the correlation rho.
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

// student draws n rows of a t of ν degrees of freedom with scale matrix r; ν is whole or infinite.
func student(n int, r *mat.SymDense, nu float64, rng *rand.Rand) *mat.Dense {
	d := r.SymmetricDim()
	var c mat.Cholesky
	c.Factorize(r)
	var l mat.TriDense
	c.LTo(&l)
	z, x := mat.NewDense(n, d, nil), mat.NewDense(n, d, nil)
	z.Apply(func(int, int, float64) float64 { return rng.NormFloat64() }, z)
	x.Mul(z, l.T())
	if math.IsInf(nu, 1) {
		return x
	}
	for i := range n {
		chi := 0.0
		for range int(nu) {
			v := rng.NormFloat64()
			chi += v * v
		}
		for j := range d {
			x.Set(i, j, x.At(i, j)*math.Sqrt(nu/chi))
		}
	}
	return x
}

// entropyOfStudent is the entropy of a t of d columns whose scale matrix has the log-determinant logDet.
func entropyOfStudent(d int, nu, logDet float64) float64 {
	f := float64(d)
	if math.IsInf(nu, 1) {
		return 0.5*logDet + f/2*(1+math.Log(2*math.Pi))
	}
	lg := func(x float64) float64 { v, _ := math.Lgamma(x); return v }
	return 0.5*logDet + f/2*math.Log(nu*math.Pi) + lg(nu/2) - lg((nu+f)/2) + (nu+f)/2*(mathext.Digamma((nu+f)/2)-mathext.Digamma(nu/2))
}

func logDet(r *mat.SymDense) float64 {
	var c mat.Cholesky
	c.Factorize(r)
	return c.LogDet()
}

// totalOfStudent is the total correlation of a t with correlation matrix r.
func totalOfStudent(r *mat.SymDense, nu float64) float64 {
	d := r.SymmetricDim()
	return float64(d)*entropyOfStudent(1, nu, 0) - entropyOfStudent(d, nu, logDet(r))
}

func of(t *testing.T, x mat.Matrix, c info.Config) *info.Sample {
	t.Helper()
	s, err := info.Of(x, c)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// near reports an estimate that is further from the truth than four standard errors and slack, or whose interval does not
// hold its own value.
func near(t *testing.T, what string, e info.Estimate, err error, truth, slack float64) {
	t.Helper()
	if err != nil {
		t.Errorf("%s: %v", what, err)
		return
	}
	if !(math.Abs(e.Value-truth) <= 4*e.SE+slack) || !(e.Lo <= e.Hi) || !(e.SE > 0) {
		t.Errorf("%s: %.4f ± %.4f, [%.4f, %.4f], want %.4f", what, e.Value, e.SE, e.Lo, e.Hi, truth)
	}
}
