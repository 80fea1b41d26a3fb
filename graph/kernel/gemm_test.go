package kernel

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"gaussflow/internal/testsize"
)

func TestGemm(t *testing.T) {
	for _, s := range sets {
		ops := s.f64.gemm
		t.Run("float64/"+s.name, func(t *testing.T) { checkGemm(t, ops, 1e-14) })
	}
	for _, s := range sets {
		ops := s.f32.gemm
		t.Run("float32/"+s.name, func(t *testing.T) { checkGemm(t, ops, 5e-6) })
	}
}

// checkGemm compares the product with sums in float64, for each transpose and for each remainder of rows and columns beyond
// whole tiles and panels.
func checkGemm[T Float](t *testing.T, ops gemmKernels[T], tol float64) {
	rng := rand.New(rand.NewPCG(1, 2))
	random := func(n int) []T { return randomNumbers[T](rng, n, 1) }
	rows := testsize.Of(t, []int{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 17, 30}, []int{1, 2, 3, 4, 5, 6, 7, 8, 17}) // a tile of each height
	columns := testsize.Of(t, []int{1, 7, 8, 16, 17, 31, 32, 33, 70}, []int{1, 16, 33})
	depths := testsize.Of(t, []int{0, 1, 3, 17, 256, 300}, []int{0, 1, 17, 259})
	for _, m := range rows {
		for _, n := range columns {
			for _, k := range depths {
				for _, trans := range [][2]bool{{}, {true, false}, {false, true}, {true, true}} {
					a, b, c, bias := random(m*k), random(k*n), random(m*n), random(n)
					g := newGemm(trans[0], trans[1], m, n, k, ops, new(GemmSpace[T]))
					exact := product(trans, m, n, k, a, b)
					for _, relu := range []bool{false, true} {
						want := slices.Clone(exact)
						for i := range want {
							if want[i] += float64(bias[i%n]); relu {
								want[i] = max(want[i], 0)
							}
						}
						got := append([]T(nil), c...)
						g.Dense(a, b, bias, got, relu)
						for i, w := range want {
							if !(math.Abs(float64(got[i])-w) <= tol*math.Sqrt(float64(k)+1)*4) {
								t.Fatalf("m=%d n=%d k=%d trans=%v bias, relu=%v: element %d = %v, want %v", m, n, k, trans, relu, i, got[i], w)
							}
						}
					}
					y, got := random(m*n), random(m*n)
					g.Where(y, a, b, got)
					for i, w := range exact {
						if y[i] <= 0 {
							w = 0
						}
						if !(math.Abs(float64(got[i])-w) <= tol*math.Sqrt(float64(k)+1)*4) || y[i] <= 0 && got[i] != 0 {
							t.Fatalf("m=%d n=%d k=%d trans=%v where y=%v: element %d = %v, want %v", m, n, k, trans, y[i], i, got[i], w)
						}
					}
					for _, add := range []bool{false, true} {
						want := slices.Clone(exact)
						for i := range want {
							if add {
								want[i] += float64(c[i])
							}
						}
						got := append([]T(nil), c...)
						g.Run(a, b, got, add)
						for i, w := range want {
							if !(math.Abs(float64(got[i])-w) <= tol*math.Sqrt(float64(k)+1)*4) {
								t.Fatalf("m=%d n=%d k=%d trans=%v add=%v: element %d = %v, want %v", m, n, k, trans, add, i, got[i], w)
							}
						}
					}
				}
			}
		}
	}
}

// TestGemmSpace: products of all kinds and shapes share their scratch space, in any order.
func TestGemmSpace(t *testing.T) {
	for _, s := range sets {
		t.Run("float64/"+s.name, func(t *testing.T) { checkGemmSpace(t, s.f64.gemm) })
		t.Run("float32/"+s.name, func(t *testing.T) { checkGemmSpace(t, s.f32.gemm) })
	}
}

