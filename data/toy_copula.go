package data

import (
	"fmt"
	"math"
	"math/rand/v2"

	"gonum.org/v1/gonum/mat"

	"gaussflow/graph/kernel"
	"gaussflow/internal/defaults"
)

// A Copula is a Gaussian copula with arbitrary margins: z ~ N(0, R) with Rᵢⱼ = ρ^|i−j|, xⱼ = Fⱼ⁻¹(Φ(zⱼ)), so
//
//	log p(x) = log N(z; 0, R) − Σ log φ(zⱼ) + Σ log fⱼ(xⱼ)
type Copula struct {
	margins []Margin
	rho     float64
	cov     mat.Cholesky // factor of R
}

// NewCopula makes a copula with ρ in (−1, 1) and at least one margin.
func NewCopula(rho float64, margins ...Margin) (*Copula, error) {
	if !(math.Abs(rho) < 1) || len(margins) == 0 {
		return nil, fmt.Errorf("data: NewCopula: rho = %v and %d margins, want |rho| < 1 and at least one margin", rho, len(margins))
	}
	for i, m := range margins {
		if defaults.IsNil(m) {
			return nil, fmt.Errorf("data: NewCopula: margin %d (from 0) is nil", i)
		}
	}
	c := &Copula{margins: margins, rho: rho}
	r := mat.NewSymDense(len(margins), nil)
	for i := range margins {
		for j := range i + 1 {
			r.SetSym(i, j, math.Pow(rho, float64(i-j)))
		}
	}
	if !c.cov.Factorize(r) {
		return nil, fmt.Errorf("data: NewCopula: rho = %v is too near 1 for %d margins", rho, len(margins))
	}
	return c, nil
}

// Dim is the number of margins.
func (c *Copula) Dim() int {
	if c == nil {
		return 0
	}
	return len(c.margins)
}

// Rand draws a row: z is the autoregression z₁ = ε₁, zⱼ = ρ zⱼ₋₁ + √(1−ρ²) εⱼ, whose covariance is R.
func (c *Copula) Rand(rng *rand.Rand, dst []float64) {
	if !drawable(rng, dst, c.Dim()) {
		return
	}
	z := rng.NormFloat64()
	for j, m := range c.margins {
		if j > 0 {
			z = c.rho*z + math.Sqrt(1-c.rho*c.rho)*rng.NormFloat64()
		}
		dst[j] = m.Quantile(z)
	}
}

// LogProb is log p(x).
func (c *Copula) LogProb(x []float64) float64 {
	d := c.Dim()
	if len(x) != d || d == 0 {
		return math.NaN()
	}
	z, logP := mat.NewVecDense(d, nil), -0.5*(c.cov.LogDet()+float64(d)*math.Log(2*math.Pi))
	for j, m := range c.margins {
		score, logDensity := m.Score(x[j])
		if math.IsInf(logDensity, -1) {
			return logDensity
		}
		z.SetVec(j, score)
		logP += logDensity - kernel.LogPDF(score)
	}
	var solved mat.VecDense
	if err := c.cov.SolveVecTo(&solved, z); err != nil {
		return math.NaN()
	}
	return logP - 0.5*mat.Dot(z, &solved)
}
