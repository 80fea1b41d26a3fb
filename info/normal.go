package info

import (
	"math"

	"gonum.org/v1/gonum/mat"
	"gonum.org/v1/gonum/mathext"
	"gonum.org/v1/gonum/stat"
)

func digamma(x float64) float64 { return mathext.Digamma(x) }

// A normal is the one of a sample's mean and covariance.
type normal struct {
	mean   []float64
	factor mat.Cholesky
}

func normalOf(x *mat.Dense) (*normal, error) {
	_, d := x.Dims()
	g := &normal{mean: make([]float64, d)}
	for j := range d {
		g.mean[j] = stat.Mean(mat.Col(nil, j, x), nil)
	}
	var cov mat.SymDense
	stat.CovarianceMatrix(&cov, x, nil)
	if !g.factor.Factorize(&cov) {
		return nil, errSingular
	}
	return g, nil
}

func (g *normal) logProb(row []float64) float64 {
	d := len(row)
	v := mat.NewVecDense(d, nil)
	for j := range d {
		v.SetVec(j, row[j]-g.mean[j])
	}
	var solved mat.VecDense
	if err := g.factor.SolveVecTo(&solved, v); err != nil {
		return math.Inf(-1)
	}
	return -0.5*mat.Dot(v, &solved) - 0.5*g.factor.LogDet() - float64(d)/2*math.Log(2*math.Pi)
}
