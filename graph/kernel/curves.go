package kernel

import "math"

// LogOnePlusSquare is log(1 + x²) for any x.
func LogOnePlusSquare(x float64) float64 {
	if x = math.Abs(x); x > 1e8 { // x² + 1 is x² to the last digit
		return 2 * math.Log(x)
	}
	return math.Log1p(x * x)
}

// LogOnePlusSquareSlope is 2x/(1 + x²).
func LogOnePlusSquareSlope(x float64) float64 {
	if math.Abs(x) > 1e8 {
		return 2 / x
	}
	return 2 * x / (1 + x*x)
}

// Wrap is x + n·(hi − lo) with the whole number n that puts it into [lo, hi): x itself if it is there.
func Wrap(x, lo, hi float64) float64 {
	if x >= lo && x < hi {
		return x
	}
	rest := math.Mod(x-lo, hi-lo)
	if rest < 0 {
		rest += hi - lo
	}
	if y := lo + rest; y < hi {
		return y
	}
	return lo + 0*rest // what is no number stays none
}

// LogCosh is log cosh x for any x.
func LogCosh(x float64) float64 {
	x = math.Abs(x)
	return x + math.Log1p(math.Exp(-2*x)) - math.Ln2
}

// StudentConstant is c = log Γ((ν+1)/2) − log Γ(ν/2) − ½ log νπ from log ν. For many degrees, where the difference of the two would lose
// digits, it is the series in 1/ν of the ratio of gamma functions (Abramowitz & Stegun 6.1.47):
//
//	c = −½ log 2π − 1/4ν + 1/24ν³ − 1/20ν⁵ + 17/112ν⁷ − …
func StudentConstant(logNu float64) float64 {
	nu := math.Exp(logNu)
	if nu > 100 {
		r := 1 / nu
		return -0.5*math.Log(2*math.Pi) - r*(1./4-r*r*(1./24-r*r*(1./20-r*r*17/112)))
	}
	upper, _ := math.Lgamma((nu + 1) / 2)
	lower, _ := math.Lgamma(nu / 2)
	return upper - lower - 0.5*(logNu+math.Log(math.Pi))
}

// StudentConstantSlope is dc/dlog ν.
func StudentConstantSlope(logNu float64) float64 {
	nu := math.Exp(logNu)
	if nu > 100 {
		r := 1 / nu
		return r * (1./4 - r*r*(1./8-r*r*(1./4-r*r*17/16)))
	}
	return 0.5*nu*(digamma((nu+1)/2)-digamma(nu/2)) - 0.5
}

// digamma is ψ(x) = d log Γ(x)/dx for x > 0: ψ(x) = ψ(x+1) − 1/x up to where its asymptotic series (Abramowitz & Stegun 6.3.18) is
// exact. gonum's is wrong from the eleventh digit on.
func digamma(x float64) (psi float64) {
	for ; x < 12; x++ {
		psi -= 1 / x
	}
	r := 1 / (x * x)
	return psi + math.Log(x) - 0.5/x - r*(1./12-r*(1./120-r*(1./252-r*(1./240-r*(1./132-r*691/32760)))))
}

// SignedLog is log(1 + x) for x ≥ 0, and odd.
func SignedLog(x float64) float64 { return math.Copysign(math.Log1p(math.Abs(x)), x) }

// SignedExp is the inverse of SignedLog.
func SignedExp(x float64) float64 { return math.Copysign(math.Expm1(math.Abs(x)), x) }

// ExpRelative is (e^x − 1)/x.
func ExpRelative(x float64) float64 {
	if x == 0 {
		return 1
	}
	return math.Expm1(x) / x
}

// ExpRelativeSlope is its derivative; near 0, where its terms cancel, the series Σ_k x^k/(k!·(k + 2)).
func ExpRelativeSlope(x float64) float64 {
	if math.Abs(x) > 0.5 {
		return (math.Exp(x) - ExpRelative(x)) / x
	}
	sum, term := 0.0, 1.0
	for k := 0.0; k < 16; k++ {
		sum += term / (k + 2)
		term *= x / (k + 1)
	}
	return sum
}

// LogRelative is log(1 + x)/x.
func LogRelative(x float64) float64 {
	if x == 0 {
		return 1
	}
	return math.Log1p(x) / x
}

// LogRelativeSlope is its derivative; near 0, where its terms cancel, the series Σ_k −(−x)^k·(k + 1)/(k + 2).
func LogRelativeSlope(x float64) float64 {
	if math.Abs(x) > 0.1 {
		return (1/(1+x) - LogRelative(x)) / x
	}
	sum, term := 0.0, -1.0
	for k := 0.0; k < 18; k++ {
		sum += term * (k + 1) / (k + 2)
		term *= -x
	}
	return sum
}
