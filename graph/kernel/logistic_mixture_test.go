package kernel

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"gaussflow/internal/testsize"
)

// TestLogisticMixtureAgainstReference: z, the log slope and every derivative, for the cases of TestMixtureAgainstReference:
// both tails, deserts between peaks, weights of e^−800, and the whole range of float64 of x and of scales.
func TestLogisticMixtureAgainstReference(t *testing.T) {
	for i, row := range table(t, "logistic.csv") {
		t.Run(fmt.Sprintf("line %d", i+2), func(t *testing.T) {
			m := newLogisticMixture(3)
			setLogisticMixture[float64](m, row[1:4], row[4:7], row[7:10])
			z, logSlope := atLogistic[float64](m, row[0])
			m.shares()
			steepest, terms := m.slope, make([]float64, 3) // the size of the terms that the derivatives in x and in the means add up; it bounds their rounding error
			for k, r := range m.density {
				steepest += r * m.invScale[k]
				terms[k] = max(m.invScale[k], r*m.slope)
			}
			checkMapped(t, row, z, logSlope, terms, steepest, func(gz, gl float64, g []float64) float64 {
				return m.backward(gz, gl, g[0:3], g[3:6], g[6:9])
			})
		})
	}
}

// TestLogisticLinearEqualsLog checks the sums of probabilities against the sums of their logarithms, which define the result.
func TestLogisticLinearEqualsLog(t *testing.T) {
	m := newLogisticMixture(3)
	for _, row := range table(t, "logistic.csv") {
		setLogisticMixture[float64](m, row[1:4], row[4:7], row[7:10])
		z, logSlope := atLogistic[float64](m, row[0])
		if !m.near {
			continue
		}
		m.near = false
		zFar, logSlopeFar := m.atFar()
		if !near(zFar, z, 1e-13, 1) || !near(logSlopeFar, logSlope, 1e-13, 1) {
			t.Errorf("at %v: %v, %v by sums, %v, %v by logarithms", row[0], z, logSlope, zFar, logSlopeFar)
		}
	}
}

// TestLogisticInverse: the inverse finds x to the last digits that z determines, for mixtures of every kind.
func TestLogisticInverse(t *testing.T) {
	for _, c := range rangeCases {
		rng, curve := rand.New(rand.NewPCG(3, 4)), newClampCurve[float64](c.clamp)
		for range 40 {
			const k = 4
			m := newLogisticMixture(k)
			logits, means, scales := make([]float64, k), make([]float64, k), make([]float64, k)
			for j := range k {
				logits[j], means[j], scales[j] = c.draw(rng, j, 60)
				scales[j] = curve.apply(scales[j])
			}
			setLogisticMixture[float64](m, logits, means, scales)
			for range 20 {
				j := rng.IntN(k)
				x := means[j] + math.Exp(scales[j])*rng.NormFloat64()*math.Pow(10, 4*rng.Float64()-1)
				z, l := atLogistic[float64](m, x)
				back, m2 := solveLogistic[float64](m, z)
				again, _ := atLogistic[float64](m, back)
				if !(math.Abs(back-x) <= 1e-15*math.Abs(x)) && !(math.Abs(again-z) <= 1e-14*max(1, math.Abs(z))) { // in a desert between peaks every x has this z
					t.Errorf("%s: %v goes to %v and back to %v, which goes to %v", c.name, x, z, back, again)
				}
				if back == x && m2 != l {
					t.Errorf("%s: log slopes %v there and %v back", c.name, l, m2)
				}
			}
		}
	}
}

// TestLogisticAllocatesNothing: none of the four passes allocates after the first run.
func TestLogisticAllocatesNothing(t *testing.T) {
	for _, perRow := range []bool{false, true} {
		b := newLogisticBench[float64](perRow)
		for pass, run := range b.passes() {
			if n := testing.AllocsPerRun(10, run); n > 0 {
				t.Errorf("a mixture a row: %t, %s: %v allocations", perRow, pass, n)
			}
		}
	}
}

// logisticBench is 256 elements of one column and mixtures of 8 components, logistic and normal.
type logisticBench[T Float] struct {
	logistic        *LogisticMixtures[T]
	normal          *MixtureBatch[T]
	x, z, l, up, gx []T
	theta, gtheta   []T
}

