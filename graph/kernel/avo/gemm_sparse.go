package main

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// nonzero sets, for each of m rows of n vectors of A, at most 64 numbers, the bits of those that are not zero.
func (l lanes) nonzero() {
	l.begin("nonzero", "is the nonzero of gemmKernels.", "m, n int, a *%[1]s, ars int, masks *uint64")
	m, a, masks, zero := arg("m"), arg("a"), arg("masks"), l.zero()
	size := shifted("n", l.bytes)
	four := uint64(4 * l.bytes)
	inFours := l.f32 && l.bytes == 32
	var order reg.VecVirtual
	if inFours {
		order = l.vec()
		VMOVDQU(laneOrder(), order)
	}
	loop("row", m, func() {
		mask, off := GP64(), GP64()
		XORQ(mask, mask)
		MOVQ(size, off)
		Label("vector") // the last first
		if inFours {
			TESTQ(U32(four-1), off)
			JEQ(LabelRef("four"))
		}
		SUBQ(Imm(uint64(l.bytes)), off)
		SHLQ(Imm(uint64(l.bytes/l.elem())), mask)
		ORQ(l.differences(l.load(at(a, off)), zero), mask)
		TESTQ(off, off)
		JNE(LabelRef("vector"))
		if inFours {
			JMP(LabelRef("rowDone"))
			Label("four")
			SUBQ(U32(four), off)
			SHLQ(Imm(four/uint64(l.elem())), mask)
			ORQ(l.differencesOfFour(at(a, off), zero, order), mask)
			TESTQ(off, off)
			JNE(LabelRef("four"))
			Label("rowDone")
		}
		MOVQ(mask, Mem{Base: masks})
		ADDQ(Imm(8), masks)
		ADDQ(arg("ars"), a)
	})
	VZEROUPPER()
	RET()
}

// differencesOfFour has a bit for each of the numbers of four vectors of AVX2 in float32 that are not zero: their bytes are packed, which
// leaves groups of four in laneOrder.
func (l lanes) differencesOfFour(from Mem, zero, order reg.VecVirtual) reg.GPVirtual {
	const notEqual = 0x04
	var d [4]reg.VecVirtual
	for i := range d {
		d[i] = l.vec()
		VCMPPS(Imm(notEqual), from.Offset(i*l.bytes), zero, d[i])
	}
	VPACKSSDW(d[1], d[0], d[0])
	VPACKSSDW(d[3], d[2], d[2])
	VPACKSSWB(d[2], d[0], d[0])
	VPERMD(d[0], order, d[0])
	bits := GP64()
	VPMOVMSKB(d[0], bits.As32()) // writing it clears the upper half
	return bits
}

// laneOrder is where packed groups of four lie whose order is to be that of their vectors.
func laneOrder() Mem {
	const key = "laneOrder"
	if m, ok := constants[key]; ok {
		return m
	}
	m := GLOBL(key, RODATA|NOPTR)
	for i, group := range []uint32{0, 4, 1, 5, 2, 6, 3, 7} {
		DATA(4*i, U32(group))
	}
	constants[key] = m
	return m
}

// dotsAtATime is how many dot products gemmWhere has at a time: they share what they read of A, and are as many as hide how long a
// product takes.
const dotsAtATime = 8

