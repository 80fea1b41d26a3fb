package main

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// The kernels of splines compute in float64. Lanes hold elements, each with a spline of its own; what there is of an element lies in
// rows of splineRow numbers, as kernel's splineRows has them.
const splineRow = 64

const (
	splineIn = iota
	splineFrom
	splineTo
	splineOtherFrom
	splineOtherTo
	splineIndex
	splineWidth
	splineHeight
	splineSlope
	splineLower
	splineUpper
	splineLowerRate
	splineUpperRate
	splineOut
	splineLog
	splineOutUp
	splineLogUp
	splineInUp
	splineFromUp
	splineToUp
	splineOtherFromUp
	splineOtherToUp
)

// rowAt is the vector at hand of a row.
func rowAt(rows reg.Register, row int) Mem { return Mem{Base: rows, Disp: 8 * splineRow * row} }

// eachRow runs body for n vectors of elements.
func (l lanes) eachRow(rows reg.GPVirtual, body func(at func(row int) Mem)) {
	loop("elements", arg("n"), func() {
		body(func(row int) Mem { return rowAt(rows, row) })
		ADDQ(Imm(uint64(l.bytes)), rows)
	})
	VZEROUPPER()
	RET()
}

// splinePlace is the softmax of n blocks of k raw numbers, and the k+1 knots of an axis {lo, hi, middle, hi − lo, least, 1 − k·least}.
// Shares are summed up from −½, at the lower end, to ½: the sums are half as long as from 0, and so is what rounding takes from them.
func (l lanes) splinePlace() {
	l.begin("splinePlace", "is the place of splineKernels.", "n, k int, axis, raw, share, knots *%[1]s")
	n, size, off := arg("n"), shifted("k", l.bytes), GP64()
	axis, raw, share, knots := arg("axis"), arg("raw"), arg("share"), arg("knots")
	l.pinExp(1)
	Label("block")
	top := l.load(Mem{Base: raw})
	l.eachComponent("top", size, off, func() { l.do(maxInst, at(raw, off), top, top) })
	total := l.zero()
	l.eachComponent("shares", size, off, func() {
		e := l.expDown(1, l.sub(l.load(at(raw, off)), top))
		l.store(e, at(share, off))
		l.do(addInst, e, total, total)
	})
	per, sum := l.reciprocal(total), l.load(l.c(-0.5))
	var numbers [6]reg.VecVirtual
	for i := range numbers {
		numbers[i] = l.broadcast(Mem{Base: axis, Disp: 8 * i})
	}
	lo, hi, middle, length, least, rest := numbers[0], numbers[1], numbers[2], numbers[3], numbers[4], numbers[5]
	l.eachComponent("knots", size, off, func() {
		knot := l.copyOf(middle)
		l.fma(length, sum, knot)
		l.store(knot, at(knots, off))
		s := l.mul(per, at(share, off))
		l.store(s, at(share, off))
		step := l.copyOf(least)
		l.fma(rest, s, step)
		l.do(addInst, step, sum, sum)
	})
	l.store(lo, Mem{Base: knots})
	l.store(hi, at(knots, off))
	for _, p := range []reg.GPVirtual{raw, share, knots} {
		ADDQ(size, p)
	}
	ADDQ(Imm(uint64(l.bytes)), knots)
	DECQ(n)
	JNZ(LabelRef("block"))
	VZEROUPPER()
	RET()
}

