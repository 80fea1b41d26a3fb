package kernel

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"
)

// TestVectorsOverTheRange compares the vector loops, transposes and products with plain loops, for numbers of every exponent
// and both signs and for values that are not finite.
func TestVectorsOverTheRange(t *testing.T) {
	for _, s := range sets {
		t.Run("float64/"+s.name, func(t *testing.T) { checkVectorRange(t, &s.f64) })
		t.Run("float32/"+s.name, func(t *testing.T) { checkVectorRange(t, &s.f32) })
	}
}

func checkVectorRange[T Float](t *testing.T, k *kernels[T]) {
	rng := rand.New(rand.NewPCG(1, 2))
	x, y := eachSize[T](rng, 1), eachSize[T](rng, 1)
	rng.Shuffle(len(y), func(i, j int) { y[i], y[j] = y[j], y[i] })
	want, out, sum := make([]T, len(x)), make([]T, len(x)), append([]T(nil), y...)
	k.vector.reluSlopeOf(out, x, y)
	for i := range x {
		if x[i] > 0 {
			want[i] = y[i]
		}
	}
	sameNumbers(t, "reluSlope", out, want, 0)
	k.vector.accumulateOf(sum, x)
	for i := range x {
		want[i] = x[i] + y[i]
	}
	sameNumbers(t, "accumulate", sum, want, 0)
	k.vector.sumOf(out, y, x)
	sameNumbers(t, "sum", out, want, 0)
	k.vector.differenceOf(out, y, x)
	for i := range x {
		want[i] = y[i] - x[i]
	}
	sameNumbers(t, "difference", out, want, 0)
	k.vector.productOf(out, y, x)
	for i := range x {
		want[i] = y[i] * x[i]
	}
	sameNumbers(t, "product", out, want, 0)
	k.vector.scaledOf(out, -0.3, x)
	for i := range x {
		want[i] = -0.3 * x[i]
	}
	sameNumbers(t, "scaled", out, want, 0)
	for i, v := range x {
		alone := make([]T, 1+i%40)
		alone[i%len(alone)] = v
		sameNumbers(t, fmt.Sprintf("squares of %v", v), []float64{k.vector.squaresOf(alone)}, []float64{float64(v) * float64(v)}, 0)
	}
	rows, cols := len(x)/13, 13
	turned := make([]T, rows*cols)
	transposeBy(k.squares, rows, cols, x, cols, turned, rows)
	for i := range turned {
		want[i] = x[i%rows*cols+i/rows]
	}
	sameNumbers(t, "transpose", turned, want[:len(turned)], 0)
	checkAdamRange(t, k, x, y)
	checkGemmRange(t, k, rng, x, y)
}

// sameNumbers requires got to be want within a relative tolerance, and NaN where want is NaN.
func sameNumbers[T Float](t *testing.T, what string, got, want []T, tol float64) {
	t.Helper()
	for i, w := range want {
		g := got[i]
		if !(g == w || g != g && w != w || math.Abs(float64(g)-float64(w)) <= tol*math.Abs(float64(w))+float64(epsilon[T]())*leastNormal[T]()) {
			t.Fatalf("%s: number %d is %v, want %v", what, i, g, w)
		}
	}
}

// checkAdamRange gives Adam gradients, moments and parameters of any size.
func checkAdamRange[T Float](t *testing.T, k *kernels[T], x, y []T) {
	plain := &vectorKernels[T]{}
	size := make([]T, len(x))
	for i, v := range x {
		size[i] = max(v, -v)
	}
	ones := make([]T, len(x))
	for i := range ones {
		ones[i] = 1
	}
	for name, c := range map[string][4][]T{
		"gradients": {ones, x, ones, ones}, "first moments": {ones, ones, x, ones}, "second moments": {ones, ones, ones, size},
		"parameters": {x, y, ones, ones}, "all": {x, y, y, size},
	} {
		var got, want [4][]T
		for i, v := range c {
			got[i], want[i] = append([]T(nil), v...), append([]T(nil), v...)
		}
		k.vector.adamOf(0.1, 0.001, 0.003, 1e-7, got[0], got[1], got[2], got[3])
		plain.adamOf(0.1, 0.001, 0.003, 1e-7, want[0], want[1], want[2], want[3])
		for i := range got {
			sameNumbers(t, fmt.Sprintf("adam, %s of any size, part %d", name, i), got[i], want[i], 8*float64(epsilon[T]()))
		}
	}
}

