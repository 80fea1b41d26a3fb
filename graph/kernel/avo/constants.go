package main

import (
	"fmt"
	"math"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// As in kernel/normal.go.
const (
	halfLog2Pi = 0.918938533204672741780329736406 // ½ log 2π
	invSqrt2Pi = 0.39894228040143267794           // 1/√(2π)
)

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

// pinned are the constants that the function at hand holds in registers.
var pinned = map[string]reg.VecVirtual{}

// address tells constants apart.
func address(m Mem) string { return fmt.Sprint(m.Symbol.Name, "+", m.Disp) }

// pin has the rest of the function find constants in registers: the processor loads two 64-byte vectors a cycle, no more than
// it computes with. Sixteen registers are too few for that.
func (l lanes) pin(constants ...Mem) {
	for _, m := range constants {
		if _, done := pinned[address(m)]; !done && l.bytes == 64 {
			pinned[address(m)] = l.broadcast(m)
		}
	}
}

// pinWhole is pin for 64 bytes of memory.
func (l lanes) pinWhole(m Mem) {
	if l.bytes == 64 {
		d := l.vec()
		l.pick(VMOVUPD, VMOVUPS, m, d)
		pinned[address(m)] = d
	}
}

// held is the register of a pinned constant, else the operand itself.
func held(o Op) Op {
	if m, ok := o.(Mem); ok && m.Symbol.Name != "" {
		if r, ok := pinned[address(m)]; ok {
			return r
		}
	}
	return o
}
