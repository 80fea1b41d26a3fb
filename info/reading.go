package info

import (
	"math"

	"gonum.org/v1/gonum/mat"
	"gonum.org/v1/gonum/stat/distuv"

	"gaussflow/graph/kernel"
)

// A reading is how an elliptical copula has a column x where k others, x_o, are known: with r what their regression leaves of x, divided by σ so
// that its mean square is 1 of a normal, and q = x_o·R_oo⁻¹·x_o,
//
//	r·√((ν+k)/(ν+q)) ~ t_{ν+k},  of ν = ∞  r ~ N(0, 1).
type reading struct {
	nu, known float64
	sigma     float64
	residual  []float64 // r of each row
	square    []float64 // q of each row; not looked at where ν = ∞
}

// successive are the readings of each column of x (d×n, which it overwrites) where those before it are known.
func (e *elliptical) successive(x *mat.Dense) []reading {
	d, n := x.Dims()
	e.whitenInPlace(x)
	var l mat.TriDense
	e.factor.LTo(&l)
	all, square := make([]reading, d), make([]float64, n)
	for j := range all {
		all[j] = reading{e.nu, float64(j), l.At(j, j), x.RawRowView(j), square}
		square = append([]float64(nil), square...)
		for i, r := range all[j].residual {
			square[i] += r * r
		}
	}
	return all
}

// leftOut are the readings of each column of x (d×n) where all others are known, from one factorization: with Λ = R⁻¹ they are
//
//	r = (Λx)_j/√Λ_jj,  σ = 1/√Λ_jj,  q = x·Λ·x − r².
func (e *elliptical) leftOut(x *mat.Dense) ([]reading, error) {
	d, n := x.Dims()
	var inverse mat.SymDense
	var solved mat.Dense
	if e.factor.InverseTo(&inverse) != nil || e.factor.SolveTo(&solved, x) != nil {
		return nil, errSingular
	}
	whole := make([]float64, n)
	for j := range d {
		values := x.RawRowView(j)
		for i, v := range solved.RawRowView(j) {
			whole[i] += v * values[i]
		}
	}
	all := make([]reading, d)
	for j := range all {
		sigma := 1 / math.Sqrt(inverse.At(j, j))
		r := reading{e.nu, float64(d - 1), sigma, solved.RawRowView(j), make([]float64, n)}
		for i := range r.residual {
			r.residual[i] *= sigma
			r.square[i] = max(whole[i]-r.residual[i]*r.residual[i], 0)
		}
		all[j] = r
	}
	return all, nil
}

func (r reading) normal() bool { return math.IsInf(r.nu, 1) }

// width is the scale of the t that the residual has in a row, in units of σ.
func (r reading) width(row int) float64 {
	if r.normal() {
		return 1
	}
	return math.Sqrt((r.nu + r.square[row]) / (r.nu + r.known))
}

// scores are the column as it is a standard normal where the copula is right.
func (r reading) scores() []float64 {
	scores, most := make([]float64, len(r.residual)), 0.0
	for i, v := range r.residual {
		scores[i] = v / r.width(i)
		most = max(most, math.Abs(scores[i]))
	}
	if r.normal() {
		return scores
	}
	student := distuv.StudentsT{Sigma: 1, Nu: r.nu + r.known}
	f := smooth(0, math.Asinh(most)+1e-9, splineNodes, func(a float64) float64 {
		return -kernel.Quantile(math.Log(student.CDF(-math.Sinh(a))))
	})
	for i, v := range scores {
		scores[i] = math.Copysign(f(math.Asinh(math.Abs(v))), v)
	}
	return scores
}

// overMargin is log of the column's density where the others are known over that of the margin, at values x of it.
func (r reading) overMargin(x []float64) []float64 {
	over := make([]float64, len(x))
	margin, one := elliptical{nu: r.nu}, elliptical{nu: r.nu + r.known}
	constant := -math.Log(r.sigma) + logStudentPeak(r.nu+r.known) - logStudentPeak(r.nu)
	for i, v := range x {
		width := r.width(i)
		z := r.residual[i] / width
		over[i] = constant - math.Log(width) - one.tail(z*z, 1) + margin.tail(v*v, 1)
	}
	return over
}

// logStudentPeak is log of the density of a t at 0, less that of a normal.
func logStudentPeak(nu float64) float64 {
	if math.IsInf(nu, 1) {
		return 0
	}
	return logGamma((nu+1)/2) - logGamma(nu/2) - math.Log(nu/2)/2
}

// stepsAfter are the targets of successive readings, of those after the first so many: each knows the columns before, and what they gain is what
// these columns do together.
func stepsAfter(first int, of []reading) (targets []target) {
	for j := max(first, 1); j < len(of); j++ { // the first of all is its margin
		targets = append(targets, target{of[j].scores(), span(0, j)})
	}
	return targets
}

// span is from, …, to − 1.
func span(from, to int) []int {
	s := make([]int, to-from)
	for i := range s {
		s[i] = from + i
	}
	return s
}
