package kernel

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"gaussflow/internal/testsize"
)

// TestMixtureBatchEqualsMixture checks every implementation that this processor can run, for component counts around
// the vector widths, both layouts, and rows from the middle to the far tails, against the scalar reference.
func TestMixtureBatchEqualsMixture(t *testing.T) {
	for _, s := range sets {
		ops := s.f64.mixture
		t.Run("float64/"+s.name, func(t *testing.T) {
			checkBatch(t, ops, 1e-13, 1e-11)
			checkPasses(t, ops)
		})
	}
	for _, s := range sets {
		ops := s.f32.mixture
		t.Run("float32/"+s.name, func(t *testing.T) { checkBatch(t, ops, 3e-6, 1e-4) })
	}
}

func checkBatch[T Float](t *testing.T, ops mixtureKernels[T], tol, gradTol float64) {
	components := testsize.Of(t, []int{1, 2, 3, 5, 7, 8, 9, 16, 17, 50}, []int{1, 3, 9})
	columns := testsize.Of(t, []int{1, 3, 40}, []int{1, 3, 18})
	for _, k := range components {
		for _, d := range columns {
			for _, perRow := range []bool{false, true} {
				for _, clamp := range []Clamp{{}, {ClampTanh, -3, 3}, {ClampSigmoid, -2, 1}} {
					name := fmt.Sprintf("K=%d/d=%d/perRow=%v/clamp=%d", k, d, perRow, clamp.Kind)
					t.Run(name, func(t *testing.T) { checkBatchOf(t, ops, 37, d, k, perRow, clamp, tol, gradTol) })
				}
			}
		}
	}
}

// checkPasses: for every shape, each pass writes each element exactly once.
func checkPasses[T Float](t *testing.T, ops mixtureKernels[T]) {
	for _, perRow := range []bool{false, true} {
		for _, d := range []int{1, 2, 9, 40} {
			for _, n := range []int{1, 2, 7, 8, 9, 33, 300} {
				b := newMixtureBatch(d, 3, perRow, Clamp{}, ops)
				visits := make([]int, n*d)
				for p := b.begin(n*d, b.way(n)); p.groups > 0; b.next(&p) {
					for g := range p.groups {
						for lane := range p.lanesOf(g) {
							visits[p.element(g, lane)]++
						}
					}
				}
				for i, v := range visits {
					if v != 1 {
						t.Fatalf("%d×%d, perRow=%v: element %d is visited %d times", n, d, perRow, i, v)
					}
				}
			}
		}
	}
}

func checkBatchOf[T Float](t *testing.T, ops mixtureKernels[T], n, d, k int, perRow bool, clamp Clamp, tol, gradTol float64) {
	rng := rand.New(rand.NewPCG(uint64(k), uint64(d)))
	sets := 1
	if perRow {
		sets = n
	}
	random := func(n int, std float64) []T { return randomNumbers[T](rng, n, std) }
	theta := random(sets*3*d*k, 0.7)
	x := random(n*d, 2)
	for i, far := range []T{0, 9, -9, 40, -40, 300, -300} {
		x[(3*i)%len(x)] = far
	}
	gz, gl := random(n*d, 1), random(n*d, 1)
	z, l, gx := make([]T, n*d), make([]T, n*d), make([]T, n*d)
	gtheta := make([]T, len(theta))
	b := newMixtureBatch(d, k, perRow, clamp, ops)
	kept := keptOf(theta, perRow)
	b.Forward(x, theta, z, l, kept)
	b.Backward(x, kept, z, l, gz, gl, gx, gtheta)

	checkInverse(t, b, x, theta, z)

	m := NewMixture(k)
	want := make([][]float64, 3)
	scale := make([]float64, k)
	raw := make([]float64, k)
	wantTheta, size := make([]float64, len(theta)), make([]float64, len(theta))
	for i := range x {
		at, third := b.thirds(i)
		for j := range k {
			raw[j] = float64(theta[at+2*third+j])
			scale[j] = clamp.Apply(raw[j])
		}
		logits, means := widen(theta[at:at+k]), widen(theta[at+third:at+third+k])
		SetMixture(m, logits, means, scale)
		zi, li := m.At(float64(x[i]))
		if !near(float64(z[i]), zi, tol, 1) || !near(float64(l[i]), li, tol, math.Max(1, zi*zi)) {
			t.Fatalf("x = %v: z = %v, log slope = %v, want %v, %v", x[i], z[i], l[i], zi, li)
		}
		for j := range want {
			want[j] = make([]float64, k)
		}
		wantX := MixtureBackward(m, float64(gz[i]), float64(gl[i]), want[0], want[1], want[2])
		// the terms of a gradient grow with z² and with the slope, and cancel, so the tolerance grows with them
		terms := math.Max(1, zi*zi) * math.Max(1, math.Exp(li)) * (1 + math.Abs(float64(gz[i])) + math.Abs(float64(gl[i])))
		if !near(float64(gx[i]), wantX, gradTol, terms) {
			t.Fatalf("x = %v: gx = %v, want %v", x[i], gx[i], wantX)
		}
		for j := range k {
			wantTheta[at+j] += want[0][j]
			wantTheta[at+third+j] += want[1][j]
			wantTheta[at+2*third+j] += want[2][j] * clamp.Slope(scale[j])
			for _, third := range []int{0, third, 2 * third} {
				size[at+third+j] += terms
			}
		}
	}
	for i, w := range wantTheta {
		if !near(float64(gtheta[i]), w, gradTol, size[i]) {
			t.Fatalf("gradient %d = %v, want %v", i, gtheta[i], w)
		}
	}
}

