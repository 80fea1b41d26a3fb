package kernel

// Reflect applies the Householder reflector of v to every row of y (rows of len(v)): y ← y − 2 (y·v) v/‖v‖².
// A zero v is the identity. Sums in float64.
func Reflect[T Float](y, v []T) {
	norm := dot(v, v)
	if norm == 0 {
		return
	}
	d := len(v)
	for i := 0; i+d <= len(y); i += d {
		row := y[i : i+d]
		c := 2 * dot(row, v) / norm
		for j, vj := range v {
			row[j] = T(float64(row[j]) - c*float64(vj))
		}
	}
}

// Orthogonal writes Q = H_1·H_2·…·H_R, d×d, for the reflectors v (R×d), so that x·Q applies H_1 first.
func Orthogonal[T Float](q, v []T, d int) {
	clear(q)
	for i := range d {
		q[i*d+i] = 1
	}
	for r := 0; r < len(v); r += d {
		Reflect(q, v[r:r+d])
	}
}

// OrthogonalBackward writes gv = ∂⟨gq, Q⟩/∂v. It walks back through the reflectors, each its own inverse:
// with Y = Y'·H(v), G = ∂/∂Y and u = v/‖v‖²,
//
//	∂/∂v = −2 (Y'ᵀ(G·u) + Gᵀ(Y'·u)) + 4 ((Y'·u)·(G·u)) v,   ∂/∂Y' = G·H(v).
//
// work needs OrthogonalWork(d) numbers; q and gq are left alone.
func OrthogonalBackward[T Float](gv, v, q, gq []T, d int, work []float64) {
	y, work := work[:d*d], work[d*d:]
	g, work := work[:d*d], work[d*d:]
	u, work := work[:d], work[d:]
	yu, gu := work[:d], work[d:2*d]
	for i := range y {
		y[i], g[i] = float64(q[i]), float64(gq[i])
	}
	for r := len(v) - d; r >= 0; r -= d {
		for j := range u {
			u[j] = float64(v[r+j])
		}
		reflectBackward(gv[r:r+d], u, y, g, yu, gu)
	}
}

// OrthogonalWork is the length of OrthogonalBackward's work space.
func OrthogonalWork(d int) int { return 2*d*d + 3*d }

// reflectBackward takes y = Y, g = ∂/∂Y to y = Y', g = ∂/∂Y' and writes ∂/∂v.
func reflectBackward[T Float](gv []T, v, y, g, yu, gu []float64) {
	norm := dot(v, v)
	if norm == 0 {
		clear(gv)
		return
	}
	Reflect(y, v)
	d := len(v)
	inner := 0.0
	for i := range d {
		yu[i] = dot(y[i*d:i*d+d], v) / norm
		gu[i] = dot(g[i*d:i*d+d], v) / norm
		inner += yu[i] * gu[i]
	}
	for j := range d {
		sum := 0.0
		for i := range d {
			sum += y[i*d+j]*gu[i] + g[i*d+j]*yu[i]
		}
		gv[j] = T(-2*sum + 4*inner*v[j])
	}
	Reflect(g, v)
}

func dot[T Float](a, b []T) float64 {
	s := 0.0
	for i, x := range a {
		s += float64(x) * float64(b[i])
	}
	return s
}
