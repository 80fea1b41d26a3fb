package main

import (
	"math"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// negligibleLog is kernel.negligibleLog.
const negligibleLog = -40

// termBytes is the size of a kernel.Normal and of a kernel.Moments: three float64.
const termBytes = 24

// expect is the E-step: lanes hold cells, `ways` vectors of them at a time, and the components are a loop.
//
//	a = logHeight − ((x−μ)² + v)·halfPrec,  top = max a,  e = exp(a − top) − exp(−40) or 0,  logDensity = top + log Σe,
//	r = count·e/Σe;  each component's Σr, Σr(x−μ), Σr((x−μ)² + v);  total = Σ count·logDensity
func (l lanes) expect(ways int) {
	l.begin("expect", "is the expect of emKernel.", "blocks, k int, x, v, count, normals, terms, acc, moments, logDensity, total *%[1]s")
	blocks, k := arg("blocks"), arg("k")
	x, v, count, logDensity := arg("x"), arg("v"), arg("count"), arg("logDensity")
	normals, terms, acc := arg("normals"), arg("terms"), arg("acc")
	normal, term, sum, left := GP64(), GP64(), GP64(), GP64()
	each := func(label string, body func()) { // component, with its terms and its sums
		MOVQ(normals, normal)
		MOVQ(terms, term)
		MOVQ(acc, sum)
		MOVQ(k, left)
		loop(label, left, func() {
			body()
			ADDQ(Imm(termBytes), normal)
			ADDQ(U32(ways*l.bytes), term)
			ADDQ(U32(3*l.bytes), sum)
		})
	}
	part := func(p reg.Register, i int) Mem { return Mem{Base: p, Disp: i * l.bytes} }
	every := func(f func(i int) reg.VecVirtual) (out []reg.VecVirtual) {
		for i := range ways {
			out = append(out, f(i))
		}
		return out
	}
	// spread2 is (x−μ)² + v of the i-th vector, and x−μ.
	spread2 := func(i int, mu reg.VecVirtual) (q, d reg.VecVirtual) {
		d = l.sub(l.load(part(x, i)), mu)
		q = l.load(part(v, i))
		l.fma(d, d, q)
		return q, d
	}
	least := l.load(l.c(negligibleLog))
	negligible := l.expWithin(1, l.copyOf(least))
	all := l.zero()
	Label("block")
	top := every(func(int) reg.VecVirtual { return l.load(l.c(-math.MaxFloat64)) })
	each("exponents", func() {
		height, mu, prec := l.broadcast(Mem{Base: normal}), l.broadcast(Mem{Base: normal, Disp: 8}), l.broadcast(Mem{Base: normal, Disp: 16})
		for i := range ways {
			q, _ := spread2(i, mu)
			a := l.copyOf(height)
			l.fnma(q, prec, a)
			l.store(a, part(term, i))
			l.do(maxInst, a, top[i], top[i])
		}
	})
	share := every(func(int) reg.VecVirtual { return l.zero() })
	each("exponentials", func() {
		below, near := make([]reg.VecVirtual, ways), least
		for i := range ways {
			below[i] = l.sub(l.load(part(term, i)), top[i])
			near = l.max(near, below[i])
		}
		l.jumpNegative(l.sub(near, least), "skip")
		for i := range ways {
			e := l.sub(l.expWithin(1, l.max(below[i], least)), negligible)
			l.store(e, part(term, i))
			l.do(addInst, e, share[i], share[i])
		}
		JMP(LabelRef("next"))
		Label("skip") // too far from the whole block
		MOVQ(I32(-1), Mem{Base: term})
		Label("next")
	})
	for i := range ways {
		density := l.add(top[i], l.log(share[i]))
		l.store(density, part(logDensity, i))
		c := l.load(part(count, i))
		l.fma(density, c, all)
		l.do(divInst, share[i], c, share[i])
	}
	each("sums", func() {
		CMPQ(Mem{Base: term}, Imm(0))
		JLT(LabelRef("skipped"))
		mu := l.broadcast(Mem{Base: normal, Disp: 8})
		mass, first, second := l.load(part(sum, 0)), l.load(part(sum, 1)), l.load(part(sum, 2))
		for i := range ways {
			r := l.mul(share[i], part(term, i))
			q, d := spread2(i, mu)
			l.do(addInst, r, mass, mass)
			l.fma(r, d, first)
			l.fma(r, q, second)
		}
		for i, s := range []reg.VecVirtual{mass, first, second} {
			l.store(s, part(sum, i))
		}
		Label("skipped")
	})
	for _, p := range []reg.GPVirtual{x, v, count, logDensity} {
		ADDQ(U32(ways*l.bytes), p)
	}
	DECQ(blocks)
	JNZ(LabelRef("block"))

	l.storeLow(l.total(all), Mem{Base: arg("total")})
	moments := arg("moments")
	each("totals", func() {
		for i := range 3 {
			l.storeLow(l.total(l.load(part(sum, i))), Mem{Base: moments, Disp: 8 * i})
		}
		ADDQ(Imm(termBytes), moments)
	})
	VZEROUPPER()
	RET()
}
