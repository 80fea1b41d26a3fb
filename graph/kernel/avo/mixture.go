package main

import (
	"fmt"
	"math/bits"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// begin declares a function of the lanes' element type.
func (l lanes) begin(name, doc, args string) {
	TEXT(name+l.name(), NOSPLIT, "func("+fmt.Sprintf(args, l.goType())+")")
	Pragma("noescape")
	Doc(name + l.name() + " " + doc)
}

func arg(name string) reg.GPVirtual { return Load(Param(name), GP64()).(reg.GPVirtual) }

func at(base, offset reg.Register) Mem { return Mem{Base: base, Index: offset, Scale: 1} }

// loop runs body n ≥ 1 times.
func loop(label string, n reg.GPVirtual, body func()) {
	Label(label)
	body()
	DECQ(n)
	JNZ(LabelRef(label))
}

// prepare turns logits and raw log scales of n mixtures into weights, clamped log scales and inverse scales. The
// three inputs of mixture i are at i·stride bytes; means are copied beside.
//
//	w = softmax(logits),  y = c0 + c1/(1+exp(c2·raw)) or raw,  inv = exp(−y)
func (l lanes) prepare() {
	l.begin("prepare", "is the prepare of mixtureKernels.", "n, chunks, stride int, logits, means, raw *%[1]s, clamp *%[1]s, w, mu, y, inv *%[1]s")
	n, stride := arg("n"), arg("stride")
	logits, means, raw := arg("logits"), arg("means"), arg("raw")
	w, mu, y, inv := arg("w"), arg("mu"), arg("y"), arg("inv")
	size := GP64()
	MOVQ(Load(Param("chunks"), GP64()), size)
	SHLQ(Imm(uint64(bits.TrailingZeros(uint(l.bytes)))), size)
	off := GP64()

	each := func(label string, body func()) {
		XORQ(off, off)
		Label(label)
		body()
		ADDQ(Imm(uint64(l.bytes)), off)
		CMPQ(off, size)
		JLT(LabelRef(label))
	}
	Label("mixture")
	top := l.load(Mem{Base: logits})
	each("top", func() { l.pick(VMAXPD, VMAXPS, at(logits, off), top, top) })
	top = l.spread(l.greatest(top))
	total := l.zero()
	each("weights", func() {
		e := l.exp(l.sub(l.load(at(logits, off)), top))
		l.store(e, at(w, off))
		l.pick(VADDPD, VADDPS, e, total, total)
	})
	share := l.div(l.load(l.c(1)), l.spread(l.total(total)))
	clamp := arg("clamp")
	each("scales", func() {
		l.store(l.mul(share, at(w, off)), at(w, off))
		l.store(l.load(at(means, off)), at(mu, off))
		r := l.load(at(raw, off))
		CMPQ(clamp, Imm(0))
		JEQ(LabelRef("clamped"))
		d := l.add(l.exp(l.mul(r, l.broadcast(Mem{Base: clamp, Disp: 2 * l.elem()}))), l.c(1))
		q := l.div(l.broadcast(Mem{Base: clamp, Disp: l.elem()}), d)
		l.pick(VADDPD, VADDPS, q, l.broadcast(Mem{Base: clamp}), r)
		Label("clamped")
		l.store(r, at(y, off))
		l.store(l.exp(l.sub(l.zero(), r)), at(inv, off))
	})
	for _, p := range []reg.GPVirtual{logits, means, raw} {
		ADDQ(stride, p)
	}
	for _, p := range []reg.GPVirtual{w, mu, y, inv} {
		ADDQ(size, p)
	}
	DECQ(n)
	JNZ(LabelRef("mixture"))
	VZEROUPPER()
	RET()
}

// sums evaluates the three sums of n elements, and keeps the terms.
func (l lanes) sums() {
	l.begin("sums", "is the sums of mixtureKernels.", "n, chunks, stride int, x, w, mu, inv *%[1]s, lower, upper, dens *%[1]s, below, above, height *%[1]s")
	n, stride := arg("n"), arg("stride")
	x, w, mu, inv := arg("x"), arg("w"), arg("mu"), arg("inv")
	below, above, height := arg("below"), arg("above"), arg("height")
	size := GP64()
	MOVQ(Load(Param("chunks"), GP64()), size)
	SHLQ(Imm(uint64(bits.TrailingZeros(uint(l.bytes)))), size)
	off, i := GP64(), GP64()
	XORQ(i, i)
	Label("element")
	lower, upper, dens := l.zero(), l.zero(), l.zero()
	XORQ(off, off)
	Label("chunk")
	{
		xi := l.broadcast(at(x, i))
		t := l.mul(l.sub(xi, at(mu, off)), at(inv, off))
		square := l.mul(t, t)
		e := l.exp(l.mul(square, l.c(-0.5)))
		if l.f32 { // the rounding of t² matters here: φ = e·(1 − (t² − fl(t²))/2)
			lost := l.copyOf(square)
			l.pick(VFMSUB231PD, VFMSUB231PS, t, t, lost) // t·t − square
			half := l.load(l.c(1))
			l.fnma(l.c(0.5), lost, half)
			e = l.mul(e, half)
		}
		wt := l.load(at(w, off))
		phi := l.mul(e, l.c(0.39894228040143267794))
		tail := l.mul(phi, l.mills(l.abs(t)))
		wtail := l.mul(wt, tail)
		rest := l.sub(wt, wtail)
		b := l.whereNegative(t, wtail, rest)
		a := l.whereNegative(t, rest, wtail)
		h := l.mul(l.mul(wt, phi), at(inv, off))
		l.store(b, at(below, off))
		l.store(a, at(above, off))
		l.store(h, at(height, off))
		l.pick(VADDPD, VADDPS, b, lower, lower)
		l.pick(VADDPD, VADDPS, a, upper, upper)
		l.pick(VADDPD, VADDPS, h, dens, dens)
	}
	ADDQ(Imm(uint64(l.bytes)), off)
	CMPQ(off, size)
	JLT(LabelRef("chunk"))
	for _, p := range []struct {
		v    reg.VecVirtual
		name string
	}{{lower, "lower"}, {upper, "upper"}, {dens, "dens"}} {
		l.storeLow(l.total(p.v), at(arg(p.name), i))
	}
	for _, p := range []reg.GPVirtual{w, mu, inv} {
		ADDQ(stride, p)
	}
	for _, p := range []reg.GPVirtual{below, above, height} {
		ADDQ(size, p)
	}
	ADDQ(Imm(uint64(l.elem())), i)
	DECQ(n)
	JNZ(LabelRef("element"))
	VZEROUPPER()
	RET()
}

// score maps the sums to z and the log slope, a full vector at a time.
func (l lanes) score() {
	l.begin("score", "is the score of mixtureKernels.", "chunks int, lower, upper, dens, z, logSlope *%[1]s")
	n := arg("chunks")
	lower, upper, dens, zp, sp := arg("lower"), arg("upper"), arg("dens"), arg("z"), arg("logSlope")
	off := GP64()
	XORQ(off, off)
	loop("vector", n, func() {
		f := l.load(at(lower, off))
		d := l.mul(l.sub(f, at(upper, off)), l.c(0.5))
		p := l.min(f, at(upper, off))

		minus := l.sub(l.zero(), l.log(p))
		r := l.vec()
		l.pick(VSQRTPD, VSQRTPS, minus, r)
		r = l.sub(r, l.c(1.6))
		tail := l.div(l.poly(r, l.byType(tailNum64, tailNum32), 2), l.poly(r, l.byType(tailDen64, tailDen32), 2))
		tail = l.or(l.abs(tail), l.and(d, l.signBit()))

		r = l.load(l.c(0.180625))
		l.fnma(d, d, r)
		central := l.div(l.poly(r, l.byType(centralNum64, centralNum32), 2), l.poly(r, l.byType(centralDen64, centralDen32), 2))
		central = l.mul(central, d)

		z := l.whereNegative(l.sub(l.abs(d), l.c(0.425)), central, tail)
		s := l.add(l.log(l.load(at(dens, off))), l.c(0.918938533204672741780329736406))
		l.fma(l.mul(z, l.c(0.5)), z, s)
		l.store(z, at(zp, off))
		l.store(s, at(sp, off))
		ADDQ(Imm(uint64(l.bytes)), off)
	})
	VZEROUPPER()
	RET()
}

// upstream turns the gradients in z and the log slope of elements into what slopes reads, a full vector at a time.
func (l lanes) upstream() {
	l.begin("upstream", "is the upstream of mixtureKernels.", "chunks int, floor, lower, upper, dens, z, logSlope, gz, gl, rdens, rlower, rupper, glNear, pull, tilt *%[1]s")
	n := arg("chunks")
	off := GP64()
	XORQ(off, off)
	floor := l.broadcast(Mem{Base: arg("floor")})
	loop("vector", n, func() {
		in := func(name string) reg.VecVirtual { return l.load(at(arg(name), off)) }
		out := func(v reg.VecVirtual, name string) { l.store(v, at(arg(name), off)) }
		lower, upper, dens := in("lower"), in("upper"), in("dens")
		smaller := l.min(lower, upper)
		far := l.sub(l.min(smaller, dens), floor) // negative: no gradient from here
		zero := l.zero()
		near := func(v reg.VecVirtual) reg.VecVirtual { return l.whereNegative(far, zero, v) }
		one := l.load(l.c(1))

		gl := near(in("gl"))
		out(gl, "glNear")
		a := near(in("gz"))
		l.fma(in("z"), gl, a)
		pull := l.mul(a, near(l.exp(in("logSlope"))))
		out(pull, "pull")
		rdens := near(l.div(one, dens))
		out(rdens, "rdens")
		tilt := l.mul(l.mul(pull, smaller), rdens)
		side := l.sub(upper, lower) // negative: the upper tail is the smaller one
		out(l.whereNegative(side, l.sub(zero, tilt), tilt), "tilt")
		r := near(l.div(one, smaller))
		out(l.whereNegative(side, zero, r), "rlower")
		out(l.whereNegative(side, r, zero), "rupper")
		ADDQ(Imm(uint64(l.bytes)), off)
	})
	VZEROUPPER()
	RET()
}

// slopes adds the derivatives of n elements to the gradients of their mixtures.
func (l lanes) slopes() {
	l.begin("slopes", "is the slopes of mixtureKernels.", "n, chunks, stride, gstride int, x, rdens, rlower, rupper, gl, pull, tilt, poly *%[1]s, w, mu, y, inv, below, above, height *%[1]s, glogits, gmeans, graw, gx *%[1]s")
	n := arg("n")
	i := GP64()
	XORQ(i, i)
	size := GP64()
	MOVQ(Load(Param("chunks"), GP64()), size)
	SHLQ(Imm(uint64(bits.TrailingZeros(uint(l.bytes)))), size)
	// Element-independent offsets: the mixtures move by stride, terms by size, gradients by gstride.
	param, term, grad := GP64(), GP64(), GP64()
	XORQ(param, param)
	XORQ(term, term)
	XORQ(grad, grad)
	gx := arg("gx")
	off := GP64()
	pa, pt, pg := GP64(), GP64(), GP64()
	Label("element")
	total := l.zero()
	XORQ(off, off)
	MOVQ(param, pa)
	MOVQ(term, pt)
	MOVQ(grad, pg)
	Label("chunk")
	{
		scalar := func(name string) reg.VecVirtual { return l.broadcast(at(arg(name), i)) }
		r := l.mul(scalar("rdens"), at(arg("height"), pt)) // r = height/f
		gl := scalar("gl")
		dx := l.sub(scalar("x"), at(arg("mu"), pa)) // x − μ
		inv := l.load(at(arg("inv"), pa))
		gmu := l.mul(l.mul(l.mul(dx, inv), inv), gl)
		gmu = l.mul(l.sub(gmu, scalar("pull")), r)
		l.pick(VSUBPD, VSUBPS, gmu, total, total)
		to := arg("gmeans")
		l.store(l.add(gmu, at(to, pg)), at(to, pg))

		glr := l.mul(gl, r)
		gs := l.mul(dx, gmu)
		l.pick(VSUBPD, VSUBPS, glr, gs, gs)
		poly := arg("poly")
		y := l.load(at(arg("y"), pa))
		slope := l.broadcast(Mem{Base: poly, Disp: 2 * l.elem()})
		l.horner(slope, y, l.broadcast(Mem{Base: poly, Disp: l.elem()}))
		l.horner(slope, y, l.broadcast(Mem{Base: poly}))
		to = arg("graw")
		l.store(l.add(l.mul(gs, slope), at(to, pg)), at(to, pg))

		w := l.load(at(arg("w"), pa))
		c := l.mul(scalar("rlower"), at(arg("below"), pt))
		l.fma(at(arg("above"), pt), scalar("rupper"), c)
		c = l.mul(l.sub(c, w), scalar("tilt"))
		l.fnma(w, gl, glr)
		to = arg("glogits")
		l.store(l.add(l.add(c, glr), at(to, pg)), at(to, pg))
	}
	for _, p := range []reg.GPVirtual{off, pa, pt, pg} {
		ADDQ(Imm(uint64(l.bytes)), p)
	}
	CMPQ(off, size)
	JLT(LabelRef("chunk"))
	l.storeLow(l.total(total), at(gx, i))
	ADDQ(Imm(uint64(l.elem())), i)
	ADDQ(size, term)
	addParam := arg("stride")
	ADDQ(addParam, param)
	addGrad := arg("gstride")
	ADDQ(addGrad, grad)
	DECQ(n)
	JNZ(LabelRef("element"))
	VZEROUPPER()
	RET()
}
