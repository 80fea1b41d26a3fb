package main

import (
	"fmt"
	"math"
	"slices"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// lanes is a vector width and an element type: what one generic generator is written for.
type lanes struct {
	bytes int  // 32 (AVX2 with FMA) or 64 (AVX-512 F, DQ, VL)
	f32   bool // float32, else float64
}

func (l lanes) elem() int {
	if l.f32 {
		return 4
	}
	return 8
}

func (l lanes) name() string {
	t, w := "F64", "AVX2"
	if l.f32 {
		t = "F32"
	}
	if l.bytes == 64 {
		w = "AVX512"
	}
	return t + w
}

func (l lanes) goType() string {
	if l.f32 {
		return "float32"
	}
	return "float64"
}

func (l lanes) vec() reg.VecVirtual {
	if l.bytes == 64 {
		return ZMM()
	}
	return YMM()
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

// pinned are the constants that the function at hand holds in registers.
var pinned = map[string]reg.VecVirtual{}

func key(m Mem) string { return fmt.Sprint(m.Symbol.Name, "+", m.Disp) }

// pin has the rest of the function find constants in registers: the processor loads two 64-byte vectors a cycle, no more than
// it computes with. Sixteen registers are too few for that.
func (l lanes) pin(constants ...Mem) {
	for _, m := range constants {
		if _, done := pinned[key(m)]; !done && l.bytes == 64 {
			pinned[key(m)] = l.broadcast(m)
		}
	}
}

// pinWhole is pin for 64 bytes of memory.
func (l lanes) pinWhole(m Mem) {
	if l.bytes == 64 {
		d := l.vec()
		l.pick(VMOVUPD, VMOVUPS, m, d)
		pinned[key(m)] = d
	}
}

// held is the register of a pinned constant, else the operand itself.
func held(o Op) Op {
	if m, ok := o.(Mem); ok && m.Symbol.Name != "" {
		if r, ok := pinned[key(m)]; ok {
			return r
		}
	}
	return o
}

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
func (l lanes) max(a, b Op) reg.VecVirtual { return l.bin(maxInst, a, b) }
func (l lanes) min(a, b Op) reg.VecVirtual { return l.bin(minInst, a, b) }

func (l lanes) bin(i inst, a, b Op) reg.VecVirtual {
	a, b = held(a), held(b)
	d := l.vec()
	if _, memory := b.(Mem); memory { // only the first operand may be memory: a commutes with it
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
	if l.f32 {
		VBROADCASTSS(m, d)
	} else {
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

var constants = map[string]Mem{}

// c is a constant in every lane, as memory.
func (l lanes) c(v float64) Mem {
	if l.f32 {
		return l.bitsConst(uint64(math.Float32bits(float32(v))))
	}
	return l.bitsConst(math.Float64bits(v))
}

func (l lanes) bitsConst(b uint64) Mem {
	size := l.bytes
	if size == 64 {
		size = l.elem()
	}
	key := fmt.Sprintf("c%dx%d_%x", size, l.elem()*8, b)
	if m, ok := constants[key]; ok {
		return m
	}
	m := GLOBL(key, RODATA|NOPTR)
	for i := 0; i < size; i += l.elem() {
		if l.f32 {
			DATA(i, U32(uint32(b)))
		} else {
			DATA(i, U64(b))
		}
	}
	constants[key] = m
	return m
}

// table is n numbers in memory.
func (l lanes) table(name string, n int, of func(i int) float64) Mem {
	key := fmt.Sprintf("%s%d", name, l.elem()*8)
	if m, ok := constants[key]; ok {
		return m
	}
	m := GLOBL(key, RODATA|NOPTR)
	for i := range n {
		if l.f32 {
			DATA(4*i, U32(math.Float32bits(float32(of(i)))))
		} else {
			DATA(8*i, U64(math.Float64bits(of(i))))
		}
	}
	constants[key] = m
	return m
}

// abs clears the sign bit.
func (l lanes) abs(v reg.VecVirtual) reg.VecVirtual {
	mask := uint64(math.MaxInt64)
	if l.f32 {
		mask = math.MaxInt32
	}
	return l.and(v, l.bitsConst(mask))
}

func (l lanes) signBit() Mem {
	if l.f32 {
		return l.bitsConst(1 << 31)
	}
	return l.bitsConst(1 << 63)
}

func (l lanes) and(v reg.VecVirtual, m Op) reg.VecVirtual {
	d := l.vec()
	if l.bytes == 64 {
		l.do(andInst, m, v, d)
	} else {
		VPAND(m, v, d)
	}
	return d
}

func (l lanes) or(v reg.VecVirtual, m Op) reg.VecVirtual {
	d := l.vec()
	if l.bytes == 64 {
		l.do(orInst, m, v, d)
	} else {
		VPOR(m, v, d)
	}
	return d
}

func (l lanes) xor(v reg.VecVirtual, m Op) reg.VecVirtual {
	d := l.vec()
	if l.bytes == 64 {
		l.do(xorInst, m, v, d)
	} else {
		VPXOR(m, v, d)
	}
	return d
}

// addInt and subInt work on the bits as integers of the element's width.
func (l lanes) addInt(a, m Op) reg.VecVirtual {
	d := l.vec()
	l.do(plusInst, m, a, d)
	return d
}

func (l lanes) subInt(a, m Op) reg.VecVirtual {
	d := l.vec()
	l.do(minusInst, m, a, d)
	return d
}

func (l lanes) shiftLeft(v reg.VecVirtual) reg.VecVirtual {
	d := l.vec()
	if l.f32 {
		VPSLLD(Imm(23), v, d)
	} else {
		VPSLLQ(Imm(52), v, d)
	}
	return d
}

func (l lanes) shiftRight(v reg.VecVirtual) reg.VecVirtual {
	d := l.vec()
	if l.f32 {
		VPSRLD(Imm(23), v, d)
	} else {
		VPSRLQ(Imm(52), v, d)
	}
	return d
}

// whereNegative is a where the sign bit of v is set, b elsewhere.
func (l lanes) whereNegative(v, a, b reg.VecVirtual) reg.VecVirtual {
	d := l.vec()
	if l.bytes == 64 {
		k := K()
		if l.f32 {
			VPMOVD2M(v, k)
			VBLENDMPS(a, b, k, d)
		} else {
			VPMOVQ2M(v, k)
			VBLENDMPD(a, b, k, d)
		}
		return d
	}
	if l.f32 {
		VBLENDVPS(v, a, b, d)
	} else {
		VBLENDVPD(v, a, b, d)
	}
	return d
}

// signs is the sign bits of v in the low bits of a register.
func (l lanes) signs(v reg.VecVirtual) reg.GPVirtual {
	wide, k := GP64(), K()
	r := wide.As32() // writing it clears the upper half
	switch {
	case l.bytes == 64 && l.f32:
		VPMOVD2M(v, k)
		KMOVW(k, r)
	case l.bytes == 64:
		VPMOVQ2M(v, k)
		KMOVW(k, r)
	case l.f32:
		VMOVMSKPS(v, r)
	default:
		VMOVMSKPD(v, r)
	}
	return wide
}

// returnSigns returns the sign bits of v as an int.
func (l lanes) returnSigns(v reg.VecVirtual) {
	Store(l.signs(v), ReturnIndex(0))
	VZEROUPPER()
	RET()
}

// jumpNegative jumps where every lane of v is negative.
func (l lanes) jumpNegative(v reg.VecVirtual, label string) {
	CMPQ(l.signs(v), U32(1<<(l.bytes/l.elem())-1))
	JEQ(LabelRef(label))
}

// jumpPositive jumps where no lane of v is negative.
func (l lanes) jumpPositive(v reg.VecVirtual, label string) {
	signs := l.signs(v)
	TESTQ(signs, signs)
	JEQ(LabelRef(label))
}

// total leaves the sum of the lanes in the lowest one.
func (l lanes) total(v reg.VecVirtual) reg.VecVirtual { return l.reduce(v, l.addX) }

// greatest leaves the maximum of the lanes in the lowest one.
func (l lanes) greatest(v reg.VecVirtual) reg.VecVirtual { return l.reduce(v, l.maxX) }

func (l lanes) addX(a, b, d Op) { l.do(addInst, a, b, d) }
func (l lanes) maxX(a, b, d Op) { l.do(maxInst, a, b, d) }

func (l lanes) reduce(v reg.VecVirtual, f func(a, b, d Op)) reg.VecVirtual {
	y := v.AsY()
	if l.bytes == 64 {
		hi := YMM()
		VEXTRACTF64X4(Imm(1), v, hi)
		sum := YMM()
		f(hi, v.AsY(), sum)
		y = sum
	}
	x := XMM()
	VEXTRACTF128(Imm(1), y, x)
	s := XMM()
	f(x, y.(reg.VecVirtual).AsX(), s)
	swapped := XMM()
	VPERMILPD(Imm(1), s, swapped)
	t := XMM()
	f(swapped, s, t)
	if l.f32 {
		last := XMM()
		VMOVSHDUP(t, last)
		r := XMM()
		f(last, t, r)
		return r
	}
	return t
}

// storeLow stores the lowest lane of x.
func (l lanes) storeLow(x reg.VecVirtual, m Op) {
	if l.f32 {
		VMOVSS(x, m)
	} else {
		VMOVSD(x, m)
	}
}