// splineFind finds the piece between whose knots each element is, the knots of the other axis, its shares of both, and the raw numbers of
// the slopes at its knots.
func (l lanes) splineFind() {
	l.begin("splineFind", "is the find of splineKernels.", "n, k int, rows, own, other, widths, heights, slopes *%[1]s")
	n, size, off := arg("n"), shifted("k", l.bytes), GP64()
	rows, own, other, widths, heights, slopes := arg("rows"), arg("own"), arg("other"), arg("widths"), arg("heights"), arg("slopes")
	next := func(p reg.Register) Mem { return at(p, off).Offset(l.bytes) }
	Label("elements")
	XORQ(off, off)
	v := l.load(rowAt(rows, splineIn))
	from, to := l.load(at(own, off)), l.load(next(own))
	otherFrom, otherTo := l.load(at(other, off)), l.load(next(other))
	width, height := l.load(at(widths, off)), l.load(at(heights, off))
	lower, upper := l.load(at(slopes, off)), l.load(next(slopes))
	index, i := l.zero(), l.zero()
	ADDQ(Imm(uint64(l.bytes)), off)
	Label("knot")
	knot := l.load(at(own, off))
	stays := l.negatives(l.sub(v, knot))
	l.do(addInst, l.c(1), i, i)
	l.set(index, stays(index, i))
	l.set(from, stays(from, knot))
	l.set(to, stays(to, l.load(next(own))))
	l.set(otherFrom, stays(otherFrom, l.load(at(other, off))))
	l.set(otherTo, stays(otherTo, l.load(next(other))))
	l.set(width, stays(width, l.load(at(widths, off))))
	l.set(height, stays(height, l.load(at(heights, off))))
	l.set(lower, stays(lower, l.load(at(slopes, off))))
	l.set(upper, stays(upper, l.load(next(slopes))))
	ADDQ(Imm(uint64(l.bytes)), off)
	CMPQ(off, size)
	JLT(LabelRef("knot"))
	for row, v := range []reg.VecVirtual{from, to, otherFrom, otherTo, index, width, height} {
		l.store(v, rowAt(rows, splineFrom+row))
	}
	l.store(lower, rowAt(rows, splineLower))
	l.store(upper, rowAt(rows, splineUpper))
	for _, p := range []reg.GPVirtual{own, other, widths, heights} {
		ADDQ(size, p)
	}
	ADDQ(size, slopes)
	for _, p := range []reg.GPVirtual{own, other, slopes} {
		ADDQ(Imm(uint64(l.bytes)), p)
	}
	ADDQ(Imm(uint64(l.bytes)), rows)
	DECQ(n)
	JNZ(LabelRef("elements"))
	VZEROUPPER()
	RET()
}

// splineWiden copies n vectors of float32 to float64.
func (l lanes) splineWiden() {
	single := lanes{bytes: l.bytes, f32: true}
	l.begin("splineWiden", "is the widen of splineKernels.", "n int, from *float32, to *%[1]s")
	n, from, to := arg("n"), arg("from"), arg("to")
	loop("vector", n, func() {
		single.eachHalf(Mem{Base: from}, func(half int, v reg.VecVirtual) { l.store(v, Mem{Base: to, Disp: half * l.bytes}) })
		ADDQ(Imm(uint64(l.bytes)), from)
		ADDQ(Imm(uint64(2*l.bytes)), to)
	})
	VZEROUPPER()
	RET()
}

// splineSlopes turns the raw numbers of the two slopes into them, and their derivatives, by family's {shift, least, most, MinWidth,
// 1 − k·MinWidth, MinHeight, 1 − k·MinHeight}:
//
//	δ = least + log(1 + eᵛ),  v = raw + shift,  held to most
//
// and finds s = h/w from the shares: differences of knots would have lost digits of narrow pieces.
func (l lanes) splineSlopes() {
	l.begin("splineSlopes", "is the slopes of splineKernels.", "n int, family, rows *%[1]s")
	family, rows := arg("family"), arg("rows")
	l.pinExp(1)
	l.eachRow(rows, func(at func(int) Mem) {
		number := func(i int) reg.VecVirtual { return l.broadcast(Mem{Base: family, Disp: 8 * i}) }
		width, height := number(3), number(5)
		l.fma(number(4), l.load(at(splineWidth)), width)
		l.fma(number(6), l.load(at(splineHeight)), height)
		l.store(l.ratio(height, width), at(splineSlope))
		for side := range 2 {
			v := l.add(number(0), at(splineLower+side))
			e := l.expDown(1, l.or(v, l.signBit()))
			u := l.add(e, l.c(1))
			per := l.reciprocal(u)
			rate := l.mul(per, l.whereNegative(v, e, l.load(l.c(1))))
			rounded := l.sub(e, l.sub(u, l.c(1))) // what u lacks
			log := l.log(u)
			l.fma(rounded, per, log)
			positive := l.max(v, l.c(0))
			slope := l.add(l.add(positive, log), number(1))
			most := number(2)
			l.store(l.whereNegative(l.sub(most, slope), l.zero(), rate), at(splineLowerRate+side))
			l.store(l.min(slope, most), at(splineLower+side))
		}
	})
}

// A splinePiece is kernel's piece.
type splinePiece struct {
	lower, upper  Mem
	s             reg.VecVirtual
	along, remain reg.VecVirtual
}

// splineSquares are ξ², ξ′² and ξξ′.
func (l lanes) splineSquares(p splinePiece) (along, remain, mixed reg.VecVirtual) {
	return l.mul(p.along, p.along), l.mul(p.remain, p.remain), l.mul(p.along, p.remain)
}

