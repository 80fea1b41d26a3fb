package main

import (
	"math"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// rounding is the number that, added and taken away again, rounds to multiples of 2^−places. In between, the multiple is
// in the low bits.
func (l lanes) rounding(places int) Mem {
	if l.f32 {
		return l.c(math.Ldexp(0x1.8p23, -places))
	}
	return l.c(math.Ldexp(0x1.8p52, -places))
}

// bounds hold x in eˣ to where it is a normal number.
func (l lanes) bounds() (least, most float64) {
	if l.f32 {
		return -87, 88
	}
	return -708, 709
}

// exp is eˣ, relative error about an ulp, with x held to where eˣ is a normal number.
func (l lanes) exp(x reg.VecVirtual) reg.VecVirtual {
	least, most := l.bounds()
	return l.expWithin(1, l.min(l.max(x, l.c(least)), l.c(most)))
}

// expDown is e^(factor·x), the factor a power of two and the product not above 0; or above it too with AVX-512, where what is
// too large becomes +Inf.
func (l lanes) expDown(factor float64, x reg.VecVirtual) reg.VecVirtual {
	least, _ := l.bounds()
	return l.expFrom(least, factor, x)
}

// expFrom is expDown with the product held above least.
func (l lanes) expFrom(least, factor float64, x reg.VecVirtual) reg.VecVirtual {
	if factor < 0 {
		return l.expWithin(factor, l.min(x, l.c(least/factor)))
	}
	return l.expWithin(factor, l.max(x, l.c(least)))
}

// expWithin is e^(factor·x) of a product within the bounds of exp; it overwrites x.
func (l lanes) expWithin(factor float64, x reg.VecVirtual) reg.VecVirtual {
	switch {
	case l.bytes == 64:
		return l.expByTable(factor, x)
	case l.eighths():
		sum, _, r := l.reduced(factor, x, 3)
		return l.expByEighths(math.Abs(factor), sum, r)
	}
	sum, _, r := l.reduced(factor, x, 0)
	p := l.poly(r, scaled(l.byType(exp64, exp32), math.Abs(factor)), 4)
	return l.mul(p, l.addInt(l.load(l.c(1)), l.shiftLeft(sum))) // a product, not a sum of bits: NaN stays NaN
}

// expByTable is expWithin as 2^⌊n⌋·2^(n−⌊n⌋)·eʳ, where n is a multiple of 1/16 and the second factor comes from a table.
func (l lanes) expByTable(factor float64, x reg.VecVirtual) reg.VecVirtual {
	sum, n, r := l.reduced(factor, x, 4)
	p := l.mul(l.poly(r, scaled(l.byType(expNear64, expNear32), math.Abs(factor)), 1), l.sixteenth(sum))
	d := l.vec()
	l.pick(VSCALEFPD, VSCALEFPS, n, p, d)
	return d
}

// eighths tells whether there is an instruction that finds 2^(j/8) for each lane's j: the eight float32 of AVX2.
func (l lanes) eighths() bool { return l.bytes == 32 && l.f32 }

// expByEighths is 2ⁿ·e^(size·r), where n is a multiple of 1/8 and sum is n and rounding's number. The table has the bits of 2^(j/8) without
// those of j that sum, shifted to the exponent, has below it.
func (l lanes) expByEighths(size float64, sum, r reg.VecVirtual) reg.VecVirtual {
	p := l.poly(r, scaled(expEighth32, size), 1)
	table := l.table("eighths", 8, func(j int) float64 {
		return float64(math.Float32frombits(math.Float32bits(float32(math.Exp2(float64(j)/8))) - uint32(j)<<20))
	})
	power, shifted := l.vec(), l.vec()
	VPERMPS(table, sum, power)
	VPSLLD(Imm(20), sum, shifted)
	return l.mul(p, l.addInt(power, shifted)) // a product, not a sum of bits: NaN stays NaN
}

// scaled are the coefficients of p(factor·x).
func scaled(c []float64, factor float64) []float64 {
	out, power := make([]float64, len(c)), 1.0
	for i, v := range c {
		out[i] = v * power
		power *= factor
	}
	return out
}

// powers are 2^(j/16), of which sixteenth takes the first register full of the second where it takes two.
func (l lanes) powers() (table Mem) {
	return l.table("powers", 16, func(j int) float64 { return math.Exp2(float64(j) / 16) })
}

// sixteenth is 2^(j/16), j the low four bits of each lane of n, which it overwrites.
func (l lanes) sixteenth(n reg.VecVirtual) reg.VecVirtual {
	table := l.powers()
	if l.f32 {
		d := l.vec()
		VPERMPS(held(table), n, d)
		return d
	}
	low, ok := held(table).(reg.VecVirtual)
	if !ok {
		low = l.vec()
		VMOVUPD(table, low)
	}
	VPERMI2PD(held(table.Offset(64)), low, n)
	return n
}

// pinExp pins what expByTable reads for a factor.
func (l lanes) pinExp(factor float64) {
	l.pinWhole(l.powers())
	if !l.f32 {
		l.pinWhole(l.powers().Offset(64))
	}
	l.pin(l.rounding(4), l.c(math.Abs(factor)*math.Log2E))
	for _, part := range l.ln2(4) {
		l.pin(l.c(part / math.Abs(factor)))
	}
	for _, c := range scaled(l.byType(expNear64, expNear32), math.Abs(factor)) {
		l.pin(l.c(c))
	}
}

// reduced is r = ±x − n·log 2/|factor|, ± the factor's sign, with n the multiple of 2^−places nearest to factor·x/log 2; sum
// is n and rounding's number. It overwrites x.
func (l lanes) reduced(factor float64, x reg.VecVirtual, places int) (sum, n, r reg.VecVirtual) {
	size := math.Abs(factor)
	toSum, toFirst := l.fma, l.fnma
	if factor < 0 {
		toSum, toFirst = l.fnma, l.fnms
	}
	sum = l.load(l.rounding(places))
	toSum(l.c(size*math.Log2E), x, sum)
	n = l.sub(sum, l.rounding(places))
	parts := l.ln2(places)
	toFirst(l.c(parts[0]/size), n, x)
	for _, part := range parts[1:] {
		l.fnma(l.c(part/size), n, x)
	}
	return sum, n, x
}

// ln2 is log 2: in two parts, the first with so few bits that its products with n are exact; or, for the small remainders that
// a table leaves, in float64 in one, whose error of 3e-17·x is below that of x itself.
func (l lanes) ln2(places int) []float64 {
	switch {
	case l.f32:
		return []float64{0.693145751953125, 1.42860682030941723212e-6}
	case places > 0:
		return []float64{math.Ln2}
	}
	return []float64{6.93147180369123816490e-01, 1.90821492927058770002e-10}
}

// expm1 is eˣ − 1 without the loss of digits near 0, for moderate x: with eʳ − 1 = r + r²·Q(r), 2ⁿ·(eʳ − 1) + (2ⁿ − 1).
func (l lanes) expm1(x reg.VecVirtual) reg.VecVirtual { return l.expm1Plus(0, x) }

// expm1Plus is expm1 plus a number far below its last digits but next to 0.
func (l lanes) expm1Plus(rest float64, x reg.VecVirtual) reg.VecVirtual {
	sum, _, r := l.reduced(1, l.copyOf(x), 0)
	p := l.copyOf(r) // eʳ − 1, whose coefficient of r is 1 but for the last digit
	l.fma(l.mul(r, r), l.poly(r, l.byType(exp64, exp32)[2:], 4), p)
	scale := l.addInt(l.load(l.c(1)), l.shiftLeft(sum))
	y := l.sub(scale, l.c(1))
	if rest != 0 {
		y = l.add(y, l.c(rest))
	}
	l.fma(scale, p, y)
	return y
}
