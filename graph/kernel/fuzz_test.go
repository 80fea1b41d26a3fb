package kernel

import (
	"encoding/binary"
	"math"
	"testing"
)

// FuzzQuantile: log Φ is monotone and never NaN, and its inverse undoes it.
func FuzzQuantile(f *testing.F) {
	for _, x := range []float64{0, -1, 1, -40, 8, -1e4, 1e-300} {
		f.Add(x, 1e-3)
	}
	f.Fuzz(func(t *testing.T, x, step float64) {
		if !(math.Abs(x) <= 1e6) || !(step > 1e-9*math.Max(1, math.Abs(x)) && step < 1) {
			t.Skip("out of the range of this test")
		}
		p, q := LogCDF(x), LogCDF(x+step)
		if math.IsNaN(p) || p > 0 || q < p {
			t.Fatalf("LogCDF(%v) = %v, LogCDF(%v) = %v", x, p, x+step, q)
		}
		if x > 8 {
			return // log Φ is so close to 0 that it has no digits left to invert
		}
		// by how much x changes with one ulp of log Φ
		tol := 1e-13*math.Max(1, math.Abs(x)) + 4e-16*math.Abs(p)/LogCDFSlope(x)
		if back := Quantile(p); math.Abs(back-x) > tol {
			t.Errorf("Quantile(LogCDF(%v)) = %v, off by %.1e, tolerance %.1e", x, back, back-x, tol)
		}
	})
}

// FuzzMixture: the map is finite, its inverse finds a point of the same z, and the vector kernels agree with the
// scalar reference.
func FuzzMixture(f *testing.F) {
	f.Add(0.0, 0.1, -0.2, 1.0, -1.0, 0.0, 0.5)
	f.Add(1e6, 40.0, -40.0, 1e3, -1e3, -5.0, 5.0)
	f.Add(-3.0, 0.0, 50.0, 1e-3, 0.0, -4.6, -4.6)
	f.Fuzz(func(t *testing.T, x, l1, l2, m1, m2, s1, s2 float64) {
		for _, v := range []float64{x / 1e6, l1 / 50, l2 / 50, m1 / 1e3, m2 / 1e3, s1 / 5, s2 / 5} {
			if !(math.Abs(v) <= 1) {
				t.Skip("out of the range of this test")
			}
		}
		theta := []float64{l1, l2, m1, m2, s1, s2}
		m := NewMixture(2)
		SetMixture(m, theta[:2], theta[2:4], theta[4:])
		z, l := m.At(x)
		if math.IsNaN(z+l) || math.IsInf(z, 0) {
			t.Fatalf("At(%v) = %v, %v", x, z, l)
		}
		back, _ := m.Inverse(z)
		if again, _ := m.At(back); math.Abs(again-z) > 1e-9*math.Max(1, math.Abs(z)) {
			t.Errorf("z(%v) = %v, but z(Inverse) = z(%v) = %v", x, z, back, again)
		}
		batchZ, batchL := []float64{0}, []float64{0}
		NewMixtureBatch[float64](1, 2, false, Clamp{}).Forward([]float64{x}, theta, batchZ, batchL, nil)
		if !near(batchZ[0], z, 1e-12, 1) || !near(batchL[0], l, 1e-11, math.Max(1, z*z)) {
			t.Errorf("batch: %v, %v, scalar %v, %v", batchZ[0], batchL[0], z, l)
		}
	})
}

// FuzzMixtureBits: for any bits of x and of a mixture's parameters, every kernel gives what the scalar form gives.
func FuzzMixtureBits(f *testing.F) {
	bits := func(v ...float64) (b []byte) {
		for _, x := range v {
			b = binary.LittleEndian.AppendUint64(b, math.Float64bits(x))
		}
		return b
	}
	f.Add(bits(1e20, 0, 1, 0.5, -2, 1, 3, 0, -1, 2))
	f.Add(bits(-1e-310, 1e-320, 700, -700, 1e300, -1e300, 0, -700, 700, 60))
	f.Add([]byte("x of eight bytes, four logits and so on: words will do as well as any"))
	f.Fuzz(func(t *testing.T, numbers []byte) {
		for _, s := range sets {
			fuzzBits(t, s.f64.mixture, numbers, 8)
			fuzzBits(t, s.f32.mixture, numbers, 4)
		}
	})
}

// fuzzBits reads the bytes as x and the parameters of as many components as there are numbers for.
func fuzzBits[T Float](t *testing.T, ops mixtureKernels[T], b []byte, size int) {
	var v []T
	for ; len(b) >= size; b = b[size:] {
		x := T(0)
		if size == 4 {
			x = T(math.Float32frombits(binary.LittleEndian.Uint32(b)))
		} else {
			x = T(math.Float64frombits(binary.LittleEndian.Uint64(b)))
		}
		if _, most, _ := limits[T](); !(math.Abs(float64(x)) < math.Ldexp(1, most-1)) { // the difference x − μ must not overflow
			x = 1
		}
		v = append(v, x)
	}
	k := min((len(v)-1)/3, 64) // the tolerances hold for up to 64 components: the error of a sum grows with its terms
	if k < 1 {
		return
	}
	for j, l := range v[1 : 1+k] { // the logarithm of a faint weight is kept as a T, which limits its size
		if !(math.Abs(float64(l)) < 400) {
			v[1+j] = 0
		}
	}
	batch := newMixtureBatch(1, k, true, Clamp{}, ops)
	sameAsScalar(t, batch, Clamp{}, v[:1], v[1:1+3*k])
}
