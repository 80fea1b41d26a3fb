package main

import (
	"math"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
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

// ln2 is log 2 in two parts, the first with so few bits that its products with whole numbers, or their sixteenths, are exact.
func (l lanes) ln2() (hi, lo Mem) {
	if l.f32 {
		return l.c(0.693145751953125), l.c(1.42860682030941723212e-6)
	}
	return l.c(6.93147180369123816490e-01), l.c(1.90821492927058770002e-10)
}

// rounding is the number that, added and taken away again, rounds to multiples of 2^−places. In between, the multiple is
// in the low bits.
func (l lanes) rounding(places int) Mem {
	if l.f32 {
		return l.c(math.Ldexp(0x1.8p23, -places))
	}
	return l.c(math.Ldexp(0x1.8p52, -places))
}

// exp is eˣ, relative error about an ulp, with x held to where eˣ is a normal number.
func (l lanes) exp(x reg.VecVirtual) reg.VecVirtual {
	least, most := -708.0, 709.0
	if l.f32 {
		least, most = -87, 88
	}
	return l.expWithin(l.min(l.max(x, l.c(least)), l.c(most)))
}

// expBelow is exp of an x that is not above 0, or little.
func (l lanes) expBelow(x reg.VecVirtual) reg.VecVirtual {
	least := -708.0
	if l.f32 {
		least = -87
	}
	return l.expWithin(l.max(x, l.c(least)))
}

// expWithin is eˣ of an x within the bounds of exp, which it overwrites.
func (l lanes) expWithin(x reg.VecVirtual) reg.VecVirtual {
	if l.bytes == 64 {
		return l.expByTable(x)
	}
	sum, _, r := l.reduced(x, 0)
	p := l.poly(r, l.byType(exp64, exp32), 4)
	return l.addInt(p, l.shiftLeft(sum))
}

// expByTable is expWithin as 2^⌊n⌋·2^(n−⌊n⌋)·eʳ, where n is a multiple of 1/16 and the second factor comes from a table.
func (l lanes) expByTable(x reg.VecVirtual) reg.VecVirtual {
	sum, n, r := l.reduced(x, 4)
	p := l.mul(l.poly(r, l.byType(expNear64, expNear32), 2), l.sixteenth(sum))
	d := l.vec()
	l.pick(VSCALEFPD, VSCALEFPS, n, p, d)
	return d
}

// sixteenth is 2^(j/16), j the low four bits of each lane of n, which it overwrites.
func (l lanes) sixteenth(n reg.VecVirtual) reg.VecVirtual {
	table := l.table("powers", 16, func(j int) float64 { return math.Exp2(float64(j) / 16) })
	d := l.vec()
	if l.f32 {
		VPERMPS(table, n, d)
		return d
	}
	low := l.vec()
	VMOVUPD(table, low)
	VPERMI2PD(table.Offset(64), low, n)
	return n
}

// reduced is r = x − n·log 2, with n the multiple of 2^−places nearest to x/log 2; sum is n and rounding's number. It
// overwrites x.
func (l lanes) reduced(x reg.VecVirtual, places int) (sum, n, r reg.VecVirtual) {
	sum = l.load(l.rounding(places))
	l.fma(l.c(math.Log2E), x, sum)
	n = l.sub(sum, l.rounding(places))
	hi, lo := l.ln2()
	l.fnma(hi, n, x)
	l.fnma(lo, n, x)
	return sum, n, x
}

// expm1 is eˣ − 1 without the loss of digits near 0, for moderate x: with eʳ − 1 = r·Q(r), 2ⁿ·(eʳ − 1) + (2ⁿ − 1).
func (l lanes) expm1(x reg.VecVirtual) reg.VecVirtual {
	sum, _, r := l.reduced(l.copyOf(x), 0)
	p := l.mul(r, l.poly(r, l.byType(exp64, exp32)[1:], 4))
	scale := l.addInt(l.load(l.c(1)), l.shiftLeft(sum))
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
	if l.f32 {
		root = l.bitsConst(uint64(math.Float32bits(math.Sqrt2 / 2)))
		bias = l.bitsConst(127 << 23)
		exponent = l.bitsConst(0x4b000000)
		offset = 0x1p23 + 127
	}
	k := l.shiftRight(l.addInt(l.subInt(x, root), bias)) // biased exponent of x/√½
	shifted := l.addInt(l.subInt(x, l.shiftLeft(k)), bias)
	e := l.sub(l.or(k, exponent), l.c(offset))
	f := l.sub(shifted, l.c(1))
	s := l.ratio(f, l.add(f, l.c(2)))
	r := l.mul(s, l.poly(l.mul(s, s), l.byType(log64, log32), 2))
	hi, lo := l.ln2()
	l.fma(lo, e, r)
	l.fma(hi, e, r)
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