func checkGemmSpace[T Float](t *testing.T, ops gemmKernels[T]) {
	rng := rand.New(rand.NewPCG(3, 4))
	space := new(GemmSpace[T])
	for range 300 {
		m, n, k := 1+rng.IntN(20), 1+rng.IntN(40), 1+rng.IntN(40)
		a, b, y := make([]T, m*k), make([]T, k*n), make([]T, m*n)
		for _, v := range [][]T{a, b, y} {
			for i := range v {
				v[i] = T(max(rng.NormFloat64(), 0)) // half of them zeros, as after a relu
			}
		}
		transA, transB := rng.IntN(2) == 0, rng.IntN(2) == 0
		got, want := make([]T, m*n), make([]T, m*n)
		if where := rng.IntN(2) == 0; where {
			newGemm(transA, transB, m, n, k, ops, space).Where(y, a, b, got)
			newGemm(transA, transB, m, n, k, ops, new(GemmSpace[T])).Where(y, a, b, want)
		} else {
			newGemm(transA, transB, m, n, k, ops, space).Run(a, b, got, false)
			newGemm(transA, transB, m, n, k, ops, new(GemmSpace[T])).Run(a, b, want, false)
		}
		if !slices.Equal(got, want) {
			t.Fatalf("m=%d n=%d k=%d: in shared space %v, want %v", m, n, k, got, want)
		}
	}
}

// TestGemmOfZeros: factors of which half are zeros, as after a relu, and numbers of b that are not finite, whose product
// with zero is NaN, whether the product looks at b each time or ahead.
func TestGemmOfZeros(t *testing.T) {
	for _, s := range sets {
		t.Run("float64/"+s.name, func(t *testing.T) { checkGemmOfZeros(t, s.f64.gemm, 1e-14) })
		t.Run("float32/"+s.name, func(t *testing.T) { checkGemmOfZeros(t, s.f32.gemm, 5e-6) })
	}
}

func checkGemmOfZeros[T Float](t *testing.T, ops gemmKernels[T], tol float64) {
	rng := rand.New(rand.NewPCG(3, 4))
	for _, shape := range [][3]int{{8, 24, 1}, {9, 33, 17}, {20, 600, 40}, {3, 30, 30}, {8, 72, 64}, {17, 155, 131}, {9, 72, 344}, {1, 100, 70}, {2, 33, 64}} {
		m, n, k := shape[0], shape[1], shape[2]
		for _, trans := range [][2]bool{{}, {true, false}, {false, true}, {true, true}} {
			for i := range 6 {
				odd, examined := []float64{0, math.Inf(1), math.NaN()}[i%3], i >= 3
				a, b, c, bias := make([]T, m*k), make([]T, k*n), make([]T, m*n), make([]T, n)
				for i := range a {
					a[i] = T(max(0, rng.NormFloat64()))
				}
				for i := range b {
					b[i] = T(rng.NormFloat64())
				}
				if odd != 0 {
					b[len(b)/2] = T(odd)
				}
				gemm := func() *Gemm[T] {
					g := newGemm(trans[0], trans[1], m, n, k, ops, new(GemmSpace[T]))
					if examined {
						g.SecondChanged()
					}
					return g
				}
				want := product(trans, m, n, k, a, b)
				gemm().Run(a, b, c, false)
				check := func(what string, i int, want float64) {
					got := float64(c[i])
					if !(math.Abs(got-want) <= tol*math.Sqrt(float64(k)+1)*4) && got != want && !(math.IsNaN(got) && math.IsNaN(want)) {
						t.Fatalf("m=%d n=%d k=%d trans=%v, %v in b, examined ahead: %v%s: element %d = %v, want %v", m, n, k, trans, odd, examined, what, i, got, want)
					}
				}
				for i, w := range want {
					check("", i, w)
				}
				gemm().Run(a, b, c, true)
				for i, w := range want {
					check(", added", i, w+w)
				}
				for i := range bias {
					bias[i] = T(rng.NormFloat64())
				}
				gemm().Dense(a, b, bias, c, true)
				for i, w := range want {
					check(", relu", i, max(w+float64(bias[i%n]), 0)) // NaN where the product is NaN
				}
				y := make([]T, m*n)
				for i := range y {
					y[i] = T(max(0, rng.NormFloat64()))
				}
				y[m*n-1], y[m*n-2] = T(math.NaN()), -1 // not positive, so that Where gives 0 there, as for a zero
				gemm().Where(y, a, b, c)
				for i, w := range want {
					if !(y[i] > 0) {
						w = 0
					}
					check(", where y", i, w)
				}
			}
		}
	}
}

// TestGemmOfARow: a row of the product has the same bits alone and among other rows, whether many or few of its factors are
// zero, and wherever in the batch it stands. Otherwise a row's log p would depend on the other rows of a request.
func TestGemmOfARow(t *testing.T) {
	for _, s := range sets {
		t.Run("float64/"+s.name, func(t *testing.T) { checkGemmOfARow(t, s.f64.gemm) })
		t.Run("float32/"+s.name, func(t *testing.T) { checkGemmOfARow(t, s.f32.gemm) })
	}
}

