package main

import (
	"math"

	. "github.com/mmcloughlin/avo/build"
	"github.com/mmcloughlin/avo/reg"
)

// byType chooses coefficients.
func (l lanes) byType(double, single []float64) []float64 {
	if l.f32 {
		return single
	}
	return double
}

// poly is Σ c_i xⁱ in `ways` interleaved Horner chains, so that latencies overlap.
func (l lanes) poly(x reg.VecVirtual, c []float64, ways int) reg.VecVirtual {
	if len(c) <= ways {
		ways = 1
	}
	if ways == 1 {
		p := l.load(l.c(c[len(c)-1]))
		for i := len(c) - 2; i >= 0; i-- {
			l.horner(p, x, l.c(c[i]))
		}
		return p
	}
	var even, odd []float64
	for i, v := range c {
		if i%2 == 0 {
			even = append(even, v)
		} else {
			odd = append(odd, v)
		}
	}
	square := l.mul(x, x)
	p, q := l.poly(square, even, ways/2), l.poly(square, odd, ways/2)
	l.fma(q, x, p)
	return p
}

// exp is eˣ, relative error about an ulp, with x held to where eˣ is a normal number.
func (l lanes) exp(x reg.VecVirtual) reg.VecVirtual {
	least, most := -708.0, 709.0
	if l.f32 {
		least, most = -87, 88
	}
	return l.expWithin(l.min(l.max(x, l.c(least)), l.c(most)))
}

// expWithin is eˣ of an x within those bounds, which it overwrites.
func (l lanes) expWithin(x reg.VecVirtual) reg.VecVirtual {
	magic := 0x1.8p52
	hi, lo := 6.93147180369123816490e-01, 1.90821492927058770002e-10
	if l.f32 {
		magic = 0x1.8p23
		hi, lo = 0.693145751953125, 1.42860682030941723212e-6
	}
	n := l.load(l.c(magic))
	l.fma(l.c(math.Log2E), x, n) // the integer sits in the low bits
	whole := l.sub(n, l.c(magic))
	l.fnma(l.c(hi), whole, x)
	l.fnma(l.c(lo), whole, x)
	p := l.poly(x, l.byType(exp64, exp32), 4)
	return l.addInt(p, l.shiftLeft(n))
}

// expm1 is eˣ − 1 without the loss of digits near 0, for moderate x: with eʳ − 1 = r·Q(r), 2ⁿ·(eʳ − 1) + (2ⁿ − 1).
func (l lanes) expm1(x reg.VecVirtual) reg.VecVirtual {
	magic := 0x1.8p52
	hi, lo := 6.93147180369123816490e-01, 1.90821492927058770002e-10
	if l.f32 {
		magic = 0x1.8p23
		hi, lo = 0.693145751953125, 1.42860682030941723212e-6
	}
	n := l.load(l.c(magic))
	l.fma(l.c(math.Log2E), x, n)
	whole := l.sub(n, l.c(magic))
	r := l.copyOf(x)
	l.fnma(l.c(hi), whole, r)
	l.fnma(l.c(lo), whole, r)
	p := l.mul(r, l.poly(r, l.byType(exp64, exp32)[1:], 4))
	scale := l.addInt(l.load(l.c(1)), l.shiftLeft(n))
	y := l.sub(scale, l.c(1))
	l.fma(scale, p, y)
	return y
}

// log is log x for normal positive x.
func (l lanes) log(x reg.VecVirtual) reg.VecVirtual {
	root := l.bitsConst(math.Float64bits(math.Sqrt2 / 2))
	bias := l.bitsConst(1023 << 52)
	exponent := l.bitsConst(0x4330000000000000)
	offset := 0x1p52 + 1023
	hi, lo := 6.93147180369123816490e-01, 1.90821492927058770002e-10
	if l.f32 {
		root = l.bitsConst(uint64(math.Float32bits(math.Sqrt2 / 2)))
		bias = l.bitsConst(127 << 23)
		exponent = l.bitsConst(0x4b000000)
		offset = 0x1p23 + 127
		hi, lo = 0.693145751953125, 1.42860682030941723212e-6
	}
	k := l.shiftRight(l.addInt(l.subInt(x, root), bias)) // biased exponent of x/√½
	shifted := l.addInt(l.subInt(x, l.shiftLeft(k)), bias)
	e := l.sub(l.or(k, exponent), l.c(offset))
	f := l.sub(shifted, l.c(1))
	s := l.ratio(f, l.add(f, l.c(2)))
	r := l.mul(s, l.poly(l.mul(s, s), l.byType(log64, log32), 2))
	l.fma(l.c(lo), e, r)
	l.fma(l.c(hi), e, r)
	return r
}

// mills is Φ(−t)/φ(t) for t ≥ 0.
func (l lanes) mills(t reg.VecVirtual) reg.VecVirtual {
	v := l.mul(l.reciprocal(l.add(l.min(t, l.c(1e17)), l.c(4))), l.c(4))
	u := l.load(l.c(1))
	l.fnma(l.c(2), v, u)
	return l.mul(v, l.poly(u, l.byType(mills64, mills32), 4))
}

// ratio is a/b for a normal b whose reciprocal is normal.
func (l lanes) ratio(a, b reg.VecVirtual) reg.VecVirtual {
	if l.bytes == 32 {
		return l.div(a, b)
	}
	return l.mul(a, l.reciprocal(b))
}

// reciprocal is 1/a for such an a: with AVX-512 by Newton's iteration r ← r + r(1 − ar) from an estimate of 14 bits, three times as
// fast as a division.
func (l lanes) reciprocal(a reg.VecVirtual) reg.VecVirtual {
	if l.bytes == 32 {
		return l.div(l.load(l.c(1)), a)
	}
	r := l.vec()
	l.pick(VRCP14PD, VRCP14PS, a, r)
	steps := 2
	if l.f32 {
		steps = 1
	}
	for range steps {
		e := l.load(l.c(1))
		l.fnma(a, r, e)
		l.fma(r, e, r)
	}
	return r
}
