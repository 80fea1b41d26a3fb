package main

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// total leaves the sum of the lanes in the lowest one.
func (l lanes) total(v reg.VecVirtual) reg.VecVirtual {
	if l.bytes == 16 {
		return l.totalOfNeighbours(v)
	}
	y := v.AsY()
	if l.bytes == 64 {
		hi := YMM()
		VEXTRACTF64X4(Imm(1), v, hi)
		sum := YMM()
		l.do(addInst, hi, v.AsY(), sum)
		y = sum
	}
	x := XMM()
	VEXTRACTF128(Imm(1), y, x)
	s := XMM()
	l.do(addInst, x, y.(reg.VecVirtual).AsX(), s)
	swapped := XMM()
	VPERMILPD(Imm(1), s, swapped)
	t := XMM()
	l.do(addInst, swapped, s, t)
	if l.f32 {
		last := XMM()
		VMOVSHDUP(t, last)
		r := XMM()
		l.do(addInst, last, t, r)
		return r
	}
	return t
}

// totalOfNeighbours is total for NEON.
func (l lanes) totalOfNeighbours(v reg.VecVirtual) reg.VecVirtual {
	for n := l.bytes / l.elem(); n > 1; n /= 2 {
		d := l.vec()
		l.neon("faddp", d, v, v)
		v = d
	}
	return v
}

// storeLow stores the lowest lane of x.
func (l lanes) storeLow(x reg.VecVirtual, m Op) {
	if l.f32 {
		VMOVSS(x, m)
	} else {
		VMOVSD(x, m)
	}
}
