package main

import (
	"fmt"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// gemm is the inner tile of a matrix product: rows×(2 vectors) of C, all of it in registers,
//
//	C = init + A·B, or with relu max(0, init + A·B).
//
// Element (i, p) of A is at i·ars + p·acs bytes, row p of B at p·brs, row i of init at i·irs and row i of C at i·crs.
func (l lanes) gemm(rows int) {
	l.begin(fmt.Sprintf("gemm%d", rows), "is a tile of gemmKernels.", "k int, a *%[1]s, ars, acs int, b *%[1]s, brs int, init *%[1]s, irs int, c *%[1]s, crs int, relu bool")
	k := arg("k")
	ars, acs := arg("ars"), arg("acs")
	b, brs := arg("b"), arg("brs")
	// three rows of A hang on each base register: +0, +ars, +2·ars
	var bases []reg.GPVirtual
	first := arg("a")
	for i := 0; i < rows; i += 3 {
		base := first
		if i > 0 {
			base = GP64()
			MOVQ(bases[len(bases)-1], base)
			for range 3 {
				ADDQ(ars, base)
			}
		}
		bases = append(bases, base)
	}
	var acc [][2]reg.VecVirtual
	init, irs := arg("init"), arg("irs")
	for range rows {
		acc = append(acc, [2]reg.VecVirtual{l.load(Mem{Base: init}), l.load(Mem{Base: init, Disp: l.bytes})})
		ADDQ(irs, init)
	}
	Label("step")
	b0 := l.load(Mem{Base: b})
	b1 := l.load(Mem{Base: b, Disp: l.bytes})
	for i := range rows {
		m := Mem{Base: bases[i/3]}
		if r := i % 3; r > 0 {
			m.Index, m.Scale = ars, uint8(r)
		}
		a := l.broadcast(m)
		l.fma(b0, a, acc[i][0])
		l.fma(b1, a, acc[i][1])
	}
	for _, base := range bases {
		ADDQ(acs, base)
	}
	ADDQ(brs, b)
	DECQ(k)
	JNZ(LabelRef("step"))

	c, crs := arg("c"), arg("crs")
	relu := GP8()
	Load(Param("relu"), relu)
	CMPB(relu, Imm(0))
	JEQ(LabelRef("store"))
	zero := l.zero()
	for i := range rows {
		for j := range 2 {
			l.pick(VMAXPD, VMAXPS, zero, acc[i][j], acc[i][j])
		}
	}
	Label("store")
	for i := range rows {
		for j := range 2 {
			l.store(acc[i][j], Mem{Base: c, Disp: j * l.bytes})
		}
		ADDQ(crs, c)
	}
	VZEROUPPER()
	RET()
}

// transpose copies blocks of lanes×lanes numbers, one after another along the rows of src, turned: element (i, p) of src
// at i·srs bytes + p goes to p·drs bytes + i of dst. It uses 32-byte vectors whatever the width of the tiles.
func (l lanes) transpose() {
	l.begin("transpose", "is the transpose of gemmKernels.", "blocks int, src *%[1]s, srs int, dst *%[1]s, drs int")
	blocks, src, srs, dst, drs := arg("blocks"), arg("src"), arg("srs"), arg("dst"), arg("drs")
	lanes := 32 / l.elem()
	loop("block", blocks, func() {
		v := make([]reg.VecVirtual, lanes)
		row := GP64()
		MOVQ(src, row)
		for i := range v {
			v[i] = l.load(Mem{Base: row})
			ADDQ(srs, row)
		}
		for _, t := range l.turned(v) {
			l.store(t, Mem{Base: dst})
			ADDQ(drs, dst)
		}
		ADDQ(Imm(32), src)
	})
	VZEROUPPER()
	RET()
}

// turned transposes 4×4 float64 or 8×8 float32: neighbouring rows are interleaved, then pairs of rows (float32), then
// halves of vectors are exchanged.
func (l lanes) turned(v []reg.VecVirtual) []reg.VecVirtual {
	low := func(a, b reg.VecVirtual) reg.VecVirtual {
		d := YMM()
		l.pick(VUNPCKLPD, VUNPCKLPS, b, a, d)
		return d
	}
	high := func(a, b reg.VecVirtual) reg.VecVirtual {
		d := YMM()
		l.pick(VUNPCKHPD, VUNPCKHPS, b, a, d)
		return d
	}
	pairs := func(a, b reg.VecVirtual, which uint64) reg.VecVirtual {
		d := YMM()
		VSHUFPS(Imm(which), b, a, d)
		return d
	}
	half := func(a, b reg.VecVirtual, which uint64) reg.VecVirtual {
		d := YMM()
		VPERM2F128(Imm(which), b, a, d)
		return d
	}
	n := len(v)
	step := make([]reg.VecVirtual, n)
	for i := 0; i < n; i += 2 {
		step[i], step[i+1] = low(v[i], v[i+1]), high(v[i], v[i+1])
	}
	if l.f32 {
		next := make([]reg.VecVirtual, n)
		for i := 0; i < n; i += 4 {
			next[i], next[i+1] = pairs(step[i], step[i+2], 0x44), pairs(step[i], step[i+2], 0xee)
			next[i+2], next[i+3] = pairs(step[i+1], step[i+3], 0x44), pairs(step[i+1], step[i+3], 0xee)
		}
		step = next
	}
	out := make([]reg.VecVirtual, n)
	for i := range n / 2 {
		out[i], out[i+n/2] = half(step[i], step[i+n/2], 0x20), half(step[i], step[i+n/2], 0x31)
	}
	return out
}

// gemmRows are the tile heights: as tall as the registers allow, and one row for what is left.
func (l lanes) gemmRows() []int {
	if l.bytes == 64 {
		return []int{12, 4, 1}
	}
	return []int{6, 1}
}