// keptOf returns the memory that Forward fills for Backward: theta itself where all rows share their mixtures.
func keptOf[T Float](theta []T, perRow bool) []T {
	if perRow {
		return make([]T, len(theta))
	}
	return theta
}

// checkInverse compares Inverse with the scalar one: x to what the digits of z determine, and z(x) with z.
func checkInverse[T Float](t *testing.T, b *MixtureBatch[T], x, theta, z []T) {
	t.Helper()
	back, l := make([]T, len(z)), make([]T, len(z))
	again, againL := make([]T, len(z)), make([]T, len(z))
	b.Inverse(z, theta, back, l)
	b.Forward(back, theta, again, againL, nil)
	eps := float64(epsilon[T]())
	for i := range z {
		// an error of x in its last digits is an error of z that is larger by the factor slope
		room := 64*eps*math.Max(1, math.Abs(float64(z[i]))) + 8*eps*math.Abs(float64(x[i]))*math.Exp(float64(againL[i]))
		if d := math.Abs(float64(again[i] - z[i])); !(d <= room) {
			t.Fatalf("z = %v (of x = %v): the inverse is %v, where z = %v: off by %.2g, want at most %.2g", z[i], x[i], back[i], again[i], d, room)
		}
		if d := math.Abs(float64(l[i] - againL[i])); !(d <= 2e3*eps*math.Max(1, float64(z[i]*z[i]))) {
			t.Fatalf("z = %v: log slope %v, want %v", z[i], l[i], againL[i])
		}
	}
}

func widen[T Float](v []T) []float64 {
	w := make([]float64, len(v))
	for i, x := range v {
		w[i] = float64(x)
	}
	return w
}

// BenchmarkMixture reports nanoseconds per component.
func BenchmarkMixture(b *testing.B) {
	for _, k := range []int{8, 50} {
		for _, s := range sets {
			ops := s.f64.mixture
			b.Run(fmt.Sprintf("float64/%s/K=%d", s.name, k), func(b *testing.B) { benchmarkBatch(b, ops, k) })
		}
		for _, s := range sets {
			ops := s.f32.mixture
			b.Run(fmt.Sprintf("float32/%s/K=%d", s.name, k), func(b *testing.B) { benchmarkBatch(b, ops, k) })
		}
	}
}

func benchmarkBatch[T Float](b *testing.B, ops mixtureKernels[T], k int) {
	const n, d = 512, 4
	for _, perRow := range []bool{false, true} {
		sets := 1
		if perRow {
			sets = n
		}
		theta, x := make([]T, sets*3*d*k), make([]T, n*d)
		rng := rand.New(rand.NewPCG(1, 1))
		for _, v := range [][]T{theta, x} {
			for i := range v {
				v[i] = T(0.5 * rng.NormFloat64())
			}
		}
		z, l, gx, gtheta := make([]T, n*d), make([]T, n*d), make([]T, n*d), make([]T, len(theta))
		batch := newMixtureBatch(d, k, perRow, Clamp{ClampTanh, -3, 3}, ops)
		report := func(name string, f func()) {
			b.Run(fmt.Sprintf("perRow=%v/%s", perRow, name), func(b *testing.B) {
				for b.Loop() {
					f()
				}
				b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(n*d*k), "ns/component")
			})
		}
		kept := keptOf(theta, perRow)
		report("forward", func() { batch.Forward(x, theta, z, l, kept) })
		report("backward", func() { batch.Backward(x, kept, z, l, x, x, gx, gtheta) })
	}
}