// gemmWhere sets, or with add adds to, for each of m rows of A and each bit in the row's mask, the sum of the row's first n vectors
// times those of that row of B; the sums of a row are one after the other in `dots`, those of rows list bytes apart. Sums beyond the
// last are written up to whole groups.
func (l lanes) gemmWhere() {
	l.begin("gemmWhere", "is the where of gemmKernels.", "m, n int, masks *uint64, a *%[1]s, ars int, b *%[1]s, brs int, dots *%[1]s, list int, add bool")
	var acc []reg.VecVirtual
	var rows []reg.GPVirtual
	for range dotsAtATime {
		acc, rows = append(acc, l.vec()), append(rows, GP64())
	}
	a, b, size := arg("a"), arg("b"), shifted("n", l.bytes)
	ADDQ(size, a) // offsets go from −size to 0
	ADDQ(size, b)
	NEGQ(size)
	MOVQ(size, param("n"))
	Label("row")
	mask, dots := GP64(), arg("dots")
	masks := arg("masks")
	MOVQ(Mem{Base: masks}, mask)
	ADDQ(Imm(8), param("masks"))
	TESTQ(mask, mask)
	JEQ(LabelRef("rowDone"))

	Label("group")
	none := GP64()
	XORQ(none, none)
	for i, row := range rows {
		TZCNTQ(mask, row)
		CMOVQCS(none, row) // no bit is left: any row
		BLSRQ(mask, mask)
		IMULQ(param("brs"), row)
		ADDQ(b, row)
		l.set(acc[i], l.zero())
	}
	off := arg("n")
	Label("step")
	v := l.load(at(a, off))
	for i, row := range rows {
		l.fma(at(row, off), v, acc[i])
	}
	ADDQ(Imm(uint64(l.bytes)), off)
	JNE(LabelRef("step"))
	sums, of := l.sumsOfLanes(acc)
	add := GP8()
	Load(Param("add"), add)
	CMPB(add, Imm(0))
	JEQ(LabelRef("set"))
	for i, s := range sums {
		of.do(addInst, Mem{Base: dots, Disp: i * of.bytes}, s, s)
	}
	Label("set")
	for i, s := range sums {
		of.store(s, Mem{Base: dots, Disp: i * of.bytes})
	}
	ADDQ(Imm(dotsAtATime*uint64(l.elem())), dots)
	TESTQ(mask, mask)
	JNE(LabelRef("group"))

	Label("rowDone")
	ADDQ(arg("ars"), a)
	next := arg("list")
	ADDQ(next, param("dots"))
	DECQ(param("m"))
	JNZ(LabelRef("row"))
	VZEROUPPER()
	RET()
}

// spreadDots writes what gemmWhere has left of m rows to the places of the bits in rows of C.
func (l lanes) spreadDots() {
	l.begin("spreadDots", "is the spread of gemmKernels.", "m int, masks *uint64, dots *%[1]s, list int, c *%[1]s, crs int")
	m, masks, dots, c := arg("m"), arg("masks"), arg("dots"), arg("c")
	list, crs := arg("list"), arg("crs")
	loop("row", m, func() {
		mask, from, place, number := GP64(), GP64(), GP64(), GP64()
		MOVQ(Mem{Base: masks}, mask)
		TESTQ(mask, mask)
		JEQ(LabelRef("rowDone"))
		MOVQ(dots, from)
		Label("dot")
		TZCNTQ(mask, place)
		to := Mem{Base: c, Index: place, Scale: uint8(l.elem())}
		if l.f32 {
			MOVL(Mem{Base: from}, number.As32())
			MOVL(number.As32(), to)
		} else {
			MOVQ(Mem{Base: from}, number)
			MOVQ(number, to)
		}
		ADDQ(Imm(uint64(l.elem())), from)
		BLSRQ(mask, mask)
		JNE(LabelRef("dot"))
		Label("rowDone")
		ADDQ(Imm(8), masks)
		ADDQ(list, dots)
		ADDQ(crs, c)
	})
	RET()
}

// sumsOfLanes are the sums of each vector's lanes, as whole vectors of AVX2, whose lanes they are of.
func (l lanes) sumsOfLanes(v []reg.VecVirtual) (sums []reg.VecVirtual, of lanes) {
	if l.bytes == 64 {
		l.bytes = 32
		return l.sumsOfLanes(l.foldedHalves(v))
	}
	halves := func(a, b reg.VecVirtual) reg.VecVirtual { // of both vectors: lower halves, plus upper ones
		low, high := l.vec(), l.vec()
		VPERM2F128(Imm(0x20), b, a, low)
		VPERM2F128(Imm(0x31), b, a, high)
		return l.add(low, high)
	}
	for len(v) > 0 {
		var pairs []reg.VecVirtual
		for i := 0; i < 4; i += 2 {
			low, high := l.interleaved(v[i], v[i+1])
			pairs = append(pairs, l.add(low, high))
		}
		if !l.f32 {
			sums = append(sums, halves(pairs[0], pairs[1]))
		} else {
			sums = append(sums, l.add(l.pairsOf(pairs[0], pairs[1], 0x44), l.pairsOf(pairs[0], pairs[1], 0xee)))
		}
		v = v[4:]
	}
	if l.f32 {
		sums = []reg.VecVirtual{halves(sums[0], sums[1])}
	}
	return sums, l
}

// foldedHalves are the lower halves of vectors of AVX-512 plus the upper ones; l are the lanes of the halves.
func (l lanes) foldedHalves(v []reg.VecVirtual) (sums []reg.VecVirtual) {
	for _, whole := range v {
		upper, sum := l.vec(), l.vec()
		VEXTRACTF64X4(Imm(1), whole, upper)
		l.do(addInst, whole.AsY(), upper, sum)
		sums = append(sums, sum)
	}
	return sums
}
