package main

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// splineBackward is kernel's add: from the gradients in z and in the log slope those in x, the knots and the raw numbers of the slopes.
// With inverse the gradients are in x and, turned, in the inverse's log slope, which
// splineLog has; see kernel's InverseBackward.
func (l lanes) splineBackward(name string, inverse bool) {
	l.begin(name, "is the "+name[len("spline"):]+" of splineKernels.", "n int, rows *%[1]s")
	l.eachRow(arg("rows"), func(at func(int) Mem) {
		p, perWidth := l.splinePieceAt(at)
		d, bend := l.splineParts(p)
		perD, perN := l.reciprocal(d), l.reciprocal(bend)
		two := func(v reg.VecVirtual) reg.VecVirtual { return l.add(v, v) }

		// the log slope's in ξ
		turn := l.sub(p.remain, p.along)
		logAlong := l.mul(p.along, p.upper)
		l.fma(p.s, turn, logAlong)
		l.fnma(p.lower, p.remain, logAlong)
		logAlong = l.mul(logAlong, perN)
		slopes := l.sub(l.add(l.load(p.lower), p.upper), two(p.s))
		l.fnma(l.mul(slopes, turn), perD, logAlong)
		logAlong = l.mul(two(logAlong), at(splineLogUp))
		if inverse {
			g := l.load(at(splineOutUp))
			l.fma(logAlong, perWidth, g)
			g = l.mul(g, l.exp(l.load(at(splineLog))))
			l.store(g, at(splineInUp))
			l.store(l.not(g), at(splineOutUp))
		}
		l.store(logAlong, at(splineFromUp)) // for now

		alongSquare, remainSquare, mixed := l.splineSquares(p)
		mixedPerD := l.mul(mixed, perD)
		up, down := l.splineRise(p, perD)
		height := l.mul(l.sub(l.load(at(splineOtherTo)), at(splineOtherFrom)), at(splineOutUp)) // times the gradient in z
		side := func(square, rise reg.VecVirtual, row int) {
			v := l.mul(square, perN)
			l.do(subInst, two(mixedPerD), v, v)
			v = l.mul(v, at(splineLogUp))
			l.fma(l.mul(height, mixedPerD), rise, v)
			l.store(l.mul(v, at(splineLowerRate+row)), at(splineLowerRate+row))
		}
		side(remainSquare, down, 0)
		side(alongSquare, l.not(up), 1)

		sUp := l.ratio(l.load(l.c(1)), p.s)
		l.fma(mixed, perN, sUp)
		l.fnma(l.add(alongSquare, remainSquare), perD, sUp)
		sUp = l.mul(two(sUp), at(splineLogUp))
		riseS := l.mul(alongSquare, p.upper)
		l.fnma(p.lower, remainSquare, riseS)
		l.fma(l.mul(height, mixedPerD), l.mul(riseS, perD), sUp)

		inUp := l.load(at(splineFromUp))
		l.fma(l.mul(l.mul(p.s, bend), l.mul(perD, perD)), height, inUp)
		inUp = l.mul(inUp, perWidth)
		if !inverse {
			l.store(inUp, at(splineInUp))
		}
		sUp = l.mul(sUp, perWidth)
		outUp := l.load(at(splineOutUp))
		heightUp := l.copyOf(sUp)
		l.fma(outUp, up, heightUp)
		l.store(heightUp, at(splineOtherToUp))
		l.store(l.sub(outUp, heightUp), at(splineOtherFromUp))
		widthUp := l.mul(sUp, p.s)
		l.do(fnmsInst, inUp, p.along, widthUp)
		l.store(widthUp, at(splineToUp))
		l.store(l.not(l.add(inUp, widthUp)), at(splineFromUp))
	})
}

// splineTakeBack is splinePlace backwards: piece j moves all knots after it but the last, which stays, as the first does. from and to
// are the gradients in the knots on either side of the piece that index says; numbers are {scale, k − 1}.
func (l lanes) splineTakeBack() {
	l.begin("splineTakeBack", "is the takeBack of splineKernels.", "n, k int, numbers, index, from, to, share, up *%[1]s")
	n, size, off := arg("n"), shifted("k", l.bytes), GP64()
	numbers, share, up := arg("numbers"), arg("share"), arg("up")
	ofElements := []reg.GPVirtual{arg("index"), arg("from"), arg("to")}
	scale, last, zero := l.broadcast(Mem{Base: numbers}), l.broadcast(Mem{Base: numbers, Disp: 8}), l.zero()
	Label("elements")
	from, to := l.load(Mem{Base: ofElements[1]}), l.load(Mem{Base: ofElements[2]})
	index := l.load(Mem{Base: ofElements[0]})
	l.set(to, l.whereNegative(l.sub(index, last), to, zero))
	before, mean := l.sub(zero, index), l.zero() // negative for pieces before it
	l.eachComponent("pieces", size, off, func() {
		sum := l.whereNegative(before, from, zero)
		l.do(subInst, l.c(1), before, index)
		l.do(addInst, l.whereNegative(index, to, zero), sum, sum)
		l.do(addInst, l.c(1), before, before)
		l.store(sum, at(up, off))
		l.fma(at(share, off), sum, mean)
	})
	l.eachComponent("up", size, off, func() {
		v := l.sub(l.load(at(up, off)), mean)
		l.store(l.mul(l.mul(v, at(share, off)), scale), at(up, off))
	})
	for _, p := range []reg.GPVirtual{share, up} {
		ADDQ(size, p)
	}
	for _, p := range ofElements {
		ADDQ(Imm(uint64(l.bytes)), p)
	}
	DECQ(n)
	JNZ(LabelRef("elements"))
	VZEROUPPER()
	RET()
}
