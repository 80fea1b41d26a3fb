package main

import (
	"fmt"
	"slices"
	"strings"

	"github.com/mmcloughlin/avo/ir"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// A translator turns avo's instructions of amd64 into those of arm64.
type translator struct {
	f         armFunc
	values    map[reg.ID]int
	constants map[string]vectorBits
	f32       bool // of the instruction at hand
}

func (t *translator) node(n ir.Node) {
	switch n := n.(type) {
	case ir.Label:
		t.add(&armInst{name: "label", d: -1, d2: -1, symbol: string(n)})
	case *ir.Instruction:
		t.instruction(n)
	}
}

func (t *translator) add(i *armInst) { i.f32 = t.f32; t.f.code = append(t.f.code, i) }

// do adds an instruction that writes d, or none where d is negative.
func (t *translator) do(name string, d int, in ...int) *armInst {
	i := &armInst{name: name, d: d, d2: -1, in: in}
	t.add(i)
	return i
}

// vector is do with a new value.
func (t *translator) vector(name string, in ...int) int {
	d := t.f.value('v')
	t.do(name, d, in...)
	return d
}

// general is do with a new value, of an instruction with a number.
func (t *translator) general(name string, number int, in ...int) int {
	d := t.f.value('x')
	t.do(name, d, in...).number = number
	return d
}

// of is the value of a register of avo's.
func (t *translator) of(o Op) int {
	r := o.(reg.Register)
	v, ok := t.values[r.ID()]
	if !ok {
		class := byte('x')
		if r.Kind() == reg.KindVector {
			class = 'v'
		}
		v = t.f.value(class)
		t.values[r.ID()] = v
	}
	return v
}

// read is the value of an operand: a register, a constant or a vector in memory.
func (t *translator) read(o Op) int {
	m, ok := o.(Mem)
	if !ok {
		return t.of(o)
	}
	d := t.f.value('v')
	t.load(m, d)
	return d
}

func (t *translator) load(m Mem, d int) {
	if m.Symbol.Name != "" {
		t.constant(m, d)
		return
	}
	base, index, offset := t.address(m)
	if index >= 0 {
		t.do("ldr q index", d, base, index)
	} else {
		t.do("ldr q", d, base).number = offset
	}
}

func (t *translator) constant(m Mem, d int) {
	bits, ok := t.constants[m.Symbol.Name]
	if !ok {
		panic("no constant " + m.Symbol.Name)
	}
	t.do("const", d).bits = bits
}

func (t *translator) store(v int, m Mem) {
	base, index, offset := t.address(m)
	if index >= 0 {
		t.do("str q index", -1, v, base, index)
	} else {
		t.do("str q", -1, v, base).number = offset
	}
}

// address is a base with an offset, or with an index where that is not negative.
func (t *translator) address(m Mem) (base, index, offset int) {
	if m.Index == nil {
		return t.of(m.Base), -1, m.Disp
	}
	if m.Scale != 1 {
		panic("unknown address " + m.Asm())
	}
	if base = t.of(m.Base); m.Disp != 0 { // not both, in one instruction; in a loop, the sum is hoisted
		base = t.general("ADD number", m.Disp, base)
	}
	return base, t.of(m.Index), 0
}

// pointer is an address as one value.
func (t *translator) pointer(m Mem) int {
	switch base, index, offset := t.address(m); {
	case index >= 0:
		return t.general("ADD", 0, base, index)
	case offset != 0:
		return t.general("ADD number", offset, base)
	default:
		return base
	}
}

func isParam(m Mem) bool { return m.Base == reg.FramePointer }

func symbolOf(m Mem) string { return fmt.Sprintf("%s+%d(FP)", m.Symbol.Name, m.Disp) }

// number is the value of a constant operand.
func number(o Op) (n int, is bool) {
	switch c := o.(type) {
	case U8:
		return int(c), true
	case U16:
		return int(c), true
	case U32:
		return int(int32(c)), true
	case I32:
		return int(c), true
	}
	return 0, false
}

// binary are instructions of two vectors and a result.
var armBinary = map[string]string{
	"VADDP": "fadd", "VSUBP": "fsub", "VMULP": "fmul", "VDIVP": "fdiv", "VMAXP": "fmax", "VMINP": "fmin",
	"VPADD": "add", "VPSUB": "sub", "VPAND": "and", "VPOR": "orr", "VPXOR": "eor",
	"VUNPCKLP": "zip1", "VUNPCKHP": "zip2",
}

func (t *translator) instruction(i *ir.Instruction) {
	if t.scalar(i.Opcode, i.Operands) {
		return
	}
	name, o := i.Opcode, i.Operands
	if cut, is := strings.CutSuffix(name, "32"); is { // see lanes.neon
		t.f32, name = true, cut
	} else if cut, is := strings.CutSuffix(name, "64"); is {
		t.f32, name = false, cut
	} else if !slices.Contains([]string{"VPAND", "VPOR", "VPXOR"}, name) { // the last letter is the type
		last := name[len(name)-1]
		t.f32 = last == 'S' || last == 'D' && strings.HasPrefix(name, "VP")
		name = name[:len(name)-1]
	}
	t.vectorInstruction(name, o)
}

func (t *translator) vectorInstruction(name string, o []Op) {
	last := o[len(o)-1]
	if to, ok := armBinary[name]; ok { // the operands are in reverse order
		b := t.read(o[0])
		t.do(to, t.of(last), t.read(o[1]), b)
		return
	}
	switch name {
	case "VXORP": // of a register with itself
		t.do("const", t.of(last))
	case "VMOVUP", "VMOVAP":
		switch m, store := last.(Mem); {
		case store:
			t.store(t.of(o[0]), m)
		case isMemory(o[0]):
			t.load(o[0].(Mem), t.of(last))
		default:
			t.do("mov", t.of(last), t.of(o[0]))
		}
	case "VSQRTP":
		t.do("fsqrt", t.of(last), t.read(o[0]))
	case "VFMADD231P", "VFNMADD231P":
		t.fused(name == "VFNMADD231P", t.of(last), t.read(o[0]), t.of(o[1]))
	case "VFMSUB231P", "VFNMSUB231P":
		t.do("fneg", t.of(last), t.of(last))
		t.fused(name == "VFNMSUB231P", t.of(last), t.read(o[0]), t.of(o[1]))
	case "VFMADD213P":
		sum := t.f.value('v')
		if m, ok := o[0].(Mem); ok {
			t.load(m, sum)
		} else {
			t.do("mov", sum, t.of(o[0]))
		}
		t.fused(false, sum, t.of(last), t.of(o[1]))
		t.do("mov", t.of(last), sum)
	case "VPSLL", "VPSRL":
		n, _ := number(o[0])
		t.do(map[string]string{"VPSLL": "shl", "VPSRL": "ushr"}[name], t.of(last), t.of(o[1])).number = n
	case "VBLENDVP": // v, a, b: a where v is negative
		mask := t.vector("cmlt", t.of(o[0]))
		t.do("bsl", mask, mask, t.of(o[1]), t.of(o[2]))
		t.do("mov", t.of(last), mask)
	case "VMOVMSKP": // all bits of a lane for its sign: what is asked is whether any are set, or all
		t.do("fmov", t.of(last), t.vector("narrow", t.vector("cmlt", t.of(o[0]))))
	case "VSHUFP": // 0x44 and 0xee: the lower or the upper halves
		n, _ := number(o[0])
		t.do(map[int]string{0x44: "zip1 2d", 0xee: "zip2 2d"}[n], t.of(last), t.of(o[2]), t.of(o[1]))
	case "VADDS":
		base, _, offset := t.address(o[0].(Mem))
		low := t.f.value('v')
		t.do("ldr d", low, base).number = offset
		t.do("fadd d", t.of(last), t.of(o[1]), low)
	case "VMOVS": // to memory
		m := last.(Mem)
		if isParam(m) {
			t.do("FMOV result", -1, t.of(o[0])).symbol = symbolOf(m)
			return
		}
		base, _, offset := t.address(m)
		t.do("str low", -1, t.of(o[0]), base).number = offset
	case "BROADCAST":
		m := o[0].(Mem)
		if isParam(m) {
			low := t.f.value('v')
			t.do("FMOV param", low).symbol = symbolOf(m)
			t.do("dup", t.of(last), low)
			return
		}
		t.do("ld1r", t.of(last), t.pointer(m))
	case "STEP": // broadcast, and the address moves on
		base := t.of(o[0])
		t.do("ld1r step", t.of(last), base, t.of(o[1])).d2 = base
	case "SELECT": // a where the bits of v are set
		mask := t.vector("mov", t.of(o[0]))
		t.do("bsl", mask, mask, t.of(o[1]), t.of(o[2]))
		t.do("mov", t.of(last), mask)
	case "STORESTEP":
		base := t.of(o[1])
		t.do("st1 step", -1, t.of(last), base, t.of(o[0])).d2 = base
	case "LOADSTEP": // a vector, and the address moves on
		base := t.of(o[0])
		t.do("ld1 step", t.of(last), base, t.of(o[1])).d2 = base
	default:
		if _, ok := armOps[name]; !ok {
			panic(fmt.Sprintf("no translation of %s %v", name, o))
		}
		var in []int
		for _, operand := range o[:len(o)-1] {
			in = append(in, t.read(operand))
		}
		t.do(name, t.of(last), in...)
	}
}

// fused is sum ± a·b.
func (t *translator) fused(minus bool, sum, a, b int) {
	name := "fmla"
	if minus {
		name = "fmls"
	}
	t.do(name, sum, sum, a, b)
}

// scalar translates what works on general registers, and reports whether the instruction was one.
func (t *translator) scalar(name string, o []Op) bool {
	in := slices.Clone(o)
	switch name {
	case "VZEROUPPER":
	case "RET":
		t.do("RET", -1)
	case "JMP", "JEQ", "JNE", "JLT", "JGE", "JNZ":
		to := map[string]string{"JMP": "JMP", "JEQ": "BEQ", "JNE": "BNE", "JNZ": "BNE", "JLT": "BLT", "JGE": "BGE"}[name]
		t.do(to, -1).symbol = string(in[0].(LabelRef))
	case "MOVQ", "MOVB":
		t.move(name, o[0], o[1])
	case "XORQ": // of a register with itself
		t.do("MOVD number", t.of(o[1]))
	case "ADDQ":
		d := t.of(o[1])
		if n, ok := number(o[0]); ok {
			t.do("ADD number", d, d).number = n
		} else {
			t.do("ADD", d, d, t.of(o[0]))
		}
	case "SUBQ":
		n, _ := number(o[0])
		d := t.of(o[1])
		t.do("SUBS number", d, d).number = n
	case "DECQ":
		d := t.of(o[0])
		t.do("SUBS number", d, d).number = 1
	case "SHLQ":
		n, _ := number(o[0])
		d := t.of(o[1])
		t.do("LSL number", d, d).number = n
	case "TESTQ": // of a register with itself
		t.do("CMP number", -1, t.of(o[0]))
	case "CMPQ", "CMPB":
		a := 0
		if m, ok := o[0].(Mem); ok {
			base, _, offset := t.address(m)
			a = t.general("MOVD load", offset, base)
		} else {
			a = t.of(o[0])
		}
		if n, ok := number(o[1]); ok {
			t.do("CMP number", -1, a).number = n
		} else {
			t.do("CMP", -1, a, t.of(o[1]))
		}
	default:
		return false
	}
	return true
}

func (t *translator) move(name string, from, to Op) {
	if m, ok := to.(Mem); ok {
		v := 0
		if n, ok := number(from); ok {
			v = t.general("MOVD number", n)
		} else {
			v = t.of(from)
		}
		if isParam(m) {
			t.do("MOVD result", -1, v).symbol = symbolOf(m)
			return
		}
		base, index, offset := t.address(m)
		if index >= 0 {
			t.do("MOVD store index", -1, v, base, index)
		} else {
			t.do("MOVD store", -1, v, base).number = offset
		}
		return
	}
	if m, ok := from.(Mem); ok {
		t.do(map[string]string{"MOVQ": "MOVD param", "MOVB": "MOVB param"}[name], t.of(to)).symbol = symbolOf(m)
		return
	}
	t.do("MOVD", t.of(to), t.of(from))
}
