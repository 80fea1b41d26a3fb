package main

import (
	"fmt"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// widestRow is how many vectors a tile of gemmByRows has: with AVX2 twelve of the sixteen registers, with AVX-512 as many as lie in the
// first-level cache of sparseDepth rows.
func (l lanes) widestRow() int {
	if l.bytes == 64 {
		return 8
	}
	return 12
}

// rowsAtATime is how many rows a tile of gemmByRows has. As many vectors to a row as AVX2 has registers for hide how long a product takes,
// and one row has one end at which the processor has guessed wrong. A row of some 64 columns has too few vectors of AVX-512 for that.
func (l lanes) rowsAtATime() int {
	if l.bytes == 64 {
		return 2
	}
	return 1
}

// gemmByRows is tiles of a row or two, some vectors wide, of C = init + A·B, or of max(0, init + A·B), from the factors of A whose bits
// are set; a row's are `next` bytes after those of the row before it. Each row adds its own products in their order, as a tile of
// gemm does, so that what it comes to does not hang on the row beside it.
func (l lanes) gemmByRows(vectors int) {
	l.begin(fmt.Sprintf("gemmByRows%d", vectors), "is one of rowTiles.",
		"tiles int, masks *uint64, next int, a *%[1]s, ars int, b *%[1]s, brs int, init *%[1]s, irs int, c *%[1]s, crs int, relu bool")
	acc := make([][]reg.VecVirtual, l.rowsAtATime())
	for r := range acc {
		for range vectors {
			acc[r] = append(acc[r], l.vec())
		}
	}
	masks, next, b, brs := arg("masks"), arg("next"), arg("b"), arg("brs")
	a := []reg.GPVirtual{arg("a"), GP64()}[:len(acc)]
	// product adds to a row that of the first factor of its set, and takes it from the set: the flag of zero says if it was the last.
	product := func(r int, set reg.GPVirtual) {
		p, row := GP64(), GP64()
		TZCNTQ(set, p)
		MOVQ(p, row)
		IMULQ(brs, row)
		ADDQ(b, row)
		factor := l.broadcast(Mem{Base: a[r], Index: p, Scale: uint8(l.elem())})
		for i := range vectors {
			l.fma(Mem{Base: row, Disp: i * l.bytes}, factor, acc[r][i])
		}
		BLSRQ(set, set)
	}
	Label("tile")
	init, irs := arg("init"), arg("irs")
	for _, row := range acc {
		for i, v := range row {
			l.pick(VMOVUPD, VMOVUPS, Mem{Base: init, Disp: i * l.bytes}, v)
		}
		ADDQ(irs, init)
	}
	MOVQ(init, param("init"))
	if len(a) == 1 {
		productsOfRow(masks, product)
	} else {
		MOVQ(a[0], a[1])
		ADDQ(arg("ars"), a[1])
		productsOfPair(masks, next, product)
	}

	l.reluIfAsked(acc)
	c, crs := arg("c"), arg("crs")
	for _, row := range acc {
		for i, v := range row {
			l.store(v, Mem{Base: c, Disp: i * l.bytes})
		}
		ADDQ(crs, c)
	}
	MOVQ(c, param("c"))
	MOVQ(a[len(a)-1], a[0])
	ADDQ(arg("ars"), a[0])
	LEAQ(Mem{Base: masks, Index: next, Scale: uint8(len(a))}, masks)
	DECQ(param("tiles"))
	JNZ(LabelRef("tile"))
	VZEROUPPER()
	RET()
}

// productsOfRow are all products of one row.
func productsOfRow(masks reg.Register, product func(r int, set reg.GPVirtual)) {
	set := GP64()
	MOVQ(Mem{Base: masks}, set)
	TESTQ(set, set)
	JEQ(LabelRef("added"))
	Label("product")
	product(0, set)
	JNE(LabelRef("product"))
	Label("added")
}

// productsOfPair are those of two rows, by turns as long as both have some.
func productsOfPair(masks, next reg.Register, product func(r int, set reg.GPVirtual)) {
	sets, counts, both := [2]reg.GPVirtual{GP64(), GP64()}, [2]reg.GPVirtual{GP64(), GP64()}, GP64()
	MOVQ(Mem{Base: masks}, sets[0])
	MOVQ(Mem{Base: masks, Index: next, Scale: 1}, sets[1])
	for r, n := range counts {
		POPCNTQ(sets[r], n)
	}
	MOVQ(counts[0], both) // the smaller of the two
	CMPQ(counts[1], both)
	CMOVQLT(counts[1], both)
	for _, n := range counts {
		SUBQ(both, n) // what one of them has besides
	}
	times := func(label string, n reg.GPVirtual, body func()) { // which may be 0
		TESTQ(n, n)
		JEQ(LabelRef(label + "Done"))
		loop(label, n, body)
		Label(label + "Done")
	}
	times("both", both, func() {
		product(0, sets[0])
		product(1, sets[1])
	})
	times("first", counts[0], func() { product(0, sets[0]) })
	times("second", counts[1], func() { product(1, sets[1]) })
}
