package main

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// prepare turns the logits and raw log scales of n blocks of mixtures into weights, clamped log scales and inverse scales.
// A block is k components of a vector of mixtures, component after component.
//
//	w = softmax(logits),  y = the clampCurve of raw, or raw held to ±mostLogScale,  inv = exp(−y)
func (l lanes) prepare() {
	l.begin("prepare", "is the prepare of mixtureKernels.", "n, k int, logits, raw, clamp, w, y, inv, least *%[1]s) (faint int")
	n, size := arg("n"), shifted("k", l.bytes)
	logits, raw := arg("logits"), arg("raw")
	w, y, inv := arg("w"), arg("y"), arg("inv")
	l.pinExp(1)
	least, most := l.bounds()
	l.pin(l.c(1), l.c(least), l.c(most), l.c(-least))
	off, faint := GP64(), l.zero()
	each := func(label string, body func()) { l.eachComponent(label, size, off, body) }
	Label("block")
	top, bottom := l.load(Mem{Base: logits}), l.load(Mem{Base: logits})
	each("top", func() {
		l.do(maxInst, at(logits, off), top, top)
		l.do(minInst, at(logits, off), bottom, bottom)
	})
	l.gather(faint, l.sub(l.load(l.c(l.faint())), l.sub(top, bottom)))
	total := l.zero()
	each("weights", func() {
		e := l.expDown(1, l.sub(l.load(at(logits, off)), top))
		l.store(e, at(w, off))
		l.do(addInst, e, total, total)
	})
	share := l.reciprocal(total)
	clamp := arg("clamp")
	var r reg.VecVirtual
	each("scales", func() {
		l.store(l.mul(share, at(w, off)), at(w, off))
		r = l.load(at(raw, off))
		CMPQ(clamp, Imm(0))
		JEQ(LabelRef("free"))
		d := l.add(l.exp(l.mul(r, l.broadcast(Mem{Base: clamp, Disp: 2 * l.elem()}))), l.c(1))
		l.set(r, l.broadcast(Mem{Base: clamp}))
		l.fma(l.reciprocal(d), l.broadcast(Mem{Base: clamp, Disp: l.elem()}), r)
		Label("held")
		l.store(r, at(y, off))
	})
	each("inverses", func() { // apart: see slopes
		l.store(l.expMinus(l.load(at(y, off))), at(inv, off))
	})
	for _, p := range []reg.GPVirtual{logits, raw, w, y, inv} {
		ADDQ(size, p)
	}
	DECQ(n)
	JNZ(LabelRef("block"))
	l.returnSigns(faint)

	Label("free")
	l.set(r, l.min(l.max(r, l.c(-l.mostLogScale())), l.c(l.mostLogScale())))
	all := Mem{Base: arg("least")}
	l.store(l.min(r, all), all)
	JMP(LabelRef("held"))
}

// faint is kernel's: a factor e^−faint counts for nothing, and products with it are still normal numbers, which others cost
// the processor a hundred cycles.
func (l lanes) faint() float64 {
	if l.f32 {
		return 75
	}
	return 690
}

// mostLogScale is kernel's.
func (l lanes) mostLogScale() float64 { return ofType(l, 708.0, 87.0) }

// expMinus is e^−y, and overwrites y.
func (l lanes) expMinus(y reg.VecVirtual) reg.VecVirtual {
	if l.bytes < 64 {
		_, most := l.bounds()
		y = l.max(y, l.c(-most))
	}
	return l.expDown(-1, y)
}

// parts are e^(−t²/2) and R(|t|)/√(2π), whose product is Φ(−|t|). What is below e^−faint is 0: kept at that, beside another
// component's 1/σ that is e^30 times smaller it would count.
func (l lanes) parts(t reg.VecVirtual, tail millsFit) (bell, ratio reg.VecVirtual) {
	square := l.mul(t, t)
	bell = l.bell(t, square)
	return l.unless(square, l.c(2*l.faint()), bell)[0], l.mills(invSqrt2Pi, tail, t)
}

// partsAndNear are parts, and t where the bell counts, else 0: t² may then be beyond all numbers, and t and t/σ too.
func (l lanes) partsAndNear(t reg.VecVirtual, tail millsFit) (bell, ratio, near reg.VecVirtual) {
	square := l.mul(t, t)
	bell = l.bell(t, square)
	counts := l.unless(square, l.c(2*l.faint()), bell, t)
	return counts[0], l.mills(invSqrt2Pi, tail, t), counts[1]
}

// bell is e^(−t²/2) of a t² up to 2·faint.
func (l lanes) bell(t, square reg.VecVirtual) reg.VecVirtual {
	if l.eighths() {
		lost := l.copyOf(square) // what the rounding of t² took matters here
		l.do(fmsInst, t, t, lost)
		sum, _, r := l.reduced(-0.5, l.min(square, l.c(2*l.faint())), 3)
		return l.expByEighths(0.5, sum, l.sub(r, lost))
	}
	bell := l.expFrom(-l.faint(), -0.5, l.copyOf(square))
	if !l.f32 {
		return bell
	}
	// the rounding of t² matters here: e^(−t²/2) = bell·(1 − (t² − fl(t²))/2)
	lost, half := l.copyOf(square), l.load(l.c(1))
	l.do(fmsInst, t, t, lost)
	l.fnma(l.c(0.5), lost, half)
	return l.mul(bell, half)
}

