package kernel

import "math"

// Sigmoid is 1/(1+e^−x), exact in both tails.
func Sigmoid(x float64) float64 {
	if x >= 0 {
		return 1 / (1 + math.Exp(-x))
	}
	e := math.Exp(x)
	return e / (1 + e)
}

// Softplus is log(1+e^x) without overflow.
func Softplus(x float64) float64 { return max(x, 0) + math.Log1p(math.Exp(-math.Abs(x))) }

// Silu is x·sigmoid(x).
func Silu(x float64) float64 { return x * Sigmoid(x) }

// SiluSlope is its derivative.
func SiluSlope(x float64) float64 {
	s := Sigmoid(x)
	return s * (1 + x*(1-s))
}

// Gelu is x·Φ(x) (the exact form, Hendrycks & Gimpel 2016, arXiv:1606.08415).
func Gelu(x float64) float64 { return x * CDF(x) }

// GeluSlope is its derivative Φ(x) + x·φ(x).
func GeluSlope(x float64) float64 { return CDF(x) + x*invSqrt2Pi*math.Exp(-0.5*x*x) }

// CDF is Φ(x), relative precision in the lower tail.
func CDF(x float64) float64 {
	tail := tailDensity(min(math.Abs(x), 40)) * mills(math.Abs(x))
	if x < 0 {
		return tail
	}
	return 1 - tail
}
