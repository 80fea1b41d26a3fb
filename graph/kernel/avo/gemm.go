package main

import (
	"fmt"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// gemm is the inner loop of a matrix product: tiles of rows×(1 or 2 vectors) of C, one below the other, each all of it in registers,
//
//	C = init + A·B, or with relu max(0, init + A·B).
//
// Element (i, p) of A is at i·ars + p·acs bytes, row p of B at p·brs, row i of init at i·irs and row i of C at i·crs.
func (l lanes) gemm(rows, vectors int) {
	name := fmt.Sprintf("gemm%d", rows)
	if vectors == 1 {
		name += "Narrow"
	}
	l.begin(name, "is a tile of gemmKernels.", "tiles, k int, a *%[1]s, ars, acs int, b *%[1]s, brs int, init *%[1]s, irs int, c *%[1]s, crs int, relu bool")
	perBase := 3 // rows of A that hang on each base register: +0, +ars, +2·ars
	if l.bytes == 16 {
		perBase = 1
	}
	var acc [][]reg.VecVirtual
	for range rows {
		acc = append(acc, nil)
		for range vectors {
			acc[len(acc)-1] = append(acc[len(acc)-1], l.vec())
		}
	}
	a, ars, acs, brs := arg("a"), arg("ars"), arg("acs"), arg("brs")
	init, c := arg("init"), arg("c")
	tiles := arg("tiles")
	loop("tile", tiles, func() {
		var bases []reg.GPVirtual
		for i := 0; i < rows; i += perBase {
			base := GP64()
			MOVQ(a, base)
			bases = append(bases, base)
			for range min(perBase, rows-i) {
				ADDQ(ars, a)
			}
		}
		irs := arg("irs")
		for i := range rows {
			for j := range vectors {
				l.pick(VMOVUPD, VMOVUPS, Mem{Base: init, Disp: j * l.bytes}, acc[i][j])
			}
			ADDQ(irs, init)
		}
		b, k := arg("b"), arg("k")
		loop("step", k, func() {
			var row []reg.VecVirtual
			for j := range vectors {
				row = append(row, l.load(Mem{Base: b, Disp: j * l.bytes}))
			}
			for i := range rows {
				m := Mem{Base: bases[i/perBase]}
				if r := i % perBase; r > 0 {
					m.Index, m.Scale = ars, uint8(r)
				}
				var a reg.VecVirtual
				if perBase == 1 {
					a = l.vec()
					l.neon("STEP", a, m.Base, acs) // the base moves on
				} else {
					a = l.broadcast(m)
				}
				for j := range vectors {
					l.fma(row[j], a, acc[i][j])
				}
			}
			if perBase > 1 {
				for _, base := range bases {
					ADDQ(acs, base)
				}
			}
			ADDQ(brs, b)
		})

		l.reluIfAsked(acc)
		crs := arg("crs")
		for _, row := range acc {
			for j, v := range row {
				l.store(v, Mem{Base: c, Disp: j * l.bytes})
			}
			ADDQ(crs, c)
		}
	})
	VZEROUPPER()
	RET()
}

// reluIfAsked takes the positive parts of sums if the function's parameter relu says so.
func (l lanes) reluIfAsked(sums [][]reg.VecVirtual) {
	relu := GP8()
	Load(Param("relu"), relu)
	CMPB(relu, Imm(0))
	JEQ(LabelRef("store"))
	zero := l.zero()
	for _, row := range sums {
		for _, v := range row {
			l.do(maxInst, v, zero, v) // in this order: what is no number stays
		}
	}
	Label("store")
}

// turn transposes squares of lanes×lanes numbers, n in a line. The first square's element (i, p) is at i·srs bytes + p of src
// and goes to p·drs bytes + i of dst; the next square is sstep bytes on in src and dstep in dst.
//
// Rows are read in parts of 16 bytes, those of rows that lie 16 bytes apart in the result into one vector: what is left is to
// transpose small squares within such parts.
func (l lanes) turn() {
	l.begin("turn", "is the turn of squareKernels.", "n int, src *%[1]s, srs, sstep int, dst *%[1]s, drs, dstep int")
	n, src, srs, sstep := arg("n"), arg("src"), arg("srs"), arg("sstep")
	dst, drs, dstep := arg("dst"), arg("drs"), arg("dstep")
	if l.bytes == 16 {
		l.turnSmall(n, src, srs, sstep, dst, drs, dstep)
		return
	}
	row, small := GP64(), 16/l.elem()
	loop("square", n, func() {
		parts := make([][]reg.VecVirtual, l.bytes/16) // of the rows; of each, one for a row of the small squares
		for q := range parts {
			for range small {
				parts[q] = append(parts[q], l.vec())
			}
		}
		MOVQ(src, row)
		for i := range l.bytes / l.elem() {
			for q := range parts {
				l.loadPart(Mem{Base: row, Disp: 16 * q}, parts[q][i%small], i/small)
			}
			ADDQ(srs, row)
		}
		MOVQ(dst, row)
		for _, part := range parts {
			for _, t := range l.turned(part) {
				l.store(t, Mem{Base: row})
				ADDQ(drs, row)
			}
		}
		ADDQ(sstep, src)
		ADDQ(dstep, dst)
	})
	VZEROUPPER()
	RET()
}

// turnSmall is turn for NEON, whose vectors are such parts: a pointer for each row moves from square to square.
func (l lanes) turnSmall(n, src, srs, sstep, dst, drs, dstep reg.GPVirtual) {
	rows := func(first, stride reg.GPVirtual) (pointers []reg.GPVirtual) {
		for range l.bytes / l.elem() {
			p := GP64()
			MOVQ(first, p)
			ADDQ(stride, first)
			pointers = append(pointers, p)
		}
		return pointers
	}
	from, to := rows(src, srs), rows(dst, drs)
	l.loopBy(4, "square", n, func(many int) {
		for range many {
			var v []reg.VecVirtual
			for _, p := range from {
				v = append(v, l.vec())
				l.neon("LOADSTEP", v[len(v)-1], p, sstep)
			}
			for i, t := range l.turned(v) {
				l.neon("STORESTEP", t, dstep, to[i])
			}
		}
	})
	RET()
}

// loadPart reads 16 bytes into the part of v at an index; the first clears the others.
func (l lanes) loadPart(m Mem, v reg.VecVirtual, index int) {
	switch {
	case index == 0:
		l.pick(VMOVUPD, VMOVUPS, m, v.AsX())
	case l.bytes == 64:
		VINSERTF32X4(Imm(uint64(index)), m, v, v)
	default:
		VINSERTF128(Imm(uint64(index)), m, v, v)
	}
}

// turned transposes the 2×2 float64 or 4×4 float32 in each 16 bytes: neighbouring rows are interleaved, then, of float32,
// pairs of rows.
func (l lanes) turned(v []reg.VecVirtual) []reg.VecVirtual {
	low, high := l.interleaved(v[0], v[1])
	if !l.f32 {
		return []reg.VecVirtual{low, high}
	}
	low2, high2 := l.interleaved(v[2], v[3])
	return []reg.VecVirtual{l.pairsOf(low, low2, 0x44), l.pairsOf(low, low2, 0xee), l.pairsOf(high, high2, 0x44), l.pairsOf(high, high2, 0xee)}
}

// interleaved are the numbers of a and b in turns: those of the lower and those of the upper half of each 16 bytes.
func (l lanes) interleaved(a, b reg.VecVirtual) (low, high reg.VecVirtual) {
	low, high = l.vec(), l.vec()
	l.pick(VUNPCKLPD, VUNPCKLPS, b, a, low)
	l.pick(VUNPCKHPD, VUNPCKHPS, b, a, high)
	return low, high
}

// pairsOf takes two float32 of a and then two of b, of each 16 bytes the first (0x44) or the last (0xee) two.
func (l lanes) pairsOf(a, b reg.VecVirtual, which uint64) reg.VecVirtual {
	d := l.vec()
	VSHUFPS(Imm(which), b, a, d)
	return d
}

// gemmRows are the heights of tiles so many vectors wide: all up to the tallest that the registers allow, so that no rows are left for
// a tile too small to hide how long a product takes.
func (l lanes) gemmRows(vectors int) (heights []int) {
	tallest := map[int]int{16: 8, 32: 6, 64: 12}[l.bytes]
	if vectors == 1 && l.bytes == 32 {
		tallest = 8
	}
	for rows := tallest; rows > 0; rows-- {
		heights = append(heights, rows)
	}
	return heights
}
