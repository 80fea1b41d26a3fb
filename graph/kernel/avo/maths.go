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
	v, u := l.millsArguments(f, t)
	return l.mul(v, l.poly(u, times(c, f.coefficients), 4))
}

// millsFine is mills with one rounding less: P is its constant term and the rest in the last step.
func (l lanes) millsFine(c float64, f millsFit, t reg.VecVirtual) reg.VecVirtual {
	v, u := l.millsArguments(f, t)
	coefficients := times(c, f.coefficients)
	p := l.load(l.c(coefficients[0]))
	l.fma(u, l.poly(u, coefficients[1:], 4), p)
	return l.mul(v, p)
}

// millsArguments are 1/(|t|+shift), and u.
func (l lanes) millsArguments(f millsFit, t reg.VecVirtual) (v, u reg.VecVirtual) {
	v = l.reciprocal(l.add(l.capped(t, min(f.most, 1e17)), l.c(f.shift)))
	least, greatest := 1/(f.most+f.shift), 1/f.shift
	u = l.load(l.c((greatest + least) / (greatest - least)))
	l.fnma(l.c(2/(greatest-least)), v, u)
	return v, u
}

func times(c float64, v []float64) []float64 {
	v = slices.Clone(v)
	for i := range v {
		v[i] *= c
	}
	return v
}

// capped is the smaller of |t| and most; with AVX-512 also where t is no number.
func (l lanes) capped(t reg.VecVirtual, most float64) reg.VecVirtual {
	if l.bytes < 64 {
		return l.min(l.abs(t), l.c(most))
	}
	const smallerSize, noSign = 0b10, 0b1000
	d := l.vec()
	l.do(rangeInst, Imm(smallerSize|noSign), l.c(most), t, d)
	return d
}

// notANumber has the sign bit set where v is NaN.
func (l lanes) notANumber(v reg.VecVirtual) reg.VecVirtual {
	return l.subInt(l.load(l.c(math.Inf(1))), l.abs(v))
}

// ratio is a/b for a normal b whose reciprocal is normal.
func (l lanes) ratio(a, b reg.VecVirtual) reg.VecVirtual {
	if l.bytes < 64 {
		return l.div(a, b)
	}
	return l.mul(a, l.reciprocal(b))
}

// reciprocal is 1/a for such an a: with AVX-512 by Newton's iteration r ← r + r(1 − ar) from an estimate of 14 bits, three times as
// fast as a division.
func (l lanes) reciprocal(a reg.VecVirtual) reg.VecVirtual {
	if l.bytes < 64 {
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