// addTerms adds a component's terms at t = (x − μ)·inv, of weight w, to F, S, √(2π)·f and, if there is one, √(2π)·Σ w φ(t) t/σ².
func (l lanes) addTerms(t, w, inv reg.VecVirtual, lower, upper, dens, bend reg.VecVirtual) {
	bell, ratio := l.parts(t, ofType(l, millsTo12, millsTo12and32)) // beyond, next to leastTail, a tail is nothing
	bell = l.mul(w, bell)
	tail := l.mul(bell, ratio)
	rest := l.sub(w, tail)
	l.do(addInst, l.whereNegative(t, tail, rest), lower, lower)
	l.do(addInst, l.whereNegative(t, rest, tail), upper, upper)
	if bend == nil {
		l.fma(bell, inv, dens)
		return
	}
	bell = l.mul(bell, inv)
	l.do(addInst, bell, dens, dens)
	l.fma(bell, l.mul(t, inv), bend)
}

// ofComponent reads a component's number: a vector of those of own mixtures, else the one of all.
func (l lanes) ofComponent(own bool, m Mem) reg.VecVirtual {
	if own {
		return l.load(m)
	}
	return l.broadcast(m)
}

// sums evaluates the three sums of n vectors of elements, each of its own block of mixtures or all of one; or four, as bends.
func (l lanes) sums(name string, own, bends bool) {
	l.begin(name, "is the "+name+" of mixtureKernels.", "n, k, stride int, x, w, mu, inv, lower, upper, dens, bend *%[1]s")
	n, stride := arg("n"), arg("stride")
	x, w, mu, inv := arg("x"), arg("w"), arg("mu"), arg("inv")
	size := shifted("k", l.bytes)
	l.pinExp(-0.5)
	l.pin(l.c(1), l.c(2*l.faint()))
	off, i := GP64(), GP64()
	XORQ(i, i)
	Label("elements")
	xi := l.load(at(x, i))
	lower, upper, dens := l.zero(), l.zero(), l.zero()
	var bend reg.VecVirtual
	if bends {
		bend = l.zero()
	}
	l.eachComponent("component", size, off, func() {
		scale := l.ofComponent(own, at(inv, off))
		t := l.mul(l.sub(xi, l.ofComponent(own, at(mu, off))), scale)
		l.addTerms(t, l.ofComponent(own, at(w, off)), scale, lower, upper, dens, bend)
	})
	l.store(lower, at(arg("lower"), i))
	l.store(upper, at(arg("upper"), i))
	l.store(l.mul(dens, l.c(invSqrt2Pi)), at(arg("dens"), i))
	if bends {
		l.store(l.mul(bend, l.c(invSqrt2Pi)), at(arg("bend"), i))
	}
	l.nextElements(i, n, stride, w, mu, inv)
}

// eachComponent runs body over the components of one vector of elements.
func (l lanes) eachComponent(label string, size, off reg.GPVirtual, body func()) {
	XORQ(off, off)
	Label(label)
	body()
	ADDQ(Imm(uint64(l.bytes)), off)
	CMPQ(off, size)
	JLT(LabelRef(label))
}

// nextElements ends the loop over vectors of elements, and the function.
func (l lanes) nextElements(i, n, stride reg.GPVirtual, mixtures ...reg.GPVirtual) {
	for _, p := range mixtures {
		ADDQ(stride, p)
	}
	ADDQ(Imm(uint64(l.bytes)), i)
	DECQ(n)
	JNZ(LabelRef("elements"))
	VZEROUPPER()
	RET()
}

// leastTail is kernel's.
const leastTail = 1.5e-11

// gather sets the sign bits of far that are set in any of vs.
func (l lanes) gather(far reg.VecVirtual, vs ...reg.VecVirtual) {
	for _, v := range vs {
		if l.bytes == 64 {
			VPORQ(v, far, far)
		} else {
			VPOR(v, far, far)
		}
	}
}

// score maps the sums to z and the log slope.
func (l lanes) score() {
	l.begin("score", "is the score of mixtureKernels.", "n int, floor, lower, upper, dens, z, logSlope *%[1]s) (far int")
	n := arg("n")
	lower, upper, dens, zp, sp := arg("lower"), arg("upper"), arg("dens"), arg("z"), arg("logSlope")
	off := GP64()
	XORQ(off, off)
	floor, far := l.broadcast(Mem{Base: arg("floor")}), l.zero() // its sign bits gather those of the far
	loop("vector", n, func() {
		f := l.load(at(lower, off))
		d := l.mul(l.sub(f, at(upper, off)), l.c(0.5))
		p := l.min(f, at(upper, off))

		density := l.load(at(dens, off))
		l.gather(far, l.sub(p, l.c(leastTail)), l.sub(density, floor), l.notANumber(density))

		minus := l.sub(l.zero(), l.log(p))
		r := l.sub(l.sqrt(minus), l.c(1.6))
		num, den := l.poly(r, l.byType(tailNum64, tailNum32), 2), l.poly(r, l.byType(tailDen64, tailDen32), 2)

		r = l.load(l.c(0.180625))
		l.fnma(d, d, r)
		central := l.sub(l.abs(d), l.c(0.425)) // where it is negative
		num = l.whereNegative(central, l.mul(d, l.poly(r, l.byType(centralNum64, centralNum32), 2)), num)
		den = l.whereNegative(central, l.poly(r, l.byType(centralDen64, centralDen32), 2), den)

		z := l.or(l.abs(l.ratio(num, den)), l.and(d, l.signBit()))
		s := l.add(l.log(density), l.c(halfLog2Pi))
		l.fma(l.mul(z, l.c(0.5)), z, s)
		l.store(z, at(zp, off))
		l.store(s, at(sp, off))
		ADDQ(Imm(uint64(l.bytes)), off)
	})
	l.returnSigns(far)
}
