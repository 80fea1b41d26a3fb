package kernel

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"gaussflow/internal/testsize"
)

// The tests of this file compare every kernel of a mixture with the scalar form, which TestMixtureAgainstReference compares
// with numbers of 50 digits. They cover the whole range of each type: x of every exponent and both signs, not finite, and
// near every component, with mixtures whose components differ in everything.

// A rangeCase draws component j of a mixture; spread is the largest distance of log scales and logits that the type can represent.
type rangeCase struct {
	name  string
	clamp Clamp
	draw  func(rng *rand.Rand, j int, spread float64) (logit, mean, logScale float64)
}

var rangeCases = []rangeCase{
	{"plain", Clamp{}, func(rng *rand.Rand, _ int, _ float64) (float64, float64, float64) {
		return rng.NormFloat64(), 2 * rng.NormFloat64(), 0.7*rng.NormFloat64() - 0.5
	}},
	{"clamped", Clamp{ClampTanh, -3, 3}, func(rng *rand.Rand, _ int, _ float64) (float64, float64, float64) {
		return rng.NormFloat64(), 2 * rng.NormFloat64(), rng.NormFloat64()
	}},
	{"unlike", Clamp{}, func(rng *rand.Rand, _ int, spread float64) (float64, float64, float64) {
		return rng.NormFloat64(), 3 * rng.NormFloat64(), spread * math.Pow(rng.Float64(), 2) * (2*rng.Float64() - 1)
	}},
	{"out of range", Clamp{}, func(rng *rand.Rand, _ int, spread float64) (float64, float64, float64) {
		return rng.NormFloat64(), 3 * rng.NormFloat64(), 2 * spread * rng.NormFloat64()
	}},
	{"faint", Clamp{}, func(rng *rand.Rand, _ int, spread float64) (float64, float64, float64) {
		return spread * rng.NormFloat64(), 2 * rng.NormFloat64(), 0.7 * rng.NormFloat64()
	}},
	{"desert", Clamp{ClampSigmoid, -8, 1}, func(rng *rand.Rand, _ int, _ float64) (float64, float64, float64) {
		return rng.NormFloat64(), 200 * rng.NormFloat64(), rng.NormFloat64()
	}},
	{"needle", Clamp{}, func(rng *rand.Rand, j int, spread float64) (float64, float64, float64) { // a narrow component between two distant ones, where its 1/σ decides the slope
		if j%3 == 1 {
			return rng.NormFloat64(), 1e-9 * rng.NormFloat64(), -spread * rng.Float64() * rng.Float64()
		}
		return rng.NormFloat64(), 9 * float64(j%3-1) * (1 + 0.2*rng.Float64()), 0.1 * rng.Float64()
	}},
	{"equal", Clamp{}, func(rng *rand.Rand, _ int, _ float64) (float64, float64, float64) { // far out, components of equal scales differ only by their means
		return rng.NormFloat64(), rng.NormFloat64(), 0.25
	}},
}

// limits are the least (subnormal) and greatest binary exponents of a T, and the spread of the rangeCases.
func limits[T Float]() (least, most int, spread float64) {
	if sizeOf[T]() == 4 {
		return -149, 127, 87
	}
	return -1074, 1023, 708
}

// eachSize returns numbers of both signs and every exponent of a T, or of each step-th one, and the values that are not finite.
func eachSize[T Float](rng *rand.Rand, step int) (x []T) {
	least, most, _ := limits[T]()
	for e := least; e <= most; e += step {
		for _, sign := range []float64{1, -1} {
			x = append(x, T(sign*math.Ldexp(1+rng.Float64()*0.999, e)))
		}
	}
	greatest := math.Ldexp(2-float64(epsilon[T]()), most)
	return append(x, 0, T(math.Copysign(0, -1)), T(greatest), T(-greatest), T(math.Inf(1)), T(math.Inf(-1)), T(math.NaN()))
}

func TestMixtureOverTheRange(t *testing.T) {
	for _, s := range sets {
		for _, c := range rangeCases {
			t.Run("float64/"+s.name+"/"+c.name, func(t *testing.T) { checkRange(t, s.f64.mixture, c) })
			t.Run("float32/"+s.name+"/"+c.name, func(t *testing.T) { checkRange(t, s.f32.mixture, c) })
		}
	}
}

