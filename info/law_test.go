package info_test

import (
	"math"
	"math/rand/v2"
	"testing"

	"gonum.org/v1/gonum/mat"

	"gaussflow/info"
)

// TestLaws: estimates of the entropy of a t, and of its divergence to a normal of another place, scale and correlation, have
// a mean near the closed form, scatter as much as their standard errors say, and their intervals hold the truth.
func TestLaws(t *testing.T) {
	rng := rand.New(rand.NewPCG(31, 32))
	const draws, n, d, nu, shift, wide = 40, 2500, 3, 6, 0.3, 1.4
	r, s := equicorrelated(d, 0.5), equicorrelated(d, 0.2)
	// KL(t ‖ N(µ, w²S)) = −H + ½·[log det 2πw²S + ν/(ν−2)·tr(S⁻¹R)/w² + µᵀS⁻¹µ/w²].
	var factor mat.Cholesky
	factor.Factorize(s)
	var solved mat.Dense
	if err := factor.SolveTo(&solved, r); err != nil {
		t.Fatal(err)
	}
	const squares = shift * shift * d / (1 + (d-1)*0.2)
	entropy := entropyOfStudent(d, nu, logDet(r))
	truths := []float64{entropy, -entropy + 0.5*(logDet(s)+d*math.Log(2*math.Pi*wide*wide)+(nu/(nu-2.0)*mat.Trace(&solved)+squares)/(wide*wide))}
	var sum, square, se [2]float64
	var covered [2]int
	for range draws {
		y := student(n, s, math.Inf(1), rng)
		y.Apply(func(_, _ int, v float64) float64 { return shift + wide*v }, y)
		p, q := of(t, student(n, r, nu, rng), info.Config{}), of(t, y, info.Config{})
		h, err := p.Entropy()
		if err != nil {
			t.Fatal(err)
		}
		kl, err := info.Diverge(p, q)
		if err != nil {
			t.Fatal(err)
		}
		for k, e := range []info.Estimate{h, kl.KL} {
			off := e.Value - truths[k]
			sum[k], square[k], se[k] = sum[k]+off/draws, square[k]+off*off/draws, se[k]+e.SE/draws
			if e.Lo <= truths[k] && truths[k] <= e.Hi {
				covered[k]++
			}
		}
	}
	for k, what := range []string{"entropy", "KL to a normal"} {
		scatter := math.Sqrt(square[k] - sum[k]*sum[k])
		if math.Abs(sum[k]) > 3.5*se[k]/math.Sqrt(draws) || scatter < 0.7*se[k] || scatter > 1.4*se[k] || covered[k] < draws*85/100 {
			t.Errorf("%s of %.4f: mean error %+.4f, scatter %.4f, SE %.4f, %d of %d intervals hold it", what, truths[k], sum[k], scatter, se[k], covered[k], draws)
		}
	}
}

// TestNoLaw: the entropy of rows that do not follow a t is the one that spacings and ranks give, not that of a normal of
// their covariance.
func TestNoLaw(t *testing.T) {
	rng := rand.New(rand.NewPCG(33, 34))
	x := mat.NewDense(4000, 2, nil)
	x.Apply(func(_, j int, _ float64) float64 { return []float64{rng.ExpFloat64(), rng.Float64()}[j] }, x)
	e, err := of(t, x, info.Config{}).Entropy()
	near(t, "an exponential and a uniform", e, err, 1, 0.01)
}
