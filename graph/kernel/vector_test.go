package kernel

import (
	"math"
	"math/rand/v2"
	"testing"
)

// TestVectors compares every implementation with plain loops, for each remainder of the length beyond whole vectors.
func TestVectors(t *testing.T) {
	for _, s := range sets {
		v := s.f64.vector
		t.Run("float64/"+s.name, func(t *testing.T) { checkVectors(t, &v, 1e-15) })
	}
	for _, s := range sets {
		v := s.f32.vector
		t.Run("float32/"+s.name, func(t *testing.T) { checkVectors(t, &v, 3e-7) })
	}
}

func checkVectors[T Float](t *testing.T, v *vectorKernels[T], ulp float64) {
	rng := rand.New(rand.NewPCG(3, 4))
	for n := range 70 {
		random := func(n int) []T { return randomNumbers[T](rng, n, 1) }
		near := func(what string, i int, got, want T, scale float64) {
			t.Helper()
			if !(math.Abs(float64(got-want)) <= ulp*scale) {
				t.Fatalf("%s of %d: element %d = %v, want %v", what, n, i, got, want)
			}
		}
		y, g, out := random(n), random(n), random(n)
		if n > 2 {
			y[0], y[1] = 0, T(math.Copysign(0, -1))
		}
		v.reluSlopeOf(out, y, g)
		total := 0.0
		for i := range y {
			want := T(0)
			if y[i] > 0 {
				want = g[i]
			}
			near("reluSlope", i, out[i], want, 0)
			total += float64(g[i]) * float64(g[i])
		}
		if got := v.squaresOf(g); !(math.Abs(got-total) <= 1e-14*total) {
			t.Fatalf("squares of %d = %v, want %v", n, got, total)
		}
		sum := append([]T(nil), y...)
		v.accumulateOf(sum, g)
		for i := range sum {
			near("accumulate", i, sum[i], y[i]+g[i], 0)
		}
		for name, op := range map[string]struct {
			of   func(out, x, y []T)
			want func(x, y T) T
		}{
			"sum":        {v.sumOf, func(x, y T) T { return x + y }},
			"difference": {v.differenceOf, func(x, y T) T { return x - y }},
			"product":    {v.productOf, func(x, y T) T { return x * y }},
			"scaled":     {func(out, x, _ []T) { v.scaledOf(out, 0.3, x) }, func(x, _ T) T { return 0.3 * x }},
		} {
			op.of(out, y, g)
			for i := range out {
				near(name, i, out[i], op.want(y[i], g[i]), 0)
			}
		}
		checkColumnSums(t, v, n, ulp, random)
		checkAdam(t, v, n, ulp, random)
	}
}

func checkColumnSums[T Float](t *testing.T, v *vectorKernels[T], cols int, ulp float64, random func(int) []T) {
	if cols == 0 {
		return
	}
	for rows := range 11 {
		x, sum := random(rows*cols), random(cols)
		v.columnSumsOf(sum, x)
		for j := range sum {
			want := 0.0
			for i := range rows {
				want += float64(x[i*cols+j])
			}
			if !(math.Abs(float64(sum[j])-want) <= 8*ulp*float64(rows+1)) {
				t.Fatalf("columnSums of %d×%d: column %d = %v, want %v", rows, cols, j, sum[j], want)
			}
		}
	}
}

// TestRowSums: any number of rows of any length, each as it is alone, to the last bit.
func TestRowSums(t *testing.T) {
	rng := rand.New(rand.NewPCG(5, 5))
	for rows := range 10 {
		for n := range 7 {
			x, sum := randomNumbers[float32](rng, rows*n, 1), make([]float32, rows)
			RowSums(sum, x, n)
			for i, got := range sum {
				want := 0.0
				for _, v := range x[i*n:][:n] {
					want += float64(v)
				}
				if got != float32(want) {
					t.Errorf("row %d of %d×%d: sum %v, want %v", i, rows, n, got, float32(want))
				}
			}
		}
	}
}

func checkAdam[T Float](t *testing.T, v *vectorKernels[T], n int, ulp float64, random func(int) []T) {
	c := [4]T{0.1, 0.01, 0.003, 1e-7}
	p, g, first, second := random(n), random(n), random(n), random(n)
	for i := range second {
		second[i] *= second[i]
	}
	gotP, gotM, gotV := append([]T(nil), p...), append([]T(nil), first...), append([]T(nil), second...)
	v.adamOf(c[0], c[1], c[2], c[3], gotP, g, gotM, gotV)
	for i := range p {
		d, m, s := float64(g[i]), float64(first[i]), float64(second[i])
		m += float64(c[0]) * (d - m)
		s += float64(c[1]) * (d*d - s)
		want := float64(p[i]) - float64(c[2])*m/(math.Sqrt(s)+float64(c[3]))
		for _, pair := range [][2]float64{{float64(gotM[i]), m}, {float64(gotV[i]), s}, {float64(gotP[i]), want}} {
			if !(math.Abs(pair[0]-pair[1]) <= 4*ulp*(1+math.Abs(pair[1]))) {
				t.Fatalf("adam of %d: element %d = %v, want %v", n, i, pair[0], pair[1])
			}
		}
	}
}

// TestAdamMomentsEndAtZero: the moments of a number whose gradient is zero decay to exactly zero, in whole vectors and in
// the remainder.
func TestAdamMomentsEndAtZero(t *testing.T) {
	for _, s := range sets {
		v := s.f64.vector
		t.Run("float64/"+s.name, func(t *testing.T) { checkDyingMoments(t, &v, 1e-289) })
	}
	for _, s := range sets {
		v := s.f32.vector
		t.Run("float32/"+s.name, func(t *testing.T) { checkDyingMoments(t, &v, 1e-29) })
	}
}

func checkDyingMoments[T Float](t *testing.T, v *vectorKernels[T], last T) {
	const n = 19
	p, g, first, second := make([]T, n), make([]T, n), make([]T, n), make([]T, n)
	for i := range n {
		first[i], second[i] = last, last
		if i%2 == 1 {
			first[i] = -last
		}
	}
	for range 100 {
		v.adamOf(0.1, 0.1, 1e-3, 1e-7, p, g, first, second)
	}
	for i := range n {
		if first[i] != 0 || second[i] != 0 || !(p[i]*p[i] < 1e-20) {
			t.Errorf("element %d after 100 steps: moments %v and %v, parameter %v, want 0, 0 and hardly moved", i, first[i], second[i], p[i])
		}
	}
}
