package kernel

import "math"

// standardized is x in the units of each component of a mixture, of normals or of logistics: t_k = (x − μ_k)/σ_k.
type standardized struct {
	mean     []float64 // μ
	invScale []float64 // 1/σ
	logScale []float64 // log σ

	x float64
	t []float64
}

// beside is t_k − t_d: far from both means, from how scales and means differ.
func (m *standardized) beside(k, d int) float64 {
	direct, rough := m.t[k]-m.t[d], math.Abs(m.t[k])+math.Abs(m.t[d])
	if !(math.Abs(direct) < 0.25*rough) {
		return direct
	}
	turn, shift := m.t[d]*math.Expm1(m.logScale[d]-m.logScale[k]), (m.mean[d]-m.mean[k])*m.invScale[k]
	if !(math.Abs(turn)+math.Abs(shift) < rough) {
		return direct
	}
	return turn + shift
}

// beyondBeside is |t_d| − |t_k| of t beyond all numbers: −Inf, Inf, or 0 where k and d are equally far.
func (m *standardized) beyondBeside(k, d int) float64 {
	logSize := func(k int) float64 { return math.Log(min(math.Abs(m.x-m.mean[k]), math.MaxFloat64)) - m.logScale[k] }
	nearer := logSize(d) - logSize(k)
	if m.logScale[k] == m.logScale[d] {
		nearer = math.Copysign(1, m.t[k]) * (m.mean[k] - m.mean[d])
	}
	if nearer == 0 {
		return 0
	}
	return math.Inf(int(math.Copysign(1, nearer)))
}