func newLogisticBench[T Float](perRow bool) *logisticBench[T] {
	const n, k = 256, 8
	rng := rand.New(rand.NewPCG(7, 8))
	cut := func(n int) []T {
		v := make([]T, n)
		for i := range v {
			v[i] = T(rng.NormFloat64())
		}
		return v
	}
	sets := 1
	if perRow {
		sets = n
	}
	return &logisticBench[T]{
		NewLogisticMixtures[T](1, k, perRow, Clamp{}), NewMixtureBatch[T](1, k, perRow, Clamp{}),
		cut(n), cut(n), cut(n), cut(n), cut(n), cut(sets * 3 * k), make([]T, sets*3*k),
	}
}

func (b *logisticBench[T]) passes() map[string]func() {
	return map[string]func(){
		"forward":          func() { b.logistic.Forward(b.x, b.theta, b.z, b.l) },
		"inverse":          func() { b.logistic.Inverse(b.x, b.theta, b.z, b.l) },
		"backward":         func() { b.logistic.Backward(b.x, b.theta, b.up, b.up, b.gx, b.gtheta) },
		"inverse backward": func() { b.logistic.InverseBackward(b.z, b.theta, b.up, b.up, b.gx, b.gtheta) },
	}
}

// BenchmarkLogisticMixture measures a logistic mixture and, for comparison, a normal mixture of as many components.
func BenchmarkLogisticMixture(b *testing.B) {
	b.Run("float64", benchLogistic[float64])
	b.Run("float32", benchLogistic[float32])
}

func benchLogistic[T Float](b *testing.B) {
	for name, perRow := range map[string]bool{"all rows": false, "a row": true} {
		s := newLogisticBench[T](perRow)
		passes := s.passes()
		passes["forward, normals"] = func() { s.normal.Forward(s.x, s.theta, s.z, s.l, nil) }
		passes["inverse, normals"] = func() { s.normal.Inverse(s.x, s.theta, s.z, s.l) }
		for pass, run := range passes {
			b.Run(name+"/"+pass, func(b *testing.B) {
				for b.Loop() {
					run()
				}
				b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*len(s.x)), "ns/element")
			})
		}
	}
}

// TestLogisticOverTheRange: for x of every exponent, values, slopes and derivatives are finite for all mixtures; where z
// overflows, the slope is still finite.
func TestLogisticOverTheRange(t *testing.T) {
	t.Run("float64", logisticOverTheRange[float64])
	t.Run("float32", logisticOverTheRange[float32])
}

func logisticOverTheRange[T Float](t *testing.T) {
	least, most, _ := limits[T]()
	var xs []T
	for p := least; p <= most; p += testsize.Of(t, 3, 40) {
		xs = append(xs, T(math.Ldexp(1.3, p)), -T(math.Ldexp(1.3, p)))
	}
	n, up := len(xs), make([]T, len(xs))
	for i := range up {
		up[i] = 1
	}
	const k = 3
	z, l, gx, grads := make([]T, n), make([]T, n), make([]T, n), make([]T, 3*k)
	for _, c := range rangeCases {
		rng := rand.New(rand.NewPCG(8, 9))
		theta := make([]T, 3*k)
		for j := range k {
			logit, mean, scale := c.draw(rng, j, 20)
			theta[j], theta[k+j], theta[2*k+j] = T(logit), T(mean), T(scale)
		}
		b := NewLogisticMixtures[T](1, k, false, c.clamp)
		b.Forward(xs, theta, z, l)
		for i, x := range xs {
			if z[i] != z[i] || !isFinite(l[i]) {
				t.Errorf("%s: %v goes to %v, log slope %v", c.name, x, z[i], l[i])
			}
			if math.Abs(float64(x)) > 1e30 { // the derivative in a log scale grows in proportion to x and may overflow
				continue
			}
			b.Backward(xs[i:i+1], theta, up[:1], up[:1], gx[:1], grads)
			for j, g := range append(gx[:1:1], grads...) {
				if !isFinite(g) {
					t.Errorf("%s: at %v derivative %d is %v", c.name, x, j, g)
				}
			}
		}
	}
}
