package kernel

import "math"

// The rational approximations of Φ⁻¹ are those of M. J. Wichura, "Algorithm AS 241: The Percentage Points of
// the Normal Distribution", Applied Statistics 37 (1988), routine PPND16, relative error about 1e-16.
const (
	centralHalfWidth = 0.425                                       // |p − ½| up to here is the central region
	logTail          = -2.5902671654458266                         // log(½ − centralHalfWidth)
	logCentralTop    = -0.077961541469711806                       // log(½ + centralHalfWidth)
	ln2Rest          = 2.3190468138462996154948554638754786504e-17 // log 2 − its float64
)

// Quantile is Q(log p) = Φ⁻¹(p), relative error below 1e-13 for log p from −1e10 (and below) to −1e-16.
// Q(−Inf) = −Inf and Q(0) = +Inf.
func Quantile(logP float64) float64 {
	switch {
	case logP < logTail:
		return -tailQuantile(logP)
	case logP > logCentralTop:
		return tailQuantile(math.Log(-math.Expm1(logP)))
	}
	return centralQuantile(0.5 * math.Expm1((logP+math.Ln2)+ln2Rest)) // p − ½, exact to the last digit at log ½
}

// QuantileSlope is dQ/d log p at z = Q(log p): Φ(z)/φ(z).
func QuantileSlope(z float64) float64 { return 1 / LogCDFSlope(z) }

// balancedQuantile is Φ⁻¹(p) from p and q = 1 − p, both normal numbers: neither tail is lost.
func balancedQuantile(p, q float64) float64 {
	if d := 0.5 * (p - q); math.Abs(d) <= centralHalfWidth {
		return centralQuantile(d)
	}
	if p < q {
		return -tailQuantile(math.Log(p))
	}
	return tailQuantile(math.Log(q))
}

// centralQuantile is Φ⁻¹(½ + q) for |q| ≤ 0.425.
func centralQuantile(q float64) float64 {
	r := 0.180625 - q*q
	num := ((((((2.5090809287301226727e+3*r+3.3430575583588128105e+4)*r+6.7265770927008700853e+4)*r+4.5921953931549871457e+4)*r+1.3731693765509461125e+4)*r+1.9715909503065514427e+3)*r+1.3314166789178437745e+2)*r + 3.3871328727963666080e0
	den := ((((((5.2264952788528545610e+3*r+2.8729085735721942674e+4)*r+3.9307895800092710610e+4)*r+2.1213794301586595867e+4)*r+5.3941960214247511077e+3)*r+6.8718700749205790830e+2)*r+4.2313330701600911252e+1)*r + 1
	return q * num / den
}

// tailQuantile is −Φ⁻¹(p) > 0 for log p below logTail.
func tailQuantile(logP float64) float64 {
	r := math.Sqrt(-logP)
	switch {
	case r <= 5:
		r -= 1.6
		num := ((((((7.74545014278341407640e-4*r+2.27238449892691845833e-2)*r+2.41780725177450611770e-1)*r+1.27045825245236838258e0)*r+3.64784832476320460504e0)*r+5.76949722146069140550e0)*r+4.63033784615654529590e0)*r + 1.42343711074968357734e0
		den := ((((((1.05075007164441684324e-9*r+5.47593808499534494600e-4)*r+1.51986665636164571966e-2)*r+1.48103976427480074590e-1)*r+6.89767334985100004550e-1)*r+1.67638483018380384940e0)*r+2.05319162663775882187e0)*r + 1
		return num / den
	case r <= 26:
		r -= 5
		num := ((((((2.01033439929228813265e-7*r+2.71155556874348757815e-5)*r+1.24266094738807843860e-3)*r+2.65321895265761230930e-2)*r+2.96560571828504891230e-1)*r+1.78482653991729133580e0)*r+5.46378491116411436990e0)*r + 6.65790464350110377720e0
		den := ((((((2.04426310338993978564e-15*r+1.42151175831644588870e-7)*r+1.84631831751005468180e-5)*r+7.86869131145613259100e-4)*r+1.48753612908506148525e-2)*r+1.36929880922735805310e-1)*r+5.99832206555887937690e-1)*r + 1
		return num / den
	}
	return farTailQuantile(logP)
}

// farTailQuantile is −Φ⁻¹(p) where p is far below the smallest float64: the first two terms of the
// asymptotic expansion, then Newton on log Φ(−z) − log p, whose error shrinks as e ← e²/2z.
func farTailQuantile(logP float64) float64 {
	if math.IsInf(logP, -1) {
		return math.Inf(1)
	}
	twice := -2*logP - 2*halfLog2Pi
	z := math.Sqrt(twice - math.Log(twice))
	for range 3 {
		z += (LogCDF(-z) - logP) * mills(z)
	}
	return z
}