func checkRange[T Float](t *testing.T, ops mixtureKernels[T], c rangeCase) {
	_, _, spread := limits[T]()
	step := testsize.Of(t, 1, 16) * byType[T, int](11, 2)
	for round := range testsize.Of(t, 10, 4) {
		rng := rand.New(rand.NewPCG(uint64(round), 3))
		k, d, perRow := 1+(round*5)%9, 1+round%3, round%2 == 1
		x := eachSize[T](rng, step)
		for range len(x) { // room for as many points near the components, which are filled in below
			x = append(x, 0)
		}
		x = x[:len(x)/d*d]
		rng.Shuffle(len(x)/2, func(i, j int) { x[i], x[j] = x[j], x[i] })
		mixtures := 1
		if perRow {
			mixtures = len(x) / d
		}
		theta := make([]T, 3*d*k*mixtures)
		b := newMixtureBatch(d, k, perRow, c.clamp, ops)
		for i := range d * mixtures {
			at, third := b.thirds(i)
			for j := range k {
				l, m, s := c.draw(rng, j, spread)
				theta[at+j], theta[at+third+j], theta[at+2*third+j] = T(l), T(m), T(s)
			}
		}
		for i := len(x) / 2; i < len(x); i++ {
			at, third := b.thirds(i)
			j := rng.IntN(k)
			sigma := math.Exp(c.clamp.Apply(float64(theta[at+2*third+j])))
			if x[i] = T(float64(theta[at+third+j]) + float64(3+6*(i%3))*rng.NormFloat64()*sigma); x[i]-x[i] != 0 {
				x[i] = 0
			}
		}
		if !perRow { // if all rows share a mixture, one x that is not finite would make the summed gradients NaN and hide all errors
			for i, v := range x {
				if v-v != 0 {
					x[i] = 1
				}
			}
		}
		sameAsScalar(t, b, c.clamp, x, theta)
	}
}

// sameAsScalar compares the results of a batch at x, forward and backward, with those of Mixture.
func sameAsScalar[T Float](t *testing.T, b *MixtureBatch[T], clamp Clamp, x, theta []T) {
	t.Helper()
	rng := rand.New(rand.NewPCG(9, uint64(len(x))))
	out := func() []T { return make([]T, len(x)) }
	z, l, gx, gz, gl, gtheta := out(), out(), out(), out(), out(), make([]T, len(theta))
	for i := range gz {
		gz[i], gl[i] = T(rng.NormFloat64()), T(rng.NormFloat64())
	}
	kept := keptOf(theta, b.perRow)
	b.Forward(x, theta, z, l, kept)
	b.Backward(x, kept, z, l, gz, gl, gx, gtheta)
	m, s := NewMixture(b.k), newScalar(b.k, float64(mostLogScale[T]()))
	sum := newScalar(len(theta), 0)
	tol := byType[T, tolerances](tolerances{1e-13, 1e-13, 1e-11, 37, 1e-99}, tolerances{3e-6, 3e-6, 1e-4, 13, 1e-8})
	for i, v := range x {
		at, third := b.thirds(i)
		what := fmt.Sprintf("%d×%d, K=%d, perRow=%v, element %d, x = %v", len(x)/b.d, b.d, b.k, b.perRow, i, v)
		for j := range b.k {
			s.raw[j] = min(max(clamp.Apply(float64(theta[at+2*third+j])), -s.most), s.most)
		}
		SetMixture(m, widen(theta[at:at+b.k]), widen(theta[at+third:at+third+b.k]), s.raw)
		s.evaluate(m, &tol, float64(v), float64(gz[i]), float64(gl[i]))
		s.compare(t, what+": z", z[i:i+1], s.z)
		s.compare(t, what+": log slope", l[i:i+1], s.l)
		s.compare(t, what+": gradient in x", gx[i:i+1], s.gx)
		for j := range b.k {
			s.theta[2*b.k+j].scale(float64(clampSlope(clamp, T(s.raw[j]))))
		}
		for part := range 3 {
			of, from := s.theta[part*b.k:(part+1)*b.k], at+part*third
			if b.perRow {
				s.compare(t, what+fmt.Sprintf(": gradients of part %d", part), gtheta[from:from+b.k], of...)
				continue
			}
			for j, g := range of {
				sum.theta[from+j].value += g.value
				sum.theta[from+j].room += g.room
			}
		}
	}
	if !b.perRow {
		sum.compare(t, fmt.Sprintf("%d×%d, K=%d: gradients", len(x)/b.d, b.d, b.k), gtheta, sum.theta[:len(theta)]...)
	}
}

