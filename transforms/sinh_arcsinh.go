package transforms

import (
	G "gorgonia.org/gorgonia"

	"gaussflow/graph"
)

// SinhArcsinh skews a number and makes its tails lighter or heavier,
//
//	z = sinh(δ·asinh(x) − ε),  δ = exp(log_tail),
//	log dz/dx = log δ + log cosh(δ·asinh(x) − ε) − ½ log(1 + x²).
//
// Parts skew (ε) and log_tail, one number each. It is a smooth bijection of all of ℝ. Far out z grows as |x|^δ, which for δ > 1
// overflows sooner than x does. The inverse is a formula of the same kind.
//
// Source: Jones & Pewsey 2009, Biometrika 96, 761–780.
type SinhArcsinh struct{}

// Parts are skew and log_tail.
func (SinhArcsinh) Parts() []Part { return []Part{{"skew", 1}, {"log_tail", 1}} }

// Forward is sinh(δ·asinh(x) − ε).
func (SinhArcsinh) Forward(b *graph.Builder, x *G.Node, theta Theta) (z, logSlope *G.Node) {
	logTail := theta.Part(b, 1)
	u := b.Sub(b.Mul(b.Asinh(x), b.Exp(logTail)), theta.Part(b, 0))
	return b.Sinh(u), b.Add(slopeOfSinhAsinh(b, x, u), logTail)
}

// Inverse is sinh((asinh(z) + ε)/δ).
func (SinhArcsinh) Inverse(b *graph.Builder, z *G.Node, theta Theta) (x, logSlope *G.Node) {
	minus := b.Scale(theta.Part(b, 1), -1)
	u := b.Mul(b.Add(b.Asinh(z), theta.Part(b, 0)), b.Exp(minus))
	return b.Sinh(u), b.Add(slopeOfSinhAsinh(b, z, u), minus)
}

// slopeOfSinhAsinh is log cosh(u) − ½ log(1 + x²), the log-slope of sinh at u plus that of asinh at x.
func slopeOfSinhAsinh(b *graph.Builder, x, u *G.Node) *G.Node {
	return b.Sub(b.LogCosh(u), b.Scale(b.LogOnePlusSquare(x), 0.5))
}
