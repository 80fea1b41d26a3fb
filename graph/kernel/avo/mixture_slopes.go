package main

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// upstream turns the gradients in z and the log slope of elements into what slopes reads, a full vector at a time. It has
// the sums from z and the log slope: the smaller tail is φ(z)·R(|z|) and f is φ(z)·dz/dx.
func (l lanes) upstream() {
	l.begin("upstream", "is the upstream of mixtureKernels.", "n int, floor, z, logSlope, gz, gl, rdens, share, glNear, pull, level *%[1]s) (far int")
	floor := l.broadcast(Mem{Base: arg("floor")})
	anyFar := l.zero()
	n, off := arg("n"), GP64()
	XORQ(off, off)
	loop("vector", n, func() {
		in := func(name string) reg.VecVirtual { return l.load(at(arg(name), off)) }
		z := in("z")
		bell, ratio := l.parts(z, ofType(l, millsTo38, millsTo12and32))
		slope := l.exp(in("logSlope"))
		height := l.mul(bell, slope)                           // √(2π)·f
		far := l.sub(l.min(l.mul(bell, ratio), height), floor) // negative: no gradient from here
		l.gather(anyFar, far)
		zero := l.zero()
		out := func(v reg.VecVirtual, name string) {
			l.store(l.whereNegative(far, zero, v), at(arg(name), off))
		}
		gl := in("gl")
		out(gl, "glNear")
		a := in("gz")
		l.fma(z, gl, a)
		out(l.mul(a, slope), "pull")
		out(l.reciprocal(height), "rdens")
		signed := l.mul(l.whereNegative(z, a, l.sub(zero, a)), l.c(1/invSqrt2Pi))
		out(l.mul(signed, l.reciprocal(bell)), "share")
		l.fma(signed, ratio, gl)
		out(gl, "level")
		ADDQ(Imm(uint64(l.bytes)), off)
	})
	l.returnSigns(anyFar)
}

// element is where the derivatives at one element, or at a vector of elements, find what they need: registers or memory.
type element struct{ z, rdens, share, gl, pull, level Op }

// derivatives of an element in a component's mean, log scale and logit, at dx = x − μ; see derivatives in kernel.
func (l lanes) derivatives(e element, dx, w, inv reg.VecVirtual) (mean, logScale, logit reg.VecVirtual) {
	t := l.mul(dx, inv)
	bell, ratio, near := l.partsAndNear(t, ofType(l, millsTo38, millsTo12and32))
	bell = l.mul(w, bell)
	r := l.mul(l.mul(bell, inv), e.rdens)
	tail := l.mul(bell, ratio)
	c := l.whereNegative(l.xor(t, e.z), l.sub(w, tail), tail) // t and z on one side: the component's own smaller tail

	mean = l.mul(l.mul(near, l.mul(inv, r)), e.gl) // t of a component that is nothing here may be beyond all numbers, and so may t/σ
	l.fnma(e.pull, r, mean)
	logScale = l.mul(dx, mean)
	l.fnma(e.gl, r, logScale)
	logit = l.mul(c, e.share)
	l.fma(e.gl, r, logit)
	l.fnma(e.level, w, logit)
	return mean, logScale, logit
}

// withoutSmall rounds v to a multiple of what is far above the least normal number: the products that a gradient goes into
// would be full of smaller ones, of components that a row hardly belongs to, each of which costs a hundred cycles.
func (l lanes) withoutSmall(v reg.VecVirtual) reg.VecVirtual {
	large := l.c(ofType(l, 0x1p-930, 0x1p-86))
	return l.sub(l.add(v, large), large)
}

// addTo adds v to memory.
func (l lanes) addTo(v reg.VecVirtual, m Mem) { l.store(l.add(v, m), m) }

