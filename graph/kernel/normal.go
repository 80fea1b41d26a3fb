package kernel

import "math"

const (
	halfLog2Pi = 0.918938533204672741780329736405617639861397473637783412817 // ½ log 2π
	invSqrt2Pi = 0.398942280401432677939946059934381868475858631164934657666 // 1/√(2π)
)

// mills is Mills' ratio R(t) = Φ(−t)/φ(t) for t ≥ 0, relative error below 4e-16: the one function through
// which every tail is computed, because Φ(−t) = φ(t)·R(t) never loses digits.
//
// (1+t)·R(t) is smooth in u = (t−4)/(t+4) on all of [0, ∞] (after Shepherd & Laframboise 1981,
// Math. Comp. 36, who expand erfcx so); mills_table.go holds it piecewise.
func mills(t float64) float64 {
	if !(t < 1e17) { // also NaN; here R(t) = 1/t to the last digit
		return 1 / t
	}
	return inTable(&millsTable, t) / (1 + t)
}

// defect is 1 − t·R(t) for t ≥ 0, near 1/t² far out, relative error below 1e-15: what a difference would lose there.
func defect(t float64) float64 {
	v := 1 / (1 + t)
	if !(t < 1e17) {
		return v * v
	}
	return inTable(&defectTable, t) * v * v
}

// inTable is a table of mills_table.go at 0 ≤ t < ∞.
func inTable(table *[32][8]float64, t float64) float64 {
	const perInterval = float64(len(table)) / 2
	s := (1 + (t-4)/(t+4)) * perInterval // position in the table, 0…32
	i := min(int(s), len(table)-1)
	d := (s - float64(i) - 0.5) / perInterval
	c := &table[i]
	d2 := d * d
	lo := (c[0] + c[1]*d) + d2*(c[2]+c[3]*d)
	hi := (c[4] + c[5]*d) + d2*(c[6]+c[7]*d)
	return lo + d2*d2*hi
}

// LogPDF is log φ(x) = −x²/2 − ½ log 2π.
func LogPDF(x float64) float64 { return -0.5*x*x - halfLog2Pi }

// tailDensity is φ(x) with the rounding of x² carried along, so that it keeps its relative precision where
// x²/2 is in the hundreds.
func tailDensity(x float64) float64 {
	square := x * x
	lost := math.FMA(x, x, -square)
	return invSqrt2Pi * math.Exp(-0.5*square) * (1 - 0.5*lost)
}

// LogCDF is log Φ(x), relative error below 1e-13 from −1e5 to +1e5 and the right limits beyond:
// −x²/2 − ½ log 2π + log R(−x) for x < 0, log1p(−φ(x)·R(x)) otherwise.
func LogCDF(x float64) float64 {
	if x < 0 {
		return LogPDF(x) + math.Log(mills(-x))
	}
	if x > 40 {
		return 0 // Φ(−40) is below the smallest float64
	}
	return math.Log1p(-tailDensity(x) * mills(x))
}

// LogCDFSlope is d log Φ(x)/dx = φ(x)/Φ(x).
func LogCDFSlope(x float64) float64 {
	if x < 0 {
		return 1 / mills(-x)
	}
	tail := tailDensity(min(x, 40))
	return tail / (1 - tail*mills(x))
}
