package main

import (
	"math"
	"slices"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// byType chooses coefficients.
func (l lanes) byType(double, single []float64) []float64 { return ofType(l, double, single) }

// ofType chooses by the lanes' type.
func ofType[T any](l lanes, double, single T) T {
	if l.f32 {
		return single
	}
	return double
}

// poly is Σ c_i xⁱ in `ways` interleaved Horner chains, 1, 2 or 4, so that latencies overlap.
func (l lanes) poly(x reg.VecVirtual, c []float64, ways int) reg.VecVirtual {
	powers := []reg.VecVirtual{x} // x, x², x⁴
	for n := 1; n < ways && len(c) > 2*n; n *= 2 {
		last := powers[len(powers)-1]
		powers = append(powers, l.mul(last, last))
	}
	return l.polyOf(powers, c)
}

// polyOf halves c by even and odd powers as long as there are powers for it.
func (l lanes) polyOf(powers []reg.VecVirtual, c []float64) reg.VecVirtual {
	x := powers[0]
	if len(powers) == 1 {
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
	p, q := l.polyOf(powers[1:], even), l.polyOf(powers[1:], odd)
	l.fma(q, x, p)
	return p
}

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
	if l.bytes == 64 {
		return l.expWithin(1, l.smaller(x, -least, 0))
	}
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
	if l.bytes == 64 {
		return l.expByTable(factor, x)
	}
	sum, _, r := l.reduced(factor, x, 0)
	p := l.poly(r, scaled(l.byType(exp64, exp32), math.Abs(factor)), 4)
	return l.addInt(p, l.shiftLeft(sum))
}

// expByTable is expWithin as 2^⌊n⌋·2^(n−⌊n⌋)·eʳ, where n is a multiple of 1/16 and the second factor comes from a table.
func (l lanes) expByTable(factor float64, x reg.VecVirtual) reg.VecVirtual {
	sum, n, r := l.reduced(factor, x, 4)
	p := l.mul(l.poly(r, scaled(l.byType(expNear64, expNear32), math.Abs(factor)), 1), l.sixteenth(sum))
	d := l.vec()
	l.pick(VSCALEFPD, VSCALEFPS, n, p, d)
	return d
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

// expm1 is eˣ − 1 without the loss of digits near 0, for moderate x: with eʳ − 1 = r·Q(r), 2ⁿ·(eʳ − 1) + (2ⁿ − 1).
func (l lanes) expm1(x reg.VecVirtual) reg.VecVirtual {
	sum, _, r := l.reduced(1, l.copyOf(x), 0)
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
	for _, part := range slices.Backward(l.ln2(0)) {
		l.fma(l.c(part), e, r)
	}
	return r
}

// A millsFit is Φ(−t)/φ(t) = P(u)/(t+shift) for 0 ≤ t ≤ most, where u goes from −1 to 1 with 1/(t+shift).
type millsFit struct {
	shift, most  float64
	coefficients []float64 // of P
}

// mills is c·Φ(−|t|)/φ(t), beyond the fit's most what it is there.
func (l lanes) mills(c float64, f millsFit, t reg.VecVirtual) reg.VecVirtual {
	v := l.reciprocal(l.add(l.capped(t, min(f.most, 1e17)), l.c(f.shift)))
	least, greatest := 1/(f.most+f.shift), 1/f.shift
	u := l.load(l.c((greatest + least) / (greatest - least)))
	l.fnma(l.c(2/(greatest-least)), v, u)
	coefficients := slices.Clone(f.coefficients)
	for i := range coefficients {
		coefficients[i] *= c
	}
	return l.mul(v, l.poly(u, coefficients, 4))
}

// capped is the smaller of |t| and most.
func (l lanes) capped(t reg.VecVirtual, most float64) reg.VecVirtual {
	const noSign = 0b1000
	if l.bytes == 64 {
		return l.smaller(t, most, noSign)
	}
	return l.min(l.abs(t), l.c(most))
}

// smaller is the smaller of |x| and most, with x's sign or, with sign, as that says.
func (l lanes) smaller(x reg.VecVirtual, most float64, sign uint64) reg.VecVirtual {
	const smallerSize = 0b10
	d := l.vec()
	l.do(rangeInst, Imm(smallerSize|sign), l.c(most), x, d)
	return d
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
