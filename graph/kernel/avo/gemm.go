package main

import (
	"fmt"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// gemm is the inner tile of a matrix product: rows×(2 vectors) of C, all of it in registers,
//
//	C = A·B, or C + A·B with add.
//
// Element (i, p) of A is at i·ars + p·acs bytes, row p of B at p·brs, row i of C at i·crs.
func (l lanes) gemm(rows int) {
	l.begin(fmt.Sprintf("gemm%d", rows), "is a tile of gemmKernels.", "k int, a *%[1]s, ars, acs int, b *%[1]s, brs int, c *%[1]s, crs int, add bool")
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
	for range rows {
		acc = append(acc, [2]reg.VecVirtual{l.zero(), l.zero()})
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
	add := GP8()
	Load(Param("add"), add)
	CMPB(add, Imm(0))
	JEQ(LabelRef("store"))
	p := GP64()
	MOVQ(c, p)
	for i := range rows {
		for j := range 2 {
			l.pick(VADDPD, VADDPS, Mem{Base: p, Disp: j * l.bytes}, acc[i][j], acc[i][j])
		}
		ADDQ(crs, p)
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

// gemmRows are the tile heights: as tall as the registers allow, and one row for what is left.
func (l lanes) gemmRows() []int {
	if l.bytes == 64 {
		return []int{12, 4, 1}
	}
	return []int{6, 1}
}