func checkGemmOfARow[T Float](t *testing.T, ops gemmKernels[T]) {
	rng := rand.New(rand.NewPCG(5, 6))
	for _, shape := range [][2]int{{24, 49}, {33, 51}, {72, 344}, {600, 40}, {64, 300}} {
		n, k := shape[0], shape[1]
		for way := range 4 {
			transB, examined := way%2 > 0, way >= 2
			b, bias := randomNumbers[T](rng, k*n, 1), randomNumbers[T](rng, n, 1)
			for _, floor := range []float64{-10, 0.3} { // −10: no zeros; 0.3: mostly zeros
				const m = 23
				a := randomNumbers[T](rng, m*k, 1)
				for i := range a {
					a[i] = max(a[i], T(floor)) - T(max(floor, 0))
				}
				whole := make([]T, m*n)
				newGemm(false, transB, m, n, k, ops, new(GemmSpace[T])).Dense(a, b, bias, whole, false)
				for _, rows := range []int{1, 2, 3, 5, 8} {
					part := make([]T, rows*n)
					g := newGemm(false, transB, rows, n, k, ops, new(GemmSpace[T]))
					if examined {
						g.SecondChanged()
					}
					g.Dense(a[(m-rows)*k:], b, bias, part, false)
					if want := whole[(m-rows)*n:]; !slices.Equal(part, want) {
						t.Errorf("n=%d k=%d transB=%v, at least %v: the last %d rows are %v by themselves, want %v as among %d", n, k, transB, floor, rows, part[:3], want[:3], m)
					}
				}
			}
		}
	}
}

func product[T Float](trans [2]bool, m, n, k int, a, b []T) []float64 {
	out := make([]float64, m*n)
	for i := range m {
		for j := range n {
			s := 0.0
			for p := range k {
				x, y := i*k+p, p*n+j
				if trans[0] {
					x = p*m + i
				}
				if trans[1] {
					y = j*k + p
				}
				s += float64(a[x]) * float64(b[y])
			}
			out[i*n+j] = s
		}
	}
	return out
}

// BenchmarkGemm reports GFLOPS at the shapes that conditioners have: forward, gradient in the weights, gradient in the input.
func BenchmarkGemm(b *testing.B) {
	for _, s := range sets {
		for _, shape := range [][3]int{{256, 128, 128}, {256, 528, 128}, {256, 64, 64}, {256, 32, 32}} {
			benchmarkGemm(b, "float64/"+s.name, s.f64.gemm, shape)
			benchmarkGemm(b, "float32/"+s.name, s.f32.gemm, shape)
		}
	}
}

func benchmarkGemm[T Float](b *testing.B, name string, ops gemmKernels[T], s [3]int) {
	rows, out, in := s[0], s[1], s[2]
	for _, c := range []struct {
		name           string
		transA, transB bool
		m, n, k        int
	}{
		{"forward", false, false, rows, out, in},
		{"weights", true, false, in, out, rows},
		{"input", false, true, rows, in, out},
	} {
		b.Run(fmt.Sprintf("%s/%dx%dx%d/%s", name, rows, out, in, c.name), func(b *testing.B) {
			g := newGemm(c.transA, c.transB, c.m, c.n, c.k, ops, new(GemmSpace[T]))
			x, y, z := make([]T, c.m*c.k), make([]T, c.k*c.n), make([]T, c.m*c.n)
			for _, v := range [][]T{x, y} {
				for i := range v {
					v[i] = T(rand.NormFloat64()) // not zeros, for which the portable product does less work
				}
			}
			for b.Loop() {
				g.Run(x, y, z, false)
			}
			b.ReportMetric(2*float64(c.m)*float64(c.n)*float64(c.k)*float64(b.N)/float64(b.Elapsed().Nanoseconds()), "GFLOPS")
		})
	}
}

// TestGemmMasked: a product that skips the weights that a mask leaves out equals the product with those weights set to zero,
// for each of the three products of a dense layer, for any order of the degrees, and where half of the numbers are zero besides.
func TestGemmMasked(t *testing.T) {
	for _, s := range sets {
		ops := s.f64.gemm
		t.Run("float64/"+s.name, func(t *testing.T) { checkGemmMasked(t, ops, 1e-13) })
	}
	for _, s := range sets {
		ops := s.f32.gemm
		t.Run("float32/"+s.name, func(t *testing.T) { checkGemmMasked(t, ops, 1e-5) })
	}
}

