package main

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// over runs body for n whole vectors, off bytes from the start of each array.
func (l lanes) over(body func(off reg.GPVirtual)) {
	n, off := arg("n"), GP64()
	XORQ(off, off)
	loop("vector", n, func() {
		body(off)
		ADDQ(Imm(uint64(l.bytes)), off)
	})
	VZEROUPPER()
	RET()
}

// reluSlope is out = g where y > 0, else 0.
func (l lanes) reluSlope() {
	l.begin("reluSlope", "is the reluSlope of vectorKernels.", "n int, y, up, out *%[1]s")
	y, g, out := arg("y"), arg("up"), arg("out")
	zero := l.zero()
	l.over(func(off reg.GPVirtual) {
		negative := l.sub(zero, l.load(at(y, off))) // −y has its sign bit set where y > 0
		l.store(l.whereNegative(negative, l.load(at(g, off)), zero), at(out, off))
	})
}

// accumulate is y += x.
func (l lanes) accumulate() {
	l.begin("accumulate", "is the accumulate of vectorKernels.", "n int, x, y *%[1]s")
	x, y := arg("x"), arg("y")
	l.over(func(off reg.GPVirtual) {
		l.store(l.add(l.load(at(x, off)), at(y, off)), at(y, off))
	})
}

// columnSum sums one vector of columns over 4n rows, stride bytes apart, in four interleaved sums.
func (l lanes) columnSum() {
	l.begin("columnSum", "is the columnSum of vectorKernels.", "n int, x *%[1]s, stride int, sum *%[1]s")
	n, x, stride := arg("n"), arg("x"), arg("stride")
	var acc [4]reg.VecVirtual
	for i := range acc {
		acc[i] = l.zero()
	}
	loop("rows", n, func() {
		for i := range acc {
			l.do(addInst, Mem{Base: x}, acc[i], acc[i])
			ADDQ(stride, x)
		}
	})
	l.store(l.add(l.add(acc[0], acc[1]), l.add(acc[2], acc[3])), Mem{Base: arg("sum")})
	VZEROUPPER()
	RET()
}

// squares is Σ x² in float64.
func (l lanes) squares() {
	l.begin("squares", "is the squares of vectorKernels.", "n int, x *%[1]s) (sum float64")
	n, x := arg("n"), arg("x")
	wide := lanes{bytes: l.bytes}
	a, b := wide.zero(), wide.zero()
	loop("vector", n, func() {
		if !l.f32 {
			v := l.load(Mem{Base: x})
			wide.fma(v, v, a)
		} else {
			for i, acc := range []reg.VecVirtual{a, b} {
				v := wide.vec()
				VCVTPS2PD(Mem{Base: x, Disp: i * l.bytes / 2}, v)
				wide.fma(v, v, acc)
			}
		}
		ADDQ(Imm(uint64(l.bytes)), x)
	})
	wide.storeLow(wide.total(wide.add(a, b)), result())
	VZEROUPPER()
	RET()
}

// orZero is v, or 0 where its size is below least.
func (l lanes) orZero(v reg.VecVirtual, least float64) reg.VecVirtual {
	return l.whereNegative(l.sub(l.abs(v), l.c(least)), l.zero(), v)
}

// adam is one step of Adam:
//
//	m += take1·(g − m),  v += take2·(g² − v),  p −= rate·m/(√v + eps)
func (l lanes) adam() {
	l.begin("adam", "is the adam of vectorKernels.", "n int, take1, take2, rate, eps %[1]s, p, up, m, v *%[1]s")
	p, g, m, v := arg("p"), arg("up"), arg("m"), arg("v")
	var k [4]reg.VecVirtual
	for i, name := range []string{"take1", "take2", "rate", "eps"} {
		k[i] = l.broadcast(param(name))
	}
	l.over(func(off reg.GPVirtual) {
		d := l.orZero(l.load(at(g, off)), ofType(l, 1e-150, 1e-18))
		first, second := l.load(at(m, off)), l.load(at(v, off))
		step := l.sub(d, first)
		l.fma(k[0], step, first)
		first = l.orZero(first, ofType(l, 1e-290, 1e-30))
		step = l.copyOf(second)
		l.do(fmsInst, d, d, step) // d² − v
		l.fma(k[1], step, second)
		second = l.orZero(second, ofType(l, 1e-290, 1e-30))
		l.store(first, at(m, off))
		l.store(second, at(v, off))
		root := l.vec()
		l.pick(VSQRTPD, VSQRTPS, second, root)
		move := l.div(l.mul(k[2], first), l.add(root, k[3]))
		l.store(l.sub(l.load(at(p, off)), move), at(p, off))
	})
}
