package main

import (
	"math"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// logCDF is log Φ(x), a vector at a time, for −1e8 ≤ x up to where φ(x) is still a normal number:
//
//	x < 0:  −x²/2 − ½ log 2π + log R(−x),   x ≥ 0:  log1p(−φ(x)·R(x))
//
// Beyond, NaN included, it is wrong, and the result is not 0.
func (l lanes) logCDF() {
	l.begin("logCDF", "is the logCDF of normalKernels.", "n int, x, y *%[1]s) (far int")
	n, x, y, off := arg("n"), arg("x"), arg("y"), GP64()
	far, most := l.zero(), 37.5
	if l.f32 {
		most = 12.9
	}
	XORQ(off, off)
	loop("vector", n, func() {
		v := l.load(at(x, off))
		a := l.abs(v)
		l.gather(far, l.subInt(l.load(l.c(1e8)), a), l.sub(l.load(l.c(most)), v))
		if l.f32 {
			l.store(l.logCDFOf32(v, a), at(y, off))
		} else {
			l.store(l.logCDFOf64(v, a), at(y, off))
		}
		ADDQ(Imm(uint64(l.bytes)), off)
	})
	l.returnSigns(far)
}

// logCDFOf64 is log Φ(v), a being |v|, by one logarithm for both sides of 0.
func (l lanes) logCDFOf64(v, a reg.VecVirtual) reg.VecVirtual {
	square := l.mul(a, a)
	bell := l.keepLost(l.expDown(-0.5, l.copyOf(square)), a, square)
	ratio := l.mills(1, mills64, a)
	tail := l.mul(l.mul(bell, l.c(invSqrt2Pi)), ratio)
	one := l.load(l.c(1))
	rest := l.sub(one, tail)
	log := l.log(l.whereNegative(v, ratio, rest))
	lost := l.sub(l.sub(one, rest), tail) // what rounding took from 1 − tail
	lower := l.sub(log, l.c(halfLog2Pi))
	l.fnma(l.c(0.5), square, lower)
	return l.whereNegative(v, lower, l.add(log, l.ratio(lost, rest)))
}

// logCDFOf32 is the same in as few roundings as can be.
func (l lanes) logCDFOf32(v, a reg.VecVirtual) reg.VecVirtual {
	square := l.mul(a, a)
	ratio := l.millsFine(invSqrt2Pi, millsFine32, a)
	tail := l.mul(l.keepLost(l.expDown(-0.5, l.copyOf(square)), a, square), ratio)
	upper := l.copyOf(tail) // −log(1−p) = p + p²·Q(p)
	l.fma(l.mul(tail, tail), l.poly(tail, logSurvival32[1:], 2), upper)
	lower := l.log(ratio)
	l.fnma(l.c(0.5), square, lower)
	return l.whereNegative(v, lower, l.not(upper))
}

// keepLost is e^(−a²/2) from bell, e^(−square/2), with what rounding took from the square.
func (l lanes) keepLost(bell, a, square reg.VecVirtual) reg.VecVirtual {
	lost := l.copyOf(square)
	l.do(fmsInst, a, a, lost)
	correct := l.copyOf(bell)
	l.fnma(l.mul(lost, l.c(0.5)), bell, correct)
	return correct
}

// exponential is eˣ, a vector at a time, where that is a normal number; the relative error is about an ulp. Beyond, NaN included, it
// is wrong, and the result is not 0.
func (l lanes) exponential() {
	l.begin("exp", "is the exp of normalKernels.", "n int, x, y *%[1]s) (far int")
	n, x, y, off := arg("n"), arg("x"), arg("y"), GP64()
	far := l.zero()
	least, _ := l.bounds()
	XORQ(off, off)
	loop("vector", n, func() {
		v := l.load(at(x, off))
		l.gather(far, l.subInt(l.load(l.c(-least)), l.abs(v)))
		l.store(l.exp(v), at(y, off))
		ADDQ(Imm(uint64(l.bytes)), off)
	})
	l.returnSigns(far)
}

// quantile is Φ⁻¹(p) from log p, a vector at a time, by AS 241: for −676 ≤ log p ≤ −tiny. Beyond, NaN included, it is wrong,
// and the result is not 0.
func (l lanes) quantile() {
	l.begin("quantile", "is the quantile of normalKernels.", "n int, x, y *%[1]s) (far int")
	n, x, y, off := arg("n"), arg("x"), arg("y"), GP64()
	far, tiny := l.zero(), 1e-300
	ln2, rest := math.Ln2, 2.3190468138462996154948554638754786504e-17
	if l.f32 {
		tiny = 1e-37
		ln2 = float64(float32(math.Ln2))
		rest = math.Ln2 - ln2
	}
	XORQ(off, off)
	loop("vector", n, func() {
		logP := l.load(at(x, off))
		minus := l.not(logP)
		l.gather(far, l.subInt(l.load(l.c(676)), minus), l.subInt(minus, l.c(tiny)))

		lowest := l.load(l.c(-3))                                // in the lower tail
		upper := l.sub(l.load(l.c(-0.077961541469711806)), logP) // negative: p above the central region
		tails := func() reg.VecVirtual {
			r := l.copyOf(minus)
			l.jumpPositive(upper, "lower")
			q := l.not(l.expm1(l.max(logP, lowest)))
			l.set(r, l.whereNegative(upper, l.not(l.log(q)), minus))
			Label("lower")
			l.pick(VSQRTPD, VSQRTPS, r, r)
			near, beyond := l.sub(r, l.c(1.6)), l.sub(r, l.c(5))
			tail := l.ratio(l.poly(near, l.byType(tailNum64, tailNum32), 2), l.poly(near, l.byType(tailDen64, tailDen32), 2))
			l.jumpNegative(beyond, "near") // nearly always
			farther := l.ratio(l.poly(beyond, l.byType(farNum64, farNum32), 2), l.poly(beyond, l.byType(farDen64, farDen32), 2))
			l.set(tail, l.whereNegative(beyond, tail, farther))
			Label("near")
			return l.whereNegative(upper, tail, l.not(tail))
		}
		middle := func() (inside, value reg.VecVirtual) { // inside is negative where the middle is to be taken
			half := l.add(l.max(logP, lowest), l.c(ln2))
			d := l.mul(l.expm1Plus(rest, half), l.c(0.5)) // p − ½, by e^(half+rest) − 1, of which rest is the last digits
			s := l.load(l.c(0.180625))
			l.fnma(d, d, s)
			central := l.ratio(l.poly(s, l.byType(centralNum64, fineNum32), 2), l.poly(s, l.byType(centralDen64, fineDen32), 2))
			return l.sub(l.abs(d), l.c(0.425)), l.mul(central, d)
		}
		if l.bytes == 16 { // of so few lanes, all are often in the middle
			inside, value := middle()
			l.jumpNegative(inside, "store")
			l.set(value, l.whereNegative(inside, value, tails()))
			Label("store")
			l.store(value, at(y, off))
		} else {
			tail := tails()
			inside, value := middle()
			l.store(l.whereNegative(inside, value, tail), at(y, off))
		}
		ADDQ(Imm(uint64(l.bytes)), off)
	})
	l.returnSigns(far)
}
