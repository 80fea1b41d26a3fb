package main

import (
	"fmt"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// widestSparse is how many vectors of a row of C a sparse product has at a time: as many sums as hide how long one takes.
const widestSparse = 8

// factors lists, for each of m rows of n vectors of A, its numbers that are not zero, and how far into B their rows lie, as integers
// of the element's width, if these are brs bytes apart. A row's lists start `list` bytes after the row's before it; behind a list
// there must be room for a vector.
func (l lanes) factors() {
	l.begin("factors", "is the factors of gemmKernels.", "m, n int, a *%[1]s, ars, brs int, values *%[1]s, offsets *int64, list int, counts *int")
	m, a, values, offsets, counts := arg("m"), arg("a"), arg("values"), arg("offsets"), arg("counts")
	orders, zero, lanes := l.orders(), l.zero(), l.bytes/l.elem()
	first, step := l.vec(), l.vec() // offsets of the first lanes, and from vector to vector
	l.spread(param("brs"), step)
	l.countUp(step, first)
	l.timesLanes(step)
	loop("row", m, func() {
		n, at, next, offset := arg("n"), GP64(), GP64(), l.copyOf(first)
		MOVQ(a, at)
		XORQ(next, next)
		loop("vector", n, func() {
			v := l.load(Mem{Base: at})
			which := l.signs(l.differs(v, zero))
			order := l.vec()
			VPMOVZXBD(Mem{Base: orders, Index: which, Scale: 8}, order)
			v2, o2 := l.vec(), l.vec()
			VPERMPS(v, order, v2)
			VPERMD(offset, order, o2)
			l.store(v2, Mem{Base: values, Index: next, Scale: uint8(l.elem())})
			l.store(o2, Mem{Base: offsets, Index: next, Scale: uint8(l.elem())})
			POPCNTQ(which, which)
			ADDQ(which, next)
			l.do(plusInst, step, offset, offset)
			ADDQ(Imm(uint64(l.elem()*lanes)), at)
		})
		MOVQ(next, Mem{Base: counts})
		ADDQ(Imm(8), counts)
		ADDQ(arg("ars"), a)
		list := arg("list")
		ADDQ(list, values)
		ADDQ(list, offsets)
	})
	VZEROUPPER()
	RET()
}

// orders points to where, for each set of lanes, the 32-bit halves or wholes of these lanes are, as bytes, the lowest lane first.
func (l lanes) orders() reg.GPVirtual {
	name, lanes, parts := fmt.Sprintf("orders%d", l.elem()*8), l.bytes/l.elem(), l.elem()/4
	table := GLOBL(name, RODATA|NOPTR)
	for set := range 1 << lanes {
		at := 0
		for lane := range lanes {
			if set>>lane&1 == 1 {
				for part := range parts {
					DATA(8*set+at, U8(lane*parts+part))
					at++
				}
			}
		}
		for ; at < 8; at++ {
			DATA(8*set+at, U8(0))
		}
	}
	p := GP64()
	LEAQ(table, p)
	return p
}

// spread fills every lane of v with an integer.
func (l lanes) spread(m Mem, v reg.VecVirtual) {
	if l.f32 {
		VPBROADCASTD(m, v)
	} else {
		VPBROADCASTQ(m, v)
	}
}

// countUp is 0, 1, 2 … times step, less than 2³² (of float32: 2³¹).
func (l lanes) countUp(step, to reg.VecVirtual) {
	name := fmt.Sprintf("countUp%d", l.elem()*8)
	table := GLOBL(name, RODATA|NOPTR)
	for i := range l.bytes / l.elem() {
		if l.f32 {
			DATA(4*i, U32(i))
		} else {
			DATA(8*i, U64(i))
		}
	}
	if l.f32 {
		VPMULLD(table, step, to)
	} else {
		VPMULUDQ(table, step, to)
	}
}

// timesLanes multiplies integers by the number of lanes.
func (l lanes) timesLanes(v reg.VecVirtual) {
	if l.f32 {
		VPSLLD(Imm(3), v, v)
	} else {
		VPSLLQ(Imm(2), v, v)
	}
}

// gemmSparse is some vectors' width of C = init + A·B, or of max(0, init + A·B), row by row, from the factors of A: a row's count,
// values and offsets are as factors left them.
func (l lanes) gemmSparse(vectors int) {
	l.begin(fmt.Sprintf("gemmSparse%d", vectors), "is a sparse of gemmKernels.",
		"m int, counts *int, values *%[1]s, offsets *int64, list int, b, init *%[1]s, irs int, c *%[1]s, crs int, relu bool")
	chains := 1 // sums of each vector: too few would wait for each other
	if vectors <= 6 {
		chains = 2
	}
	var acc [2][]reg.VecVirtual
	for chain := range chains {
		for range vectors {
			acc[chain] = append(acc[chain], l.vec())
		}
	}
	m, counts, values, offsets := arg("m"), arg("counts"), arg("values"), arg("offsets")
	b, init, c := arg("b"), arg("init"), arg("c")
	zero := l.zero()
	loop("row", m, func() {
		for i := range vectors {
			l.pick(VMOVUPD, VMOVUPS, Mem{Base: init, Disp: i * l.bytes}, acc[0][i])
			if chains > 1 {
				l.set(acc[1][i], zero)
			}
		}
		left, at := GP64(), GP64()
		MOVQ(Mem{Base: counts}, left)
		XORQ(at, at)
		TESTQ(left, left)
		JEQ(LabelRef("summed"))
		Label("factor")
		for chain := range chains {
			row := GP64()
			if l.f32 {
				MOVLQSX(Mem{Base: offsets, Index: at, Scale: 4}, row)
			} else {
				MOVQ(Mem{Base: offsets, Index: at, Scale: 8}, row)
			}
			factor := l.broadcast(Mem{Base: values, Index: at, Scale: uint8(l.elem())})
			ADDQ(b, row)
			for i := range vectors {
				l.fma(Mem{Base: row, Disp: i * l.bytes}, factor, acc[chain][i])
			}
			INCQ(at)
			CMPQ(at, left)
			if chain+1 < chains {
				JEQ(LabelRef("summed"))
			} else {
				JNE(LabelRef("factor"))
			}
		}
		Label("summed")
		for i := range acc[1] {
			l.do(addInst, acc[1][i], acc[0][i], acc[0][i])
		}
		relu := GP8()
		Load(Param("relu"), relu)
		CMPB(relu, Imm(0))
		JEQ(LabelRef("store"))
		for _, v := range acc[0] {
			l.do(maxInst, v, zero, v) // in this order: what is no number stays
		}
		Label("store")
		for i, v := range acc[0] {
			l.store(v, Mem{Base: c, Disp: i * l.bytes})
		}
		ADDQ(Imm(8), counts)
		list := arg("list")
		ADDQ(list, values)
		ADDQ(list, offsets)
		ADDQ(arg("irs"), init)
		ADDQ(arg("crs"), c)
	})
	VZEROUPPER()
	RET()
}