func clampSlope[T Float](c Clamp, y T) T {
	curve := newClampCurve[T](c)
	return curve.slope(y)
}

// tolerances are the relative tolerances of z, of the log slope and of gradients. Where |z| is beyond reach, the kernels use
// the scalar form, so that the tolerance need not grow with z²; a share of the density below least may have any error.
type tolerances struct{ z, l, gradient, reach, least float64 }

// A valued is the value that a number must have, within ±room.
type valued struct{ value, room float64 }

func (v *valued) scale(by float64) { v.value, v.room = v.value*by, v.room*math.Abs(by) }

// scalar holds the results of Mixture at one element.
type scalar struct {
	most     float64
	raw      []float64
	z, l, gx valued
	theta    []valued
	grads    []float64
}

func newScalar(k int, most float64) *scalar {
	return &scalar{most: most, raw: make([]float64, k), theta: make([]valued, 3*k), grads: make([]float64, 3*k)}
}

func (s *scalar) evaluate(m *Mixture, tol *tolerances, x, gz, gl float64) {
	k := len(s.raw)
	z, l := m.At(x)
	clear(s.grads)
	gx := MixtureBackward(m, gz, gl, s.grads[:k], s.grads[k:2*k], s.grads[2*k:])
	square, slope, digits := 1.0, math.Exp(l), 1.0
	if math.Abs(z) < tol.reach { // beyond reach the log slope and its gradients are not computed as differences of numbers as large as z²
		square = math.Max(1, z*z)
	}
	s.gx = valued{gx, tol.gradient * math.Abs(gx)}
	for j, r := range m.density {
		t, up := math.Abs(m.t[j]), math.Abs(gz)+math.Abs(gl)
		if r > 0 && t < 40 {
			digits = math.Max(digits, r*t*t)
		}
		room := tol.least * up * (m.invScale[j] + math.Sqrt(square)*slope)
		if r > 0 {
			near := math.Min(t, math.Max(tol.reach, 1))
			room += tol.gradient * (1 + math.Max(square, near*near)/20) * r * (math.Abs(gz)*slope + math.Abs(gl)*(near*m.invScale[j]+math.Sqrt(square)*slope))
		}
		if r > 0 && r < tol.z { // a component that is negligible beside the others may be dropped
			room += 2 * r * (math.Abs(gz)*slope + math.Abs(gl)*(t*m.invScale[j]+math.Abs(z)*slope))
		}
		s.gx.room += room
		s.theta[j] = valued{s.grads[j], tol.gradient * up * square}
		s.theta[k+j] = valued{s.grads[k+j], room + tol.gradient*math.Abs(s.grads[k+j])}
		s.theta[2*k+j] = valued{s.grads[2*k+j], tol.gradient * (up*square + math.Abs(s.grads[2*k+j]))}
		if r != 0 {
			s.theta[2*k+j].room += room * math.Abs(x-m.mean[j])
		}
	}
	s.z = valued{z, tol.z * math.Max(1, math.Abs(z))}
	s.l = valued{l, tol.l * math.Max(math.Max(square, digits), math.Abs(l))}
}

func (s *scalar) compare(t *testing.T, what string, got any, want ...valued) {
	t.Helper()
	switch got := got.(type) {
	case []float32:
		compareWith(t, what, got, want)
	case []float64:
		compareWith(t, what, got, want)
	}
}

// compareWith requires each number to be the value within its room; where a T cannot hold the value, both must overflow or
// both be NaN.
func compareWith[T Float](t *testing.T, what string, got []T, want []valued) {
	t.Helper()
	for i, w := range want {
		g, least := float64(got[i]), leastNormal[T]()
		if v := float64(T(w.value)); v == g || math.IsNaN(v) || math.Abs(g-w.value) <= w.room+epsilonOf[T]()*math.Abs(w.value)+least {
			if !math.IsNaN(v) || g != g {
				continue
			}
		}
		t.Fatalf("%s %d = %v, want %v ± %.2g", what, i, g, w.value, w.room)
	}
}

func epsilonOf[T Float]() float64 { return 2 * float64(epsilon[T]()) }