// slopes adds the derivatives of n vectors of elements to the gradients of their mixtures or, with own, where each has its
// own, sets these: of raw log scales. Own mixtures have no 1/σ, and weights below 0 stand for 0.
func (l lanes) slopes(name string, own bool) {
	to := l.addTo
	if own {
		to = func(v reg.VecVirtual, m Mem) { l.store(l.withoutSmall(v), m) }
	}
	l.begin(name, "is the "+name+" of mixtureKernels.", "n, k, stride int, x, z, rdens, share, gl, pull, level, poly, w, mu, y, inv, glogits, gmeans, graw, gx *%[1]s")
	n, i := arg("n"), GP64()
	XORQ(i, i)
	size := shifted("k", l.bytes)
	block, off := GP64(), GP64() // of the parameters and of their gradients
	XORQ(block, block)
	Label("elements")
	total, x := l.zero(), l.load(at(arg("x"), i))
	lane := func(name string) Op {
		m := at(arg(name), i)
		if l.bytes == 32 { // sixteen registers do not hold all six beside a component's numbers: read where they are used
			return m
		}
		return l.load(m)
	}
	e := element{lane("z"), lane("rdens"), lane("share"), lane("gl"), lane("pull"), lane("level")}
	end := GP64()
	MOVQ(block, end)
	ADDQ(size, end)
	if own { // in a loop of its own: in one chain with what follows, the processor would not see far enough to overlap components
		l.fromTo("scale", block, end, off, func() {
			l.store(l.expMinus(l.load(at(arg("y"), off))), at(arg("graw"), off))
		})
	}
	l.fromTo("component", block, end, off, func() {
		of := func(name string) reg.VecVirtual { return l.ofComponent(own, at(arg(name), off)) }
		dx, w, y := l.sub(x, of("mu")), of("w"), of("y")
		var inv reg.VecVirtual
		if own {
			w, inv = l.max(w, l.zero()), of("graw")
		} else {
			inv = of("inv")
		}
		mean, logScale, logit := l.derivatives(e, dx, w, inv)
		l.do(subInst, mean, total, total)
		to(mean, at(arg("gmeans"), off))
		to(logit, at(arg("glogits"), off))
		poly := arg("poly")
		slope := l.broadcast(Mem{Base: poly, Disp: 2 * l.elem()})
		l.horner(slope, y, l.broadcast(Mem{Base: poly, Disp: l.elem()}))
		l.horner(slope, y, l.broadcast(Mem{Base: poly}))
		to(l.mul(logScale, slope), at(arg("graw"), off))
	})
	l.store(total, at(arg("gx"), i))
	next := arg("stride")
	ADDQ(next, block)
	ADDQ(Imm(uint64(l.bytes)), i)
	DECQ(n)
	JNZ(LabelRef("elements"))
	VZEROUPPER()
	RET()
}

// fromTo runs body for each vector between two offsets.
func (l lanes) fromTo(label string, start, end, off reg.GPVirtual, body func()) {
	MOVQ(start, off)
	Label(label)
	body()
	ADDQ(Imm(uint64(l.bytes)), off)
	CMPQ(off, end)
	JLT(LabelRef(label))
}

// totals adds the sum of the lanes of each of n vectors to a number.
func (l lanes) totals() {
	l.begin("totals", "is the totals of mixtureKernels.", "n int, v *%[1]s, to *float64")
	n, v, to := arg("n"), arg("v"), arg("to")
	wide := lanes{bytes: l.bytes}
	of := func(m Mem) reg.VecVirtual { // a vector, of float32 the sum of its halves
		if !l.f32 {
			return l.load(m)
		}
		var halves [2]reg.VecVirtual
		l.eachHalf(m, func(half int, v reg.VecVirtual) { halves[half] = v })
		return wide.add(halves[0], halves[1])
	}
	l.loopBy(2, "vector", n, func(many int) {
		if many == 2 { // two totals in one vector
			a, b := of(Mem{Base: v}), of(Mem{Base: v, Disp: l.bytes})
			wide.neon("faddp", a, a, b)
			wide.addTo(a, Mem{Base: to})
		} else {
			sum := wide.total(of(Mem{Base: v})).AsX()
			VADDSD(Mem{Base: to}, sum, sum)
			VMOVSD(sum, Mem{Base: to})
		}
		ADDQ(Imm(uint64(many*l.bytes)), v)
		ADDQ(Imm(uint64(8*many)), to)
	})
	VZEROUPPER()
	RET()
}
