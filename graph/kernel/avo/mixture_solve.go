package main

import (
	"math"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// leastNormal is the smallest normal number.
func (l lanes) leastNormal() Mem { return l.c(ofType(l, 0x1p-1022, 0x1p-126)) }

// ulp is the spacing of numbers of x's size, or a little less; never 0.
func (l lanes) ulp(x reg.VecVirtual) reg.VecVirtual {
	return l.max(l.mul(l.abs(x), l.c(ofType(l, 0x1p-52, 0x1p-23))), l.leastNormal())
}

// ends brackets the solutions of n vectors of equations and starts from the normal with the mixture's mean and variance.
func (l lanes) ends(name string, own bool) {
	l.begin(name, "is the "+name+" of mixtureKernels.", "n, k, stride int, target, w, mu, inv, lo, hi, width, x *%[1]s")
	n, stride, size := arg("n"), arg("stride"), shifted("k", l.bytes)
	w, mu, inv := arg("w"), arg("mu"), arg("inv")
	off, i := GP64(), GP64()
	XORQ(i, i)
	Label("elements")
	target := l.load(at(arg("target"), i))
	lo, hi := l.load(l.c(math.Inf(1))), l.load(l.c(math.Inf(-1)))
	mean, square := l.zero(), l.zero()
	l.eachComponent("component", size, off, func() {
		weight, center := l.ofComponent(own, at(w, off)), l.ofComponent(own, at(mu, off))
		sigma := l.div(l.load(l.c(1)), l.ofComponent(own, at(inv, off)))
		end := l.copyOf(center)
		l.fma(target, sigma, end)
		l.do(minInst, end, lo, lo)
		l.do(maxInst, end, hi, hi)
		l.fma(weight, center, mean)
		second := l.mul(center, center)
		l.fma(sigma, sigma, second)
		l.fma(weight, second, square)
	})
	l.fnma(mean, mean, square)
	l.fma(target, l.sqrt(l.max(square, l.zero())), mean)
	l.store(lo, at(arg("lo"), i))
	l.store(hi, at(arg("hi"), i))
	l.store(l.sub(hi, lo), at(arg("width"), i))
	l.store(l.min(l.max(mean, lo), hi), at(arg("x"), i)) // not a number where a parameter is none
	l.nextElements(i, n, stride, w, mu, inv)
}

// tails evaluates n vectors of elements by the tail on the side of far targets.
func (l lanes) tails(name string, own bool) {
	l.begin(name, "is the "+name+" of mixtureKernels.", "n, k, stride int, x, target, logits, w, mu, inv, tail, dens, bend, z, logSlope *%[1]s")
	n, stride, size := arg("n"), arg("stride"), shifted("k", l.bytes)
	logits, w, mu, inv := arg("logits"), arg("w"), arg("mu"), arg("inv")
	off, i := GP64(), GP64()
	XORQ(i, i)
	Label("elements")
	x, side := l.load(at(arg("x"), i)), l.and(l.load(at(arg("target"), i)), l.signBit())
	of := func(base reg.GPVirtual) reg.VecVirtual { return l.ofComponent(own, at(base, off)) } // at each use: registers are few
	outwards := func() (u reg.VecVirtual) { return l.xor(l.mul(l.sub(x, of(mu)), of(inv)), side) }

	least, logit := l.load(l.c(ofType(l, 1e150, 1e18))), l.zero()
	top, weight := l.load(l.c(math.Inf(-1))), l.zero()
	l.eachComponent("nearest", size, off, func() {
		l.do(maxInst, of(logits), top, top)
		l.do(maxInst, of(w), weight, weight)
		u := l.max(outwards(), l.zero())
		behind := l.sub(logit, of(logits))
		l.fma(l.mul(l.sub(u, least), l.c(0.5)), l.add(u, least), behind)
		l.set(least, l.whereNegative(behind, u, least))
		l.set(logit, l.whereNegative(behind, of(logits), logit))
	})
	slot := func(name string) Mem { return at(arg(name), i) }   // of the results, for want of registers
	l.store(l.sub(top, l.add(l.log(weight), logit)), slot("z")) // −log π of the nearest
	l.store(l.zero(), slot("logSlope"))
	l.store(l.zero(), slot("bend"))
	tail, dens := l.zero(), l.zero()
	fit := ofType(l, mills64, mills32)
	l.eachComponent("component", size, off, func() {
		u := outwards()
		l.store(l.mills(invSqrt2Pi, fit, u), slot("tail"))
		distance := l.abs(u)
		exponent := l.sub(of(logits), logit)
		l.fma(l.mul(l.sub(least, distance), l.c(0.5)), l.add(least, distance), exponent)
		nothing := l.add(exponent, l.c(l.faint()))
		bell := l.whereNegative(nothing, l.zero(), l.expFrom(-l.faint(), 1, exponent))
		l.store(l.max(l.whereNegative(nothing, of(inv), l.zero()), slot("logSlope")), slot("logSlope"))
		part := l.mul(bell, slot("tail"))
		bell = l.mul(bell, of(inv))
		l.do(addInst, bell, dens, dens)
		l.addTo(l.mul(bell, l.mul(u, of(inv))), slot("bend"))
		l.jumpPositive(u, "tail")
		inside := l.sub(of(logits), logit)
		l.fma(l.mul(least, l.c(0.5)), least, inside)
		l.set(part, l.whereNegative(u, l.sub(l.exp(inside), part), part))
		Label("tail")
		l.do(addInst, part, tail, tail)
	})
	l.store(tail, at(arg("tail"), i))
	dens = l.mul(dens, l.c(invSqrt2Pi))
	certain := l.copyOf(dens)
	l.fnma(l.c(ofType(l, 1e-280, 1e-25)), l.load(slot("logSlope")), certain)
	l.store(l.whereNegative(certain, l.zero(), dens), slot("dens")) // 0 where what was too small may count
	l.store(l.xor(l.mul(l.load(slot("bend")), l.c(invSqrt2Pi)), side), slot("bend"))

	far := l.abs(l.load(at(arg("target"), i)))
	part := l.max(tail, l.leastNormal())
	above := l.add(l.log(l.div(l.mills(invSqrt2Pi, fit, far), part)), l.load(slot("z"))) // then h² − target²
	above = l.add(above, above)
	l.fma(l.sub(least, far), l.add(least, far), above)
	square := l.copyOf(above)
	l.fma(far, far, square)
	h := l.sqrt(l.max(square, l.zero()))
	step := l.div(above, l.add(h, far))
	h = l.max(h, l.mul(far, l.c(0.5)))
	ratio := l.mills(1, fit, h)
	step = l.mul(step, l.mul(h, ratio))
	l.store(l.add(l.xor(step, side), l.load(at(arg("target"), i))), slot("z"))
	logRatio := l.log(l.div(ratio, part))
	l.store(l.add(logRatio, l.log(l.max(dens, l.leastNormal()))), slot("logSlope"))
	l.nextElements(i, n, stride, logits, w, mu, inv)
}

// step moves x in n vectors of equations.
func (l lanes) step() {
	l.begin("step", "is the step of mixtureKernels.", "n int, rule, target, lo, hi, width, open, dens, bend, x, z, logSlope *%[1]s, left *int")
	n, off, group := arg("n"), GP64(), GP64()
	XORQ(off, off)
	XORQ(group, group)
	in := func(name string) reg.VecVirtual { return l.load(at(arg(name), off)) }
	rule := func(i int) reg.VecVirtual { return l.broadcast(Mem{Base: arg("rule"), Disp: i * l.elem()}) }
	loop("vector", n, func() {
		slope := l.exp(in("logSlope"))
		x, z := in("x"), in("z")
		d := l.sub(z, in("target"))
		next := l.div(d, slope)
		turn := l.mul(z, slope)
		turn = l.sub(turn, l.div(in("bend"), l.max(in("dens"), l.leastNormal())))
		share := l.load(l.c(1))
		l.fnma(l.mul(turn, l.c(0.5)), next, share)
		share = l.min(l.load(l.c(2)), l.max(l.load(l.c(0.5)), share)) // also where it is not a number
		next = l.sub(x, l.div(next, share))

		lo, hi := in("lo"), in("hi")
		hold := l.not(in("open"))
		room := l.max(l.abs(z), l.c(1))
		l.gather(hold, l.notANumber(l.add(x, d)), l.sub(l.sub(hi, lo), l.ulp(x)), l.sub(l.abs(d), l.mul(room, rule(0))))
		lower, upper := l.whereNegative(d, x, lo), l.whereNegative(d, hi, x)
		l.store(l.whereNegative(hold, lo, lower), at(arg("lo"), off))
		l.store(l.whereNegative(hold, hi, upper), at(arg("hi"), off))

		within := func() reg.VecVirtual { return l.and(l.sub(lower, next), l.sub(next, upper)) }
		width, halving, former := l.sub(upper, lower), rule(1), in("width")
		middle := l.copyOf(lower)
		l.fma(width, l.load(l.c(0.5)), middle)
		next = l.whereNegative(within(), next, middle)
		next = l.whereNegative(l.sub(l.mul(halving, former), width), middle, next)
		width = l.whereNegative(l.sub(halving, l.load(l.c(1))), width, former)
		l.store(l.whereNegative(hold, former, width), at(arg("width"), off))

		done := l.sub(l.abs(l.sub(next, x)), l.ulp(x))
		l.gather(done, hold, l.not(within()))
		l.store(l.whereNegative(done, x, next), at(arg("x"), off))
		open := l.whereNegative(done, l.zero(), in("open"))
		l.store(open, at(arg("open"), off))
		MOVQ(l.signs(open), at(arg("left"), group))
		ADDQ(Imm(uint64(l.bytes)), off)
		ADDQ(Imm(8), group)
	})
	VZEROUPPER()
	RET()
}
