package kernel

import (
	"math"
	"slices"
	"testing"
)

// TestFaintWeightsAreKept: a component whose weight underflows still decides the result at x where it is the only one near.
// The gradients from vector blocks, which keep such a weight's logarithm, equal those of single rows, which keep the
// parameters.
func TestFaintWeightsAreKept(t *testing.T) {
	for _, s := range sets {
		ops := s.f64.mixture
		t.Run("float64/"+s.name, func(t *testing.T) { checkFaint(t, ops, 900, 60, 1e-11) })
	}
	for _, s := range sets {
		ops := s.f32.mixture
		t.Run("float32/"+s.name, func(t *testing.T) { checkFaint(t, ops, 120, 25, 1e-4) })
	}
}

// checkFaint tests mixtures with components at 0, ½ and away, the last with a weight e^gap times smaller, at x near 0 and near away.
func checkFaint[T Float](t *testing.T, ops mixtureKernels[T], gap, away, tol float64) {
	const n, d, k = 64, 2, 3
	var theta, x []T
	for i := range n {
		for part := range 3 {
			for j := range d {
				wiggle := T(0.01 * float64(i+j))
				theta = append(theta, [][]T{{wiggle, -1, T(-gap)}, {0, 0.5 + wiggle, T(away)}, {wiggle, 0.2, -0.1}}[part]...)
			}
		}
		x = append(x, T(-1+0.03*float64(i)), T(away-1+0.03*float64(i)))
	}
	type results struct{ kept, z, l, gx, gtheta []T }
	run := func(x, theta []T) (r results) {
		b := newMixtureBatch(d, k, true, Clamp{}, ops)
		r = results{make([]T, len(theta)), make([]T, len(x)), make([]T, len(x)), make([]T, len(x)), make([]T, len(theta))}
		b.Forward(x, theta, r.z, r.l, r.kept)
		up := slices.Repeat([]T{0.5, -1}, len(x)/d)
		b.Backward(x, r.kept, r.z, r.l, up, up, r.gx, r.gtheta)
		return r
	}
	all := run(x, theta)
	if slices.Min(all.kept) >= 0 || !slices.ContainsFunc(all.kept, func(v T) bool { return math.Abs(float64(v)+gap) < 2 }) {
		t.Errorf("no logarithm near %v among what is kept", -gap)
	}
	for i := range n {
		row := run(x[i*d:(i+1)*d], theta[i*3*d*k:(i+1)*3*d*k])
		compare := func(what string, got, want []T) {
			for j, w := range want {
				if !near(float64(got[j]), float64(w), tol, math.Max(1, math.Abs(float64(w)))) {
					t.Fatalf("row %d: %s %d = %v, want %v", i, what, j, got[j], w)
				}
			}
		}
		compare("z", all.z[i*d:(i+1)*d], row.z)
		compare("gx", all.gx[i*d:(i+1)*d], row.gx)
		compare("gradient", all.gtheta[i*3*d*k:(i+1)*3*d*k], row.gtheta)
	}
}
