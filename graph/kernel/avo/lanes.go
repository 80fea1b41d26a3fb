package main

import (
	"slices"

	. "github.com/mmcloughlin/avo/build"
	"github.com/mmcloughlin/avo/ir"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// lanes is a vector width and an element type: what one generic generator is written for.
type lanes struct {
	bytes int  // 16 (NEON, see arm64.go), 32 (AVX2 with FMA) or 64 (AVX-512 F, DQ, VL)
	f32   bool // float32, else float64
}

func (l lanes) elem() int {
	if l.f32 {
		return 4
	}
	return 8
}

func (l lanes) name() string {
	t := "F64"
	if l.f32 {
		t = "F32"
	}
	return t + map[int]string{16: "NEON", 32: "AVX2", 64: "AVX512"}[l.bytes]
}

func (l lanes) goType() string {
	if l.f32 {
		return "float32"
	}
	return "float64"
}

func (l lanes) vec() reg.VecVirtual {
	switch l.bytes {
	case 64:
		return ZMM()
	case 32:
		return YMM()
	}
	return XMM()
}

// pick calls the double or the single form of an instruction.
func (l lanes) pick(double, single func(...Op), ops ...Op) {
	if l.f32 {
		single(ops...)
	} else {
		double(ops...)
	}
}

// An inst is an instruction in its double and single forms, and those with a constant in every lane.
type inst struct{ double, single, doubleConst, singleConst func(...Op) }

var (
	addInst    = inst{VADDPD, VADDPS, VADDPD_BCST, VADDPS_BCST}
	subInst    = inst{VSUBPD, VSUBPS, VSUBPD_BCST, VSUBPS_BCST}
	mulInst    = inst{VMULPD, VMULPS, VMULPD_BCST, VMULPS_BCST}
	divInst    = inst{VDIVPD, VDIVPS, VDIVPD_BCST, VDIVPS_BCST}
	maxInst    = inst{VMAXPD, VMAXPS, VMAXPD_BCST, VMAXPS_BCST}
	minInst    = inst{VMINPD, VMINPS, VMINPD_BCST, VMINPS_BCST}
	fnmsInst   = inst{VFNMSUB231PD, VFNMSUB231PS, VFNMSUB231PD_BCST, VFNMSUB231PS_BCST}
	fmaInst    = inst{VFMADD231PD, VFMADD231PS, VFMADD231PD_BCST, VFMADD231PS_BCST}
	fnmaInst   = inst{VFNMADD231PD, VFNMADD231PS, VFNMADD231PD_BCST, VFNMADD231PS_BCST}
	fmsInst    = inst{VFMSUB231PD, VFMSUB231PS, VFMSUB231PD_BCST, VFMSUB231PS_BCST}
	hornerInst = inst{VFMADD213PD, VFMADD213PS, VFMADD213PD_BCST, VFMADD213PS_BCST}
	andInst    = inst{VPANDQ, VPANDD, VPANDQ_BCST, VPANDD_BCST}
	orInst     = inst{VPORQ, VPORD, VPORQ_BCST, VPORD_BCST}
	xorInst    = inst{VPXORQ, VPXORD, VPXORQ_BCST, VPXORD_BCST}
	plusInst   = inst{VPADDQ, VPADDD, VPADDQ_BCST, VPADDD_BCST}
	rangeInst  = inst{VRANGEPD, VRANGEPS, VRANGEPD_BCST, VRANGEPS_BCST}
	minusInst  = inst{VPSUBQ, VPSUBD, VPSUBQ_BCST, VPSUBD_BCST}
)

// do calls the form of an instruction that fits the lanes and the operands. A constant is one number in memory for 64-byte
// vectors (the linker would not align 64 bytes), a whole vector for 32-byte ones.
func (l lanes) do(i inst, ops ...Op) {
	ops = slices.Clone(ops)
	for j, o := range ops {
		ops[j] = held(o)
	}
	if l.bytes == 64 && isConstant(ops) {
		l.pick(i.doubleConst, i.singleConst, ops...)
		return
	}
	l.pick(i.double, i.single, ops...)
}

func isMemory(o Op) bool {
	_, is := o.(Mem)
	return is
}

func isConstant(ops []Op) bool {
	for _, o := range ops {
		if m, ok := o.(Mem); ok && m.Symbol.Name != "" {
			return true
		}
	}
	return false
}

func (l lanes) add(a, b Op) reg.VecVirtual { return l.bin(addInst, a, b) }
func (l lanes) mul(a, b Op) reg.VecVirtual { return l.bin(mulInst, a, b) }

// sub is a − b; b may be memory.
func (l lanes) sub(a, b Op) reg.VecVirtual { return l.bin(subInst, b, a) }

// div is a/b; b may be memory.
func (l lanes) div(a, b Op) reg.VecVirtual { return l.bin(divInst, b, a) }

// max and min are a where that is not a number: of two operands the instruction then returns the last.
// NEON's are no number where either is none, which is the same where b is a constant; else it compares.
func (l lanes) max(a reg.VecVirtual, b Op) reg.VecVirtual {
	if l.bytes == 16 && !isConstant([]Op{b}) {
		b := l.inRegister(b)
		return l.whereGreater(b, a, b, a)
	}
	return l.extreme(maxInst, a, b)
}

func (l lanes) min(a reg.VecVirtual, b Op) reg.VecVirtual {
	if l.bytes == 16 && !isConstant([]Op{b}) {
		b := l.inRegister(b)
		return l.whereGreater(a, b, b, a)
	}
	return l.extreme(minInst, a, b)
}

// whereGreater is p where x > y, else q; of NEON.
func (l lanes) whereGreater(x, y, p, q reg.VecVirtual) reg.VecVirtual {
	greater, d := l.vec(), l.vec()
	l.neon("fcmgt", greater, x, y)
	l.neon("SELECT", d, greater, p, q)
	return d
}

func (l lanes) inRegister(o Op) reg.VecVirtual {
	if isMemory(o) {
		return l.load(o)
	}
	return o.(reg.VecVirtual)
}

func (l lanes) extreme(i inst, a reg.VecVirtual, b Op) reg.VecVirtual {
	if b = held(b); isMemory(b) {
		b = l.load(b)
	}
	d := l.vec()
	l.do(i, a, b, d)
	return d
}

func (l lanes) bin(i inst, a, b Op) reg.VecVirtual {
	a, b = held(a), held(b)
	d := l.vec()
	if isMemory(b) { // only the first operand may be memory: a commutes with it
		a, b = b, a
	}
	l.do(i, a, b, d)
	return d
}

// fma is acc = a·b + acc in place; a may be memory.
func (l lanes) fma(a, b Op, acc reg.VecVirtual) { l.do(fmaInst, a, b, acc) }

// fnma is acc = acc − a·b in place; a may be memory.
func (l lanes) fnma(a, b Op, acc reg.VecVirtual) {
	l.do(fnmaInst, a, b, acc)
}

// horner is p = p·x + c in place; c may be memory.
func (l lanes) horner(p reg.VecVirtual, x, c Op) { l.do(hornerInst, c, x, p) }

// fnms is acc = −a·b − acc in place; a may be memory.
func (l lanes) fnms(a, b Op, acc reg.VecVirtual) { l.do(fnmsInst, a, b, acc) }

func (l lanes) load(m Op) reg.VecVirtual {
	if r, ok := held(m).(reg.VecVirtual); ok {
		return l.copyOf(r)
	}
	if l.bytes == 64 && isConstant([]Op{m}) {
		return l.broadcast(m)
	}
	d := l.vec()
	l.pick(VMOVUPD, VMOVUPS, m, d)
	return d
}

func (l lanes) store(v, m Op) { l.pick(VMOVUPD, VMOVUPS, v, m) }

// broadcast fills every lane with the element at m.
func (l lanes) broadcast(m Op) reg.VecVirtual {
	d := l.vec()
	switch {
	case l.bytes == 16:
		l.neon("BROADCAST", d, m)
	case l.f32:
		VBROADCASTSS(m, d)
	default:
		VBROADCASTSD(m, d)
	}
	return d
}

func (l lanes) zero() reg.VecVirtual {
	d := l.vec()
	if l.bytes == 64 {
		VPXORQ(d, d, d)
	} else {
		VXORPD(d, d, d)
	}
	return d
}

func (l lanes) copyOf(v reg.VecVirtual) reg.VecVirtual {
	d := l.vec()
	l.pick(VMOVAPD, VMOVAPS, v, d)
	return d
}

// set is v = w in place.
func (l lanes) set(v, w reg.VecVirtual) { l.pick(VMOVAPD, VMOVAPS, w, v) }

// sqrt is √x.
func (l lanes) sqrt(x reg.VecVirtual) reg.VecVirtual {
	d := l.vec()
	l.pick(VSQRTPD, VSQRTPS, x, d)
	return d
}

// neon adds an instruction that amd64 has not, of which arm64_translate.go knows: its name is op with the lanes' type.
func (l lanes) neon(op string, d reg.VecVirtual, in ...Op) {
	if l.f32 {
		op += "32"
	} else {
		op += "64"
	}
	Instruction(&ir.Instruction{Opcode: op, Operands: append(in, d), Inputs: in, Outputs: []Op{d}})
}