// splineParts are D and the numerator of the slope.
func (l lanes) splineParts(p splinePiece) (d, bend reg.VecVirtual) {
	along, remain, mixed := l.splineSquares(p)
	d = l.mul(p.s, l.add(along, remain))
	lower, upper := l.load(p.lower), l.load(p.upper)
	l.fma(l.add(lower, upper), mixed, d)
	bend = l.mul(l.mul(p.s, l.c(2)), mixed)
	l.fma(upper, along, bend)
	l.fma(lower, remain, bend)
	return d, bend
}

// splineLogSlope stores log (s/D)²·bend.
func (l lanes) splineLogSlope(p splinePiece, per, bend reg.VecVirtual, to Mem) {
	q := l.mul(p.s, per)
	l.store(l.log(l.mul(l.mul(q, q), bend)), to)
}

// splinePieceAt is the piece at an x, and 1/w.
func (l lanes) splinePieceAt(at func(int) Mem) (p splinePiece, perWidth reg.VecVirtual) {
	x, from, to := l.load(at(splineIn)), l.load(at(splineFrom)), l.load(at(splineTo))
	perWidth = l.reciprocal(l.sub(to, from))
	return splinePiece{
		lower: at(splineLower), upper: at(splineUpper),
		s:     l.load(at(splineSlope)),
		along: l.mul(l.sub(x, from), perWidth), remain: l.mul(l.sub(to, x), perWidth),
	}, perWidth
}

// splineForward is z and the log slope at x.
func (l lanes) splineForward() {
	l.begin("splineForward", "is the forward of splineKernels.", "n int, rows *%[1]s")
	l.eachRow(arg("rows"), func(at func(int) Mem) {
		p, _ := l.splinePieceAt(at)
		d, bend := l.splineParts(p)
		per := l.reciprocal(d)
		l.splineLogSlope(p, per, bend, at(splineLog))
		up, down := l.splineRise(p, per)
		from, to := l.load(at(splineOtherFrom)), l.load(at(splineOtherTo))
		h := l.sub(to, from)
		l.fma(h, up, from)
		l.fnma(h, down, to)
		l.store(l.whereNegative(l.sub(p.remain, p.along), to, from), at(splineOut))
	})
}

// splineRise is (z − y_i)/h, and what is left of 1.
func (l lanes) splineRise(p splinePiece, per reg.VecVirtual) (up, down reg.VecVirtual) {
	share := func(here, there reg.VecVirtual, slope Mem) reg.VecVirtual {
		v := l.mul(p.s, here)
		l.fma(slope, there, v)
		return l.mul(l.mul(here, v), per)
	}
	return share(p.along, p.remain, p.lower), share(p.remain, p.along, p.upper)
}

// splineInverse is x and log dz/dx at z, as kernel's solve.
func (l lanes) splineInverse() {
	l.begin("splineInverse", "is the inverse of splineKernels.", "n int, rows *%[1]s")
	l.eachRow(arg("rows"), func(at func(int) Mem) {
		p := splinePiece{lower: at(splineLower), upper: at(splineUpper)}
		z, from, to := l.load(at(splineIn)), l.load(at(splineFrom)), l.load(at(splineTo))
		perHeight := l.reciprocal(l.sub(to, from))
		below, above := l.mul(l.sub(z, from), perHeight), l.mul(l.sub(to, z), perHeight)
		p.s = l.load(at(splineSlope))
		q := l.mul(above, p.lower)
		l.fnma(p.upper, below, q)
		twice := l.add(p.s, p.s)
		below, above = l.mul(twice, below), l.mul(twice, above)
		square := l.mul(below, above)
		l.fma(q, q, square)
		r := l.sqrt(square)
		p.along, p.remain = l.whereNegative(q, l.sub(r, q), below), l.whereNegative(q, above, l.add(r, q))
		per := l.reciprocal(l.add(p.along, p.remain))
		p.along, p.remain = l.mul(p.along, per), l.mul(p.remain, per)
		from, to = l.load(at(splineOtherFrom)), l.load(at(splineOtherTo))
		w := l.sub(to, from)
		l.fma(w, p.along, from)
		l.fnma(w, p.remain, to)
		l.store(l.whereNegative(l.sub(p.remain, p.along), to, from), at(splineOut))
		d, bend := l.splineParts(p)
		l.splineLogSlope(p, l.reciprocal(d), bend, at(splineLog))
	})
}