// checkGemmRange compares products of numbers of any size with sums in float64; where a partial sum overflows, the result is
// not finite.
func checkGemmRange[T Float](t *testing.T, k *kernels[T], rng *rand.Rand, x, y []T) {
	_, most, _ := limits[T]()
	for _, shape := range [][3]int{{3, 5, 1}, {8, 33, 2}, {17, 16, 3}, {1, 40, 2}, {40, 1, 2}} {
		m, n, depth := shape[0], shape[1], shape[2]
		for _, trans := range [][2]bool{{}, {true, false}, {false, true}, {true, true}} {
			a, b, c := make([]T, m*depth), make([]T, depth*n), make([]T, m*n)
			sizes := [2][]T{make([]T, len(a)), make([]T, len(b))}
			for i := range a {
				a[i] = x[rng.IntN(len(x))]
				sizes[0][i] = max(a[i], -a[i])
			}
			for i := range b {
				b[i] = y[rng.IntN(len(y))]
				if rng.IntN(3) == 0 {
					b[i] = T(rng.NormFloat64())
				}
				sizes[1][i] = max(b[i], -b[i])
			}
			newGemm(trans[0], trans[1], m, n, depth, k.gemm, new(GemmSpace[T])).Run(a, b, c, false)
			want, terms := product(trans, m, n, depth, a, b), product(trans, m, n, depth, sizes[0], sizes[1])
			for i, w := range want {
				g := float64(c[i])
				room := 8*float64(epsilon[T]())*terms[i] + float64(depth)*leastNormal[T]()
				overflows := !(terms[i] < math.Ldexp(1, most)) && g-g != 0
				if !(g == float64(T(w)) || g != g && w != w || math.Abs(g-w) <= room || overflows) {
					t.Fatalf("%d×%d of %d terms, trans=%v: element %d = %v, want %v ± %.2g", m, n, depth, trans, i, g, w, room)
				}
			}
		}
	}
}

// TestEMOverTheRange: for values, means and scales from 1e-130 to 1e130, and distances up to 1e150 scales, each set gives
// the log densities and moments of the portable set.
func TestEMOverTheRange(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	for round := range 100 {
		const n = 64
		k, unit := 1+round%9, math.Pow(10, -130+260*rng.Float64())
		c, normals := NewCells(n), make([]Normal, k)
		for i := range n {
			c.Count[i], c.Mean[i] = 1, unit*rng.NormFloat64()
			switch round % 3 {
			case 1:
				c.Variance[i] = unit * unit * rng.Float64()
			case 2:
				c.Mean[i] *= math.Pow(10, 145*(2*rng.Float64()-1))
				c.Mean[i] = min(max(c.Mean[i], -1e145), 1e145)
			}
		}
		for j := range normals {
			sigma := max(unit, 1e-5) * math.Exp(2*rng.NormFloat64())
			normals[j] = Normal{-math.Log(float64(k) * sigma), unit * rng.NormFloat64(), 0.5 / sigma / sigma}
		}
		plain := newEM(k, portableEM())
		plain.Expect(c, normals)
		for _, s := range sets {
			e := newEM(k, s.em)
			e.Expect(c, normals)
			what := fmt.Sprintf("%s, round %d", s.name, round)
			for i := range n {
				if got, want := e.LogDensity[i], plain.LogDensity[i]; !near(got, want, 1e-13, 1) {
					t.Fatalf("%s: log density at %v = %v, want %v", what, c.Mean[i], got, want)
				}
			}
			for j, want := range plain.Moments {
				if got := e.Moments[j]; !near(got.Mass, want.Mass, 1e-9, 1) || !near(got.Second, want.Second, 1e-9, 1e-9*unit*unit) {
					t.Fatalf("%s: moments of component %d are %v, want %v", what, j, got, want)
				}
			}
		}
	}
}
