package kernel

import "math"

// Reflectors turns R Householder reflectors v of ℝᵈ into their product Q = H_1·…·H_R, H = I − 2vvᵀ/‖v‖², so that x·Q applies
// H_1 first, and gradients in Q into gradients in the reflectors. A zero v is the identity. It computes in float64 and
// holds scratch space: one value a goroutine.
//
// With the rows of U the vectors u = √2·v/‖v‖, so that H = I − uuᵀ,
//
//	Q = I − Uᵀ·T·U,  T = S⁻¹,  S = I + the part of U·Uᵀ above the diagonal
//
// (the UT transform: Joffrain, Low, Quintana-Ortí, van de Geijn & Van Zee 2006, ACM TOMS 32, 169–179). The entries of T above
// its diagonal are −uᵢᵀ·H_{i+1}·…·H_{j−1}·uⱼ, so at most 2: nothing is lost in the inverse.
type Reflectors[T Float] struct {
	r, d    int
	u, m, p []float64 // R×d: U, T·U, Tᵀ·U
	w, gu   []float64 // R×d
	s, t    []float64 // R×R
	q       []float64 // d×d: Q, or the gradient in it
	scale   []float64 // √2/‖v‖, 0 where v is 0

	rdTimesDr, rrTimesRd, rrTransTimesRd, rdTransTimesRd, rdTimesDd, rdTimesDdTrans *Gemm[float64]
}

// NewReflectors prepares for r reflectors of ℝᵈ.
func NewReflectors[T Float](r, d int) *Reflectors[T] {
	cut := Aligned[float64]
	var s GemmSpace[float64]
	return &Reflectors[T]{
		r: r, d: d,
		u: cut(r * d), m: cut(r * d), p: cut(r * d), w: cut(r * d), gu: cut(r * d),
		s: cut(r * r), t: cut(r * r), q: cut(d * d), scale: cut(r),
		rdTimesDr:      s.Gemm(false, true, r, r, d),
		rrTimesRd:      s.Gemm(false, false, r, d, r),
		rrTransTimesRd: s.Gemm(true, false, r, d, r),
		rdTransTimesRd: s.Gemm(true, false, d, d, r),
		rdTimesDd:      s.Gemm(false, false, r, d, d),
		rdTimesDdTrans: s.Gemm(false, true, r, d, d),
	}
}

// Product writes Q, d×d.
func (f *Reflectors[T]) Product(q, v []T) {
	f.transform(v)
	f.rdTransTimesRd.Run(f.u, f.m, f.q, false)
	for i, x := range f.q {
		q[i] = T(-x)
	}
	for i := 0; i < len(q); i += f.d + 1 {
		q[i] = T(1 - f.q[i])
	}
}

// transform sets U, T and M = T·U.
func (f *Reflectors[T]) transform(v []T) {
	d := f.d
	for i := range f.scale {
		row := v[i*d : (i+1)*d]
		f.scale[i] = 0
		if norm := Squares(row); norm > 0 {
			f.scale[i] = math.Sqrt(2 / norm)
		}
		for j, x := range row {
			f.u[i*d+j] = f.scale[i] * float64(x)
		}
	}
	f.rdTimesDr.Run(f.u, f.u, f.s, false)
	f.invert()
	f.rrTimesRd.Run(f.t, f.u, f.m, false)
}

// invert sets T = S⁻¹ row by row: row i of T·S = I is solved from its diagonal on.
func (f *Reflectors[T]) invert() {
	r := f.r
	clear(f.t)
	for i := range r {
		row := f.t[i*r : (i+1)*r]
		row[i] = 1
		for k := i; k < r; k++ {
			x := row[k]
			above := f.s[k*r : (k+1)*r]
			for j := k + 1; j < r; j++ {
				row[j] -= x * above[j]
			}
		}
	}
}

// Backward writes gv = ∂⟨gq, Q⟩/∂v. With M = T·U, P = Tᵀ·U, G = gq, W = P·G and B the part of W·Mᵀ above the diagonal,
//
//	∂/∂U = −M·Gᵀ − W + (B + Bᵀ)·U,  ∂/∂v = √2/‖v‖ (∂/∂u − v (v·∂/∂u)/‖v‖²).
func (f *Reflectors[T]) Backward(gv, v, gq []T) {
	f.transform(v)
	for i, x := range gq {
		f.q[i] = float64(x)
	}
	f.rrTransTimesRd.Run(f.t, f.u, f.p, false)
	f.rdTimesDd.Run(f.p, f.q, f.w, false)
	f.rdTimesDr.Run(f.w, f.m, f.s, false)
	f.symmetrize()
	f.rrTimesRd.Run(f.s, f.u, f.gu, false)
	f.rdTimesDdTrans.Run(f.m, f.q, f.p, false)
	for i, x := range f.w {
		f.gu[i] -= f.p[i] + x
	}
	for i, scale := range f.scale {
		u, gu := f.u[i*f.d:(i+1)*f.d], f.gu[i*f.d:(i+1)*f.d]
		along := dot(u, gu) / 2 // ‖u‖² = 2
		for j, x := range u {
			gv[i*f.d+j] = T(scale * (gu[j] - along*x))
		}
	}
}

// symmetrize makes s B + Bᵀ, B its part above the diagonal.
func (f *Reflectors[T]) symmetrize() {
	for i := range f.r {
		f.s[i*f.r+i] = 0
		for j := range i {
			f.s[i*f.r+j] = f.s[j*f.r+i]
		}
	}
}

func dot(a, b []float64) (s float64) {
	for i, x := range a {
		s += x * b[i]
	}
	return s
}
