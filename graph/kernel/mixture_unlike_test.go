package kernel

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"gaussflow/internal/testsize"
)

// TestScalesUnlike: with a component that is up to e^60 times narrower than the others and has no density at x, z, the log
// slope and the gradients are those of the scalar form.
func TestScalesUnlike(t *testing.T) {
	for _, s := range sets {
		t.Run("float64/"+s.name, func(t *testing.T) { checkUnlike(t, s.f64.mixture, 1e-13, 1e-11) })
		t.Run("float32/"+s.name, func(t *testing.T) { checkUnlike(t, s.f32.mixture, 3e-6, 1e-4) })
	}
}

func checkUnlike[T Float](t *testing.T, ops mixtureKernels[T], tol, gradTol float64) {
	const n, k = 37, 3
	for _, logScale := range []float64{-5, -12, -20, -30, -40, -50, -60} {
		for _, perRow := range []bool{false, true} {
			sets := 1
			if perRow {
				sets = n
			}
			var theta []T
			for range sets {
				theta = append(theta, 0, 0.1, -0.2, 0, 0.3, -1, T(logScale), 0.5, T(-logScale/60))
			}
			x, up := make([]T, n), make([]T, n)
			for i := range x {
				x[i], up[i] = T(0.4*float64(i-n/2)+0.1), 1
			}
			b := newMixtureBatch(1, k, perRow, Clamp{}, ops)
			z, l, gx := make([]T, n), make([]T, n), make([]T, n)
			kept, gtheta := keptOf(theta, perRow), make([]T, len(theta))
			b.Forward(x, theta, z, l, kept)
			b.Backward(x, kept, z, l, up, up, gx, gtheta)
			m, sum := NewMixture(k), make([]float64, 3*k)
			for i := range x {
				what := fmt.Sprintf("log scale %v, perRow=%v, x = %v", logScale, perRow, x[i])
				SetMixture(m, theta[:k], theta[k:2*k], theta[2*k:3*k])
				zi, li := m.At(float64(x[i]))
				if !near(float64(z[i]), zi, tol, math.Max(1, math.Abs(zi))) || !near(float64(l[i]), li, tol, math.Max(1, zi*zi)) {
					t.Fatalf("%s: z = %v, log slope %v, want %v, %v", what, z[i], l[i], zi, li)
				}
				g := make([]float64, 3*k)
				want := MixtureBackward(m, 1, 1, g[:k], g[k:2*k], g[2*k:])
				terms := 3 * math.Max(1, zi*zi) * math.Max(1, math.Exp(li))
				if !near(float64(gx[i]), want, gradTol, terms) {
					t.Fatalf("%s: gx = %v, want %v", what, gx[i], want)
				}
				for j, v := range g {
					sum[j] += v
					if perRow && !near(float64(gtheta[i*3*k+j]), v, gradTol, terms) {
						t.Fatalf("%s: gradient %d = %v, want %v", what, j, gtheta[i*3*k+j], v)
					}
				}
			}
			for j, v := range sum {
				if !perRow && !near(float64(gtheta[j]), v, gradTol, 100*n) {
					t.Fatalf("log scale %v: gradient %d = %v, want %v", logScale, j, gtheta[j], v)
				}
			}
		}
	}
}

// TestComponentsUnlike: near the means and far from them, with scales and weights of very different sizes in one mixture,
// every kernel gives what the scalar form gives.
func TestComponentsUnlike(t *testing.T) {
	for _, s := range sets {
		t.Run("float64/"+s.name, func(t *testing.T) { checkComponentsUnlike(t, s.f64.mixture) })
		t.Run("float32/"+s.name, func(t *testing.T) { checkComponentsUnlike(t, s.f32.mixture) })
	}
}

func checkComponentsUnlike[T Float](t *testing.T, ops mixtureKernels[T]) {
	rng := rand.New(rand.NewPCG(1, 5))
	for range testsize.Of(t, 8_000, 200) {
		x, theta := drawUnlike[T](rng, 1+rng.IntN(3))
		sameAsScalar(t, newMixtureBatch(1, len(theta)/3, true, Clamp{}, ops), Clamp{}, []T{x}, theta)
	}
}

// drawUnlike draws an x and a mixture of k components. Each number is drawn by one of several laws, so that components which
// are negligible, dominant or nearly equal at x occur in all combinations.
func drawUnlike[T Float](rng *rand.Rand, k int) (x T, theta []T) {
	decades := byType[T, float64](300.0, 36.0)
	sign := func() float64 { return float64(1 - 2*rng.IntN(2)) }
	power := func(decades float64) float64 { return sign() * math.Pow(10, decades) }
	at := power([]float64{rng.Float64()*2*decades - decades, 4*rng.Float64() - 10}[rng.IntN(2)])
	reach := math.Log(math.Abs(at))
	theta = make([]T, 0, 3*k)
	add := func(laws ...func() float64) {
		for range k {
			v := laws[rng.IntN(len(laws))]()
			if math.Abs(v) > math.Pow(10, decades+1) { // the difference x − μ must not overflow
				v = 1
			}
			theta = append(theta, T(v))
		}
	}
	normal := rng.NormFloat64
	add(normal, func() float64 { return 0 }, func() float64 { return 40 * normal() }, func() float64 { return 400 * (2*rng.Float64() - 1) })
	add(normal, func() float64 { return 0 }, func() float64 { return at },
		func() float64 { return at * (1 + power(-16*rng.Float64())) },
		func() float64 { return at * power(normal()*decades/10) },
		func() float64 { return power(decades * (rng.Float64() - 0.5)) },
		func() float64 { return power(decades * (1 - 0.2*rng.Float64())) })
	add(normal, func() float64 { return reach + 3*normal() }, func() float64 { return reach - 60*rng.Float64() },
		func() float64 { return -150 * rng.Float64() },
		func() float64 { return 2.4 * decades * (2*rng.Float64() - 1) },
		func() float64 { return power(decades * rng.Float64()) })
	return T(at), theta
}