// TestMixtureBatchAtTheEdges: for each remainder of the number of rows and with every special value at every place, a NaN
// affects only its own element.
func TestMixtureBatchAtTheEdges(t *testing.T) {
	for _, s := range sets {
		ops := s.f64.mixture
		t.Run("float64/"+s.name, func(t *testing.T) { checkEdges(t, ops, 1e-13) })
	}
	for _, s := range sets {
		ops := s.f32.mixture
		t.Run("float32/"+s.name, func(t *testing.T) { checkEdges(t, ops, 3e-6) })
	}
}

func checkEdges[T Float](t *testing.T, ops mixtureKernels[T], tol float64) {
	const d, k = 2, 3
	edges := []float64{0, math.Copysign(0, -1), 1e-310, -1e-40, 1e-20, 1e4, -1e4, 1e9, -1e9, math.Inf(1), math.Inf(-1), math.NaN()}
	for rows := range 18 {
		for _, perRow := range []bool{false, true} {
			sets := 1
			if perRow {
				sets = max(rows, 1)
			}
			theta := make([]T, sets*3*d*k)
			for i := range theta {
				theta[i] = T(math.Sin(float64(i)))
			}
			b := newMixtureBatch(d, k, perRow, Clamp{}, ops)
			x, z, l := make([]T, rows*d), make([]T, rows*d), make([]T, rows*d)
			for i := range x {
				x[i] = T(edges[(i+rows)%len(edges)])
			}
			b.Forward(x, theta, z, l, nil)
			m := NewMixture(k)
			for i, v := range x {
				at, third := b.thirds(i)
				SetMixture(m, theta[at:at+k], theta[at+third:at+third+k], theta[at+2*third:at+2*third+k])
				if math.IsNaN(float64(v)) || math.IsInf(float64(v), 0) {
					if float64(z[i]-z[i]) == 0 && float64(l[i]-l[i]) == 0 {
						t.Fatalf("%d rows: x = %v gives z = %v, log slope %v, want one that is not finite", rows, v, z[i], l[i])
					}
					continue
				}
				zi, li := m.At(float64(v))
				if !near(float64(z[i]), zi, tol, 1) || !near(float64(l[i]), li, tol, math.Max(1, math.Min(zi*zi, 100))) {
					t.Fatalf("%d rows, perRow=%v: x = %v: z = %v, log slope %v, want %v, %v", rows, perRow, v, z[i], l[i], zi, li)
				}
			}
		}
	}
}

// TestNaNParametersAreSeen: a NaN as a logit, mean or scale makes the results of the elements that use it NaN, and of no others.
func TestNaNParametersAreSeen(t *testing.T) {
	for _, s := range sets {
		ops := s.f64.mixture
		t.Run("float64/"+s.name, func(t *testing.T) { checkNaN(t, ops) })
	}
	for _, s := range sets {
		ops := s.f32.mixture
		t.Run("float32/"+s.name, func(t *testing.T) { checkNaN(t, ops) })
	}
}

func checkNaN[T Float](t *testing.T, ops mixtureKernels[T]) {
	const n, d, k = 32, 2, 3
	for _, clamp := range []Clamp{{}, {ClampTanh, -3, 3}, {ClampSigmoid, -2, 1}} {
		for _, perRow := range []bool{false, true} {
			for part := range 3 {
				theta := make([]T, 3*d*k)
				if perRow {
					theta = make([]T, n*3*d*k)
				}
				theta[part*d*k+1] = T(math.NaN()) // the elements of the first column, or, with mixtures per row, of its first row
				x, z, l := make([]T, n*d), make([]T, n*d), make([]T, n*d)
				newMixtureBatch(d, k, perRow, clamp, ops).Forward(x, theta, z, l, nil)
				for i := range z {
					bad := i == 0 || !perRow && i%d == 0
					if (z[i] != z[i]) != bad || (l[i] != l[i]) != bad {
						t.Fatalf("clamp %d, perRow=%v, part %d: element %d is %v, %v, want NaN: %v", clamp.Kind, perRow, part, i, z[i], l[i], bad)
					}
				}
			}
		}
	}
}
