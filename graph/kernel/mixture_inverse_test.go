package kernel

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"gaussflow/internal/testsize"
)

// An inverseCase draws the parameters of one component for tests of the inverse: logit, mean and raw log scale.
type inverseCase struct {
	name string
	draw func(rng *rand.Rand) (logit, mean, logScale float64)
}

var inverseCases = []inverseCase{
	{"near", func(rng *rand.Rand) (float64, float64, float64) {
		return rng.NormFloat64(), rng.NormFloat64(), 0.5 * rng.NormFloat64()
	}},
	{"peaks", func(rng *rand.Rand) (float64, float64, float64) {
		return rng.NormFloat64(), 30 * rng.NormFloat64(), rng.NormFloat64() - 2
	}},
	{"faint", func(rng *rand.Rand) (float64, float64, float64) { // weights that underflow in float32, or in float64
		return 400 * rng.NormFloat64(), 10 * rng.NormFloat64(), rng.NormFloat64()
	}},
	{"unlike", func(rng *rand.Rand) (float64, float64, float64) {
		return rng.NormFloat64(), 3 * rng.NormFloat64(), 60 * (2*rng.Float64() - 1)
	}},
	{"large", func(rng *rand.Rand) (float64, float64, float64) {
		return rng.NormFloat64(), 1e6 * rng.NormFloat64(), 4 * rng.NormFloat64()
	}},
}

// TestInverseAtAnyTarget: for targets z from 0 to where z² overflows, with every number of components and every remainder of
// the vector width, x and the log slope are those of Mixture.Inverse.
func TestInverseAtAnyTarget(t *testing.T) {
	for _, s := range sets {
		t.Run("float64/"+s.name, func(t *testing.T) { checkTargets(t, s.f64.mixture) })
		t.Run("float32/"+s.name, func(t *testing.T) { checkTargets(t, s.f32.mixture) })
	}
}

func checkTargets[T Float](t *testing.T, ops mixtureKernels[T]) {
	targets := []float64{0, 1e-30, -0.5, 1, -2, 4, -6.64, 6.66, -7, 9, -12, 15, -26, 37, -40, 100, -300, 1e3, -1e4, 1e6, -1e9, 1e15, -1e20,
		math.Inf(1), math.Inf(-1), math.NaN()}
	components := testsize.Of(t, []int{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16}, []int{1, 3, 8, 13})
	for _, c := range inverseCases {
		for _, k := range components {
			for _, perRow := range []bool{false, true} {
				rng := rand.New(rand.NewPCG(uint64(k), 7))
				rows, d := 13+k, 1+k%3
				sets := 1
				if perRow {
					sets = rows
				}
				var theta []T
				for range sets {
					third := d * k
					one := make([]T, 3*third)
					for j := range third {
						a, b, s := c.draw(rng)
						one[j], one[third+j], one[2*third+j] = T(a), T(b), T(s)
					}
					theta = append(theta, one...)
				}
				z, x, l := make([]T, rows*d), make([]T, rows*d), make([]T, rows*d)
				for i := range z {
					z[i] = T(targets[(i+k)%len(targets)] * (1 + 0.1*rng.Float64()))
				}
				b := newMixtureBatch(d, k, perRow, Clamp{}, ops)
				b.Inverse(z, theta, x, l)
				m := NewMixture(k)
				for i := range z {
					at, third := b.thirds(i)
					SetMixture(m, theta[at:at+k], theta[at+third:at+third+k], theta[at+2*third:at+2*third+k])
					what := fmt.Sprintf("%s, K=%d, perRow=%v, element %d, z = %v", c.name, k, perRow, i, z[i])
					sameInverse(t, what, m, z[i], x[i], l[i])
				}
			}
		}
	}
}

// TestInverseOverTheRange: targets z of every exponent and both signs, with mixtures whose components differ in everything.
func TestInverseOverTheRange(t *testing.T) {
	for _, s := range sets {
		for _, c := range rangeCases {
			t.Run("float64/"+s.name+"/"+c.name, func(t *testing.T) { checkTargetRange(t, s.f64.mixture, c) })
			t.Run("float32/"+s.name+"/"+c.name, func(t *testing.T) { checkTargetRange(t, s.f32.mixture, c) })
		}
	}
}

func checkTargetRange[T Float](t *testing.T, ops mixtureKernels[T], c rangeCase) {
	_, _, spread := limits[T]()
	for round := range testsize.Of(t, 4, 2) { // alternately one mixture for all rows and one for each row
		rng := rand.New(rand.NewPCG(uint64(round), 3))
		k, perRow := 1+(round*5)%9, round%2 == 1
		z := eachSize[T](rng, testsize.Of(t, 1, 4)*byType[T, int](31, 5))
		for range 40 {
			z = append(z, T(3*rng.NormFloat64()), T(20*rng.NormFloat64()))
		}
		mixtures := 1
		if perRow {
			mixtures = len(z)
		}
		theta := make([]T, 3*k*mixtures)
		b := newMixtureBatch(1, k, perRow, c.clamp, ops)
		for i := range mixtures {
			at, third := b.thirds(i)
			for j := range k {
				l, m, s := c.draw(rng, j, spread)
				theta[at+j], theta[at+third+j], theta[at+2*third+j] = T(l), T(m), T(s)
			}
		}
		x, l := make([]T, len(z)), make([]T, len(z))
		b.Inverse(z, theta, x, l)
		m, scales, most := NewMixture(k), make([]float64, k), float64(mostLogScale[T]())
		for i := range z {
			at, third := b.thirds(i)
			for j := range scales {
				scales[j] = min(max(c.clamp.Apply(float64(theta[at+2*third+j])), -most), most)
			}
			SetMixture(m, widen(theta[at:at+k]), widen(theta[at+third:at+third+k]), scales)
			sameInverse(t, fmt.Sprintf("K=%d, perRow=%v, z = %v", k, perRow, z[i]), m, z[i], x[i], l[i])
		}
	}
}

// sameInverse compares x with the x of Mixture.Inverse: to the last digits of x, or to as many as z determines.
func sameInverse[T Float](t *testing.T, what string, m *Mixture, z, x, l T) {
	t.Helper()
	wantX, wantL := m.Inverse(float64(z))
	if T(wantX-wantX) != 0 || T(wantL) != T(wantL) || math.IsInf(float64(T(wantX)), 0) {
		if x-x == 0 {
			t.Fatalf("%s: x = %v, want %v", what, x, wantX)
		}
		return
	}
	eps, far := float64(epsilon[T]()), math.Max(1, math.Abs(float64(z)))
	digits := 16 * eps * math.Abs(wantX)
	for k := range m.mean { // x is computed from differences of the means, and so has their rounding error
		digits = math.Max(digits, 4*eps*math.Abs(m.mean[k]))
	}
	zx, lx := m.At(float64(x))
	slope := math.Max(math.Exp(lx), math.Exp(wantL))
	if math.Abs(float64(x)-wantX) > digits && !(math.Abs(zx-float64(z)) <= 64*eps*far+digits*slope) {
		t.Fatalf("%s: x = %v, want %v: z(x) = %v", what, x, wantX, zx)
	}
	room := 2e3*eps*far*far + 4*eps*math.Abs(lx)
	for _, near := range []float64{wantX, float64(x) - digits, float64(x) + digits} {
		if _, other := m.At(near); math.Abs(other-lx) > room { // the slope varies by more than the tolerance within the rounding error of x
			return
		}
	}
	if !(math.Abs(float64(l)-lx) <= room) {
		t.Fatalf("%s: x = %v: log slope %v, want %v", what, x, l, lx)
	}
}
