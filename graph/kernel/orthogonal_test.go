package kernel

import (
	"math"
	"math/rand/v2"
	"testing"
)

// TestReflectors: the product of reflectors equals applying them one after the other, also repeated, opposite and zero ones
// and more than d of them, and its gradient equals a central difference.
func TestReflectors(t *testing.T) {
	rng := rand.New(rand.NewPCG(5, 6))
	for _, d := range []int{1, 2, 3, 8, 43} {
		for _, r := range []int{1, 2, d, 2*d + 1} {
			v, g := make([]float64, r*d), make([]float64, d*d)
			for i := range v {
				v[i] = rng.NormFloat64()
			}
			for i := range g {
				g[i] = rng.NormFloat64()
			}
			if r > 2 {
				clear(v[:d])
				for j := range d {
					v[2*d+j] = -1e3 * v[d+j]
				}
			}
			f := NewReflectors[float64](r, d)
			q := make([]float64, d*d)
			f.Product(q, v)
			for i, w := range oneByOne(v, d) {
				if !(math.Abs(q[i]-w) <= 1e-13) {
					t.Fatalf("d=%d R=%d: element %d of Q = %v, want %v", d, r, i, q[i], w)
				}
			}
			gv := make([]float64, r*d)
			f.Backward(gv, v, g)
			checkReflectorSlopes(t, v, g, gv, d)
		}
	}
}

func checkReflectorSlopes(t *testing.T, v, g, gv []float64, d int) {
	t.Helper()
	at := func(i int, x float64) (total float64) {
		w := append([]float64(nil), v...)
		w[i] = x
		for j, q := range oneByOne(w, d) {
			total += g[j] * q
		}
		return total
	}
	for i := 0; i < len(v); i += 1 + len(v)/40 {
		norm := math.Sqrt(dot(v[i/d*d:i/d*d+d], v[i/d*d:i/d*d+d]))
		if norm == 0 {
			if gv[i] != 0 {
				t.Fatalf("the gradient of a zero reflector is %v, want 0", gv[i])
			}
			continue
		}
		h := 1e-5 * norm
		want := (at(i, v[i]+h) - at(i, v[i]-h)) / (2 * h)
		if !(math.Abs(gv[i]-want)*norm <= 1e-7*float64(d)) {
			t.Fatalf("d=%d: gradient %d = %v, want %v", d, i, gv[i], want)
		}
	}
}

// oneByOne applies the reflectors one after the other, by their definition.
func oneByOne(v []float64, d int) []float64 {
	q := make([]float64, d*d)
	for i := range d {
		q[i*d+i] = 1
	}
	for ; len(v) > 0; v = v[d:] {
		norm := dot(v[:d], v[:d])
		if norm == 0 {
			continue
		}
		for row := q; len(row) > 0; row = row[d:] {
			along := dot(row[:d], v[:d])
			for j := range d {
				row[j] -= 2 * along / norm * v[j]
			}
		}
	}
	return q
}