func checkGemmMasked[T Float](t *testing.T, ops gemmKernels[T], tol float64) {
	for _, rows := range []int{1, 2, 29} {
		checkRowsMasked(t, ops, rows, tol, false)
		checkRowsMasked(t, ops, rows, tol, true)
	}
}

func checkRowsMasked[T Float](t *testing.T, ops gemmKernels[T], rows int, tol float64, steady bool) {
	rng := rand.New(rand.NewPCG(8, 8))
	random := func(n int) []T { return randomNumbers[T](rng, n, 1) }
	for _, c := range []struct {
		in, out, most int
		zeros         bool
	}{{5, 40, 4, false}, {40, 70, 4, false}, {70, 31, 30, false}, {3, 2, 2, false}, {300, 33, 9, false}, {150, 200, 4, true}, {201, 150, 60, true}} {
		for name, degree := range map[string]func(i, n int) int{
			"in order": func(i, n int) int { return i * (c.most + 1) / n },
			"reversed": func(i, n int) int { return (n - 1 - i) * (c.most + 1) / n },
			"in turns": func(i, _ int) int { return i % (c.most + 1) },
			"lost":     func(int, int) int { return rng.IntN(2) * c.most },
		} {
			from, to := make([]int, c.in), make([]int, c.out)
			for i := range from {
				from[i] = degree(i, c.in)
			}
			for j := range to {
				to[j] = max(degree(j, c.out)-1, 0)
			}
			x, w, g, bias := random(rows*c.in), random(c.in*c.out), random(rows*c.out), random(c.out)
			if c.zeros {
				Relu(x)
				Relu(g)
			}
			kept := func(e int) bool { return from[e/c.out] <= to[e%c.out] }
			for e := range w {
				if !kept(e) {
					w[e] = 0
				}
			}
			check := func(what string, got []T, want []float64) {
				t.Helper()
				for e, v := range want {
					if !(math.Abs(float64(got[e])-v) <= tol*float64(c.in+c.out)) {
						t.Fatalf("%d rows, %d×%d, degrees %s: %s: element %d = %v, want %v", rows, c.in, c.out, name, what, e, got[e], v)
					}
				}
			}
			space := new(GemmSpace[T])
			masked := func(g *Gemm[T]) *Gemm[T] {
				if steady {
					g.SecondChanged()
				}
				return g.Masked(from, to)
			}
			y := random(rows * c.out)
			want := product([2]bool{}, rows, c.out, c.in, x, w)
			for e := range want {
				want[e] += float64(bias[e%c.out])
			}
			masked(newGemm(false, false, rows, c.out, c.in, ops, space)).Dense(x, w, bias, y, false)
			check("x·W + bias", y, want)
			masked(newGemm(false, false, rows, c.out, c.in, ops, space)).Dense(x, w, bias, y, true)
			for e, v := range want {
				want[e] = max(v, 0)
			}
			check("relu(x·W + bias)", y, want)
			if name == "in order" {
				stages, staged := newGemm(false, false, rows, c.out, c.in, ops, space).Masked(from, to), make([]T, rows*c.out)
				for degree := range c.most + 1 {
					known := slices.Clone(x) // others are no numbers: a stage must not read them
					for e := range known {
						if from[e%c.in] > degree {
							known[e] = T(math.NaN())
						}
					}
					stages.DenseOf(degree, known, w, bias, staged, true)
				}
				check("relu(x·W + bias) in stages", staged, want)
			}
			gx := random(rows * c.in)
			newGemm(false, true, rows, c.in, c.out, ops, space).Masked(from, to).Run(g, w, gx, false)
			check("g·Wᵀ", gx, product([2]bool{false, true}, rows, c.in, c.out, g, w))
			gw := newGemm(true, false, c.in, c.out, rows, ops, space).Masked(from, to)
			sum := random(c.in * c.out)
			gw.Run(x, g, sum, false)
			gw.Run(x, g, sum, true)
			want = product([2]bool{true, false}, c.in, c.out, rows, x, g)
			for e := range want {
				want[e] *= 2
				if !kept(e) { // masked elements of the weights' gradient are not written
					want[e] = float64(sum[e])
				}
			}
			check("xᵀ·g, twice", sum, want)
		}
	}
}

// randomNumbers returns n numbers from N(0, std²).
func randomNumbers[T Float](rng *rand.Rand, n int, std float64) []T {
	v := make([]T, n)
	for i := range v {
		v[i] = T(std * rng.NormFloat64())
	}
	return v
}
