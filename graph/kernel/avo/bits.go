package main

import (
	"math"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// abs clears the sign bit.
func (l lanes) abs(v reg.VecVirtual) reg.VecVirtual {
	mask := uint64(math.MaxInt64)
	if l.f32 {
		mask = math.MaxInt32
	}
	return l.and(v, l.bitsConst(mask))
}

func (l lanes) signBit() Mem {
	if l.f32 {
		return l.bitsConst(1 << 31)
	}
	return l.bitsConst(1 << 63)
}

func (l lanes) and(v reg.VecVirtual, m Op) reg.VecVirtual {
	d := l.vec()
	if l.bytes == 64 {
		l.do(andInst, m, v, d)
	} else {
		VPAND(m, v, d)
	}
	return d
}

func (l lanes) or(v reg.VecVirtual, m Op) reg.VecVirtual {
	d := l.vec()
	if l.bytes == 64 {
		l.do(orInst, m, v, d)
	} else {
		VPOR(m, v, d)
	}
	return d
}

func (l lanes) xor(v reg.VecVirtual, m Op) reg.VecVirtual {
	d := l.vec()
	if l.bytes == 64 {
		l.do(xorInst, m, v, d)
	} else {
		VPXOR(m, v, d)
	}
	return d
}

// not turns the sign.
func (l lanes) not(v reg.VecVirtual) reg.VecVirtual { return l.xor(v, l.signBit()) }

// addInt and subInt work on the bits as integers of the element's width.
func (l lanes) addInt(a, m Op) reg.VecVirtual {
	d := l.vec()
	l.do(plusInst, m, a, d)
	return d
}

func (l lanes) subInt(a, m Op) reg.VecVirtual {
	d := l.vec()
	l.do(minusInst, m, a, d)
	return d
}

func (l lanes) shiftLeft(v reg.VecVirtual) reg.VecVirtual {
	d := l.vec()
	if l.f32 {
		VPSLLD(Imm(23), v, d)
	} else {
		VPSLLQ(Imm(52), v, d)
	}
	return d
}

func (l lanes) shiftRight(v reg.VecVirtual) reg.VecVirtual {
	d := l.vec()
	if l.f32 {
		VPSRLD(Imm(23), v, d)
	} else {
		VPSRLQ(Imm(52), v, d)
	}
	return d
}

// whereNegative is a where the sign bit of v is set, b elsewhere.
func (l lanes) whereNegative(v, a, b reg.VecVirtual) reg.VecVirtual { return l.negatives(v)(a, b) }

// negatives is whereNegative of one v and any number of choices.
func (l lanes) negatives(v reg.VecVirtual) (choose func(a, b reg.VecVirtual) reg.VecVirtual) {
	if l.bytes < 64 {
		return func(a, b reg.VecVirtual) reg.VecVirtual {
			d := l.vec()
			l.pick(func(o ...Op) { VBLENDVPD(o[0], o[1], o[2], o[3]) }, func(o ...Op) { VBLENDVPS(o[0], o[1], o[2], o[3]) }, v, a, b, d)
			return d
		}
	}
	k := K()
	l.pick(func(o ...Op) { VPMOVQ2M(o[0], o[1]) }, func(o ...Op) { VPMOVD2M(o[0], o[1]) }, v, k)
	return func(a, b reg.VecVirtual) reg.VecVirtual {
		d := l.vec()
		l.pick(VBLENDMPD, VBLENDMPS, a, b, k, d)
		return d
	}
}

// unless is, of each of vs, 0 where a ≥ b, and itself elsewhere, also where a is not a number. b may be memory.
func (l lanes) unless(a reg.VecVirtual, b Op, vs ...reg.VecVirtual) (out []reg.VecVirtual) {
	const notGreaterOrEqual = 0x19
	var keep func(v reg.VecVirtual) reg.VecVirtual
	switch l.bytes {
	case 16:
		below, zero := l.sub(a, b), l.zero()
		l.gather(below, l.notANumber(a))
		keep = func(v reg.VecVirtual) reg.VecVirtual { return l.whereNegative(below, v, zero) }
	case 32:
		mask := l.vec()
		l.pick(VCMPPD, VCMPPS, Imm(notGreaterOrEqual), b, a, mask)
		keep = func(v reg.VecVirtual) reg.VecVirtual { return l.and(v, mask) }
	default:
		k := K()
		l.do(inst{
			func(o ...Op) { VCMPPD(o...) }, func(o ...Op) { VCMPPS(o...) },
			func(o ...Op) { VCMPPD_BCST(o...) }, func(o ...Op) { VCMPPS_BCST(o...) },
		}, Imm(notGreaterOrEqual), b, a, k)
		keep = func(v reg.VecVirtual) reg.VecVirtual {
			d := l.vec()
			if l.f32 {
				VMOVAPS_Z(v, k, d)
			} else {
				VMOVAPD_Z(v, k, d)
			}
			return d
		}
	}
	for _, v := range vs {
		out = append(out, keep(v))
	}
	return out
}

// differences are bits, lowest lane first, that are set where a and b differ or one is no number; of AVX2 and AVX-512.
func (l lanes) differences(a, b reg.VecVirtual) reg.GPVirtual {
	const notEqual = 0x04
	compare := func(d reg.Register) {
		l.pick(func(o ...Op) { VCMPPD(o...) }, func(o ...Op) { VCMPPS(o...) }, Imm(notEqual), b, a, d)
	}
	if l.bytes == 32 {
		d := l.vec()
		compare(d)
		return l.signs(d)
	}
	wide, k := GP64(), K()
	compare(k)
	KMOVW(k, wide.As32()) // writing it clears the upper half
	return wide
}

// signs is the sign bits of v in the low bits of a register.
func (l lanes) signs(v reg.VecVirtual) reg.GPVirtual {
	wide, k := GP64(), K()
	r := wide.As32() // writing it clears the upper half
	switch {
	case l.bytes == 64 && l.f32:
		VPMOVD2M(v, k)
		KMOVW(k, r)
	case l.bytes == 64:
		VPMOVQ2M(v, k)
		KMOVW(k, r)
	case l.f32:
		VMOVMSKPS(v, r)
	default:
		VMOVMSKPD(v, r)
	}
	return wide
}

// returnSigns returns the sign bits of v as an int.
func (l lanes) returnSigns(v reg.VecVirtual) {
	Store(l.signs(v), ReturnIndex(0))
	VZEROUPPER()
	RET()
}

// jumpNegative jumps where every lane of v is negative.
func (l lanes) jumpNegative(v reg.VecVirtual, label string) {
	all := U32(1<<(l.bytes/l.elem()) - 1)
	if l.bytes == 16 {
		all = math.MaxUint32 // see the translator's VMOVMSKP
	}
	CMPQ(l.signs(v), all)
	JEQ(LabelRef(label))
}

// jumpPositive jumps where no lane of v is negative.
func (l lanes) jumpPositive(v reg.VecVirtual, label string) {
	signs := l.signs(v)
	TESTQ(signs, signs)
	JEQ(LabelRef(label))
}
