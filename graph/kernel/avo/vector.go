package main

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// over runs body for n whole vectors; at is where the one at hand lies in an array. NEON takes four at a time.
func (l lanes) over(body func(at func(array reg.Register) Mem)) {
	n, off := arg("n"), GP64()
	XORQ(off, off)
	l.loopBy(4, "vector", n, func(many int) {
		for i := range many {
			body(func(array reg.Register) Mem { return at(array, off).Offset(i * l.bytes) })
		}
		ADDQ(Imm(uint64(many*l.bytes)), off)
	})
	VZEROUPPER()
	RET()
}

// loopBy runs body for n ≥ 1 vectors in all: one at a time, or with NEON `most` at a time and then one, because of small bodies
// on small vectors half the instructions would be the loop itself.
func (l lanes) loopBy(most int, label string, n reg.GPVirtual, body func(many int)) {
	if l.bytes > 16 {
		loop(label, n, func() { body(1) })
		return
	}
	SUBQ(Imm(uint64(most)), n)
	JLT(LabelRef(label + "Rest"))
	Label(label + "s")
	body(most)
	SUBQ(Imm(uint64(most)), n)
	JGE(LabelRef(label + "s"))
	Label(label + "Rest")
	ADDQ(Imm(uint64(most)), n)
	CMPQ(n, Imm(0))
	JEQ(LabelRef(label + "End"))
	loop(label, n, func() { body(1) })
	Label(label + "End")
}

// reluSlope is out = g where y > 0, else 0.
func (l lanes) reluSlope() {
	l.begin("reluSlope", "is the reluSlope of vectorKernels.", "n int, y, up, out *%[1]s")
	y, g, out := arg("y"), arg("up"), arg("out")
	zero := l.zero()
	l.over(func(at func(reg.Register) Mem) {
		negative := l.sub(zero, l.load(at(y))) // −y has its sign bit set where y > 0
		l.store(l.whereNegative(negative, l.load(at(g)), zero), at(out))
	})
}

// accumulate is y += x.
func (l lanes) accumulate() {
	l.begin("accumulate", "is the accumulate of vectorKernels.", "n int, x, y *%[1]s")
	x, y := arg("x"), arg("y")
	l.over(func(at func(reg.Register) Mem) {
		l.store(l.add(l.load(at(x)), at(y)), at(y))
	})
}

// arithmetic is out = x∘y.
func (l lanes) arithmetic(name string, of func(a, b Op) reg.VecVirtual) {
	l.begin(name, "is the "+name+" of vectorKernels.", "n int, x, y, out *%[1]s")
	x, y, out := arg("x"), arg("y"), arg("out")
	l.over(func(at func(reg.Register) Mem) { l.store(of(l.load(at(x)), at(y)), at(out)) })
}

// scaled is out = by·x.
func (l lanes) scaled() {
	l.begin("scaled", "is the scaled of vectorKernels.", "n int, by %[1]s, x, out *%[1]s")
	x, out, by := arg("x"), arg("out"), l.broadcast(param("by"))
	l.over(func(at func(reg.Register) Mem) { l.store(l.mul(by, at(x)), at(out)) })
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
			l.addNext(x, stride, acc[i])
		}
	})
	l.store(l.add(l.add(acc[0], acc[1]), l.add(acc[2], acc[3])), Mem{Base: arg("sum")})
	VZEROUPPER()
	RET()
}

// columnSums sums four vectors of columns over 4n rows, stride bytes apart, each in two interleaved sums: whole cache lines at a time.
func (l lanes) columnSums() {
	l.begin("columnSums", "is the columnSums of vectorKernels.", "n int, x *%[1]s, stride int, sum *%[1]s")
	n, x, stride := arg("n"), arg("x"), arg("stride")
	var acc [2][4]reg.VecVirtual
	for i := range acc {
		for j := range acc[i] {
			acc[i][j] = l.zero()
		}
	}
	loop("rows", n, func() {
		for row := range 4 {
			for j, sum := range acc[row%2] {
				l.do(addInst, Mem{Base: x, Disp: j * l.bytes}, sum, sum)
			}
			ADDQ(stride, x)
		}
	})
	sum := arg("sum")
	for j := range acc[0] {
		l.store(l.add(acc[0][j], acc[1][j]), Mem{Base: sum, Disp: j * l.bytes})
	}
	VZEROUPPER()
	RET()
}

// addNext adds what lies at a pointer, which then moves on.
func (l lanes) addNext(p, stride reg.GPVirtual, sum reg.VecVirtual) {
	if l.bytes == 16 {
		v := l.vec()
		l.neon("LOADSTEP", v, p, stride)
		l.do(addInst, v, sum, sum)
		return
	}
	l.do(addInst, Mem{Base: p}, sum, sum)
	ADDQ(stride, p)
}

// squares is Σ x² in float64.
func (l lanes) squares() {
	l.begin("squares", "is the squares of vectorKernels.", "n int, x *%[1]s) (sum float64")
	n, x := arg("n"), arg("x")
	wide := lanes{bytes: l.bytes}
	sums := []reg.VecVirtual{wide.zero(), wide.zero()}
	l.loopBy(4, "vector", n, func(many int) {
		for i := range many {
			m := Mem{Base: x, Disp: i * l.bytes}
			if !l.f32 {
				v := l.load(m)
				wide.fma(v, v, sums[i%2])
				continue
			}
			l.eachHalf(m, func(half int, v reg.VecVirtual) { wide.fma(v, v, sums[half]) })
		}
		ADDQ(Imm(uint64(many*l.bytes)), x)
	})
	wide.storeLow(wide.total(wide.add(sums[0], sums[1])), result())
	VZEROUPPER()
	RET()
}

// eachHalf hands the lower and the upper half of a vector in memory, of float32, to do, as float64.
func (l lanes) eachHalf(m Mem, do func(half int, v reg.VecVirtual)) {
	wide := lanes{bytes: l.bytes}
	var both reg.VecVirtual
	if l.bytes == 16 {
		both = l.load(m)
	}
	for half := range 2 {
		v := wide.vec()
		if l.bytes == 16 {
			wide.neon([]string{"fcvtl", "fcvtl2"}[half], v, both)
		} else {
			VCVTPS2PD(m.Offset(half*l.bytes/2), v)
		}
		do(half, v)
	}
}

// orZero is v, or 0 where its size is below least.
func (l lanes) orZero(v reg.VecVirtual, least float64) reg.VecVirtual {
	if l.bytes == 16 {
		small, d := l.vec(), l.vec()
		l.neon("facgt", small, l.c(least), v) // a comparison of sizes
		l.neon("bic", d, v, small)
		return d
	}
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
	l.over(func(at func(reg.Register) Mem) {
		d := l.orZero(l.load(at(g)), ofType(l, 1e-150, 1e-18))
		first, second := l.load(at(m)), l.load(at(v))
		step := l.sub(d, first)
		l.fma(k[0], step, first)
		first = l.orZero(first, ofType(l, 1e-290, 1e-30))
		step = l.copyOf(second)
		l.do(fmsInst, d, d, step) // d² − v
		l.fma(k[1], step, second)
		second = l.orZero(second, ofType(l, 1e-290, 1e-30))
		l.store(first, at(m))
		l.store(second, at(v))
		root := l.sqrt(second)
		move := l.div(l.mul(k[2], first), l.add(root, k[3]))
		l.store(l.sub(l.load(at(p)), move), at(p))
	})
}
